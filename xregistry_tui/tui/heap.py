"""One heap for all threads: each would be given its own, and the interpreter lets one at a time run anyway."""

from __future__ import annotations

import sys
from contextlib import suppress

_M_ARENA_MAX = -8  # malloc.h of glibc


def share_one() -> None:
    """Have threads that start from now on take their memory from the one heap there is; does nothing elsewhere."""
    if sys.platform != "linux":
        return
    with suppress(ImportError, OSError, AttributeError):  # another C library knows no such thing
        import ctypes

        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)
