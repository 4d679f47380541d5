"""Waiting for what another process does, with a deadline."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

DEADLINE = 30.0


def until(happened: Callable[[], bool]) -> None:
    """Return as soon as it happened; fail where it does not within the deadline."""
    last, pause = time.monotonic() + DEADLINE, threading.Event()
    while not happened():
        assert time.monotonic() < last, "it did not happen in time"
        pause.wait(0.02)


def ended(pid: int) -> bool:
    """Whether a process runs no more (a dead one whom nobody has buried yet does not run)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z"
