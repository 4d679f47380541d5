"""The trail as a process writes it: entries are sealed and kept in order; where they cannot be, they wait.

Nothing that happens to the file ends or holds what the entries tell of. While it cannot be written they wait in
memory, so many at most; then the oldest are dropped, and how many that were becomes an entry itself.
"""

from __future__ import annotations

import asyncio
import datetime
import logging
import secrets
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from xregistry_tui.core.audit import AuditRecord, Entry, append, fingerprint

if TYPE_CHECKING:
    from xregistry_tui.store.base import Store

LOG = logging.getLogger(__name__)
JOURNAL = "audit"
SHOWN = 1_000
WAITING = 10_000
_BATCH = 200
_RETRY_FIRST, _RETRY_LONGEST = 1.0, 30.0  # seconds


class Trail:
    """One writer's entries: the newest for the screen, and those that are not written yet.

    `changed` is called after an entry came or `trouble` began or ended.
    """

    def __init__(
        self, store: Store, changed: Callable[[], None], *, bound: int = WAITING, pause: float = _RETRY_FIRST
    ) -> None:
        self.entries: deque[Entry] = deque(maxlen=SHOWN)
        self.trouble = ""
        self.writer = secrets.token_hex(8)
        self.tip: AuditRecord | None = None
        self._store = store
        self._changed = changed
        self._bound = bound
        self._pause = pause
        self._waiting: deque[Entry] = deque()
        self._dropped = 0
        self._writing: asyncio.Task[None] | None = None
        self._retrying: asyncio.Task[None] | None = None
        self._closing = False

    def note(self, shown: Entry, lasting: Entry | None) -> None:
        """Take an entry as it is shown, and as it lasts (`None`: it does not). Needs no loop."""
        self.entries.append(shown)
        if lasting is not None:
            self._waiting.append(lasting)
            self._drop_surplus()
        self._changed()

    @property
    def used(self) -> bool:
        """Whether anything lasting was noted."""
        return self.tip is not None or bool(self._waiting) or self._dropped > 0

    def _drop_surplus(self) -> None:
        while len(self._waiting) > self._bound:
            self._waiting.popleft()
            self._dropped += 1

    async def written(self) -> None:
        """Wait until all entries are durable; returns at once while there is trouble, since a retry is under way."""
        if not self.trouble:
            await self._write()

    async def _write(self) -> None:
        if self._writing is None or self._writing.done():
            self._writing = asyncio.get_running_loop().create_task(self._drain())
        # whoever waits may be cancelled; what is half written may not
        await asyncio.shield(self._writing)

    async def _drain(self) -> None:
        while self._waiting or self._dropped:
            lost, self._dropped = self._dropped, 0
            taken = [self._waiting.popleft() for _ in range(min(_BATCH, len(self._waiting)))]
            records = self._sealed(([_loss(lost)] if lost else []) + taken)
            try:
                await self._store.append(JOURNAL, [record.as_json() for record in records])
            except OSError as error:
                self._waiting.extendleft(reversed(taken))
                self._dropped += lost
                self._drop_surplus()
                self._failed(error)
                return
            self.tip = records[-1]
        self._recovered()

    def _sealed(self, entries: list[Entry]) -> list[AuditRecord]:
        records: list[AuditRecord] = []
        for entry in entries:
            records.append(append(records[-1] if records else self.tip, entry, writer=self.writer))
        return records

    def _failed(self, error: OSError) -> None:
        if not self.trouble:
            LOG.warning("the audit trail cannot be written: %s", error)
        place = f" ({error.filename})" if error.filename else ""
        self._tell(
            f"the audit trail cannot be written: {error.strerror or error}{place}; "
            "what is done meanwhile waits in memory and is written when that works again"
        )
        if not self._closing and (self._retrying is None or self._retrying.done()):
            self._retrying = asyncio.get_running_loop().create_task(self._retry())

    def _recovered(self) -> None:
        if self.trouble:
            LOG.info("the audit trail is written again")
        self._tell("")

    def _tell(self, trouble: str) -> None:
        if trouble != self.trouble:
            self.trouble = trouble
            self._changed()

    async def _retry(self) -> None:
        pause = self._pause
        while self.trouble:
            await asyncio.sleep(pause)
            pause = min(2 * pause, _RETRY_LONGEST)
            await self._write()

    async def fingerprint(self, value: Any) -> str:
        """What a record may carry instead of a value; see `core.audit.fingerprint`."""
        try:
            key = await self._store.secret()
        except OSError as error:
            LOG.warning("the key of the audit trail cannot be read: %s", error)
            return ""
        return fingerprint(key, value)

    async def close(self) -> None:
        """Write what waits, once more where there is trouble; closing twice is harmless."""
        self._closing = True
        if self._retrying is not None:
            self._retrying.cancel()
            await asyncio.gather(self._retrying, return_exceptions=True)
        await self._write()
        if unwritten := len(self._waiting) + self._dropped:
            LOG.error("%d records of the audit trail were not written", unwritten)


def _loss(count: int) -> Entry:
    moment = datetime.datetime.now(datetime.UTC)
    text = f"{count:,} older records could not be written in time and are lost"
    return Entry(at=moment, who="system", verb="dropped", subject="audit trail", text=text, detail={"records": count})
