"""A journal on disk: one file of lines that several processes append to, whole lines only, durable when it returns.

Everything here blocks: it is called in a thread beside the loop. A process that is killed while it writes leaves a
torn line at most; the next one starts on a line of its own.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

try:
    import fcntl
except ImportError:  # as on a file system without locks, see _NO_LOCKS
    fcntl = None  # type: ignore[assignment]

LONGEST_LINE = 1_000_000
_BLOCK = 65_536
_PATIENCE = 2.0
"""Seconds to wait for another process that holds the lock: it appends for milliseconds, unless it was stopped."""


_NO_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS)
"""What file systems without advisory locks answer: each append is one write there, and that must do."""


@contextmanager
def opened(path: Path, patience: float = _PATIENCE) -> Iterator[int]:
    """The file of a journal, made where it is not there, ours alone for as long as this lasts. Raises `OSError`."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    until = time.monotonic() + patience
    while True:
        file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            _lock(file, path, until)
            if _is_still(path, file):
                yield file
                return
        finally:
            os.close(file)  # this gives the lock back too


def append(file: int, lines: Sequence[str]) -> None:
    """Write whole lines at the end of an `opened` file, all or none. Raises `OSError`."""
    size = os.fstat(file).st_size
    torn = size > 0 and os.pread(file, 1, size - 1) != b"\n"
    data = b"\n" * torn + "".join(f"{line}\n" for line in lines).encode("ascii")
    try:
        while data:
            data = data[os.write(file, data) :]
        os.fsync(file)
    except OSError:
        with suppress(OSError):  # what cannot be taken back is a torn line, which the next append leaves behind
            os.ftruncate(file, size)
        raise


def made_durable(folder: Path) -> None:
    """Let the names of a folder's files survive a power cut, where the system can promise that."""
    with suppress(OSError):
        entry = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(entry)
        finally:
            os.close(entry)


def read(path: Path, last: int | None = None) -> Iterator[str]:
    """Every line without its end, or the `last` ones, as the file is now; nothing where there is no file.

    Raises `OSError`. Of a line beyond all measure only the beginning is given.
    """
    with suppress(FileNotFoundError), path.open("rb") as file:
        end = _settled_size(file)
        file.seek(0 if last is None else _start_of_last(file, end, last))
        while (left := end - file.tell()) > 0:
            line = file.readline(min(LONGEST_LINE, left))
            part = line
            while not part.endswith(b"\n") and (left := end - file.tell()) > 0:
                part = file.readline(min(LONGEST_LINE, left))
            yield _text(line)


def follow(path: Path, last: int, wait: Callable[[], None]) -> Iterator[str]:
    """The last lines and then each as it comes, without end; `wait` is called when there is nothing new.

    A file that was replaced is read to its end, then the new one from its start; one that is gone is waited for.
    """
    start: int | None = last
    while True:
        try:
            with path.open("rb") as file:
                if start is not None:
                    file.seek(_start_of_last(file, os.fstat(file.fileno()).st_size, start))
                yield from _follow_one(path, file, wait)
        except FileNotFoundError:
            wait()
        start = None


def _follow_one(path: Path, file: BinaryIO, wait: Callable[[], None]) -> Iterator[str]:
    """The lines of an open file until another one stands in its place."""
    begun = b""
    while True:
        gone = not _is_still(path, file.fileno())  # asked before the last look: what is written until then is read
        while block := file.read(_BLOCK):
            *lines, begun = (begun + block).split(b"\n")
            yield from map(_text, lines)
            begun = begun[:LONGEST_LINE]
        if gone:
            return
        if os.fstat(file.fileno()).st_size < file.tell():
            begun = b""
            file.seek(0)
        else:
            wait()


def _lock(file: int, path: Path, until: float, *, alone: bool = True) -> None:
    """Wait for the lock, to write `alone` or to read while nobody writes. Raises `OSError`."""
    while fcntl is not None:
        try:
            fcntl.flock(file, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > until:
                raise OSError(errno.EBUSY, "another process holds it", str(path)) from None
            time.sleep(0.002)
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
            return


def _is_still(path: Path, file: int) -> bool:
    try:
        return os.path.samestat(os.stat(path), os.fstat(file))
    except FileNotFoundError:
        return False


def _settled_size(file: BinaryIO) -> int:
    """How far the file goes while nobody is writing; where somebody does for long, how far it goes now."""
    with suppress(OSError):
        _lock(file.fileno(), Path(file.name), time.monotonic() + _PATIENCE, alone=False)
    size = os.fstat(file.fileno()).st_size
    if fcntl is not None:
        with suppress(OSError):
            fcntl.flock(file.fileno(), fcntl.LOCK_UN)
    return size


def _start_of_last(file: BinaryIO, end: int, count: int) -> int:
    """Where the last lines begin, read from the end in blocks."""
    if count <= 0:
        return end
    position = end
    file.seek(max(end - 1, 0))
    if file.read(1) == b"\n":
        position -= 1
    while position > 0:
        step = min(_BLOCK, position)
        position -= step
        file.seek(position)
        block = file.read(step)
        at = len(block)
        while (at := block.rfind(b"\n", 0, at)) >= 0:
            count -= 1
            if count == 0:
                return position + at + 1
    return 0


def _text(line: bytes) -> str:
    return line.removesuffix(b"\n").decode("ascii", "replace")
