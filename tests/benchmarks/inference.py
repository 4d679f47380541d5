"""How many documents a second are read, seen and counted: nested ones with a map, made up as a bank's customers are.

    python -m tests.benchmarks.inference [--documents 20000] [--pairs 5]

`json.loads` of the same lines stands beside each, since the machine is shared.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.figures import say_machine
from xregistry_tui.profiling.plan import Budget, Grade, Plan
from xregistry_tui.resources.documents import DocumentsResource
from xregistry_tui.resources.documents.reading import Reading
from xregistry_tui.resources.documents.seeing import Seeing
from xregistry_tui.resources.documents.stream import Stream
from xregistry_tui.resources.documents.tally import tally
from xregistry_tui.schema.inference import Observed

_FIRST, _LAST = ["Ada", "Ben", "Cleo", "Dan", "Eva", "Finn"], ["Berg", "Costa", "Dubois", "Eriksen", "Fischer"]
_TIERS, _GIFTS = ["Bronze", "Silver", "Gold", "Platinum"], ["airline lounge", "concert tickets", "sports tickets"]


def document(chance: random.Random) -> dict[str, Any]:
    """One customer."""
    name = f"{chance.choice(_FIRST)} {chance.choice(_LAST)}"
    tiers = (f"{chance.getrandbits(128):032x}" for _ in range(chance.randrange(4)))
    return {
        "_id": {"$oid": f"{chance.getrandbits(96):024x}"},
        "username": f"{name.split(maxsplit=1)[0].lower()}{chance.randrange(1_000)}",
        "name": name,
        "address": f"{chance.randrange(10_000)} {chance.choice(_LAST)} Road\n{chance.randrange(100_000):05} Town",
        "birthdate": {"$date": {"$numberLong": str(chance.randrange(10**12))}},
        "email": f"{name.replace(' ', '.').lower()}@example.org",
        "accounts": [{"$numberInt": str(chance.randrange(50_000, 1_000_000))} for _ in range(1 + chance.randrange(6))],
        "tier_and_details": {
            key: {"tier": chance.choice(_TIERS), "id": key, "active": True, "benefits": [chance.choice(_GIFTS)]}
            for key in tiers
        },
    }


def written(path: Path, documents: int) -> None:
    """A file of so many lines."""
    chance = random.Random(7)
    path.write_text("".join(json.dumps(document(chance)) + "\n" for _ in range(documents)))


def rate(work: Callable[[], object], documents: int) -> float:
    """Documents a second."""
    began = time.perf_counter()
    work()
    return documents / (time.perf_counter() - began)


def read(path: Path) -> list[Any]:
    """All records as values."""
    with Stream(path) as stream:
        return [record.value for record in Reading(stream, path.suffix).records()]


def see(values: list[Any]) -> Observed:
    """What they hold."""
    seeing = Seeing()
    for value in values:
        seeing.see(value)
    return seeing.observed()


async def looked(path: Path) -> float:
    """Documents a second of an exact look, as a resource takes it."""
    resource = DocumentsResource(path)
    await resource.connect()
    plan = Plan(shape=await resource.shape(path.stem), grade=Grade.EXACT, budget=Budget(seconds=600))
    began = time.perf_counter()
    profile = await resource.profile(plan)
    took = time.perf_counter() - began
    await resource.close()
    return profile.n / took


def measure(path: Path, pairs: int) -> None:
    """All rates, with that of `json.loads`."""
    lines, values = path.read_text().splitlines(), read(path)
    n, fields = len(lines), see(values).field_shapes()

    def count() -> None:
        root = tally(fields, {})
        for value in values:
            root.add(value)
        root.finish()

    rates: dict[str, list[float]] = {}
    for _ in range(pairs):
        for name, work in (
            ("json.loads", lambda: [json.loads(line) for line in lines]),
            ("read, as MongoDB would", lambda: read(path)),
            ("inferred (at least 20,000)", lambda: see(values)),
            ("counted", count),
        ):
            rates.setdefault(name, []).append(rate(work, n))
        rates.setdefault("an exact look", []).append(asyncio.run(looked(path)))
    for name, found in rates.items():
        print(f"{name:28} {median(found):10,.0f} documents/s")


def main() -> None:
    """Write the file, measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--pairs", type=int, default=5)
    chosen = parser.parse_args()
    say_machine()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "customers.jsonl"
        written(path, chosen.documents)
        print(f"{chosen.documents:,} documents, {path.stat().st_size / 2**20:.1f} MB")
        measure(path, chosen.pairs)


if __name__ == "__main__":
    main()
