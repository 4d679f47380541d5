"""A DuckDB in a thread of its own: one operation at a time, each within its limit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import TypeVar

from xregistry_tui.resources.base import CollectionFailed, ResourceGone
from xregistry_tui.resources.duckdb.connection import Asker, Connection, Lenient, driver
from xregistry_tui.resources.duckdb.relation import Relation, relation, tables
from xregistry_tui.resources.duckdb.sources import Format, Source, Target
from xregistry_tui.resources.files import Stamp
from xregistry_tui.resources.thread import EngineThread, Limit

T = TypeVar("T")

_SECONDS = 30.0
_TRIES = 3


class Reader:
    """Asks the files of one target; what a file is found to be is kept until it changes."""

    def __init__(self, target: Target, name: str) -> None:
        self._target = target
        self._connection = Connection()
        self._thread = EngineThread(f"duckdb {name}", self._connection.interrupt)
        self._lenient: set[Source] = set()
        self._known: dict[Source, tuple[tuple[Stamp, ...], Relation]] = {}
        self._tables: tuple[tuple[Stamp, ...], dict[str, Source]] | None = None

    async def start(self) -> None:
        """Raise what stands in the way of reading anything."""
        await self._run(lambda limit: (driver(), self._listed(limit)), _SECONDS)

    async def sources(self) -> Mapping[str, Source]:
        """The collections now, by name."""
        return await self._run(self._listed, _SECONDS)

    async def ask(self, collection: str, work: Callable[[Asker, Relation], T], seconds: float) -> T:
        """Do `work` on a collection when those before it are done; raises `ResourceError`."""

        def bounded(limit: Limit) -> T:
            source = self._listed(limit).get(collection)
            if source is None:
                raise CollectionFailed(f"there is no “{collection}” in {self._target.path.name}", "discover again")
            return self._settled(source, work, limit)

        return await self._run(bounded, seconds)

    def _settled(self, source: Source, work: Callable[[Asker, Relation], T], limit: Limit) -> T:
        """Do `work` on a file that stays the same meanwhile; one that is replaced is read again. CSV may grow."""
        for _ in range(_TRIES):
            before = source.stamps
            try:
                found = self._connection.run((source,), lambda ask: work(ask, self._relation(ask, source)), limit)
            except Lenient:
                if source in self._lenient:
                    raise
                self._lenient.add(source)
                self._known.pop(source, None)
                continue
            except CollectionFailed:
                if source.stamps == before:
                    raise
                continue
            if source.format is Format.CSV or source.stamps == before:
                return found
        raise CollectionFailed(f"{source.files[0].name} changes while it is read", "look again when it is written")

    async def close(self) -> None:
        """Stop what runs and waits, and let go of the files."""
        await self._thread.close(self._connection.close)

    async def _run(self, work: Callable[[Limit], T], seconds: float) -> T:
        try:
            return await self._thread.run(work, seconds)
        except asyncio.CancelledError:
            if (task := asyncio.current_task()) is not None and task.cancelling():
                raise
            raise ResourceGone("the file was closed while it was read", "connect it again") from None
        except (OSError, MemoryError) as error:
            raise ResourceGone(f"{self._target.path.name} cannot be read: {error}", "check the file") from error

    def _listed(self, limit: Limit) -> dict[str, Source]:
        found = self._target.check()
        only = next(iter(found.values()))
        if only.format is not Format.DUCKDB:
            return found
        if self._tables is None or self._tables[0] != only.stamps:
            stamps = only.stamps
            self._tables = stamps, self._connection.run((only,), lambda ask: tables(ask, only), limit)
        return self._tables[1]

    def _relation(self, ask: Asker, source: Source) -> Relation:
        stamps = source.stamps
        known = self._known.get(source)
        if known is None or known[0] != stamps:
            known = self._known[source] = stamps, relation(ask, source, strict=source not in self._lenient)
        return known[1]
