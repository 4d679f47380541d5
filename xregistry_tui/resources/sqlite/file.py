"""What a database file is at this moment, and how to open it without leaving anything beside it.

Nothing here opens a database: the header is read, the neighbours (`-wal`, `-shm`, `-journal`) are looked at.
"""

from __future__ import annotations

import fcntl
import os
import stat
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from xregistry_tui.resources.base import ResourceBroken, ResourceBusy, ResourceDenied, ResourceGone

MAGIC = b"SQLite format 3\x00"
HEADER_BYTES = 100

# A file system's clock ticks coarsely: what changed this shortly before we looked may change again under one stamp.
_TICK = 0.1

_LOCK_TRIES, _LOCK_PAUSE = 25, 0.01

KNOWN_MAGIC = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x7fELF", "a program"),
    (b"PAR1", "a Parquet file"),
)


class Access(StrEnum):
    """The way of opening that reads everything committed and leaves nothing behind."""

    JOURNAL = "journal"
    """A rollback-journal database: plain read-only, under SQLite's locks."""
    IMMUTABLE = "immutable"
    """Nobody has it open (a WAL database without `-wal`, or an empty file): a read-only open would create `-shm`."""
    SHARED = "shared"
    """A WAL database in use: the writer's index is read, never written."""
    PRIVATE = "private"
    """A WAL left without its index: the index is rebuilt in our memory instead of beside the file."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """The identity and state of the file and its log: (inode, nanoseconds of change, bytes) each."""

    main: tuple[int, int, int]
    wal: tuple[int, int, int] | None
    access: Access
    settled: bool

    def same_as(self, other: Stamp | None) -> bool:
        """Whether nothing was written between the two."""
        return other is not None and (self.main, self.wal, self.access) == (other.main, other.wal, other.access)


def look(path: Path) -> Stamp:
    """The stamp of a database file now; raises the condition that stands in the way of reading it."""
    found = _state(path)
    header = read_header(path, found)
    if found.st_size and not header.startswith(MAGIC):
        raise ResourceBroken(f"{path.name} {_instead(header)}", "name a file that SQLite wrote")
    if found.st_size and len(header) < HEADER_BYTES:
        raise ResourceBroken(f"{path.name} is truncated to {found.st_size} bytes", "restore it from a copy")
    log = _neighbour(path, "-wal")
    newest = max(found.st_mtime, log.st_mtime if log else 0.0)
    stamp = Stamp(_identity(found), _identity(log) if log else None, _access(path, header, log), _past(newest))
    whole = _whole_size(header)
    if found.st_size < whole and stamp.access is Access.JOURNAL and stamp.settled and not _neighbour(path, "-journal"):
        raise ResourceBroken(
            f"{path.name} is truncated to {found.st_size:,} of {whole:,} bytes", "restore it from a copy"
        )
    return stamp


def read_header(path: Path, found: os.stat_result | None = None) -> bytes:
    """The first 100 bytes of a regular file."""
    found = found or _state(path)
    try:
        return _probes.read(path, (found.st_dev, found.st_ino))
    except PermissionError as error:
        raise ResourceDenied(f"{path.name} may not be read", "ask for read permission on the file") from error
    except OSError as error:
        raise ResourceGone(f"{path.name} cannot be opened: {error.strerror}", "check the path") from error


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Keep the last writer from removing its log while we open it: else opening would create an empty one.

    It takes the lock that SQLite's readers take, by a lock of the descriptor's own, which leaves theirs alone
    (Linux; elsewhere nothing is held). Raises `ResourceBusy` when the writer does not let go in time.
    """
    descriptor = _probes.descriptor(path)
    if descriptor is None or not hasattr(fcntl, "F_OFD_SETLK"):
        yield
        return
    for _ in range(_LOCK_TRIES):
        if _lock(descriptor, fcntl.F_RDLCK):
            break
        time.sleep(_LOCK_PAUSE)
    else:
        raise ResourceBusy(f"{path.name} is locked by its writer", "wait until the writer is done")
    try:
        yield
    finally:
        _lock(descriptor, fcntl.F_UNLCK)


def _lock(descriptor: int, kind: int) -> bool:
    """Change the lock on the bytes that readers share (sqlite3 `os.h`: SHARED_FIRST, SHARED_SIZE)."""
    try:
        fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, struct.pack("hhqqi", kind, os.SEEK_SET, 0x40000002, 510, 0))
    except (BlockingIOError, PermissionError):
        return False
    return True


class _Probes:
    """Descriptors that headers are read through, one a database file, kept open.

    SQLite's locks are POSIX locks: closing any descriptor of a file drops those that another connection of this
    process holds on it, so the descriptor of a database is closed only once the file was replaced.
    """

    def __init__(self) -> None:
        self._open: dict[Path, tuple[tuple[int, int], int]] = {}
        self._lock = threading.Lock()

    def read(self, path: Path, identity: tuple[int, int]) -> bytes:
        with self._lock:
            known, descriptor = self._open.get(path, (None, -1))
            if known == identity:
                return os.pread(descriptor, HEADER_BYTES, 0)
            if known is not None:
                os.close(self._open.pop(path)[1])
            return self._first(path)

    def descriptor(self, path: Path) -> int | None:
        with self._lock:
            known = self._open.get(path)
        return known[1] if known else None

    def _first(self, path: Path) -> bytes:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        header = os.pread(descriptor, HEADER_BYTES, 0)
        if header.startswith(MAGIC):
            opened = os.fstat(descriptor)
            self._open[path] = (opened.st_dev, opened.st_ino), descriptor
        else:
            os.close(descriptor)
        return header


_probes = _Probes()


def _state(path: Path) -> os.stat_result:
    try:
        found = path.stat()
    except PermissionError as error:
        raise ResourceDenied(f"the folder of {path.name} may not be entered", "ask for permission on it") from error
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ResourceGone(f"there is no file {path}", "check the path") from error
    except (OSError, ValueError) as error:
        raise ResourceGone(f"{path} cannot be looked at: {error}", "check the path") from error
    if stat.S_ISDIR(found.st_mode):
        raise ResourceBroken(f"{path} is a folder", "name a file in it")
    if not stat.S_ISREG(found.st_mode):
        raise ResourceBroken(f"{path} is not a regular file", "name a database file")
    return found


def _whole_size(header: bytes) -> int:
    """The bytes of the file as its header counts them; 0 where the count is out of date."""
    if len(header) < HEADER_BYTES or header[24:28] != header[92:96]:
        return 0
    page, pages = int.from_bytes(header[16:18]), int.from_bytes(header[28:32])
    return pages * (65_536 if page == 1 else page)


def _neighbour(path: Path, suffix: str) -> os.stat_result | None:
    try:
        return path.with_name(path.name + suffix).stat()
    except OSError:
        return None


def _identity(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_ino, found.st_mtime_ns, found.st_size


def _access(path: Path, header: bytes, log: os.stat_result | None) -> Access:
    if not header:
        return Access.IMMUTABLE
    in_wal_mode = header[18] == 2 or header[19] == 2
    if not in_wal_mode:
        return Access.JOURNAL
    if log is None:
        return Access.IMMUTABLE
    if _neighbour(path, "-shm") is not None:
        return Access.SHARED
    return Access.PRIVATE if log.st_size else Access.IMMUTABLE


def _past(moment: float) -> bool:
    return abs(time.time() - moment) > _TICK


def _instead(header: bytes) -> str:
    for magic, what in KNOWN_MAGIC:
        if header.startswith(magic):
            return f"is {what}, not an SQLite database"
    return "is not an SQLite database, or is encrypted"
