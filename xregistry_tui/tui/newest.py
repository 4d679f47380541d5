"""One request at a time, and of those that come meanwhile only the newest."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Newest(Generic[T]):
    """Runs `run(request)` in a task made by `start`; never two at once, and none that a newer one has replaced."""

    def __init__(
        self, run: Callable[[T], Awaitable[None]], start: Callable[[Coroutine[Any, Any, None]], object]
    ) -> None:
        self._run = run
        self._start = start
        self._wanted: list[T] = []
        self._busy = False

    @property
    def busy(self) -> bool:
        """Something runs."""
        return self._busy

    @property
    def superseded(self) -> bool:
        """A newer request waits, so what runs now is not worth showing."""
        return bool(self._wanted)

    def ask(self, request: T) -> None:
        """Run this as soon as what runs has ended, unless a newer one comes before."""
        self._wanted = [request]
        if not self._busy:
            self._busy = True
            self._start(self._drain())

    async def _drain(self) -> None:
        try:
            while self._wanted:
                await self._run(self._wanted.pop())
        finally:
            self._busy = False
