"""One thread per resource: where its connection lives, and how work on it is bounded and cancelled."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class Limit:
    """When an operation must end: its deadline in seconds from its start, or its owner's cancellation.

    `exceeded` is asked by the engine between steps, in its own thread; `cancel` may be called from any.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.cancelled = False
        self._until = float("inf")

    def start(self) -> None:
        """The operation begins now."""
        self._until = time.monotonic() + self.seconds

    def exceeded(self) -> bool:
        """Whether to stop."""
        return self.cancelled or time.monotonic() > self._until

    def tighten(self, seconds: float) -> float:
        """Bring the deadline forward; gives the one before, for `restore`."""
        before = self._until
        self._until = min(before, time.monotonic() + seconds)
        return before

    def restore(self, until: float) -> None:
        """Undo `tighten`."""
        self._until = until


class EngineThread:
    """Runs one operation at a time in one thread; `interrupt` makes the engine give up what it is doing."""

    def __init__(self, name: str, interrupt: Callable[[], None]) -> None:
        self._executor = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._interrupt = interrupt
        self._lock = threading.Lock()
        self._waiting: set[Limit] = set()
        self._current: Limit | None = None

    async def run(self, work: Callable[[Limit], T], seconds: float) -> T:
        """Do `work` in the thread; when the caller is cancelled, stop it and return once the thread is free."""
        limit = Limit(seconds)
        future = self._executor.submit(self._perform, work, limit)
        self._waiting.add(limit)
        outcome = asyncio.wrap_future(future)
        outcome.add_done_callback(lambda done: done.cancelled() or done.exception())
        try:
            return await asyncio.shield(outcome)
        except asyncio.CancelledError:
            future.cancel()
            self._stop(limit)
            await asyncio.wait([outcome])
            raise
        finally:
            self._waiting.discard(limit)

    def _perform(self, work: Callable[[Limit], T], limit: Limit) -> T:
        with self._lock:
            self._current = limit
        limit.start()
        try:
            return work(limit)
        finally:
            with self._lock:
                self._current = None

    def _stop(self, limit: Limit) -> None:
        limit.cancelled = True
        with self._lock:
            if self._current is limit:
                self._interrupt()

    async def close(self, last: Callable[[], None]) -> None:
        """Stop what runs and waits, do `last` in the thread, and end it."""
        for limit in list(self._waiting):
            self._stop(limit)
        try:
            await asyncio.wrap_future(self._executor.submit(last))
        finally:
            self._executor.shutdown(wait=False)
