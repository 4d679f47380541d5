"""Where settings come from, lowest first, and how one file is read."""

from __future__ import annotations

import difflib
import os
import re
import stat
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xregistry_tui.config import SettingsError, packaged

TABLES = ("registry", "resources", "bindings", "access", "store", "tui")
"""The top level of a settings file."""


@dataclass(frozen=True, slots=True)
class Place:
    """One file that settings may come from: `layer` is packaged, user or project; `note` says why it is not used."""

    layer: str
    path: Path
    present: bool
    note: str = ""

    @property
    def used(self) -> bool:
        """Whether it is there and read."""
        return self.present and not self.note


def user_file() -> Path:
    """The user's own settings."""
    import platformdirs

    return platformdirs.user_config_path("xregistry") / "settings.toml"


def is_own(source: str) -> bool:
    """Whether a settings file is the user's own: their settings, or the secrets beside them."""
    return Path(source).parent == user_file().parent


def state_folder() -> Path:
    """Where what a user's sessions leave behind is kept: the audit trail, the log."""
    import platformdirs

    return platformdirs.user_state_path("xregistry")


def places(explicit: Path | None = None) -> tuple[Place, ...]:
    """Every file in the order of precedence, lowest first; secrets stand directly above their settings."""
    project = explicit or nearest(Path.cwd())
    return tuple(
        _place(layer, path, required=path == explicit)
        for layer, file in (("packaged", packaged("settings.toml")), ("user", user_file()), ("project", project))
        if file is not None
        for path in ([file] if layer == "packaged" else [file, file.with_name(".secrets.toml")])
    )


def nearest(folder: Path) -> Path | None:
    """The settings.toml of the folder, or of the nearest one above it; the packaged one does not count."""
    own = packaged("settings.toml")
    for place in (folder, *folder.parents):
        path = place / "settings.toml"
        if path.is_file() and not (own.is_file() and path.samefile(own)):
            return path
    return None


def _place(layer: str, path: Path, *, required: bool) -> Place:
    present = path.exists() or required
    foreign = present and layer == "project" and not required and path.name == "settings.toml" and _foreign(path)
    return Place(layer, path, present, f"has none of {', '.join(TABLES)}: not ours" if foreign else "")


def _foreign(path: Path) -> bool:
    """Another program's file: `settings.toml` is a common name. One that is nearly ours is ours, with a mistake."""
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return bool(tables) and not any(difflib.get_close_matches(name, TABLES, n=1, cutoff=0.75) for name in tables)


def read(place: Place) -> dict[str, Any]:
    """The tables of a file. Raises `SettingsError` that says what to do."""
    path = place.path
    try:
        if path.name == ".secrets.toml":
            _refuse_shared(path)
        return tomllib.loads(path.read_bytes().decode("utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror or error}; make it readable, or name another") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: is not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: is not valid TOML: {_lower(str(error))}; correct that line") from error


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _refuse_shared(path: Path) -> None:
    if os.name == "posix" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SettingsError(f"{path}: others can read these secrets; run: chmod 600 {path}")


def leaves(table: dict[str, Any], groups: frozenset[str], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """A nested table as dotted keys and values; what is not a known table is a value."""
    for name, value in table.items():
        key = f"{prefix}{name}"
        if key in groups and isinstance(value, dict):
            yield from leaves(value, groups, f"{key}.")
        else:
            yield key, value


def line_of(path: Path, key: str) -> int | None:
    """The line, from 1, in which a dotted key is set, as far as it is written plainly."""
    table = ""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, ValueError):
        return None
    for number, line in enumerate(lines, start=1):
        if header := re.match(r"\s*\[{1,2}([^\]]+)\]{1,2}", line):
            table = header[1].replace(" ", "").replace('"', "") + "."
            if table == f"{key}.":
                return number
        elif (name := re.match(r"\s*([\w.\"-]+)\s*=", line)) and table + name[1].replace('"', "") == key:
            return number
    return None
