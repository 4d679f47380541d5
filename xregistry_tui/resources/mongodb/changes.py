"""Which collections changed: one batch of a change stream, where there is none the counters of the server.

A replica set or a sharded deployment tells every change by its collection. A server of its own counts writes by
collection (`top`), or in all (`serverStatus`), for whom may ask; for others age alone tells. In doubt, all changed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from xregistry_tui.resources.base import CollectionFailed, ResourceDenied, ResourceError
from xregistry_tui.resources.mongodb.catalogue import Notes, entries
from xregistry_tui.resources.mongodb.failures import ERRORS

if TYPE_CHECKING:
    from xregistry_tui.resources.mongodb.connection import Asker, Connection

    Run = Callable[[Callable[[Asker], Awaitable[Any]]], Awaitable[Any]]
    _Way = Callable[[Asker], Awaitable[Mapping[str, Hashable] | None]]

MOST = 1_000
"""So many changes at once are told apart."""

_EXPANDED_WIRE = 17
_LOST = frozenset({43, 286, 280, 136, 50738, 13, 40576})
_DATA = frozenset({"insert", "update", "replace", "delete"})


class Watch:
    """What was heard of changes since it began. `whole` is one token for everything; `None`: nobody says."""

    def __init__(self, notes: Notes) -> None:
        self.whole: Hashable | None = None
        self._notes = notes
        stream = [self._streamed] if notes.replicas else []
        self._ways: list[_Way] = [*stream, self._topped, self._operations]
        self._turn = asyncio.Lock()
        self._counts: dict[str, int] = {}
        self._epoch = 0
        self._resume: Any = None
        self._cursor: tuple[int, str] | None = None

    async def tokens(self, run: Run) -> Mapping[str, Hashable] | None:
        """The tokens of all collections that have one; `None`: `whole` is all that is known."""
        async with self._turn:
            while self._ways:
                try:
                    found: Mapping[str, Hashable] | None = await run(self._ways[0])
                except (CollectionFailed, ResourceDenied):
                    # not on this server, or not for us: it will not be asked again
                    self._ways.pop(0)
                else:
                    return found
            self.whole = None
            return {}

    async def close(self, connection: Connection) -> None:
        """Give up the change stream."""
        cursor, self._cursor = self._cursor, None
        if cursor is not None:
            with suppress(ResourceError, *ERRORS):
                await _killed(connection, cursor)

    async def _streamed(self, ask: Asker) -> Mapping[str, Hashable]:
        events = await self._batch(ask)
        if len(events) >= MOST:
            # more than can be told apart: all changed, and what comes is heard from now on
            self._epoch += 1
            await self._again(ask)
            events = await self._opened(ask)
        for event in events:
            name = str(event.get("ns", {}).get("coll", ""))
            self._counts[name] = self._counts.get(name, 0) + 1
        known = self._notes.entries
        if known is None or any(self._is_news(event, known) for event in events):
            known = await entries(ask)
        self.whole = (self._epoch, sum(self._counts.values()))
        return {one.name: (self._epoch, self._counts.get(one.name, 0)) for one in known.values() if one.plain}

    def _is_news(self, event: Mapping[str, Any], known: Mapping[str, Any]) -> bool:
        return event.get("operationType") not in _DATA or event.get("ns", {}).get("coll") not in known

    async def _batch(self, ask: Asker) -> list[Mapping[str, Any]]:
        """The changes since the last batch; where they are not to be had any more, everything changed."""
        if self._cursor is not None:
            with suppress(ResourceError):
                cursor, where = self._cursor
                more = {"getMore": cursor, "collection": where, "batchSize": MOST, "maxTimeMS": 1}
                return self._heard(await ask.answer(more, session=True))
            await self._again(ask, keep=True)
        try:
            return await self._opened(ask)
        except ResourceError as error:
            if self._resume is None or getattr(error.__cause__, "code", None) not in _LOST:
                raise
            self._epoch += 1
            self._resume = None
            return await self._opened(ask)

    async def _opened(self, ask: Asker) -> list[Mapping[str, Any]]:
        wanted: dict[str, Any] = {"showExpandedEvents": True} if self._notes.wire >= _EXPANDED_WIRE else {}
        if self._resume is not None:
            wanted["resumeAfter"] = self._resume
        stages = [{"$changeStream": wanted}, {"$project": {"ns": 1, "operationType": 1}}]
        command = {"aggregate": 1, "pipeline": stages, "cursor": {"batchSize": MOST}}
        return self._heard(await ask.answer(command, session=True))

    def _heard(self, said: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        cursor = said["cursor"]
        self._cursor = (cursor["id"], cursor["ns"].split(".", 1)[1]) if cursor["id"] else None
        self._resume = cursor.get("postBatchResumeToken", self._resume)
        return list(cursor.get("nextBatch", cursor.get("firstBatch", ())))

    async def _again(self, ask: Asker, *, keep: bool = False) -> None:
        cursor, self._cursor = self._cursor, None
        if not keep:
            self._resume = None
        if cursor is not None:
            with suppress(ResourceError):
                await ask.answer({"killCursors": cursor[1], "cursors": [cursor[0]]}, session=True)

    async def _topped(self, ask: Asker) -> Mapping[str, Hashable]:
        """By the writes that the server counted, whose locks tell those that no counter of its own has."""
        totals = (await ask.answer({"top": 1}, database="admin"))["totals"]
        known = self._notes.entries or await entries(ask)
        database = ask.connection.target.database
        found = {}
        for one in known.values():
            said = totals.get(f"{database}.{one.name}")
            if one.plain:
                found[one.name] = _writes(said)
        prefix = f"{database}."
        self.whole = tuple(_writes(totals[name]) for name in sorted(totals) if name.startswith(prefix))
        return found

    async def _operations(self, ask: Asker) -> None:
        """By all that the server did: any write to any of its databases is a change."""
        said = await ask.answer({"serverStatus": 1}, database="admin")
        counts, documents = said["opcounters"], said["metrics"]["document"]
        self.whole = (
            said["pid"],
            *(counts[name] for name in ("insert", "update", "delete")),
            *(documents[name] for name in ("inserted", "updated", "deleted")),
        )


def _writes(said: Mapping[str, Any] | None) -> Hashable:
    return 0 if said is None else int(said["writeLock"]["count"])


async def _killed(connection: Connection, cursor: tuple[int, str]) -> None:
    await connection.send({"killCursors": cursor[1], "cursors": [cursor[0]], "comment": "xreg-tui ending"}, None)
