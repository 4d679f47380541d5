"""An engine over lists of records, and a clock that stands still: what tests of this room run on.

The engine is a whole one: it counts what it holds and finds changes as any other does. What a test may do with it is
change records, break it, and make a look take as long as the test wants.
"""

from __future__ import annotations

import asyncio
import datetime
import heapq
import itertools
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from xregistry_tui.profiling.plan import Cost, Grade, Plan
from xregistry_tui.profiling.profile import FieldProfile, Figure, How, Profile, RuleResult, ValueCount
from xregistry_tui.resources.base import (
    CollectionFailed,
    Page,
    RecordQuery,
    ResourceError,
    ResourceMetadata,
    XResource,
)
from xregistry_tui.schema.rules import Rule, holds
from xregistry_tui.schema.shape import FieldShape, Kind, Shape

if TYPE_CHECKING:
    from xregistry_tui.schema.shape import Scalar

Record = Mapping[str, Any]

START = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.UTC)

_KINDS = ((bool, Kind.BOOLEAN), (int, Kind.INTEGER), (float, Kind.NUMBER), (str, Kind.STRING))


def kind_of(value: Any) -> Kind:
    """The neutral type of a Python value."""
    return next((kind for type_, kind in _KINDS if isinstance(value, type_)), Kind.ANY)


class StillClock:
    """A clock that moves only when a test moves it; whoever sleeps wakes when it passes their moment."""

    def __init__(self) -> None:
        self.elapsed = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Event]] = []
        self._order = itertools.count()

    def now(self) -> datetime.datetime:
        return START + datetime.timedelta(seconds=self.elapsed)

    def monotonic(self) -> float:
        return self.elapsed

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.Event()
        heapq.heappush(self._sleepers, (self.elapsed + seconds, next(self._order), woken))
        await woken.wait()

    async def advance(self, seconds: float) -> None:
        """Let time pass, and everyone do what they do meanwhile."""
        until = self.elapsed + seconds
        await quiet()
        while self._sleepers and self._sleepers[0][0] <= until:
            at, _, woken = heapq.heappop(self._sleepers)
            self.elapsed = max(self.elapsed, at)
            woken.set()
            await quiet()
        self.elapsed = until
        await quiet()


async def quiet() -> None:
    """Let every task of the loop run until none has anything left to do at once."""
    for _ in range(50):
        await asyncio.sleep(0)


class ListEngine(XResource):
    """Collections as lists of records; `milliseconds` is what a look costs, `changed` says that data changed."""

    def __init__(self, name: str = "shop", *, clock: StillClock, has_token: bool = True) -> None:
        super().__init__(ResourceMetadata(name=name, kind="sqlite", location=f"memory of {name}"))
        self.clock = clock
        self.has_token = has_token
        self.collections: dict[str, list[Record]] = {}
        self.declared: dict[str, Shape] = {}
        self.milliseconds = 10.0
        self.fault: ResourceError | None = None
        self.faulty: dict[str, Exception] = {}
        self.hold: asyncio.Event | None = None
        self.looks: list[str] = []
        self.grades: list[Grade] = []
        self.at_once = 0
        self.most_at_once = 0
        self.asked = 0
        self.estimate: int | None = None
        self.version = 0
        self.open = False

    def put(self, collection: str, records: Iterable[Record], shape: Shape | None = None) -> None:
        """Replace the records of a collection."""
        self.collections[collection] = list(records)
        if shape is not None or collection not in self.declared:
            self.declared[collection] = shape or shape_of(collection, self.collections[collection])
        self.version += 1

    async def connect(self) -> None:
        self.open = True

    async def close(self) -> None:
        self.open = False

    async def validate_connection(self) -> bool:
        return self.open and self.fault is None

    async def list_collections_or_tables(self) -> list[str]:
        return sorted(self.collections)

    async def shape(self, collection: str) -> Shape:
        self._check()
        if collection not in self.declared:
            raise CollectionFailed(f"there is no {collection}")
        return self.declared[collection]

    async def cost(self, plan: Plan) -> Cost:
        rows = self.estimate if self.estimate is not None else len(self.collections[plan.collection])
        return Cost(rows=rows, milliseconds=self.milliseconds)

    async def profile(self, plan: Plan) -> Profile:
        self.looks.append(plan.collection)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if self.hold is not None:
                await self.hold.wait()
            self._check()
            if error := self.faulty.get(plan.collection):
                raise error
            self.grades.append(plan.grade)
            return self._profile(plan)
        finally:
            self.at_once -= 1

    def _profile(self, plan: Plan) -> Profile:
        records = self.collections[plan.collection]
        known = {field.name for field in self.declared[plan.collection].fields}
        if unknown := {field.name for field in plan.shape.fields} - known:
            raise CollectionFailed(f"no such field: {', '.join(sorted(unknown))}")
        looked = records[: plan.sample] if plan.grade is Grade.SAMPLE else records
        return profile_of(
            looked,
            collection=plan.collection,
            resource=self.name,
            rows=self.estimate if self.estimate is not None and plan.grade is Grade.CATALOGUE else len(records),
            grade=plan.grade,
            rules=plan.rules,
            fields=[field.name for field in plan.shape.fields],
            at=self.clock.now(),
            milliseconds=self.milliseconds,
        )

    async def records(self, query: RecordQuery) -> Page:
        held = self.collections[query.collection]
        window = held[query.offset : query.offset + query.limit]
        columns = tuple(field.name for field in self.declared[query.collection].fields)
        return Page(
            columns=columns,
            rows=tuple(tuple(record.get(column) for column in columns) for record in window),
            keys=tuple((index,) for index in range(query.offset, query.offset + len(window))),
            offset=query.offset,
            more=query.offset + query.limit < len(held),
            total=Figure(value=len(held)),
            how=How(),
        )

    async def exists(self, collection: str, field: str, value: Scalar) -> bool:
        return any(record.get(field) == value for record in self.collections[collection])

    async def change_token(self, collection: str | None = None) -> Hashable | None:
        self.asked += 1
        self._check()
        return self.version if self.has_token else None

    def _check(self) -> None:
        if self.fault is not None:
            raise self.fault


def shape_of(collection: str, records: Iterable[Record]) -> Shape:
    """The shape that records have."""
    kinds: dict[str, dict[Kind, None]] = {}
    for record in records:
        for name, value in record.items():
            known = kinds.setdefault(name, {})
            if value is not None:
                known[kind_of(value)] = None
    return Shape(
        name=collection,
        fields=tuple(FieldShape(name=name, kinds=tuple(known), nullable=True) for name, known in kinds.items()),
    )


def profile_of(
    records: Iterable[Record],
    *,
    collection: str = "orders",
    resource: str = "shop",
    rows: int | None = None,
    grade: Grade = Grade.EXACT,
    rules: Mapping[str, tuple[Rule, ...]] | None = None,
    fields: Iterable[str] | None = None,
    at: datetime.datetime = START,
    milliseconds: float = 0.0,
) -> Profile:
    """What a whole look at records counts."""
    looked = list(records)
    names = list(fields) if fields is not None else list(dict.fromkeys(name for record in looked for name in record))
    profiles = {name: _field(name, looked, (rules or {}).get(name, ())) for name in names}
    return Profile(
        resource=resource,
        collection=collection,
        rows=Figure(value=len(looked) if rows is None else rows),
        n=len(looked),
        method=grade,
        as_of=at,
        fields=MappingProxyType(profiles if grade is not Grade.CATALOGUE else {}),
        how=How(milliseconds=milliseconds),
    )


def _field(name: str, records: list[Record], rules: tuple[Rule, ...]) -> FieldProfile:
    held = [record[name] for record in records if name in record]
    present = [value for value in held if value is not None]
    counts = Counter(present)
    return FieldProfile(
        name=name,
        looked_at=len(records),
        missing=len(records) - len(held),
        nulls=len(held) - len(present),
        empty=sum(value == "" for value in present),
        blank=sum(isinstance(value, str) and not value.strip() for value in present),
        kinds=MappingProxyType(dict(Counter(kind_of(value) for value in present))),
        fill=Figure(value=len(present) / len(records)) if records else None,
        distinct=Figure(value=len(counts)),
        once=sum(count == 1 for count in counts.values()),
        top=tuple(ValueCount(value, count) for value, count in counts.most_common(100)),
        rules=tuple(_ruled(rule, present if rule.__class__.__name__ != "Required" else held) for rule in rules),
    )


def _ruled(rule: Rule, values: list[Any]) -> RuleResult:
    verdicts = [verdict for value in values if (verdict := holds(rule, value)) is not None]
    failed = sum(not verdict for verdict in verdicts)
    return RuleResult(rule=rule, checked=len(verdicts), failed=failed if verdicts else None)
