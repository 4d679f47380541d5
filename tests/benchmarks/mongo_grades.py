"""What the three grades cost on a real MongoDB server, against the floor of each; 20 fields of mixed kinds.

    python -m tests.benchmarks.mongo_grades [--rows 100000] [--pairs 5]

The group that all fields share is measured against one that anyone would write by hand for the same figures; the exact
grade, which tells values apart too, against the same and against an aggregation per field and metric.
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

from pymongo import monitoring

from tests.benchmarks.documents import fill
from tests.benchmarks.figures import say_machine
from tests.benchmarks.mongo_handwritten import Pipeline, one_by_one, one_group
from tests.engines import mongodb
from tests.engines.mongodb import Fresh
from xregistry_tui.profiling.plan import Budget, Grade, Plan
from xregistry_tui.profiling.profile import Profile
from xregistry_tui.resources.mongodb import MongodbResource

ONE_AT_A_TIME = Budget(seconds=29)
"""Where there is less time than usual, as in production, one aggregation runs at a time."""

NAME = "t"


class Commands(monitoring.CommandListener):
    """All commands of this process, with the milliseconds that each took."""

    def __init__(self) -> None:
        self.sent: list[monitoring.CommandStartedEvent] = []
        self.took: dict[int, float] = {}

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """See the driver."""
        self.sent.append(event)

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """See the driver."""
        self.took[event.request_id] = event.duration_micros / 1000

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """See the driver."""

    def group_of_all(self) -> float:
        """Milliseconds of the last group that all fields shared."""
        for one in reversed(self.sent):
            first = one.command.get("pipeline") or [{}]
            if "$group" in first[0] and first[0]["$group"]["_id"] is None:
                return self.took[one.request_id]
        raise LookupError("no group of all fields was sent")


COMMANDS = Commands()


class Bench:
    """One database, read by the product and by a plain client."""

    def __init__(self, database: Fresh, pairs: int) -> None:
        self.database = database
        self.pairs = pairs
        self.resource = MongodbResource(url=database.url)

    def raw(self, *pipelines: Pipeline) -> float:
        """Milliseconds of plain aggregations."""
        began = time.perf_counter()
        for pipeline in pipelines:
            list(self.database.db[NAME].aggregate(pipeline))
        return (time.perf_counter() - began) * 1000

    async def look(self, grade: Grade, budget: Budget | None = None) -> tuple[float, Profile]:
        """(milliseconds, figures)."""
        plan = Plan(shape=await self.resource.shape(NAME), grade=grade, budget=budget or Budget(seconds=600))
        began = time.perf_counter()
        profile = await self.resource.profile(plan)
        return (time.perf_counter() - began) * 1000, profile

    async def pair(self, measure: Callable[[], Awaitable[float]], floor: Callable[[], float]) -> list[float]:
        """Medians of both, and of their ratio, taken in turns."""
        taken = [(await measure(), floor()) for _ in range(self.pairs)]
        return [median(a for a, _ in taken), median(b for _, b in taken), median(a / b for a, b in taken)]


def show(what: str, figures: list[float], allowed: str) -> None:
    """One line."""
    ours, floor, ratio = figures
    print(f"{what:52} {ours:8.0f} ms   floor {floor:8.0f} ms   {ratio:5.2f}×   {allowed}")


async def exact(bench: Bench) -> None:
    """The figures that are promised of the exact grade."""

    async def shared() -> float:
        await bench.look(Grade.EXACT, ONE_AT_A_TIME)
        return COMMANDS.group_of_all()

    async def whole(budget: Budget | None = None) -> float:
        return (await bench.look(Grade.EXACT, budget))[0]

    floor = lambda: bench.raw(one_group())  # noqa: E731
    show("the group of all fields : a hand-written group", await bench.pair(shared, floor), "allowed 1.5×")
    two = await bench.pair(whole, floor)
    show("exact with values told apart, two at a time : the same", two, "")
    show("the same, one at a time", await bench.pair(lambda: whole(ONE_AT_A_TIME), floor), "")
    before, profile = await bench.look(Grade.EXACT)
    pipelines = one_by_one(profile)
    each = bench.raw(*pipelines)
    ours = (before + (await bench.look(Grade.EXACT))[0]) / 2
    said = (
        f"{len(pipelines)} aggregations by field and metric: {each:.0f} ms, exact {ours:.0f} ms just before and after"
    )
    print(f"{said}: {each / ours:.1f}× (at least 10)")


async def others(bench: Bench) -> None:
    """The catalogue and a sample."""
    for grade, allowed in ((Grade.CATALOGUE, " (at most 5)"), (Grade.SAMPLE, "")):
        took = [(await bench.look(grade))[0] for _ in range(max(20, bench.pairs) if allowed else bench.pairs)]
        print(f"{grade}: median {median(took):.1f} ms, least {min(took):.1f}, most {max(took):.1f}{allowed}")


async def unchanged(database: Fresh, kind: str) -> None:
    """Which commands tell that nothing changed."""
    resource = MongodbResource(url=database.url)
    await resource.connect()
    await resource.change_tokens()
    await resource.change_tokens()
    before, began = len(COMMANDS.sent), time.perf_counter()
    await resource.change_tokens()
    took = (time.perf_counter() - began) * 1000
    names = [one.command_name for one in COMMANDS.sent[before:]]
    print(f"unchanged, {kind}: {len(names)} round trip(s) ({', '.join(names)}), {took:.1f} ms")
    await resource.close()


async def memory(bench: Bench) -> None:
    """What figures cost this process."""
    for grade in Grade:
        COMMANDS.sent.clear()
        tracemalloc.start()
        await bench.look(grade)
        print(f"memory, {grade}: {tracemalloc.get_traced_memory()[1] / 2**20:.1f} MB at most")
        tracemalloc.stop()
    print(f"in all: {usage.getrusage(usage.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB with everything imported")


async def measure(database: Fresh, alone: Fresh, pairs: int) -> None:
    """Everything."""
    bench = Bench(database, pairs)
    await bench.resource.connect()
    await exact(bench)
    await others(bench)
    await unchanged(database, "replica set")
    await unchanged(alone, "standalone")
    await memory(bench)
    await bench.resource.close()


def arguments() -> Any:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--pairs", type=int, default=5)
    return parser.parse_args()


def main() -> None:
    """Start two servers, fill one, measure."""
    chosen = arguments()
    say_machine()
    monitoring.register(COMMANDS)
    servers = []
    try:
        servers = [mongodb.start(), mongodb.start(replicas=False)]
        database, alone = (server.fresh() for server in servers)
        fill(database.db, NAME, chosen.rows)
        fill(alone.db, NAME, 10)
        COMMANDS.sent.clear()
        print("load before:", *os.getloadavg())
        asyncio.run(measure(database, alone, chosen.pairs))
        print("load after:", *os.getloadavg())
    finally:
        for server in servers:
            server.stop()


if __name__ == "__main__":
    main()
