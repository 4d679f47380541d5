"""Which packages of the user's own code the settings name, where they lie, and who has to trust them first."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from xregistry_tui.config import Loaded, packaged
from xregistry_tui.config.places import is_own

KEYS = {"models": "registry.import_control.models_path", "types": "registry.import_control.types_path"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A package of models or of types. `root` joins the import path; without one it is found as installed ones are.

    `place` is its folder or file where that is known. `folder` has to be trusted before any of it is imported; without
    one it is the user's own word. `problem` says why it cannot be imported.
    """

    kind: str
    module: str
    root: Path | None = None
    place: Path | None = None
    folder: Path | None = None
    problem: str = ""


def packages(loaded: Loaded) -> tuple[Package, ...]:
    """The packages to import at the start, models before types."""
    registry = loaded.settings.registry
    if not registry.import_control.auto_discover_on_startup:
        return ()
    return tuple(found for found in named(loaded) if found.kind != "models" or registry.auto_discover_models)


def named(loaded: Loaded) -> tuple[Package, ...]:
    """The packages that the settings name; the packaged default counts where it is beside the project's settings."""
    control = loaded.settings.registry.import_control
    written = {"models": control.models_path, "types": control.types_path}
    found = (_package(loaded, kind, text) for kind, text in written.items() if text.strip())
    return tuple(package for package in found if package is not None)


def _package(loaded: Loaded, kind: str, written: str) -> Package | None:
    key = KEYS[kind]
    source = loaded.sources.get(key, "default")
    if source in ("default", str(packaged("settings.toml"))):
        start = loaded.project.parent if loaded.project is not None else None
        there = start is not None and _beside(start, written) is not None
        return _located(kind, written, start, start, key) if start is not None and there else None
    start = loaded.folder(key)
    return _located(kind, written, start, None if _is_own_word(source, written) else start, key)


def _is_own_word(source: str, written: str) -> bool:
    """Whether the user said it: in the settings of their own, or by a variable that names one place from anywhere."""
    if source.endswith(".toml"):
        return is_own(source)
    return Path(written).expanduser().is_absolute()


def _located(kind: str, written: str, start: Path, folder: Path | None, key: str) -> Package:
    place = _beside(start, written)
    if place is not None:
        root, module = import_root(place, start)
        problem = "" if module else f"{place} cannot be imported: a part of its path is no name of Python's; rename it"
        return Package(kind=kind, module=module or place.name, root=root, place=place, folder=folder, problem=problem)
    if _is_dotted(written):
        return Package(kind=kind, module=written, folder=folder)
    problem = f"there is no package at {_absolute(start, written)}; create it, or correct {key}"
    return Package(kind=kind, module=written, folder=folder, problem=problem)


def _is_dotted(written: str) -> bool:
    return all(part.isidentifier() for part in written.split("."))


def _absolute(start: Path, written: str) -> Path:
    return Path(os.path.normpath(start / Path(written).expanduser()))


def _beside(start: Path, written: str) -> Path | None:
    """The folder or file that a path or a dotted name stands for, seen from a folder."""
    place = start.joinpath(*written.split(".")) if _is_dotted(written) else _absolute(start, written)
    candidates = (place, place.with_name(f"{place.name}.py"))
    return next((path for path in candidates if path.is_dir() or (path.suffix == ".py" and path.is_file())), None)


def import_root(place: Path, start: Path) -> tuple[Path, str]:
    """The folder that a package is imported from, and its name seen from there; no name where that cannot be.

    That is above its outermost package; one that is in no package keeps its path below `start`: `src.models`.
    """
    top = place
    while (top.parent / "__init__.py").is_file() and top.parent != top:
        top = top.parent
    root = start if top == place and place.is_relative_to(start) and place != start else top.parent
    parts = place.relative_to(root).with_suffix("").parts if place.is_file() else place.relative_to(root).parts
    return root, ".".join(parts) if all(part.isidentifier() for part in parts) else ""
