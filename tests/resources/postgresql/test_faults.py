"""What goes wrong while a connection is used: each is said as what it is, nothing stays behind, and we go on."""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.engines.fixtures import MakeFresh
from tests.engines.postgres import Fresh
from tests.engines.proxy import proxied
from tests.resources.postgresql.conftest import Opened
from tests.resources.running import running
from xregistry_tui.profiling.plan import Budget, Plan
from xregistry_tui.resources.base import (
    CollectionFailed,
    RecordQuery,
    ResourceBusy,
    ResourceDenied,
    ResourceGone,
    ResourceSlow,
)
from xregistry_tui.resources.postgresql import PostgresqlResource

SCRIPT = """
CREATE TABLE orders (id int PRIMARY KEY, note text); INSERT INTO orders VALUES (1, 'a');
CREATE VIEW slow AS SELECT pg_sleep(60)::text AS x; CREATE VIEW broken AS SELECT 1 / (id - 1) AS x FROM orders;
"""
SLOW, ORDERS = RecordQuery(collection="public.slow"), RecordQuery(collection="public.orders")


@pytest.fixture
def shop(fresh: MakeFresh) -> Fresh:
    return fresh(SCRIPT)


async def still_works(resource: PostgresqlResource) -> None:
    assert (await resource.records(ORDERS)).rows == ((1, "a"),)


async def test_nothing_can_be_written(shop: Fresh, opened: Opened) -> None:
    resource = await opened(shop.url_of("owner"))
    for statement in ("DELETE FROM public.orders", "CREATE TABLE public.x (a int)", "SELECT setval('x', 1)"):
        with pytest.raises((ResourceDenied, CollectionFailed)):
            await resource._look(lambda ask, sql=statement: ask.rows(sql))
    await still_works(resource)


async def test_at_most_two_connections_named_after_us(shop: Fresh, opened: Opened) -> None:
    resource = await opened(shop.url)
    assert len(shop.activity()) == 1, "the second is opened when it is needed"
    await asyncio.gather(*(resource.records(ORDERS) for _ in range(5)))
    assert len(shop.activity()) == 1
    assert [shape async for shape in resource.shapes(["public.orders"])]
    assert len(shop.activity()) == 2
    await resource.close()
    assert shop.activity() == []


@pytest.mark.parametrize("how", ["time", "owner", "close"])
async def test_nothing_of_ours_stays_on_the_server(shop: Fresh, opened: Opened, how: str) -> None:
    resource = await opened(shop.url)
    if how == "time":
        with pytest.raises(ResourceSlow, match=r"took longer than 0\.2 s"):
            await resource.records(RecordQuery(collection="public.slow", budget=Budget(seconds=0.2)))
    else:
        task = await running(resource.records(SLOW), shop)
        if how == "owner":
            task.cancel()
        else:
            await resource.close()
        with pytest.raises((asyncio.CancelledError, ResourceGone)):
            await task
    assert all(state == "idle" for state, _ in shop.activity())
    if how != "close":
        await still_works(resource)


async def test_a_connection_that_ends_is_opened_again(shop: Fresh, opened: Opened) -> None:
    resource = await opened(shop.url)
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'xreg-tui'"
    task = await running(resource.records(SLOW), shop)
    shop.sql(end)
    with pytest.raises(ResourceGone, match=r"lost|ended our connection"):
        await task
    await still_works(resource)
    shop.sql(end)
    await still_works(resource)


async def test_questions_do_not_wait_for_a_long_look(shop: Fresh, opened: Opened) -> None:
    resource = await opened(shop.url)
    look = await running(resource._look(lambda ask: ask.rows("SELECT pg_sleep(60)")), shop)
    await resource.records(ORDERS)
    await resource.change_tokens()
    await resource.shape("public.orders")
    assert not look.done()
    look.cancel()
    with pytest.raises(asyncio.CancelledError):
        await look


@pytest.mark.parametrize("what", ["records", "profile"])
async def test_an_administrator_may_cancel_us(shop: Fresh, opened: Opened, what: str) -> None:
    resource = await opened(shop.url)
    plan = Plan(shape=await resource.shape("public.slow"))
    task = await running(resource.records(SLOW) if what == "records" else resource.profile(plan), shop)
    shop.sql("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = 'xreg-tui'")
    with pytest.raises(ResourceBusy, match="someone cancelled our query"):
        await task
    await still_works(resource)


