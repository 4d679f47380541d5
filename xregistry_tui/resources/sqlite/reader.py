"""A connection in a thread of its own: one operation at a time, each within its limit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from xregistry_tui.resources.base import ResourceBroken
from xregistry_tui.resources.sqlite.connection import Asker, Connection
from xregistry_tui.resources.thread import EngineThread, Limit

T = TypeVar("T")


class Reader:
    """Asks one file; `name` is the resource's, for the thread and for errors."""

    def __init__(self, path: Path, name: str) -> None:
        self.connection = Connection(path)
        self._name = name
        self._thread = EngineThread(f"sqlite {name}", self.connection.interrupt)

    async def ask(self, work: Callable[[Asker], T], seconds: float) -> T:
        """Do `work` when those before it are done, within so many seconds; raises `ResourceError`."""

        def bounded(limit: Limit) -> T:
            return self.connection.run(work, limit)

        try:
            return await self._thread.run(bounded, seconds)
        except (MemoryError, OverflowError) as error:
            raise ResourceBroken(f"{self._name} holds more than can be read at once: {error}") from error

    async def close(self) -> None:
        """Stop what runs and waits, and let go of the file."""
        await self._thread.close(self.connection.drop)
