"""The trail on disk: how many records a second are made durable, alone and in batches, and proven."""

from __future__ import annotations

import asyncio
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from statistics import median

from tests.benchmarks.figures import options, say_machine
from tests.store.writing import entry
from xregistry_tui.core.audit import parse, verify
from xregistry_tui.store.file import FileStore
from xregistry_tui.store.trail import JOURNAL, Trail


async def written(folder: Path, count: int, batch: int) -> None:
    """Note so many entries, and wait after each batch until they are durable."""
    trail = Trail(FileStore(folder), lambda: None)
    for number in range(count):
        noted = entry(f"sqlite · {number} models")
        trail.note(noted, noted)
        if (number + 1) % batch == 0:
            await trail.written()
    await trail.close()


def proven(folder: Path) -> None:
    store = FileStore(folder)
    assert verify(map(parse, store.lines(JOURNAL)), store.heads(JOURNAL)) is None


def rates(pairs: int, count: int, work: Callable[[], None]) -> list[float]:
    """Records a second, each time anew."""
    taken = []
    for _ in range(pairs):
        began = time.perf_counter()
        work()
        taken.append(count / (time.perf_counter() - began))
    return taken


def peak(work: Callable[[], None]) -> float:
    """The most memory that Python held meanwhile, in MB."""
    tracemalloc.start()
    work()
    most = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return most


def main() -> None:
    parser = options(__doc__, file=False)
    parser.add_argument("--records", type=int, default=20_000, help="how many records are written and proven")
    chosen = parser.parse_args()
    say_machine()
    with tempfile.TemporaryDirectory() as place:
        folder, alone = Path(place, "batches"), Path(place, "alone")
        figures = {
            "appended one by one": rates(chosen.pairs, 500, lambda: asyncio.run(written(alone, 500, 1))),
            "appended in batches of 200": rates(
                chosen.pairs, chosen.records, lambda: asyncio.run(written(folder, chosen.records, 200))
            ),
            "proven": rates(chosen.pairs, chosen.records * chosen.pairs, lambda: proven(folder)),
        }
        small, large = peak(lambda: proven(alone)), peak(lambda: proven(folder))
    allowed = {"appended in batches of 200": "   allowed at least 5,000"}
    for name, taken in figures.items():
        spread = f"{min(taken):9,.0f} to {max(taken):9,.0f}"
        print(f"{name:28} {median(taken):9,.0f} /s   {spread}{allowed.get(name, '')}")
    print(f"\nmemory while proving: {small:.1f} MB of {500 * chosen.pairs:,} records, ", end="")
    print(f"{large:.1f} MB of {chosen.records * chosen.pairs:,}")


if __name__ == "__main__":
    main()
