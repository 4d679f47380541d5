"""What there is to open from here: servers that the environment and libpq's files speak of, files of the folder."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from xregistry_tui.actions.base import Action, Result
from xregistry_tui.config.masking import mask_text

if TYPE_CHECKING:
    from xregistry_tui.workspace import Workspace

MOST_FILES = 50
MOST_READ = 1_000
_SAYING_WHERE = ("PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER", "PGSERVICE")


@dataclass(frozen=True, slots=True)
class Place:
    """Something that can be opened: how `connect` is told, what it is called, and where it was found. No secrets."""

    target: str
    title: str
    found: str


async def look_around(workspace: Workspace, folder: str = ".") -> Result:
    """What can be opened, seen from a folder; the value is a tuple of `Place`. Nothing is connected."""
    return Result(await asyncio.to_thread(lambda: tuple(places(Path(folder), os.environ))))


def places(folder: Path, environment: Mapping[str, str]) -> Iterator[Place]:
    """Servers first, then files by name."""
    general = environment.get("DATABASE_URL", "")
    # without PGHOST it is DATABASE_URL that says where postgresql:// leads
    if any(environment.get(name) for name in _SAYING_WHERE) and (environment.get("PGHOST") or not general):
        yield Place("postgresql://", _title("postgresql://", "the server of PG*"), "PG* variables")
    if general:
        yield Place("$DATABASE_URL", _title("$DATABASE_URL", mask_text(general)), "DATABASE_URL")
    yield from _services(environment)
    yield from _files(folder)


def _title(target: str, otherwise: str) -> str:
    """Where a target leads, without a secret; what it is called where that cannot be told."""
    from xregistry_tui.resources.base import UnknownTarget
    from xregistry_tui.resources.factory import ResourceFactory

    try:
        return ResourceFactory.from_url(target).metadata.location
    except UnknownTarget as error:
        return f"{otherwise} ({error.reason})"


def _services(environment: Mapping[str, str]) -> Iterator[Place]:
    from xregistry_tui.resources.postgresql.files import services

    for name, file in services(environment):
        words = name.replace("\\", r"\\").replace("'", r"\'")
        yield Place(f"service='{words}'" if words != name or " " in name else f"service={name}", name, str(file))


def _files(folder: Path) -> Iterator[Place]:
    """The files that some engine takes; hidden ones are left alone."""
    try:
        held = [entry.name for entry in islice(os.scandir(folder), MOST_READ) if entry.is_file()]
    except OSError:
        return
    names = (name for name in sorted(held) if not name.startswith(".") and _is_data(folder / name))
    for name in islice(names, MOST_FILES):
        # a name may look like the words of a connection, or an option
        yield Place(str(folder / name) if str(folder) != "." else os.path.join(".", name), name, _size(folder / name))


def _is_data(path: Path) -> bool:
    from xregistry_tui.resources.base import UnknownTarget
    from xregistry_tui.resources.factory import ResourceFactory

    try:
        ResourceFactory.from_url(path)
    except UnknownTarget:
        return False
    return True


def _size(path: Path) -> str:
    try:
        size = float(path.stat().st_size)
    except OSError:
        return "a file"
    for unit in ("bytes", "kB", "MB"):
        if size < 1_000:
            return f"a file of {size:.0f} {unit}"
        size /= 1_000
    return f"a file of {size:,.1f} GB"


ACTIONS = (Action(verb="look_around", run=look_around, permission="connect", subject="folder"),)
