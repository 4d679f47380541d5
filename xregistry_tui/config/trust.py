"""Whose code may run: the folders that a person said to trust, in a file of the state folder.

A folder is known by its resolved path, and trust in it is in no other. A record that is damaged, or that others can
write, trusts nobody.
"""

from __future__ import annotations

import datetime
import json
import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from xregistry_tui.config.places import state_folder


class TrustError(Exception):
    """The record of trust cannot be written; the text says why."""


@dataclass(frozen=True, slots=True)
class Trusted:
    """The record as read: the moment of trust by folder. `problem` says why it counts for nothing."""

    folders: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    problem: str = ""

    def __contains__(self, folder: Path) -> bool:
        return key_of(folder) in self.folders


def trust_file() -> Path:
    """Where the record is, whether or not anybody was trusted yet."""
    return state_folder() / "trusted.json"


def key_of(folder: Path) -> str:
    """What a folder is known by: links and `..` are followed."""
    return os.path.realpath(folder)


def trusted() -> Trusted:
    """The record of trust."""
    path = trust_file()
    try:
        if os.name == "posix" and path.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            return Trusted(
                problem=f"{path}: others can write this record of trust, so it counts for nothing; remove it"
            )
        held = json.loads(path.read_bytes())
    except FileNotFoundError:
        return Trusted()
    except OSError as error:
        return Trusted(problem=f"{path}: cannot be read ({error.strerror or error}), so no folder is trusted")
    except (ValueError, RecursionError):
        held = None
    if not (isinstance(held, dict) and all(isinstance(moment, str) for moment in held.values())):
        return Trusted(problem=f"{path}: is damaged, so no folder is trusted; trusting one anew replaces it")
    return Trusted(MappingProxyType(held))


def trust(folder: Path, at: datetime.datetime) -> None:
    """Record that a folder is trusted, since a moment; raises `TrustError`."""
    _write({**trusted().folders, key_of(folder): at.isoformat(timespec="seconds")})


def untrust(folder: Path) -> bool:
    """Take trust back, and tell whether there was any; raises `TrustError`."""
    held = dict(trusted().folders)
    if held.pop(key_of(folder), None) is None:
        return False
    _write(held)
    return True


def _write(folders: Mapping[str, str]) -> None:
    """Replace the record as a whole: a reader sees the old one or the new one."""
    import tempfile

    path = trust_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(prefix=".trusted-", dir=path.parent)  # only its owner can read and write it
        try:
            with open(handle, "w", encoding="ascii") as file:
                json.dump(dict(sorted(folders.items())), file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, path)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(name)
            raise
    except OSError as error:
        raise TrustError(f"{path}: cannot be written: {error.strerror or error}") from error
