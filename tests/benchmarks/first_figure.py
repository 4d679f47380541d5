"""From an open connection to the first figure of a PostgreSQL table, as a session on it shows it.

    python -m tests.benchmarks.first_figure [--rows 1000000] [--tables 10] [--pairs 7]

A raw round trip to the same server stands beside it, since the machine is shared.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from statistics import median

import asyncpg

from tests.benchmarks.figures import say_machine
from tests.benchmarks.postgres_grades import TABLE
from tests.engines import postgres
from xregistry_tui.actions.local import LocalSession
from xregistry_tui.config.model import Settings
from xregistry_tui.workspace import open_workspace


async def first_figure(url: str) -> float:
    """Milliseconds from the answer of `connect` to a binding with figures."""
    session = LocalSession(open_workspace(Settings()), "admin")
    dirty = asyncio.Event()
    loop = asyncio.get_running_loop()
    subscription = session.subscribe(lambda: loop.call_soon_threadsafe(dirty.set))
    await session.perform("connect", target=url, wait=False)
    began = time.perf_counter()
    while not any(view.profile is not None for view in session.bindings()):
        await dirty.wait()
        dirty.clear()
        subscription.take()
    took = (time.perf_counter() - began) * 1_000
    await session.close()
    return took


async def round_trip(url: str) -> float:
    """Milliseconds of a plain connection and one statement."""
    began = time.perf_counter()
    connection = await asyncpg.connect(url, statement_cache_size=0)
    await connection.fetch("SELECT 1")
    took = (time.perf_counter() - began) * 1_000
    await connection.close()
    return took


async def measure(url: str, pairs: int) -> None:
    """One line: medians of both."""
    await first_figure(url)  # what is imported once is no part of it
    figures, trips = [], []
    for _ in range(pairs):
        figures.append(await first_figure(url))
        trips.append(await round_trip(url))
    print(f"first figure after connecting: median {median(figures):.0f} ms, least {min(figures):.0f}   allowed 100 ms")
    print(f"a plain connection and SELECT 1: median {median(trips):.0f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the large table")
    parser.add_argument("--tables", type=int, default=10, help="small tables beside it")
    parser.add_argument("--pairs", type=int, default=7)
    chosen = parser.parse_args()
    say_machine()
    server = postgres.start()
    try:
        large = TABLE.format(name="large", rows=chosen.rows, analyse="ANALYZE large;")
        small = "".join(
            f"CREATE TABLE t{n} (id int PRIMARY KEY, a text, b numeric(10,2));" for n in range(chosen.tables)
        )
        database = server.fresh(large + small)
        asyncio.run(measure(database.url, chosen.pairs))
    finally:
        server.kept.stop()


if __name__ == "__main__":
    main()
