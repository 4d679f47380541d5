"""From a target or a kind to a resource; no driver is imported before it connects."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from xregistry_tui.resources.base import UnknownTarget, XResource

_VARIABLE = re.compile(r"\$[A-Za-z_]\w*")

ENTRY_POINTS = "xregistry.resources"
"""The entry point group by which other packages offer kinds: `kind = "package.module:Resource"`."""

_SQLITE_SUFFIXES = frozenset({".sqlite", ".sqlite3", ".db", ".db3", ".s3db", ".sl3"})
_SCHEMES = {"postgresql": "postgresql", "postgres": "postgresql", "mongodb": "mongodb", "mongodb+srv": "mongodb"}
_LATER_SUFFIXES = {
    ".parquet": "Parquet files",
    ".csv": "CSV files",
    ".tsv": "CSV files",
    ".json": "JSON files",
    ".jsonl": "JSON Lines files",
    ".ndjson": "JSON Lines files",
    ".ejson": "Extended JSON files",
    ".duckdb": "DuckDB files",
}
_HINT = "name an SQLite file, a postgresql:// or mongodb:// server, or a service=name"


def _sqlite(name: str | None = None, **options: Any) -> XResource:
    from xregistry_tui.resources.sqlite import SqliteResource

    unknown = sorted(set(options) - {"path", "level", "include", "exclude"})
    if unknown or not options.get("path"):
        wrong = f"knows no option {', '.join(unknown)}" if unknown else "needs the path of a file"
        raise UnknownTarget(f"an SQLite resource {wrong}", 'its options are path and level: path="shop.sqlite"')
    patterns = {key: options[key] for key in ("include", "exclude") if key in options}
    return SqliteResource(options["path"], name=name, level=options.get("level", "development"), **patterns)


def _postgresql(name: str | None = None, **options: Any) -> XResource:
    from xregistry_tui.resources.postgresql import PostgresqlResource

    return PostgresqlResource(name, **options)


def _mongodb(name: str | None = None, **options: Any) -> XResource:
    from xregistry_tui.resources.mongodb import MongodbResource

    return MongodbResource(name, **options)


_BUILT_IN: Mapping[str, Callable[..., XResource]] = {
    "sqlite": _sqlite,
    "postgresql": _postgresql,
    "mongodb": _mongodb,
}


class ResourceFactory:
    """Makes resources by kind or by target. Nothing is opened; what cannot be made raises `UnknownTarget`."""

    @staticmethod
    def kinds() -> tuple[str, ...]:
        """The kinds that `create` knows, those of other packages included."""
        return tuple(sorted({*_BUILT_IN, *_installed()}))

    @staticmethod
    def create(kind: str, name: str | None = None, **options: Any) -> XResource:
        """A resource of a kind (case does not matter) with its options; `name` defaults to the engine's own."""
        wanted = kind.lower()
        if wanted in _BUILT_IN:
            return _BUILT_IN[wanted](name=name, **options)
        offered = _installed()
        if wanted in offered:
            made: XResource = offered[wanted].load()(name=name, **options)
            return made
        raise UnknownTarget(
            f"there is no kind of resource “{kind}”", f"there are: {', '.join(ResourceFactory.kinds())}"
        )

    @staticmethod
    def from_url(target: str | Path, name: str | None = None, **options: Any) -> XResource:
        """A resource for `sqlite:///path`, `postgresql://…`, `mongodb://…`, libpq's words, a file, an installed scheme.

        `$NAME` is the target that a variable of the environment holds.

        `options` are those of the kind, beside what the target says (`level`, `include`, `exclude` of all of ours).
        Three slashes are followed by a path relative to the current folder, four by an absolute one; where only the
        absolute one is there, it is meant.
        """
        text = _expanded(str(target))
        scheme = text.split(":", 1)[0].lower() if "://" in text else ""
        if scheme == "sqlite":
            return ResourceFactory.create("sqlite", name, **{**options, "path": _path_of(text)})
        if scheme in _SCHEMES:
            return ResourceFactory.create(_SCHEMES[scheme], name, **_with_url(text, options))
        if scheme and scheme in _installed():
            return ResourceFactory.create(scheme, name, **_with_url(text, options))
        if not scheme and is_address(text):
            return ResourceFactory.create("postgresql", name, **_with_url(text, options))
        if scheme and scheme != "file":
            raise UnknownTarget(f"there is no engine for {scheme}:// targets", _HINT)
        return _from_file(Path(unquote(urlsplit(text).path)) if scheme == "file" else Path(text), name, options)


def _expanded(target: str) -> str:
    """The target that a variable holds, where `$NAME` is all that is said: so no secret need be written down."""
    if not _VARIABLE.fullmatch(target):
        return target
    value = os.environ.get(target[1:], "")
    # what it holds may be a secret of another kind: unless it is a target, it is not even tried, for errors quote that
    if not is_address(value) or _VARIABLE.fullmatch(value):
        hint = "set it to one such as postgresql://host/database, or name the target itself"
        raise UnknownTarget(f"the variable {target[1:]} holds no target", hint)
    return value


def is_address(target: str) -> bool:
    """Whether a target says where something is by other means than the path of a file."""
    if "://" in target or _VARIABLE.fullmatch(target):
        return True
    from xregistry_tui.resources.postgresql.targets import is_words

    return "=" in target and is_words(target) and not Path(target).exists()


def _with_url(text: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """The options with the target among them; a scheme alone says no more than the kind."""
    return {**options} if text.endswith("://") else {**options, "url": text}


def _path_of(url: str) -> Path:
    path = unquote(url.split("://", 1)[1].split("?", 1)[0])
    if not path.startswith("/") or path in ("/", "/:memory:"):
        raise UnknownTarget("an sqlite:// target needs the path of a file", "write sqlite:///shop.sqlite")
    relative = Path(path[1:]).expanduser()
    return relative if relative.is_absolute() or relative.exists() or not Path(path).exists() else Path(path)


def _from_file(path: Path, name: str | None, options: Mapping[str, Any]) -> XResource:
    """By its first bytes, else by its suffix: what is missing or damaged is said when it connects."""
    from xregistry_tui.resources.base import ResourceError
    from xregistry_tui.resources.sqlite.file import KNOWN_MAGIC, MAGIC, read_header

    path, suffix = path.expanduser(), path.suffix.lower()
    if suffix in _SQLITE_SUFFIXES:
        return ResourceFactory.create("sqlite", name, **{**options, "path": path})
    try:
        header = read_header(path)
    except ResourceError as error:
        raise UnknownTarget(error.reason, error.hint) from error
    if header.startswith(MAGIC):
        return ResourceFactory.create("sqlite", name, **{**options, "path": path})
    if suffix in _LATER_SUFFIXES:
        raise UnknownTarget(f"{_LATER_SUFFIXES[suffix]} are not supported in this version", _HINT)
    what = next(
        (f"is {words}" for magic, words in KNOWN_MAGIC if header.startswith(magic)), "is not a database we know"
    )
    raise UnknownTarget(f"{path.name} {what}", _HINT)


def _installed() -> dict[str, Any]:
    """Kinds that other installed packages offer, by lower-case name."""
    from importlib.metadata import entry_points

    return {point.name.lower(): point for point in entry_points(group=ENTRY_POINTS)}
