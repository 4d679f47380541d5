"""Work that is under way on a server, as a task."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from tests.engines import mongodb, postgres


async def running(work: Awaitable[object], shop: postgres.Fresh | mongodb.Fresh) -> asyncio.Task[object]:
    """The work as a task, once the server works on it: on PostgreSQL it sleeps there, on MongoDB it reads records."""
    task = asyncio.ensure_future(work)
    while not task.done() and not _begun(shop):
        for _ in range(20):
            await asyncio.sleep(0)
    return task


def _begun(shop: postgres.Fresh | mongodb.Fresh) -> bool:
    if isinstance(shop, mongodb.Fresh):
        # what is asked before it, such as which collections there are, is soon over
        return any(one.get("active") and "aggregate" in one["command"] for one in shop.activity())
    return bool(shop.sql(f"SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = '{shop.name}'"))
