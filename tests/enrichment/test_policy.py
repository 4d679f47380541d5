"""Of a server less is looked at than of a file: its statistics for all, a sample on opening, more only while pinned."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.enrichment.conftest import Shop
from tests.enrichment.engine import ListEngine, StillClock, quiet
from xregistry_tui.core.bindings import RefreshStatus
from xregistry_tui.enrichment.enriched import EnrichedRegistry
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.xregistry import XRegistry


class Server(ListEngine):
    """An engine that others work on too."""

    def get_type(self) -> str:
        return "postgresql"


@pytest.fixture
async def server() -> AsyncIterator[Shop]:
    clock = StillClock()
    registry = XRegistry()
    enriched = EnrichedRegistry(
        registry.models, registry.types, registry.functions, changes=registry.changes, clock=clock
    )
    engine = Server(clock=clock)
    made = Shop(registry, enriched, engine, clock)
    engine.put("orders", made.orders(101_000))
    engine.put("few", made.orders(10))
    await engine.connect()
    enriched.attach(engine)
    yield made
    await enriched.close()


async def test_only_statistics_are_read_of_what_nobody_opened(server: Shop) -> None:
    orders, few = server.bind("orders", "few")
    await server.enriched.settled()
    await server.clock.advance(600)
    assert server.engine.grades == [Grade.CATALOGUE, Grade.CATALOGUE]
    for key in (orders, few):
        live = server.live(key)
        assert live.state.status is RefreshStatus.LIVE
        assert live.will_run == "the server's statistics; a sample when opened"
    server.engine.put("orders", server.orders(102_000))
    await server.clock.advance(60)
    assert set(server.engine.grades) == {Grade.CATALOGUE}
    rows = server.live(orders).profile
    assert rows is not None
    assert rows.rows.value == 102_000, "the statistics are read again when the data changes"


async def test_opening_takes_a_sample_once_and_counts_what_is_small(server: Shop) -> None:
    orders, few = server.bind("orders", "few")
    await server.enriched.settled()
    live = await server.enriched.look(orders)
    assert live.profile is not None
    assert (live.profile.method, live.will_run) == (Grade.SAMPLE, "sampled once, not followed")
    small = (await server.enriched.look(few)).profile
    assert small is not None
    assert small.method is Grade.EXACT
    looks = list(server.engine.looks)
    await server.enriched.look(orders)
    await server.clock.advance(600)
    assert server.engine.looks == looks, "nothing runs by itself, and looking again costs nothing"


async def test_what_changed_after_the_sample_is_said_and_not_looked_at(server: Shop) -> None:
    (orders,) = server.bind("orders")
    await server.enriched.settled()
    await server.enriched.look(orders)
    looks = len(server.engine.looks)
    server.engine.put("orders", server.orders(101_001))
    await server.clock.advance(60)
    state = server.live(orders).state
    assert (len(server.engine.looks), state.status) == (looks, RefreshStatus.STALE)
    assert "pin it" in state.reason
    await server.enriched.refresh(orders)
    assert server.live(orders).state.status is RefreshStatus.LIVE


async def test_a_pinned_model_is_followed_until_it_is_unpinned(server: Shop) -> None:
    (orders,) = server.bind("orders")
    await server.enriched.settled()
    live = await server.enriched.pin(orders)
    assert live.profile is not None
    assert (live.profile.method, live.pinned) == (Grade.SAMPLE, True)
    looks = len(server.engine.looks)
    server.engine.put("orders", server.orders(101_001))
    await server.clock.advance(60)
    assert len(server.engine.looks) == looks + 1
    assert server.engine.grades[-1] is Grade.SAMPLE
    server.enriched.unpin(orders)
    server.engine.put("orders", server.orders(101_002))
    await server.clock.advance(60)
    assert len(server.engine.looks) == looks + 1
    assert not server.live(orders).pinned


async def test_pinning_what_is_stale_catches_up(server: Shop) -> None:
    (orders,) = server.bind("orders")
    await server.enriched.settled()
    await server.enriched.look(orders)
    server.engine.put("orders", server.orders(101_001))
    await server.clock.advance(60)
    await server.enriched.pin(orders)
    await server.clock.advance(60)
    assert server.live(orders).state.status is RefreshStatus.LIVE


async def test_files_are_followed_unasked(shop: Shop) -> None:
    (key,) = shop.bind("orders")
    await shop.enriched.settled()
    await quiet()
    looks = len(shop.engine.looks)
    await shop.enriched.look(key)
    assert len(shop.engine.looks) == looks
    assert shop.live(key).will_run == ""
