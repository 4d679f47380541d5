"""An engine that says which collection changed: only that one is looked at."""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable, Mapping

import pytest

from tests.enrichment.conftest import Shop
from tests.enrichment.engine import ListEngine, StillClock
from xregistry_tui.core.bindings import RefreshStatus
from xregistry_tui.enrichment.enriched import EnrichedRegistry
from xregistry_tui.enrichment.pacing import pace_of
from xregistry_tui.xregistry import XRegistry


class Telling(ListEngine):
    """An engine whose tables are counted each for itself; views are not."""

    def __init__(self, clock: StillClock) -> None:
        super().__init__(clock=clock)
        self.versions: dict[str, int] = {}
        self.views: set[str] = set()

    def put(self, collection: str, records: list[dict[str, object]], shape: object = None) -> None:
        super().put(collection, records)
        self.versions[collection] = self.version

    async def change_tokens(self) -> Mapping[str, Hashable]:
        self.asked += 1
        self._check()
        return {name: version for name, version in self.versions.items() if name not in self.views}


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    clock = StillClock()
    registry = XRegistry()
    enriched = EnrichedRegistry(
        registry.models, registry.types, registry.functions, changes=registry.changes, clock=clock
    )
    engine = Telling(clock)
    made = Shop(registry, enriched, engine, clock)
    for name in ("orders", "customers", "paid"):
        engine.put(name, made.orders(10))
    engine.views.add("paid")
    await engine.connect()
    enriched.attach(engine)
    yield made
    await enriched.close()


async def test_only_what_changed_is_looked_at(shop: Shop) -> None:
    shop.bind("orders", "customers")
    await shop.clock.advance(5)
    assert sorted(shop.engine.looks) == ["customers", "orders"]
    shop.engine.put("orders", shop.orders(11))
    await shop.clock.advance(5)
    assert shop.engine.looks[2:] == ["orders"]


async def test_one_question_a_poll_tells_of_all(shop: Shop) -> None:
    shop.bind("orders", "customers")
    await shop.clock.advance(5)
    before = shop.engine.asked
    await shop.clock.advance(10)
    assert 8 <= shop.engine.asked - before <= 12
    assert len(shop.engine.looks) == 2


async def test_what_has_no_token_is_looked_at_by_age(shop: Shop) -> None:
    shop.bind("orders")
    (view,) = shop.bind("paid", refresh_interval=60)
    await shop.clock.advance(5)
    assert shop.live(view).state.next_at is not None
    shop.engine.put("paid", shop.orders(12))
    await shop.clock.advance(30)
    assert shop.engine.looks.count("paid") == 1
    await shop.clock.advance(40)
    assert shop.engine.looks.count("paid") == 2
    assert shop.engine.looks.count("orders") == 1


async def test_what_is_bound_later_is_looked_at_at_once_and_once(shop: Shop) -> None:
    shop.bind("orders")
    await shop.clock.advance(5)
    asked = shop.engine.asked
    (key,) = shop.bind("customers")
    await shop.clock.advance(0)
    assert shop.engine.looks == ["orders", "customers"]
    assert shop.engine.asked == asked
    await shop.clock.advance(10)
    assert shop.engine.looks == ["orders", "customers"]
    assert shop.live(key).state.status is RefreshStatus.LIVE


def test_production_is_looked_at_sparingly() -> None:
    usual, production = pace_of("PostgreSQL"), pace_of("PostgreSQL", "production")
    assert (production.slots, production.share) == (1, 0.02)
    assert production.poll > usual.poll
    assert production.rest(100) == pytest.approx(5)
    assert pace_of("sqlite", "production") == pace_of("sqlite")
