"""From a target or a kind to a resource; no driver is imported before it connects."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from xregistry_tui.resources.base import UnknownTarget, XResource

T = TypeVar("T")
_VARIABLE = re.compile(r"\$[A-Za-z_]\w*")

ENTRY_POINTS = "xregistry.resources"
"""The entry point group by which other packages offer kinds: `kind = "package.module:Resource"`."""

_SQLITE_SUFFIXES = frozenset({".sqlite", ".sqlite3", ".db", ".db3", ".s3db", ".sl3"})
_SCHEMES = {"postgresql": "postgresql", "postgres": "postgresql", "mongodb": "mongodb", "mongodb+srv": "mongodb"}
_DOCUMENTS = frozenset({".json", ".jsonl", ".ndjson", ".jsonlines", ".ejson", ".geojson"})
_TABULAR = frozenset({".csv", ".tsv", ".tab", ".psv", ".parquet", ".pq", ".arrow", ".feather", ".duckdb", ".ddb"})
_FILE_KINDS = ("sqlite", "documents", "duckdb")
_TABULAR_MAGIC = ((0, b"PAR1"), (0, b"ARROW1"), (8, b"DUCK"))
_HINT = "name a data file, a postgresql:// or mongodb:// server, or a service=name"


def _sqlite(name: str | None = None, **options: Any) -> XResource:
    from xregistry_tui.resources.sqlite import SqliteResource

    return SqliteResource(name=name, **_file_options("an SQLite", "shop.sqlite", options))


def _documents(name: str | None = None, **options: Any) -> XResource:
    from xregistry_tui.resources.documents import DocumentsResource

    return DocumentsResource(name=name, **_file_options("a documents", "dump.json", options))


def _duckdb(name: str | None = None, **options: Any) -> XResource:
    from xregistry_tui.resources.duckdb import DuckdbResource

    together = {"together": options.pop("together")} if "together" in options else {}
    return DuckdbResource(name=name, **_file_options("a duckdb", "data/*.parquet", options), **together)


def _file_options(what: str, example: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a resource that is files, checked."""
    unknown = sorted(set(options) - {"path", "level", "include", "exclude"})
    if unknown or not options.get("path"):
        wrong = f"knows no option {', '.join(unknown)}" if unknown else "needs the path of a file"
        raise UnknownTarget(f"{what} resource {wrong}", f'its options are path and level: path="{example}"')
    patterns = {key: options[key] for key in ("include", "exclude") if key in options}
    return {"path": options["path"], "level": options.get("level", "development"), **patterns}


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
    "documents": _documents,
    "duckdb": _duckdb,
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

        A file may be a pattern of files: one resource, with a collection for each file that it names; `-` is standard
        input. `$NAME` is the target that a variable of the environment holds.

        `options` are those of the kind, beside what the target says (`level`, `include`, `exclude` of all of ours).
        Three slashes are followed by a path relative to the current folder, four by an absolute one; where only the
        absolute one is there, it is meant.
        """
        text = _expanded(str(target))
        scheme = text.split(":", 1)[0].lower() if "://" in text else ""
        if scheme in _FILE_KINDS:
            return ResourceFactory.create(scheme, name, **{**options, "path": _path_of(text)})
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
        kind = url.split(":", 1)[0].lower()
        raise UnknownTarget(f"an {kind}:// target needs the path of a file", f"write {kind}:///shop.{kind}")
    relative = Path(path[1:]).expanduser()
    return relative if relative.is_absolute() or relative.exists() or not Path(path).exists() else Path(path)


def _from_file(path: Path, name: str | None, options: Mapping[str, Any]) -> XResource:
    """By its first bytes, else by its suffix: what is missing or damaged is said when it connects."""
    from xregistry_tui.resources.files import is_pattern, matching

    path = path.expanduser()
    chosen = path
    if is_pattern(path):
        # a pattern is of the kind of the first file that it names
        chosen = next(iter(_said(lambda: matching(path))), path)
    kind = "documents" if str(path) == "-" else _said(lambda: _kind(chosen))
    return ResourceFactory.create(kind, name, **{**options, "path": path})


def _said(ask: Callable[[], T]) -> T:
    """What a question about files gives; a condition that stands in its way makes the target unknown."""
    from xregistry_tui.resources.base import ResourceError

    try:
        return ask()
    except UnknownTarget:
        raise
    except ResourceError as error:
        raise UnknownTarget(error.reason, error.hint) from error


# what follows tells them from the sections of a settings file
_JSON = re.compile(rb'\s*(?:\{\s*(?:["}]|\Z)|\[\s*(?:[]{["\d-]|(?:true|false|null)\b|\Z))')


def _kind(path: Path) -> str:
    """The kind of a file."""
    from xregistry_tui.resources.files import state, suffix
    from xregistry_tui.resources.sqlite.file import KNOWN_MAGIC, MAGIC, read_header

    by_name = _kind_by_name(suffix(path))
    if by_name == "sqlite" or (by_name and not path.exists()):
        return by_name
    header = read_header(path, state(path))
    if header.startswith(MAGIC):
        return "sqlite"
    if any(header[at : at + len(magic)] == magic for at, magic in _TABULAR_MAGIC):
        return "duckdb"
    if by_name or _looks_like_json(path):
        return by_name or "documents"
    what = next(
        (f"is {words}" for magic, words in KNOWN_MAGIC if header.startswith(magic)), "is not a database we know"
    )
    raise UnknownTarget(f"{path.name} {what}", _HINT)


def _kind_by_name(suffix: str) -> str:
    kinds = ((_SQLITE_SUFFIXES, "sqlite"), (_DOCUMENTS, "documents"), (_TABULAR, "duckdb"))
    return next((kind for suffixes, kind in kinds if suffix in suffixes), "")


def _looks_like_json(path: Path) -> bool:
    """Whether a file begins as JSON documents do, unpacked if need be."""
    from xregistry_tui.resources.documents.stream import DAMAGED, Stream

    try:
        with Stream(path) as stream:
            return _JSON.match(stream.bytes.read(1_000)) is not None
    except DAMAGED:
        return False


def _installed() -> dict[str, Any]:
    """Kinds that other installed packages offer, by lower-case name."""
    from importlib.metadata import entry_points

    return {point.name.lower(): point for point in entry_points(group=ENTRY_POINTS)}
