"""Files as targets: what stands in the way of reading one, which ones a pattern names, and what they are called."""

from __future__ import annotations

import glob
import hashlib
import os
import stat
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from xregistry_tui.resources.base import ResourceBroken, ResourceDenied, ResourceGone

MOST_FILES = 10_000
"""So many files are taken of one pattern."""

COMPRESSED = (".gz", ".bz2", ".xz", ".zst")
"""The suffixes that say how a file is packed, not what is in it."""

HEAD = 4_096

Stamp = tuple[int, int, int]
"""Inode, nanoseconds of change, bytes."""


def is_pattern(path: str | Path) -> bool:
    """Whether a path names files by a pattern; a file of just that name is that file.

    >>> is_pattern("data/*.csv"), is_pattern("data.csv")
    (True, False)
    """
    return glob.has_magic(str(path)) and not os.path.lexists(path)


def state(path: Path) -> os.stat_result:
    """What the system says of a regular file; raises the condition that stands in the way of reading it."""
    try:
        found = path.stat()
    except PermissionError as error:
        raise ResourceDenied(f"the folder of {path.name} may not be entered", "ask for permission on it") from error
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ResourceGone(f"there is no file {path}", "check the path") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ResourceGone(f"{path} cannot be looked at: {reason}", "check the path and its links") from error
    if stat.S_ISDIR(found.st_mode):
        raise ResourceBroken(f"{path} is a folder", "name a file in it, or several by a quoted pattern")
    if stat.S_ISFIFO(found.st_mode):
        raise ResourceBroken(f"{path} is a pipe", f"hand it over as standard input: xreg-tui - < {path}")
    if not stat.S_ISREG(found.st_mode):
        raise ResourceBroken(f"{path} is not a regular file", "name a data file")
    return found


def stamp(path: Path) -> Stamp:
    """A value that differs when the file was replaced or written to."""
    found = state(path)
    return found.st_ino, found.st_mtime_ns, found.st_size


def opened(path: Path) -> int:
    """A descriptor of a regular file; a pipe that took its place in between does not hold us up."""
    state(path)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except PermissionError as error:
        raise ResourceDenied(f"{path.name} may not be read", "ask for read permission on the file") from error
    except OSError as error:
        raise ResourceGone(f"{path.name} cannot be opened: {error.strerror}", "check the path") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise ResourceBroken(f"{path} is not a regular file", "name a data file")
    return descriptor


def head(path: Path) -> bytes:
    """The first bytes of a regular file."""
    descriptor = opened(path)
    try:
        return os.pread(descriptor, HEAD, 0)
    finally:
        os.close(descriptor)


def suffix(path: Path) -> str:
    """What a file's name says it holds, in lower case, whatever it is packed with.

    >>> suffix(Path("dump.EJSON.gz")), suffix(Path("rows.csv"))
    ('.ejson', '.csv')
    """
    while path.suffix.lower() in COMPRESSED:
        path = path.with_suffix("")
    return path.suffix.lower()


def stem(path: Path) -> str:
    """A file's name without what it is packed with and what it holds.

    >>> stem(Path("data/dump.ejson.gz"))
    'dump'
    """
    while path.suffix.lower() in COMPRESSED:
        path = path.with_suffix("")
    return path.stem


def matching(pattern: str | Path) -> list[Path]:
    """The files that a pattern names now, sorted; folders and what is gone meanwhile are passed over.

    Links are followed, but not in circles: a folder that holds itself is entered as deep as the system allows.
    """
    found: list[Path] = []
    for name in glob.iglob(str(pattern), recursive=True):
        path = Path(name)
        try:
            if stat.S_ISREG(path.stat().st_mode):
                found.append(path)
        except OSError:
            continue  # it went away, or its link leads nowhere: there is nothing to read
        if len(found) > MOST_FILES:
            raise ResourceBroken(f"{pattern} names more than {MOST_FILES:,} files", "use a narrower pattern")
    return sorted(found)


def named(paths: Iterable[Path]) -> dict[str, Path]:
    """Files by the name of their collection: the stem, else the name, else the name with a mark of its folder."""
    paths = list(paths)
    stems, names = Counter(map(stem, paths)), Counter(path.name for path in paths)
    found: dict[str, Path] = {}
    for path in paths:
        mark = hashlib.sha256(str(path).encode()).hexdigest()[:6]
        unique = path.name if names[path.name] == 1 else f"{path.name} {mark}"
        found[stem(path) if stems[stem(path)] == 1 else unique] = path
    return dict(sorted(found.items()))
