"""Operations end when their owner is cancelled or their time is up, and the next one finds the thread free."""

from __future__ import annotations

import asyncio

import pytest

from tests.resources.conftest import Connected, Database
from xregistry_tui.profiling.plan import Budget, Plan
from xregistry_tui.resources.base import RecordQuery, ResourceError, ResourceGone, ResourceSlow
from xregistry_tui.resources.sqlite import SqliteResource
from xregistry_tui.schema.shape import FieldShape, Shape

ENDLESS = """
CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1);
CREATE VIEW endless AS WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c) SELECT max(i) AS i FROM c;
"""
PLAN = Plan(shape=Shape(name="endless", fields=(FieldShape(name="i"),)), budget=Budget(seconds=600))


async def begun(resource: SqliteResource) -> asyncio.Task[object]:
    """A task whose endless statement is running in the engine."""
    running = asyncio.Event()
    loop = asyncio.get_running_loop()

    def endless(ask: object) -> object:
        loop.call_soon_threadsafe(running.set)
        return ask.rows("SELECT * FROM endless")  # type: ignore[attr-defined]

    task: asyncio.Task[object] = asyncio.create_task(resource._ask(endless, 600))
    await running.wait()
    return task


async def test_cancelling_the_owner_frees_the_thread(database: Database, connected: Connected) -> None:
    resource = await connected(database(ENDLESS))
    task = await begun(resource)
    waiting = asyncio.create_task(resource.profile(PLAN))
    await asyncio.sleep(0)
    waiting.cancel()
    task.cancel()
    for cancelled in (task, waiting):
        with pytest.raises(asyncio.CancelledError):
            await cancelled
    assert (await resource.shape("t")).fields


async def test_a_page_of_records_does_not_wait_for_a_long_pass(database: Database, connected: Connected) -> None:
    resource = await connected(database(ENDLESS))
    task = await begun(resource)
    assert len((await resource.records(RecordQuery(collection="t"))).rows) == 1
    assert await resource.exists("t", "a", 1)
    assert not task.done()
    task.cancel()


async def test_the_time_limit_ends_an_operation(database: Database, connected: Connected) -> None:
    resource = await connected(database(ENDLESS))
    with pytest.raises(ResourceSlow, match=r"longer than 0\.2 s"):
        await resource.records(RecordQuery(collection="endless", budget=Budget(seconds=0.2)))
    assert await resource.validate_connection()


async def test_closing_ends_what_runs_and_tells_its_owner(database: Database, connected: Connected) -> None:
    resource = await connected(database(ENDLESS))
    task = await begun(resource)
    page = RecordQuery(collection="endless", budget=Budget(seconds=600))
    others = [asyncio.create_task(resource.shape("t")), asyncio.create_task(resource.records(page))]
    await asyncio.sleep(0)
    await resource.close()
    with pytest.raises(ResourceGone, match="closed"):
        await task
    for other in others:
        with pytest.raises(ResourceError):
            await other


async def test_closing_leaves_no_question_about_changes_behind(database: Database) -> None:
    path = database(ENDLESS)
    for turns in range(8):
        resource = SqliteResource(path)
        await resource.connect()
        asking = asyncio.create_task(resource.change_token())
        for _ in range(turns):
            await asyncio.sleep(0)
        asking.cancel()
        await asyncio.wait([asking])
        await resource.close()
        assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_questions_at_once_are_answered_each(database: Database, connected: Connected) -> None:
    resource = await connected(database(ENDLESS))
    tokens = await asyncio.gather(*(resource.change_token() for _ in range(20)))
    assert len(set(tokens)) == 1
    shapes = await asyncio.gather(*(resource.shape("t") for _ in range(20)))
    assert len({shape.fields for shape in shapes}) == 1
