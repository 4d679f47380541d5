"""Who holds the event loop: callbacks that burn more CPU time of its thread than a screen can spare, and where.

Time is the loop thread's own CPU clock, so a busy machine, a debugger or a wait for a lock is no stall. The clock is
read around every callback of the loop; a daemon thread photographs the stack of one that runs for long.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from typing import TypeAlias

log = logging.getLogger(__name__)
LIMIT = 0.05

Running: TypeAlias = tuple[asyncio.Handle, float]  # a callback and since when by the wall: its identity while it runs


@dataclass(frozen=True, slots=True)
class Stall:
    """A callback that held the loop: CPU milliseconds, where it was (or that memory was tidied), outermost call first.

    `stack` is empty where the callback never let another thread look (one long call into C).
    """

    milliseconds: float
    where: str
    stack: tuple[str, ...] = ()


def log_stall(stall: Stall) -> None:
    """Leave a stall in the log: one line for what, and the calls below it."""
    calls = "".join(f"\n    {call}" for call in stall.stack)
    log.warning("the event loop was held for %.0f ms of its CPU time by %s%s", stall.milliseconds, stall.where, calls)


class Watchdog:
    """Watches one loop from `start` to `stop`, both called in the loop's thread.

    `limit` is CPU seconds. `report` is called in the loop's thread too, after the callback that stalled. A callback
    costs about 3 µs more; the looking thread wakes every `limit / 2` seconds.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, limit: float = LIMIT, *, report: Callable[[Stall], None]
    ) -> None:
        self._loop = loop
        self._limit = limit
        self._report = report
        self._thread = 0
        self._running: Running | None = None
        self._photograph: tuple[Running, tuple[str, ...]] | None = None
        self._tidying = _Tidying(self._tidied)
        self._stopped = threading.Event()
        self._unwrap: Callable[[], None] | None = None

    def start(self) -> None:
        """Begin to watch; raises `RuntimeError` where it was begun before."""
        if self._unwrap is not None:
            raise RuntimeError("a watchdog starts once")
        self._thread = threading.get_ident()
        self._unwrap = self._wrap()
        gc.callbacks.append(self._tidying.heard)
        threading.Thread(target=self._look, name="stall-watchdog", daemon=True).start()

    def stop(self) -> None:
        """Watch no longer; safe to call twice."""
        if self._unwrap is not None and not self._stopped.is_set():
            self._stopped.set()
            self._unwrap()
            gc.callbacks.remove(self._tidying.heard)

    def _wrap(self) -> Callable[[], None]:
        """Time every callback of the loop; gives what undoes it. asyncio has no public hook around a callback."""
        original = asyncio.Handle._run

        def timed(handle: asyncio.Handle) -> None:
            if handle._loop is not self._loop or self._stopped.is_set():  # type: ignore[attr-defined]
                return original(handle)
            running = self._running = handle, time.monotonic()
            tidied = self._tidying.seconds
            began = time.thread_time()
            try:
                original(handle)
            finally:
                used = time.thread_time() - began
                self._running = None
                if used > self._limit:
                    self._stalled(running, used, self._tidying.seconds - tidied)

        def unwrap() -> None:
            if asyncio.Handle._run is timed:
                asyncio.Handle._run = original  # type: ignore[method-assign]

        asyncio.Handle._run = timed  # type: ignore[assignment, method-assign]
        return unwrap

    def _stalled(self, running: Running, used: float, tidied: float) -> None:
        photograph, self._photograph = self._photograph, None
        stack = photograph[1] if photograph is not None and photograph[0] is running else ()
        where = stack[-1] if stack else repr(running[0])
        if used - tidied <= self._limit:
            where = f"{self._tidying} during {where}"
        self._report(Stall(used * 1_000, where, stack))

    def _tidied(self, seconds: float) -> None:
        """A tidying between two callbacks has no callback to blame."""
        if seconds > self._limit and self._running is None and threading.get_ident() == self._thread:
            self._report(Stall(seconds * 1_000, str(self._tidying)))

    def _look(self) -> None:
        """Photograph what has run for half the limit; by the wall, for only the loop's thread can read its CPU."""
        while not self._stopped.wait(self._limit / 2):
            running = self._running
            if running is None or time.monotonic() - running[1] < self._limit / 2:
                continue
            frame = sys._current_frames().get(self._thread)
            stack = tuple(reversed(_calls(frame)))
            if self._running is running:
                self._photograph = running, stack


class _Tidying:
    """The garbage collector's pauses in the thread they happen in, in CPU seconds."""

    def __init__(self, told: Callable[[float], None]) -> None:
        self.seconds = 0.0
        self._told = told
        self._began = 0.0
        self._generation = 0

    def heard(self, phase: str, info: dict[str, int]) -> None:
        """What `gc.callbacks` calls, in the thread that tidies."""
        if phase == "start":
            self._began = time.thread_time()
            self._generation = info["generation"]
            return
        spent = time.thread_time() - self._began
        self.seconds += spent
        self._told(spent)

    def __str__(self) -> str:
        return f"garbage collection of generation {self._generation}"


def _calls(frame: FrameType | None) -> list[str]:
    """The calls inside the callback, innermost first; what the loop and this file do around it is left out."""
    calls = []
    while frame is not None and frame.f_code.co_filename != __file__:
        code = frame.f_code
        calls.append(f"{code.co_qualname} ({code.co_filename}:{frame.f_lineno})")
        frame = frame.f_back
    return calls[:-1] if frame is not None else calls
