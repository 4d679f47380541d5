"""What the three grades cost on a real PostgreSQL server, against the floor of each; 20 columns of mixed kinds.

    python -m tests.benchmarks.postgres_grades [--rows 10000 100000 1000000] [--large 10000000] [--pairs 5]

The catalogue is measured against a raw read of `pg_stats` and a query per column and metric, a sample against one scan
of the heap, the exact grade against one hand-written pass and against a query per metric, like for like.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource as usage
import time
import tracemalloc
from collections.abc import Awaitable, Callable
from statistics import median
from typing import Any

import asyncpg

from tests.benchmarks.figures import say_machine
from tests.engines import postgres
from tests.engines.postgres import Fresh
from xregistry_tui.profiling.plan import Budget, Grade, Plan
from xregistry_tui.profiling.profile import Profile
from xregistry_tui.resources.postgresql import PostgresqlResource

TABLE = """
CREATE UNLOGGED TABLE {name} (
    id bigint PRIMARY KEY, customer int, amount numeric(10,2), price float8, quantity int2, status text,
    country char(2), email text, full_name text, note text, created timestamptz, updated timestamp, day date,
    active boolean, token uuid, address inet, score float4, parent bigint, code varchar(12), rating int
) WITH (autovacuum_enabled = off);
INSERT INTO {name}
SELECT g, (power(random(), 3) * 50000)::int, round((random() * 1000)::numeric, 2), random() * 100, g % 50,
    (ARRAY['new', 'paid', 'sent', 'done', 'void'])[1 + floor(power(random(), 2) * 5)::int],
    (ARRAY['de', 'fr', 'it', 'es', 'pl', 'nl', 'at'])[1 + g % 7], 'user' || g % 400000 || '@example.org',
    'Name ' || md5((g % 300000)::text), CASE WHEN random() < 0.3 THEN 'a note about ' || g % 90000 END,
    '2020-01-01'::timestamptz + g * interval '13 s', '2021-01-01'::timestamp + random() * interval '900 days',
    '2019-01-01'::date + (g / 900)::int % 3000, random() < 0.8, md5(g::text)::uuid,
    '10.0.0.0'::inet + (random() * 60000)::int, random(), CASE WHEN g % 10 > 0 THEN g / 10 END,
    'C' || g % 25000, CASE WHEN random() < 0.95 THEN 1 + floor(random() * 5)::int END
FROM generate_series(1, {rows}) AS g;
{analyse}
"""
NUMBERS = ("id", "customer", "amount", "price", "quantity", "score", "parent", "rating")
MOMENTS = ("created", "updated", "day")
TEXTS = ("status", "country", "email", "full_name", "note", "code")
OTHERS = ("active", "token", "address")
ALL = (*NUMBERS, *MOMENTS, *TEXTS, *OTHERS)


def hand_written(name: str) -> str:
    """The same counts, extremes and moments as anyone would write them in one pass, and nothing else."""
    parts = ["count(*)"]
    for column in NUMBERS:
        parts += [f"count({column})", f"min({column})", f"max({column})", f"avg({column})", f"stddev_pop({column})"]
        parts += [f"count(*) FILTER (WHERE {column} = 0)", f"count(*) FILTER (WHERE {column} < 0)"]
    for column in MOMENTS:
        parts += [f"count({column})", f"min({column})", f"max({column})"]
    for column in TEXTS:
        text = f'{column}::text COLLATE "C"'
        parts += [f"count({column})", f"min({text})", f"max({text})", f"count(*) FILTER (WHERE {column} = '')"]
        parts += [f"count(*) FILTER (WHERE btrim({column}) = '')", f"min(length({column}))", f"max(length({column}))"]
        parts += [f"avg(length({column}))"]
    parts += ["count(active)", "count(*) FILTER (WHERE active)", "count(token)", "count(address)"]
    return f"SELECT {', '.join(parts)} FROM {name}"


def one_by_one(name: str) -> list[str]:
    """A query for each column and metric."""
    found = []
    for column in ALL:
        metrics = [f"count({column})", f"count(DISTINCT {column})"]
        if column in NUMBERS:
            metrics += [f"min({column})", f"max({column})", f"avg({column})", f"stddev_pop({column})"]
            metrics += [f"count(*) FILTER (WHERE {column} = 0)", f"count(*) FILTER (WHERE {column} < 0)"]
        elif column in MOMENTS:
            metrics += [f"min({column})", f"max({column})"]
        elif column in TEXTS:
            metrics += [f"min({column})", f"max({column})", f"avg(length({column}))"]
            metrics += [f"count(*) FILTER (WHERE btrim({column}) = '')"]
        found += [f"SELECT {metric} FROM {name}" for metric in metrics]
    return found


class Bench:
    """One database, read by the product and by a plain connection with the same settings."""

    def __init__(self, database: Fresh, pairs: int) -> None:
        self.database = database
        self.pairs = pairs
        self.resource = PostgresqlResource(url=database.url)
        self.plain: asyncpg.Connection

    async def open(self) -> None:
        """Connect both."""
        await self.resource.connect()
        self.plain = await asyncpg.connect(self.database.url, statement_cache_size=0)
        for setting in ("search_path = public", "jit = off", "synchronize_seqscans = off"):
            await self.plain.execute(f"SET {setting}")

    async def raw(self, *statements: str) -> float:
        """Milliseconds of plain statements."""
        began = time.perf_counter()
        for statement in statements:
            await self.plain.fetch(statement)
        return (time.perf_counter() - began) * 1000

    async def look(self, name: str, grade: Grade) -> tuple[float, Profile]:
        """(milliseconds, figures)."""
        plan = Plan(shape=await self.resource.shape(f"public.{name}"), grade=grade, budget=Budget(seconds=600))
        self.resource._stated.at = float("-inf")
        began = time.perf_counter()
        profile = await self.resource.profile(plan)
        return (time.perf_counter() - began) * 1000, profile

    async def pair(self, measure: Callable[[], Awaitable[float]], floor: Callable[[], Awaitable[float]]) -> list[float]:
        """Medians of both, and of their ratio, taken in turns."""
        taken = [(await measure(), await floor()) for _ in range(self.pairs)]
        return [median(a for a, _ in taken), median(b for _, b in taken), median(a / b for a, b in taken)]


def show(what: str, figures: list[float], allowed: float) -> None:
    """One line."""
    ours, floor, ratio = figures
    print(f"{what:44} {ours:9.1f} ms   floor {floor:9.1f} ms   {ratio:6.2f}×   allowed {allowed:g}×")


async def small(bench: Bench, rows: list[int]) -> None:
    """All grades by the number of rows."""
    for count in rows:
        name = f"t{count}"
        looked = {grade: median([(await bench.look(name, grade))[0] for _ in range(bench.pairs)]) for grade in Grade}
        print(f"{count:>10,} rows: " + ", ".join(f"{grade} {took:.1f} ms" for grade, took in looked.items()))


async def whole(bench: Bench, name: str) -> None:
    """The figures that are promised, at the largest table that is read whole."""
    told = "attname, null_frac, n_distinct, most_common_vals::text, most_common_freqs, histogram_bounds::text"
    stats = f"SELECT {told} FROM pg_stats WHERE tablename = '{name}'"

    async def at(grade: Grade) -> float:
        return (await bench.look(name, grade))[0]

    show("catalogue : raw pg_stats", await bench.pair(lambda: at(Grade.CATALOGUE), lambda: bench.raw(stats)), 3)
    scan = f"SELECT count(*) FROM {name}"
    for workers in (2, 0):
        await bench.plain.execute(f"SET max_parallel_workers_per_gather = {workers}")
        said = f"{workers} workers" if workers else "serial"
        show(f"sample : heap scan ({said})", await bench.pair(lambda: at(Grade.SAMPLE), lambda: bench.raw(scan)), 4)
    for workers in (2, 0):
        await bench.plain.execute(f"SET max_parallel_workers_per_gather = {workers}")
        said = f"{workers} workers" if workers else "serial"
        floor = lambda: bench.raw(hand_written(name))  # noqa: E731
        show(f"combined pass : hand-written pass ({said})", await bench.pair(lambda: passed(bench, name), floor), 1.1)
        show(f"exact, all : hand-written pass ({said})", await bench.pair(lambda: at(Grade.EXACT), floor), 4.5)
    each = await bench.raw(*one_by_one(name))
    exact, catalogue = await at(Grade.EXACT), await at(Grade.CATALOGUE)
    print(f"a query per column and metric: {each:.0f} ms = {each / exact:.1f}× exact (at least 4), ", end="")
    print(f"{each / catalogue:.0f}× catalogue (at least 1,000)")


async def passed(bench: Bench, name: str) -> float:
    """Milliseconds of the combined pass alone, as sent."""
    _, profile = await bench.look(name, Grade.EXACT)
    statement = next(query for query in profile.how.queries if query.startswith("SELECT count(*), ARRAY"))
    return await bench.raw(statement)


async def memory(bench: Bench, name: str) -> None:
    """What figures cost this process."""
    for grade in Grade:
        tracemalloc.start()
        await bench.look(name, grade)
        print(f"memory, {grade}: {tracemalloc.get_traced_memory()[1] / 2**20:.1f} MB at most")
        tracemalloc.stop()
    print(f"in all: {usage.getrusage(usage.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB with everything imported")


async def measure(database: Fresh, rows: list[int], large: int, pairs: int) -> None:
    """Everything."""
    bench = Bench(database, pairs)
    await bench.open()
    await small(bench, rows)
    await whole(bench, f"t{rows[-1]}")
    if large:
        grades = (Grade.CATALOGUE, Grade.SAMPLE)
        for grade in grades:
            near = median([(await bench.look(f"t{rows[-1]}", grade))[0] for _ in range(pairs)])
            far = median([(await bench.look(f"t{large}", grade))[0] for _ in range(pairs)])
            print(f"{grade}: {rows[-1]:,} rows {near:.1f} ms, {large:,} rows {far:.1f} ms, {far / near:.2f}×")
    await memory(bench, f"t{rows[-1]}")
    await bench.resource.close()
    await bench.plain.close()


def arguments() -> Any:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--large", type=int, default=0, help="rows of a table for catalogue and sample only")
    parser.add_argument("--pairs", type=int, default=5)
    return parser.parse_args()


def main() -> None:
    """Start a server, fill it, measure."""
    chosen = arguments()
    say_machine()
    server = postgres.start()
    try:
        database = server.fresh()
        for rows in sorted({*chosen.rows, chosen.large} - {0}):
            database.sql(TABLE.format(name=f"t{rows}", rows=rows, analyse=f"ANALYZE t{rows};"))
        print("load before:", *os.getloadavg())
        asyncio.run(measure(database, sorted(chosen.rows), chosen.large, chosen.pairs))
        print("load after:", *os.getloadavg())
    finally:
        server.kept.stop()


if __name__ == "__main__":
    main()
