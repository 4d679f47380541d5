"""How late the loop of a dashboard is: idle, and while 200 bindings refresh and a file is validated beside it.

    python -m tests.benchmarks.lag [--seconds 20] [--pairs 3]

A callback that should come each 5 ms notes how late it came. The p99 with work is told as a ratio to the idle one of
the same run, taken in turns.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path
from statistics import median, quantiles

from tests.benchmarks.bulk import FIELDS, write
from tests.benchmarks.figures import say_machine
from xregistry_tui.actions.local import LocalSession
from xregistry_tui.actions.session import Session
from xregistry_tui.config.model import Settings
from xregistry_tui.schema.shape import Kind
from xregistry_tui.tui.app import XregApp
from xregistry_tui.workspace import open_workspace

TABLES, ROWS, BEAT = 200, 500, 0.005
DECLARED = {Kind.INTEGER: "INTEGER", Kind.STRING: "TEXT", Kind.NUMBER: "REAL", Kind.DATETIME: "DATETIME"}


def fill(path: Path) -> None:
    """Tables of ten columns, and one of the records that are checked."""
    with closing(sqlite3.connect(path)) as connection, connection:
        fields = ", ".join(f"{name} {DECLARED[kind]} NOT NULL" for name, kind in FIELDS)
        connection.execute(f"CREATE TABLE orders ({fields})")
        for number in range(TABLES):
            columns = ", ".join(f"c{n} {('INTEGER', 'TEXT')[n % 2]}" for n in range(10))
            connection.execute(f"CREATE TABLE t{number} (id INTEGER PRIMARY KEY, {columns})")
            rows = [(n, *(n % 7 if c % 2 == 0 else f"v{n % 11}" for c in range(10))) for n in range(ROWS)]
            marks = ", ".join("?" * 11)
            connection.executemany(f"INSERT INTO t{number} VALUES ({marks})", rows)


def change(path: Path) -> None:
    """Another record in every table: all bindings are due."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for number in range(TABLES):
            connection.execute(f"INSERT INTO t{number} (c0, c1) VALUES (1, 'v1')")


async def lateness(seconds: float) -> float:
    """The 99th percentile of how late a beat comes, in milliseconds."""
    late = []
    until = time.perf_counter() + seconds
    while (began := time.perf_counter()) < until:
        await asyncio.sleep(BEAT)
        late.append(max(0.0, (time.perf_counter() - began - BEAT) * 1000))
    return quantiles(late, n=100)[98]


async def busy(session: Session, path: Path, records: Path, seconds: float) -> float:
    """The same while everything is looked at and a file is checked, over and over."""

    async def validate() -> None:
        while True:
            await session.perform("validate_file", model="models.shop.orders", file=str(records))

    async def write_on() -> None:
        while True:
            await asyncio.to_thread(change, path)
            await asyncio.sleep(1)

    tasks = [asyncio.create_task(work()) for work in (validate, write_on)]
    try:
        return await lateness(seconds)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def measure(path: Path, records: Path, seconds: float, pairs: int) -> None:
    """A headless dashboard on the file, idle and busy in turns."""
    session = LocalSession(open_workspace(Settings()), "admin")
    await session.perform("connect", target=str(path))
    await session.settled()

    async def opened() -> Session:
        return session

    app = XregApp(opened)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        ratios = []
        for _ in range(pairs):
            idle, working = await lateness(seconds), await busy(session, path, records, seconds)
            ratios.append(working / idle)
            print(f"p99 late: idle {idle:.1f} ms, working {working:.1f} ms, {ratios[-1]:.2f}×", flush=True)
        print(f"{median(ratios):.2f}× median   allowed 1.5×")
    await session.close()


def main() -> None:
    """Make the files, measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--pairs", type=int, default=3)
    chosen = parser.parse_args()
    say_machine()
    with tempfile.TemporaryDirectory(prefix="xreg-bench-") as folder:
        path, records = Path(folder) / "shop.sqlite", Path(folder) / "orders.jsonl"
        fill(path)
        write(records, 200_000)
        asyncio.run(measure(path, records, chosen.seconds, chosen.pairs))


if __name__ == "__main__":
    main()
