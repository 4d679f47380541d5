"""Settings: one model from five places, each value with the place it came from.

Importing this room costs next to nothing; Dynaconf and Pydantic are imported when settings are loaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xregistry_tui.config.model import Settings

__all__ = ["Loaded", "Settings", "SettingsError", "load", "packaged"]


class SettingsError(Exception):
    """Settings cannot be used: each of `problems` is one line that names the place, the key and what to do."""

    def __init__(self, *problems: str) -> None:
        more = f" (and {len(problems) - 1} more: xreg-tui config check)" if len(problems) > 1 else ""
        super().__init__(problems[0] + more)
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings as used. `sources` gives the place of each dotted key: a file, a variable, `command line`.

    `notes` are things a person should know that are no errors, one line each. `project` is the project's own file.
    """

    settings: Settings
    sources: Mapping[str, str]
    notes: tuple[str, ...] = ()
    project: Path | None = None

    def folder(self, key: str) -> Path:
        """The folder that relative paths under a key start from: its settings file's, else the current one."""
        place = Path(self.sources.get(key, ""))
        return place.parent if place.suffix == ".toml" else Path.cwd()


def load(explicit: Path | None = None, flags: Mapping[str, Any] | None = None) -> Loaded:
    """Read all settings; `explicit` replaces the search for a project's file, `flags` are dotted keys that win.

    Raises `SettingsError`.
    """
    from xregistry_tui.config.loading import load as read

    return read(explicit, flags or {})


def packaged(name: str) -> Path:
    """A file or folder that comes with the package: `settings.toml`, `themes`."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "_packaged" / name
    return installed if installed.exists() else package.parent / name


def __getattr__(name: str) -> Any:
    if name == "Settings":
        from xregistry_tui.config.model import Settings

        return Settings
    raise AttributeError(name)
