"""A shop while it runs: its folder, the lock that says it is alive, its writer, and the sweeping of dead ones.

A folder belongs to a living demo exactly as long as somebody holds the lock in it; the system lets go of the lock
however the process ends. Whoever sweeps takes the lock first, so two never fight over one folder.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

PREFIX = "xreg-demo-"
LOCK = "lock"


@dataclass(frozen=True, slots=True)
class Shop:
    """A running shop; `process` is its writer, `None` where nobody writes."""

    path: Path
    folder: Path
    process: subprocess.Popen[bytes] | None


@contextmanager
def running_shop(*, write: bool = True, rate: float | None = None) -> Iterator[Shop]:
    """See `xregistry_tui.demo.running_shop`."""
    from xregistry_tui.demo.shop import create_shop

    sweep()
    folder, lock = _claim_folder()
    try:
        path = folder / "shop.sqlite"
        create_shop(path, datetime.now(UTC))
        if not write:
            yield Shop(path, folder, None)
            return
        with _writer(path, rate) as process:
            yield Shop(path, folder, process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


@contextmanager
def _writer(path: Path, rate: float | None) -> Iterator[subprocess.Popen[bytes]]:
    """The writer in a session of its own: what the terminal sends to the dashboard does not reach it."""
    command = [sys.executable, "-P", "-m", "xregistry_tui.demo.writer", str(path), "--parent", str(os.getpid())]
    with (path.parent / "writer.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, *(() if rate is None else ("--rate", str(rate)))],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=2)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def sweep() -> int:
    """Remove the folders of this user whose lock is free; says how many."""
    swept = 0
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):  # somebody else's, or gone meanwhile: either way not ours to remove
            swept += _sweep_one(folder)
    return swept


def _sweep_one(folder: Path) -> bool:
    status = folder.lstat()
    if status.st_uid != os.getuid() or folder.is_symlink() or not folder.is_dir():
        return False
    lock = _take_lock(folder)
    if lock is None:
        return False
    try:
        shutil.rmtree(folder)
    finally:
        os.close(lock)
    return True


def _claim_folder() -> tuple[Path, int]:
    """A new folder (0700) and the descriptor of its lock; another one where a sweep came in between."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
        with suppress(FileNotFoundError):
            lock = _take_lock(folder)
            if lock is not None and (folder / LOCK).exists():
                return folder, lock
            if lock is not None:
                os.close(lock)


def _take_lock(folder: Path) -> int | None:
    """Hold the folder's lock, made where there is none; `None` where somebody holds it."""
    import fcntl

    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor
