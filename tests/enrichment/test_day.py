"""A day with a thousand bindings: what fails comes back, nothing overlaps or starves, nothing is left behind."""

from __future__ import annotations

import asyncio
import gc
import random
from collections import Counter
from collections.abc import AsyncIterator, Hashable, Mapping
from dataclasses import dataclass, field

import pytest

from tests.enrichment.engine import ListEngine, StillClock, quiet
from xregistry_tui.core.bindings import Binding, RefreshStatus
from xregistry_tui.enrichment.enriched import EnrichedRegistry
from xregistry_tui.profiling.plan import Plan
from xregistry_tui.profiling.profile import Profile
from xregistry_tui.resources.base import CollectionFailed, ResourceGone
from xregistry_tui.xregistry import XRegistry

RECORDS = [{"id": n, "status": "paid"} for n in range(4)]


class Busy(ListEngine):
    """An engine that tells which of its tables changed, and notices when two looks at one of them overlap."""

    def __init__(self, name: str, clock: StillClock, tables: int) -> None:
        super().__init__(name, clock=clock)
        self.versions: dict[str, int] = {}
        self.looking: Counter[str] = Counter()
        self.overlapped: set[str] = set()
        self.last_look: dict[str, float] = {}
        for number in range(tables):
            self.put(f"t{number}", RECORDS)

    def put(self, collection: str, records: list[dict[str, object]], shape: object = None) -> None:
        super().put(collection, records)
        self.versions[collection] = self.version

    async def change_tokens(self) -> Mapping[str, Hashable]:
        self.asked += 1
        self._check()
        return dict(self.versions)

    async def profile(self, plan: Plan) -> Profile:
        name = plan.collection
        self.looking[name] += 1
        if self.looking[name] > 1:
            self.overlapped.add(name)
        try:
            await asyncio.sleep(0)
            found = await super().profile(plan)
            self.last_look[name] = self.clock.monotonic()
            return found
        finally:
            self.looking[name] -= 1


@dataclass
class Day:
    """Ten engines of a hundred tables, and what happens to them by chance."""

    clock: StillClock
    enriched: EnrichedRegistry
    engines: list[Busy]
    keys: list[str]
    chance: random.Random = field(default_factory=lambda: random.Random(7))

    async def pass_by(self, hours: float, step: float = 60.0) -> None:
        """Let hours go by; each minute something changes, breaks, is mended, paused, resumed or asked for."""
        for _ in range(int(hours * 3600 / step)):
            self._happen()
            await self.clock.advance(step)

    def _happen(self) -> None:
        engine, key = self.chance.choice(self.engines), self.chance.choice(self.keys)
        name = self.chance.choice(sorted(engine.collections))
        match self.chance.randrange(8):
            case 0 | 1 | 2:
                engine.put(name, RECORDS)
            case 3:
                engine.fault = ResourceGone("the server is gone", "it will be tried again")
            case 4 | 5:
                engine.fault = None
            case 6:
                engine.faulty[name] = CollectionFailed("it cannot be read")
            case _:
                (self.enriched.pause if self.chance.random() < 0.5 else self.enriched.resume)(key)

    def mend(self) -> None:
        """Everything works again, and something changed everywhere."""
        for engine in self.engines:
            engine.fault = None
            engine.faulty.clear()
            for name in list(engine.collections):
                engine.put(name, RECORDS)
        for key in self.keys:
            self.enriched.resume(key)


@pytest.fixture
async def day() -> AsyncIterator[Day]:
    clock = StillClock()
    registry = XRegistry()
    enriched = EnrichedRegistry(
        registry.models, registry.types, registry.functions, changes=registry.changes, clock=clock
    )
    engines = [Busy(f"shop{number}", clock, 100) for number in range(10)]
    keys = []
    for engine in engines:
        await engine.connect()
        enriched.attach(engine)
        for name in engine.collections:
            model = registry.models.register_discovered(engine.declared[name], resource=engine.name)
            binding = Binding(model=model.path, resource=engine.name, collection=name)
            enriched.bind(binding, shape=engine.declared[name])
            keys.append(binding.key)
    yield Day(clock, enriched, engines, keys)
    await enriched.close()


def statuses(day: Day) -> Counter[RefreshStatus]:
    return Counter(live.state.status for live in day.enriched.standing())


@pytest.mark.parametrize("hours", [0.2, pytest.param(24, marks=pytest.mark.long)])
async def test_a_day_of_changes_failures_and_pauses(day: Day, hours: float) -> None:
    tasks_before = len(asyncio.all_tasks())
    await day.clock.advance(600)
    assert statuses(day) == {RefreshStatus.LIVE: 1_000}, "every one had its turn"
    await day.pass_by(hours)
    assert not any(engine.overlapped for engine in day.engines), "no two looks at one table at a time"
    assert all(engine.most_at_once <= 2 for engine in day.engines), "a resource is spared whatever happens"
    day.mend()
    began = day.clock.monotonic()
    await day.clock.advance(1_200)
    assert statuses(day) == {RefreshStatus.LIVE: 1_000}, "all of it recovers by itself"
    late = [name for engine in day.engines for name, at in engine.last_look.items() if at < began]
    assert not late, "and what changed was looked at: nobody starves"
    await quiet()
    assert len(asyncio.all_tasks()) <= tasks_before, "no task is left of a thousand looks"


async def test_a_thousand_unchanged_bindings_cost_one_question_a_resource(day: Day) -> None:
    await day.clock.advance(600)
    asked, looks = [engine.asked for engine in day.engines], [len(engine.looks) for engine in day.engines]
    await day.clock.advance(60)
    polls = [engine.asked - before for engine, before in zip(day.engines, asked, strict=True)]
    assert all(50 <= poll <= 70 for poll in polls), "once a second, whatever hangs on the answer"
    assert looks == [len(engine.looks) for engine in day.engines]


@pytest.mark.parametrize("rounds", [1, pytest.param(5, marks=pytest.mark.long)])
async def test_what_is_kept_of_a_binding_does_not_grow_with_its_looks(day: Day, rounds: int) -> None:
    await day.clock.advance(600)

    def held() -> int:
        gc.collect()
        return len(gc.get_objects())

    async def look_at_all() -> None:
        day.mend()
        await day.clock.advance(900)

    await look_at_all()
    before = held()
    for _ in range(rounds):
        await look_at_all()
    assert held() - before < 20 * len(day.keys), "a point of a trend here and there, no more"
