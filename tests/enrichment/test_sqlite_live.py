"""From a file on disk to live figures: what a user sees while another program writes to the file, or takes it away."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from xregistry_tui.core.bindings import RefreshStatus
from xregistry_tui.enrichment.enriched import EnrichedRegistry
from xregistry_tui.enrichment.live import Live
from xregistry_tui.enrichment.pacing import Pace
from xregistry_tui.resources.base import XResource
from xregistry_tui.resources.factory import ResourceFactory
from xregistry_tui.xregistry import XRegistry

SCHEMA = """
CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    status TEXT NOT NULL CHECK (status IN ('paid', 'shipped', 'lost')),
    city TEXT
);
CREATE TABLE staff (id INTEGER PRIMARY KEY, name TEXT);
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "shop.sqlite"
    with sqlite3.connect(path) as connection:
        connection.executescript(SCHEMA)
        rows = [(n, "paid" if n % 3 else "shipped", ("Lyon", "Oslo", None)[n % 3]) for n in range(1, 301)]
        connection.executemany("INSERT INTO orders VALUES (?, ?, ?)", rows)
    connection.close()
    return path


@pytest.fixture
async def resource(file: Path) -> AsyncIterator[XResource]:
    opened = ResourceFactory.from_url(str(file))
    yield opened
    await opened.close()


@pytest.fixture
async def enriched(resource: XResource) -> AsyncIterator[EnrichedRegistry]:
    registry = XRegistry()
    made = registry.get_enriched()
    await resource.connect()
    made.attach(resource, pace=Pace(poll=0.02, floor=0.01, share=1.0))
    await made.discover_and_register(resource)
    await made.settled()
    yield made
    await made.close()


def orders(enriched: EnrichedRegistry) -> Live:
    (live,) = enriched.lives("models.shop.orders")
    return live


async def until(enriched: EnrichedRegistry, holds: Callable[[Live], bool]) -> Live:
    """Wait for changes until the orders are as expected."""
    changed = asyncio.Event()
    loop = asyncio.get_running_loop()
    subscription = enriched.model_registry.changes.subscribe(lambda: loop.call_soon_threadsafe(changed.set))
    try:
        async with asyncio.timeout(20):
            while not holds(live := orders(enriched)):
                await changed.wait()
                changed.clear()
                subscription.take()
    finally:
        subscription.close()
    return live


async def test_every_table_has_live_figures(enriched: EnrichedRegistry) -> None:
    assert {live.binding.collection for live in enriched.lives()} == {"orders", "staff"}
    live = orders(enriched)
    assert live.state.status is RefreshStatus.LIVE
    assert live.profile is not None
    assert live.profile.rows.value == 300
    assert live.assessment is not None
    assert live.assessment.fields["status"].validity is not None
    assert live.assessment.fields["status"].validity.value == 1.0


async def test_what_another_program_writes_is_seen(enriched: EnrichedRegistry, file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.executemany("INSERT INTO orders VALUES (?, 'lost', NULL)", [(n,) for n in range(1_000, 1_010)])
    connection.close()
    live = await until(enriched, lambda live: bool(live.alarms))
    assert live.profile is not None
    assert live.profile.rows.value == 310
    assert [alarm.message for alarm in live.alarms if alarm.code == "new_value"] == [
        "status: new value “lost”, 10 of 310"
    ]


async def test_a_file_taken_away_is_stale_and_recovers_when_it_is_back(enriched: EnrichedRegistry, file: Path) -> None:
    aside = file.with_suffix(".aside")
    file.rename(aside)
    live = await until(enriched, lambda live: live.state.status is RefreshStatus.STALE)
    assert live.state.reason
    assert live.profile is not None
    aside.rename(file)
    await until(enriched, lambda live: live.state.status is RefreshStatus.LIVE)


async def test_a_table_that_gets_a_column_is_followed(enriched: EnrichedRegistry, file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("ALTER TABLE orders RENAME COLUMN city TO town")
    connection.close()
    await until(enriched, lambda live: live.profile is not None and "town" in live.profile.fields)


async def test_the_spec_walk_works_on_a_file(enriched: EnrichedRegistry) -> None:
    assert await enriched.suggest_values("orders", "status") == ["paid", "shipped", "lost"]
    created = await enriched.create_with_validation("orders", {"id": 1, "status": "paid", "city": "Lyon"})
    assert created.model_dump()["status"] == "paid"
    with pytest.raises(ValueError, match=r"^Invalid value for status: not one of the 3 allowed values"):
        await enriched.create_with_validation("orders", {"id": 1, "status": "payd", "city": "Lyon"})
