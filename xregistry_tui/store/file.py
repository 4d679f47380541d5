"""A store whose journals are on disk; documents and series are in memory, and end with the process."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xregistry_tui.core.audit import compact
from xregistry_tui.store import heads as kept
from xregistry_tui.store import journal as files
from xregistry_tui.store.base import MemoryStore
from xregistry_tui.store.secret import secret as key_of

if TYPE_CHECKING:
    from xregistry_tui.core.audit import Head
    from xregistry_tui.store.base import Json


class FileStore(MemoryStore):
    """Journals as JSON Lines in a folder that is made when it is needed; `<journal>.heads` and a key stand beside."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def path(self, name: str) -> Path:
        """The file of a journal, whether or not it is there."""
        return self.folder / f"{name}.jsonl"

    async def append(self, journal: str, records: Iterable[Json]) -> None:
        """See `Store.append`; raises `OSError` and has then appended nothing."""
        await asyncio.to_thread(self._append, journal, tuple(records))

    def _append(self, name: str, records: Sequence[Json]) -> None:
        if not records:
            return
        with files.opened(self.path(name)) as file:
            new = os.fstat(file).st_size == 0
            files.append(file, [compact(dict(record)) for record in records])
            kept.advance(self._heads_path(name), records)
            if new:
                files.made_durable(self.folder)

    async def tail(self, journal: str, limit: int) -> Sequence[Json]:
        """See `Store.tail`; reads from the end. Raises `OSError`."""
        return await asyncio.to_thread(self._tail, journal, limit)

    def _tail(self, name: str, limit: int) -> Sequence[Json]:
        wanted = limit
        while wanted > 0:
            lines = list(self.lines(name, wanted))
            found = [record for record in map(_object, lines) if record is not None]
            if len(found) >= limit or len(lines) < wanted:
                return found[-limit:]
            wanted *= 2  # torn lines are among them: look further back
        return []

    def lines(self, journal: str, last: int | None = None) -> Iterator[str]:
        """See `Store.lines`. Raises `OSError`."""
        return files.read(self.path(journal), last)

    def heads(self, journal: str) -> Mapping[str, Head]:
        """See `Store.heads`. Raises `OSError`, and `ValueError` where the file of the heads does not hold any."""
        return kept.read(self._heads_path(journal))

    async def secret(self) -> bytes:
        """See `Store.secret`. Raises `OSError`."""
        return await asyncio.to_thread(key_of, self.folder / "audit.key")

    def _heads_path(self, name: str) -> Path:
        return self.folder / f"{name}.heads"


def _object(line: str) -> Mapping[str, Any] | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
