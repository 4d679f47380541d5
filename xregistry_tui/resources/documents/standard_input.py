"""Standard input as data, also where the dashboard reads its keys from the terminal."""

from __future__ import annotations

import os

_TERMINAL = "/dev/tty"
_aside: list[int] = []


def put_aside() -> bool:
    """Keep what is sent to us and make the terminal our standard input; false where there is no terminal."""
    try:
        terminal = os.open(_TERMINAL, os.O_RDWR)
    except OSError:
        return False
    _aside[:] = [os.dup(0)]
    os.dup2(terminal, 0)
    os.close(terminal)
    return True


def descriptor() -> int | None:
    """Where the data is; `None` where nobody sends any."""
    found = _aside[0] if _aside else 0
    try:
        return None if os.isatty(found) else os.fstat(found) and found
    except OSError:
        return None
