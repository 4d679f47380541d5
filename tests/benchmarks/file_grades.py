"""What the three grades cost on files, against what DuckDB itself takes; the 20 columns of `postgres_grades`.

    python -m tests.benchmarks.file_grades [--rows 1000000] [--pairs 7] [--folder /tmp]

Parquet is measured against `SUMMARIZE`, which gives less, CSV against one bare scan with the same aggregates. Both of a
pair are taken in turns, by as many threads; the memory is that of a process of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from typing import Any

import duckdb

from tests.benchmarks.figures import say_machine
from tests.benchmarks.postgres_grades import ALL, MOMENTS, NUMBERS, TEXTS
from xregistry_tui.profiling.plan import Budget, Grade, Plan
from xregistry_tui.profiling.profile import Profile
from xregistry_tui.resources.duckdb import DuckdbResource
from xregistry_tui.resources.duckdb.connection import THREADS

TABLE = """
SELECT g AS id, (power(random(), 3) * 50000)::int AS customer, round(random() * 1000, 2)::decimal(10, 2) AS amount,
    random() * 100 AS price, (g % 50)::smallint AS quantity,
    (['new', 'paid', 'sent', 'done', 'void'])[1 + floor(power(random(), 2) * 5)::int] AS status,
    (['de', 'fr', 'it', 'es', 'pl', 'nl', 'at'])[1 + (g % 7)::int] AS country,
    'user' || g % 400000 || '@example.org' AS email, 'Name ' || md5((g % 300000)::varchar) AS full_name,
    CASE WHEN random() < 0.3 THEN 'a note about ' || g % 90000 END AS note,
    '2020-01-01'::timestamptz + to_seconds(g * 13) AS created,
    '2021-01-01'::timestamp + to_seconds(random() * 900 * 86400) AS updated,
    '2019-01-01'::date + (g // 900)::int % 3000 AS day, random() < 0.8 AS active, md5(g::varchar)::uuid AS token,
    '10.0.' || floor(random() * 235)::int || '.' || floor(random() * 256)::int AS address, random()::float AS score,
    CASE WHEN g % 10 > 0 THEN g // 10 END AS parent, 'C' || g % 25000 AS code,
    CASE WHEN random() < 0.95 THEN 1 + floor(random() * 5)::int END AS rating
FROM range(1, {rows} + 1) AS r(g)
"""


def written(folder: Path, rows: int) -> tuple[Path, Path]:
    """The table as Parquet and the same as CSV."""
    parquet, csv = folder / f"t{rows}.parquet", folder / f"t{rows}.csv"
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"COPY ({TABLE.format(rows=rows)}) TO '{parquet}'")
        connection.execute(f"COPY (FROM '{parquet}') TO '{csv}'")
    return parquet, csv


def bare(path: Path) -> str:
    """The same aggregates as anyone would write them in one pass, and nothing else."""
    parts = ["count(*)"]
    for column in ALL:
        parts.append(f"count({column})")
        if column != "active":
            parts += [f"min({column})", f"max({column})", f"approx_count_distinct({column})"]
    for column in NUMBERS:
        parts += [f"avg({column})", f"stddev_pop({column})"]
        parts += [f"count(*) FILTER ({column} = 0)", f"count(*) FILTER ({column} < 0)"]
    for column in (*NUMBERS, *MOMENTS):
        scale = column if column in NUMBERS else f"epoch_us({column}::timestamp)"
        parts.append(f"reservoir_quantile({scale}::double, [0.25, 0.5, 0.75], 8192)")
    for column in (*TEXTS, "address"):
        parts += [f"min(length({column}))", f"max(length({column}))", f"avg(length({column}))"]
        parts += [f"count(*) FILTER ({column} = '')", f"count(*) FILTER (trim({column}) = '')"]
    return f"SELECT {', '.join(parts)} FROM '{path}'"


class Bench:
    """One file, read by the product and by a plain connection."""

    def __init__(self, path: Path, pairs: int) -> None:
        self.path = path
        self.pairs = pairs
        self.resource = DuckdbResource(path)
        self.plain = duckdb.connect(config={"threads": THREADS})

    async def raw(self, statement: str) -> float:
        """Milliseconds of a plain statement."""
        began = time.perf_counter()
        self.plain.execute(statement).fetchall()
        return (time.perf_counter() - began) * 1000

    async def look(self, grade: Grade) -> tuple[float, Profile]:
        """(milliseconds, figures)."""
        await self.resource.connect()
        plan = Plan(shape=await self.resource.shape(self.path.stem), grade=grade, budget=Budget(seconds=600))
        began = time.perf_counter()
        profile = await self.resource.profile(plan)
        return (time.perf_counter() - began) * 1000, profile

    async def at(self, grade: Grade) -> float:
        """Milliseconds of a look."""
        return (await self.look(grade))[0]

    async def pair(self, ours: Callable[[], Awaitable[float]], floor: Callable[[], Awaitable[float]]) -> list[float]:
        """Medians of both, and of their ratio, taken in turns."""
        taken = [(await ours(), await floor()) for _ in range(self.pairs)]
        return [median(a for a, _ in taken), median(b for _, b in taken), median(b / a for a, b in taken)]


async def measure(parquet: Path, csv: Path, pairs: int) -> None:
    """Everything but memory."""
    whole, text = Bench(parquet, pairs), Bench(csv, pairs)
    ours, floor, ratio = await whole.pair(
        lambda: whole.at(Grade.EXACT), lambda: whole.raw(f"SUMMARIZE FROM '{parquet}'")
    )
    print(f"Parquet, exact {ours:8.1f} ms   SUMMARIZE {floor:8.1f} ms   {ratio:.2f}× faster (at least 4)")
    ours, floor, ratio = await text.pair(lambda: text.at(Grade.EXACT), lambda: text.raw(bare(csv)))
    print(f"CSV, exact     {ours:8.1f} ms   bare scan {floor:8.1f} ms   {1 / ratio:.2f}× (allowed 1.3)")
    for bench in (whole, text):
        for grade in (Grade.CATALOGUE, Grade.SAMPLE):
            took = median([await bench.at(grade) for _ in range(bench.pairs)])
            print(f"{bench.path.suffix[1:]:8} {grade:10} {took:8.1f} ms")
    _, profile = await whole.look(Grade.CATALOGUE)
    engine = [sum([await whole.raw(query) for query in profile.how.queries]) for _ in range(pairs)]
    print(f"Parquet, catalogue: {median(engine):.1f} ms of the engine")
    _, profile = await whole.look(Grade.EXACT)
    print(f"said of the exact figures: {profile.how.sampling}")
    for bench in (whole, text):
        await bench.resource.close()


async def memory(path: Path) -> None:
    """What an exact look costs this process, which is a new one."""
    bench = Bench(path, 1)
    await bench.look(Grade.EXACT)
    await bench.resource.close()
    # not getrusage: that begins with what the parent held
    (most,) = [line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line]
    print(f"{path.suffix[1:]:8} {int(most) / 1024:.0f} MB at most, everything imported (allowed 300)")


def arguments() -> Any:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--folder", type=Path, default=None, help="where the files are written")
    parser.add_argument("--memory", type=Path, default=None, help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    """Write the files, measure."""
    chosen = arguments()
    if chosen.memory is not None:
        asyncio.run(memory(chosen.memory))
        return
    say_machine()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
        files = written(Path(folder), chosen.rows)
        asyncio.run(measure(*files, chosen.pairs))
        for path in files:
            subprocess.run([sys.executable, "-m", "tests.benchmarks.file_grades", "--memory", str(path)], check=True)


if __name__ == "__main__":
    main()
