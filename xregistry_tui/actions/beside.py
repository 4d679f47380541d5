"""Somebody's code, run beside the loop for no longer than a person waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from xregistry_tui.core.execution import Workers

T = TypeVar("T")

LONGEST = 5.0
"""Seconds that somebody waits for code that ought to take none."""


class Endless(Exception):
    """It took too long; the text says what becomes of it."""


async def beside(work: Callable[[], T], *, grace: float = 0) -> T:
    """What the work gives, off the loop; raises `Endless` where that takes too long, and what the work raises.

    Work that ends itself after `LONGEST` is given a `grace` of some seconds for that.
    """
    seconds = LONGEST + grace
    future = asyncio.ensure_future(asyncio.wrap_future(_workers().submit(work)))
    done, _ = await asyncio.wait({future}, timeout=seconds)
    if not done:
        future.cancel()
        raise Endless(f"it takes longer than {seconds:g} s; its thread cannot be stopped and goes on until it ends")
    result: T = future.result()
    return result


@cache
def _workers() -> Workers:
    """Threads of their own: what never ends takes no place from anything else, and does not keep the program alive."""
    from xregistry_tui.core.execution import Workers

    return Workers(most=4)
