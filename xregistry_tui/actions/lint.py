"""Import discipline over files and folders: which of their imports bypass the door of a package. Nothing is imported.

Each file is read once for what it does, and those of packages that may be controlled once more for what they declare;
no text is kept.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xregistry_tui.actions.base import ActionError
from xregistry_tui.core.declared import Declared, declared, model_names
from xregistry_tui.core.discipline import Controlled, Controls, Finding, check, controls

INIT = "__init__.py"
SUFFIXES = (".py", ".pyi")
SKIPPED = frozenset({"node_modules", "__pycache__", "site-packages", "venv"})
BUILT = frozenset({"build", "dist"})


@dataclass(frozen=True, slots=True)
class Linted:
    """What a look found: its findings by place, how many files it read, and what could not be read."""

    findings: tuple[Finding, ...] = ()
    checked: int = 0
    unread: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()


@dataclass(slots=True)
class _Look:
    """One look while it runs."""

    declared: dict[Path, Declared] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)

    def of(self, path: Path) -> Declared:
        """What a file declares; read once."""
        if path not in self.declared:
            source = self.read(path)
            self.declared[path] = declared(source) if source is not None else Declared()
        return self.declared[path]

    def read(self, path: Path) -> bytes | None:
        """The text of a file; one that cannot be read is remembered with its reason."""
        try:
            return path.read_bytes()
        except OSError as error:
            self.unread[str(path)] = f"{path} cannot be read: {error.strerror or error}"
            return None

    def missed(self, error: OSError) -> None:
        """A folder that cannot be read."""
        self.unread[str(error.filename)] = f"{error.filename} cannot be read: {error.strerror or error}"


def lint(
    paths: Iterable[Path], *, packages: Collection[str] = (), places: Mapping[str, Path | None] | None = None
) -> Linted:
    """Check files and folders. Controlled are the named packages, else those of `places` (name → folder, `None` where
    it is not known), else all that act as a door: their `__init__` adopts the kit, or its `__all__` exports models.

    Raises `ActionError` where a named package is not there.
    """
    wanted = list(dict.fromkeys(paths))
    look = _Look()
    for path in wanted:
        if not (path.is_file() or path.is_dir()):
            look.unread[str(path)] = f"{path} is neither a file nor a folder"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the compiler thinks of somebody's escapes is not asked here
        found = list(_known(look, places) if places and not packages else _below(look, wanted, packages))
        findings, checked = _checked(look, wanted, controls(found))
    names = tuple(sorted(package.name for package, _ in found))
    return Linted(tuple(sorted(findings)), checked, tuple(look.unread.values()), names)


def _checked(look: _Look, paths: Iterable[Path], known: Controls) -> tuple[list[Finding], int]:
    findings: list[Finding] = []
    seen: set[str] = set()
    for path in paths:
        for file in _files(look, path):
            real = os.path.realpath(file)
            if real in seen or (source := look.read(file)) is None:
                continue
            seen.add(real)
            findings += check(source, str(file), Path(real).parent.parts, known)
    return findings, len(seen)


def _files(look: _Look, path: Path) -> Iterator[Path]:
    """The Python files at and below a path; a file that is named is one, whatever its suffix."""
    if path.is_file():
        yield path
    for folder, names in _folders(look, path) if path.is_dir() else ():
        for name in sorted(names):
            if name.endswith(SUFFIXES) and (folder / name).is_file():
                yield folder / name


def _folders(look: _Look, top: Path) -> Iterator[tuple[Path, list[str]]]:
    """A folder and those below it that may hold the project's own code, with their files; links are not followed."""
    for place, below, files in os.walk(top, onerror=look.missed):
        folder = Path(place)
        below[:] = sorted(name for name in below if not _is_skipped(folder / name))
        yield folder, files


def _is_skipped(folder: Path) -> bool:
    name = folder.name
    if name.startswith(".") or name in SKIPPED or (folder / "pyvenv.cfg").exists():
        return True
    return name in BUILT and not (folder / INIT).exists()


def _known(look: _Look, places: Mapping[str, Path | None]) -> Iterator[tuple[Controlled, list[str]]]:
    for name, place in places.items():
        yield _package(look, name, _real(place)) if place is not None else (Controlled(name), [name])


def _below(look: _Look, paths: Iterable[Path], wanted: Collection[str]) -> Iterator[tuple[Controlled, list[str]]]:
    """The wanted packages, else every door, as found below the paths."""
    candidates = {folder: base for base in _bases(paths) for folder in _packages(look, base)}
    if wanted:
        yield from _named(look, candidates, wanted)
        return
    doors: set[Path] = set()
    for folder, base in candidates.items():
        # a package that lies in one that is a door lies behind it: the outer one speaks for both
        if doors.isdisjoint(folder.parents) and _is_door(look, folder):
            doors.add(folder)
            yield _package(look, ".".join(folder.relative_to(base).parts), folder)


def _named(look: _Look, candidates: Iterable[Path], wanted: Collection[str]) -> Iterator[tuple[Controlled, list[str]]]:
    for name in dict.fromkeys(wanted):
        parts = tuple(name.split("."))
        there = [folder for folder in candidates if folder.parts[-len(parts) :] == parts]
        if not there:
            raise ActionError(f"there is no package {name} where you looked: give its folder as a PATH too")
        yield from (_package(look, name, folder) for folder in there)


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _bases(paths: Iterable[Path]) -> list[Path]:
    """Where packages are looked for: the folders given, and for files the current folder, or theirs outside of it."""
    here = _real(Path.cwd())
    given = (path if path.is_dir() else here if _real(path).is_relative_to(here) else path.parent for path in paths)
    bases = dict.fromkeys(_outermost(base) for base in dict.fromkeys(given) if base.is_dir())
    return [base for base in bases if bases.keys().isdisjoint(base.parents)]


def _outermost(folder: Path) -> Path:
    """The folder that the whole package is in that a folder belongs to; itself where it belongs to none."""
    place = _real(folder)
    while (place / INIT).is_file() and place.parent != place:
        place = place.parent
    return place


def _packages(look: _Look, base: Path) -> Iterator[Path]:
    return (folder for folder, files in _folders(look, base) if INIT in files)


def _is_door(look: _Look, folder: Path) -> bool:
    """Whether an `__init__` speaks for its package: it adopts the kit, or exports models."""
    init = look.of(folder / INIT)
    if init.adopts_kit or not init.exports:
        return init.adopts_kit
    return not init.exports.isdisjoint(model_names(look.of(file) for file in _files(look, folder)))


def _package(look: _Look, name: str, place: Path) -> tuple[Controlled, list[str]]:
    """A package as it is called, and every name that it may be imported by."""
    init = place / INIT if place.is_dir() else place
    exports = look.of(init).offered if init.is_file() else None
    return Controlled(name, place.with_suffix("").parts, exports), [name, *_names(place)]


def _names(place: Path) -> Iterator[str]:
    """Every name that a package may be imported by: each folder above it that is no package may be a root."""
    name = place.stem if place.is_file() else place.name
    for above in place.parents:
        if not (above / INIT).is_file():
            yield name
        if not above.name.isidentifier():
            return
        name = f"{above.name}.{name}"


def lint_document(linted: Linted) -> dict[str, Any]:
    """What a look found as JSON data."""
    return {
        "checked": linted.checked,
        "packages": list(linted.packages),
        "findings": [
            {
                "path": found.path,
                "line": found.line,
                "column": found.column,
                "message": found.message,
                "instead": found.instead,
            }
            for found in linted.findings
        ],
        "unread": list(linted.unread),
    }