async def test_a_lock_is_waited_for_a_while_only(shop: Fresh, opened: Opened) -> None:
    import asyncpg

    resource = await opened(shop.url)
    writer = await asyncpg.connect(shop.url_of("owner"))
    async with writer.transaction():
        await writer.execute("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(ResourceBusy, match="is locked by someone"):
            await resource.records(ORDERS)
    await writer.close()
    await still_works(resource)


async def test_a_line_that_is_cut_is_gone_and_comes_back(shop: Fresh, opened: Opened) -> None:
    async with proxied(shop.server.port) as proxy:
        resource = await opened(shop.url_of("reader", port=proxy.port))
        task = await running(resource.records(SLOW), shop)
        proxy.cut()
        with pytest.raises(ResourceGone, match="was lost"):
            await task
        await still_works(resource)
        await resource.close()


async def test_a_black_hole_ends_with_the_time_limit(shop: Fresh, opened: Opened) -> None:
    async with proxied(shop.server.port) as proxy:
        resource = await opened(shop.url_of("reader", port=proxy.port) + "?connect_timeout=1")
        await resource.records(ORDERS)
        proxy.hold()
        began = time.monotonic()
        with pytest.raises((ResourceSlow, ResourceGone)):
            await resource.records(RecordQuery(collection="public.orders", budget=Budget(seconds=0.3)))
        assert time.monotonic() - began < 5
        assert not await resource.validate_connection()
        await resource.close()


async def test_a_view_at_fault_is_said_of_it_alone(shop: Fresh, opened: Opened) -> None:
    resource = await opened(shop.url)
    with pytest.raises(CollectionFailed, match="division by zero"):
        await resource.records(RecordQuery(collection="public.broken"))
    await still_works(resource)


async def test_a_table_that_is_altered_renamed_or_dropped_meanwhile(shop: Fresh, opened: Opened) -> None:
    resource = await opened(shop.url)
    await resource.shape("public.orders")
    await resource.records(ORDERS)
    shop.sql("ALTER TABLE orders ADD COLUMN more int DEFAULT 7; ALTER TABLE orders ALTER COLUMN note TYPE varchar(9)")
    page = await resource.records(ORDERS)
    assert (page.columns, page.rows) == (("id", "note", "more"), ((1, "a", 7),))
    shop.sql("ALTER TABLE orders RENAME COLUMN note TO words")
    assert (await resource.records(ORDERS)).columns == ("id", "words", "more")
    shop.sql("ALTER TABLE orders RENAME TO bookings")
    with pytest.raises(CollectionFailed, match=r"there is no public\.orders"):
        await resource.records(ORDERS)
    assert "public.bookings" in await resource.list_collections_or_tables()
    shop.sql("DROP TABLE bookings CASCADE")
    assert await resource.list_collections_or_tables() == ["public.slow"]


async def test_what_may_not_be_read_is_left_out(fresh: MakeFresh, opened: Opened) -> None:
    database = fresh(
        "CREATE TABLE open (a int, b int); CREATE TABLE part (a int, secret int); CREATE TABLE shut (a int);"
        "CREATE SCHEMA hidden; CREATE TABLE hidden.t (a int); GRANT SELECT ON hidden.t, open TO limited;"
        "GRANT SELECT (a) ON part TO limited; INSERT INTO part VALUES (1, 2)"
    )
    resource = await opened(database.url_of("limited"))
    assert await resource.list_collections_or_tables() == ["public.open", "public.part"]
    shape = await resource.shape("public.part")
    assert [field.name for field in shape.fields] == ["a"]
    assert shape.warnings == ("1 column is left out: the role may not read them",)
    assert (await resource.records(RecordQuery(collection="public.part"))).rows == ((1,),)
    with pytest.raises(CollectionFailed):
        await resource.records(RecordQuery(collection="public.shut"))
    database.sql("REVOKE SELECT ON open FROM limited")
    assert await resource.list_collections_or_tables() == ["public.part"]


async def test_production_is_asked_for_less(shop: Fresh, opened: Opened) -> None:
    shop.sql("INSERT INTO orders SELECT g FROM generate_series(2, 1500) g")
    resource = await opened(shop.url, level="production")
    page = await resource.records(RecordQuery(collection="public.orders", limit=5_000))
    assert (len(page.rows), page.more) == (1_000, True)


async def test_bytes_are_a_bound_too(shop: Fresh, opened: Opened) -> None:
    shop.sql("INSERT INTO orders SELECT g, repeat('x', 1000) FROM generate_series(2, 500) g")
    resource = await opened(shop.url)
    page = await resource.records(RecordQuery(collection="public.orders", limit=500, budget=Budget(bytes=100_000)))
    assert 90 < len(page.rows) < 120
    assert page.more
