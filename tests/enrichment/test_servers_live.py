"""From a server to live figures: what others write is seen within one interval; while it is gone the figures stay."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest

from tests.engines.fixtures import MakeFresh, MakeServer
from tests.engines.proxy import Proxy
from xregistry_tui.core.bindings import RefreshStatus
from xregistry_tui.enrichment.enriched import EnrichedRegistry
from xregistry_tui.enrichment.live import Live
from xregistry_tui.enrichment.pacing import Pace
from xregistry_tui.resources.factory import ResourceFactory
from xregistry_tui.xregistry import XRegistry

QUICK = Pace(poll=0.05, floor=0.01, share=1.0, patience=0.2)


class Gate:
    """The way to a server, which can be shut for a while: then nobody is there."""

    def __init__(self, port: int, *, blind: bool) -> None:
        self.proxy = Proxy(port, blind=blind)

    async def open(self) -> None:
        """Let through, at the same port as before."""
        self._server = await asyncio.start_server(self.proxy.accept, "127.0.0.1", self.proxy.port)
        self.proxy.port = self._server.sockets[0].getsockname()[1]

    async def shut(self) -> None:
        """Break what is open, and let nobody in."""
        self._server.close()
        self.proxy.cut()

    async def close(self) -> None:
        """End everything."""
        self._server.close()
        await self.proxy.close()


@dataclass
class Shop:
    """Orders on a server, seen through a gate."""

    url: str
    gate: Gate
    write: Callable[[int], object]


@pytest.fixture(params=["postgresql", "mongodb"])
async def shop(request: pytest.FixtureRequest) -> AsyncIterator[Shop]:
    made = _postgresql(request) if request.param == "postgresql" else _mongodb(request)
    await made.gate.open()
    made.url = made.url.format(port=made.gate.proxy.port)
    yield made
    await made.gate.close()


def _postgresql(request: pytest.FixtureRequest) -> Shop:
    fresh: MakeFresh = request.getfixturevalue("fresh")
    database = fresh("CREATE TABLE orders (id int PRIMARY KEY, status text); INSERT INTO orders VALUES (1, 'paid');")
    url = database.url_of("reader").replace("{", "{{").replace("}", "}}")
    url = url.replace(f":{database.server.port}/", ":{port}/") + "?connect_timeout=2"
    return Shop(
        url,
        Gate(database.server.port, blind=False),
        lambda number: database.sql(f"INSERT INTO orders VALUES ({number}, 'new'); SELECT pg_stat_force_next_flush();"),
    )


def _mongodb(request: pytest.FixtureRequest) -> Shop:
    servers: MakeServer = request.getfixturevalue("mongo_servers")
    server = servers(replicas=True)
    database = server.fresh()
    request.addfinalizer(database.drop)
    database.db["orders"].insert_one({"_id": 1, "status": "paid"})
    url = f"mongodb://127.0.0.1:{{port}}/{database.name}?directConnection=true&serverSelectionTimeoutMS=500"
    return Shop(
        url,
        Gate(server.port, blind=True),
        lambda number: database.db["orders"].insert_one({"_id": number, "status": "new"}),
    )


@pytest.fixture
async def enriched(shop: Shop) -> AsyncIterator[EnrichedRegistry]:
    made = XRegistry().get_enriched()
    resource = ResourceFactory.from_url(shop.url)
    await resource.connect()
    made.attach(resource, pace=QUICK)
    await made.discover_and_register(resource)
    await made.settled()
    await made.pin(made.lives()[0].binding.key)
    yield made
    await made.close()
    await resource.close()


async def until(enriched: EnrichedRegistry, holds: Callable[[Live], bool]) -> Live:
    """Wait for changes until the orders are as expected."""
    changed, loop = asyncio.Event(), asyncio.get_running_loop()
    subscription = enriched.model_registry.changes.subscribe(lambda: loop.call_soon_threadsafe(changed.set))
    try:
        async with asyncio.timeout(30):
            while not holds(live := enriched.lives()[0]):
                await changed.wait()
                changed.clear()
                subscription.take()
    finally:
        subscription.close()
    return live


def rows(count: int) -> Callable[[Live], bool]:
    return lambda live: live.profile is not None and live.profile.n == count


async def test_what_others_write_is_seen(shop: Shop, enriched: EnrichedRegistry) -> None:
    await until(enriched, rows(1))
    await asyncio.to_thread(shop.write, 2)
    live = await until(enriched, rows(2))
    assert live.profile is not None
    assert {value.value for value in live.profile.fields["status"].top} == {"paid", "new"}


async def test_while_the_server_is_gone_its_figures_stay_and_then_they_recover(
    shop: Shop, enriched: EnrichedRegistry
) -> None:
    before = await until(enriched, rows(1))
    await shop.gate.shut()
    gone = await until(enriched, lambda live: live.state.status is RefreshStatus.STALE)
    assert gone.profile == before.profile, "what was known stays"
    assert gone.state.reason
    await asyncio.to_thread(shop.write, 2)
    await shop.gate.open()
    back = await until(enriched, rows(2))
    assert back.state.status in (RefreshStatus.LIVE, RefreshStatus.REFRESHING)
