"""What we remember: the Protocol of every store, and the one in memory.

Three forms of memory carry all there is: *documents* (versions, grants, bindings; replaced whole, guarded by an
epoch), *journals* (the audit trail; append-only) and *series* (compact profiles and trends; thinned with age).
"""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from xregistry_tui.core.audit import compact

if TYPE_CHECKING:
    import datetime

    from xregistry_tui.core.audit import Head

    Json = Mapping[str, Any]


class Conflict(Exception):
    """A document changed since it was read: read it again, then decide. `epoch` is the one it has now."""

    def __init__(self, kind: str, key: str, expected: int, epoch: int) -> None:
        super().__init__(f"{kind} {key} is at epoch {epoch}, not {expected}: read it again and retry")
        self.epoch = epoch


@dataclass(frozen=True, slots=True)
class Document:
    """A stored value and the epoch it was written at."""

    key: str
    value: Json
    epoch: int


@dataclass(frozen=True, slots=True)
class Point:
    """One moment of a series."""

    at: datetime.datetime
    value: Json


class Store(Protocol):
    """What the workspace remembers in. Values are JSON objects; times are aware UTC."""

    async def get(self, kind: str, key: str) -> Document | None:
        """The document, or `None`."""

    async def scan(self, kind: str) -> Sequence[Document]:
        """All documents of a kind, by key."""

    async def put(self, kind: str, key: str, value: Json, *, expect: int | None = None) -> int:
        """Replace a document and give its new epoch; `expect` (0: must not exist) raises `Conflict` on a lost race."""

    async def append(self, journal: str, records: Iterable[Json]) -> None:
        """Add records to a journal: durable when this returns."""

    async def tail(self, journal: str, limit: int) -> Sequence[Json]:
        """The last records of a journal, oldest first."""

    def lines(self, journal: str, last: int | None = None) -> Iterator[str]:
        """Every line of a journal as it is kept, or the last ones, oldest first; may block, so read it in a thread."""

    def heads(self, journal: str) -> Mapping[str, Head]:
        """How far each writer's chain in a journal is known to go; may block."""

    async def secret(self) -> bytes:
        """32 random bytes, the same for as long as the store remembers anything."""

    async def add_points(self, series: str, points: Iterable[Point]) -> None:
        """Add moments to a series."""

    async def points(self, series: str, since: datetime.datetime) -> Sequence[Point]:
        """The moments of a series from `since` on, oldest first."""

    async def drop_points(self, series: str, moments: Iterable[datetime.datetime]) -> None:
        """Forget moments of a series; those that it has not are no error."""

    async def close(self) -> None:
        """Write what is pending and let go."""


class MemoryStore:
    """A store for one process, bounded: 10,000 records a journal, 10,000 points a series."""

    def __init__(self, bound: int = 10_000) -> None:
        self._bound = bound
        self._documents: dict[tuple[str, str], Document] = {}
        self._journals: dict[str, deque[Json]] = {}
        self._series: dict[str, deque[Point]] = {}
        self._secret = secrets.token_bytes(32)

    async def get(self, kind: str, key: str) -> Document | None:
        """See `Store.get`."""
        return self._documents.get((kind, key))

    async def scan(self, kind: str) -> Sequence[Document]:
        """See `Store.scan`."""
        return [self._documents[entry] for entry in sorted(self._documents) if entry[0] == kind]

    async def put(self, kind: str, key: str, value: Json, *, expect: int | None = None) -> int:
        """See `Store.put`."""
        held = self._documents.get((kind, key))
        epoch = held.epoch if held else 0
        if expect is not None and expect != epoch:
            raise Conflict(kind, key, expect, epoch)
        self._documents[kind, key] = Document(key, value, epoch + 1)
        return epoch + 1

    async def append(self, journal: str, records: Iterable[Json]) -> None:
        """See `Store.append`."""
        self._journals.setdefault(journal, deque(maxlen=self._bound)).extend(records)

    async def tail(self, journal: str, limit: int) -> Sequence[Json]:
        """See `Store.tail`."""
        return list(self._journals.get(journal, ()))[-limit:] if limit > 0 else []

    def lines(self, journal: str, last: int | None = None) -> Iterator[str]:
        """See `Store.lines`."""
        held = list(self._journals.get(journal, ()))
        chosen = held if last is None else held[-last:] if last > 0 else []
        return (compact(dict(record)) for record in chosen)

    def heads(self, journal: str) -> Mapping[str, Head]:
        """Who keeps records in memory alone knows no more than the records themselves."""
        return {}

    async def secret(self) -> bytes:
        """See `Store.secret`."""
        return self._secret

    async def add_points(self, series: str, points: Iterable[Point]) -> None:
        """See `Store.add_points`."""
        self._series.setdefault(series, deque(maxlen=self._bound)).extend(points)

    async def points(self, series: str, since: datetime.datetime) -> Sequence[Point]:
        """See `Store.points`."""
        return [point for point in self._series.get(series, ()) if point.at >= since]

    async def drop_points(self, series: str, moments: Iterable[datetime.datetime]) -> None:
        """See `Store.drop_points`."""
        gone = set(moments)
        kept = [point for point in self._series.get(series, ()) if point.at not in gone]
        self._series[series] = deque(kept, maxlen=self._bound)

    async def close(self) -> None:
        """Nothing is kept."""
        self._documents.clear()
        self._journals.clear()
        self._series.clear()
