"""A file of JSON Lines against a generated model with live categories, beside a loop of bare Pydantic.

    python -m tests.benchmarks.bulk [--records 1000000] [--pairs 3]

Both read the same file. With Python validators the model is one of its own code, which nothing can be left out of.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import json
import random
import resource as usage
import tempfile
import time
from pathlib import Path
from statistics import median

from pydantic import BaseModel

from tests.benchmarks.bulk_model import Checked
from tests.benchmarks.figures import say_machine
from xregistry_tui.core.bindings import Binding
from xregistry_tui.core.models import RegisteredModel
from xregistry_tui.enrichment.bulk import validate_lines
from xregistry_tui.enrichment.live import Live
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.profiling.profile import FieldProfile, Figure, Profile, ValueCount
from xregistry_tui.schema.report import SampleReport
from xregistry_tui.schema.shape import FieldShape, Kind, Shape
from xregistry_tui.xregistry import XRegistry

NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
CATEGORIES = ("new", "paid", "sent", "done", "void")
KINDS = (Kind.INTEGER, Kind.STRING, Kind.NUMBER, Kind.STRING, Kind.DATETIME)
FIELDS = [(f"f{number}", KINDS[number % 5]) for number in range(20)]
CATEGORICAL = [name for number, (name, _) in enumerate(FIELDS) if number % 5 == 3]


def write(path: Path, records: int) -> None:
    """Records of 20 fields."""
    chance = random.Random(7)
    make = {
        Kind.INTEGER: lambda: chance.randrange(10**6),
        Kind.NUMBER: lambda: chance.random() * 1000,
        Kind.DATETIME: lambda: f"2026-01-{chance.randrange(1, 29):02}T10:00:00Z",
        Kind.STRING: lambda: f"user{chance.randrange(10**6)}@example.org",
    }
    with path.open("w") as file:
        for _ in range(records):
            record = {name: make[kind]() for name, kind in FIELDS}
            record |= {name: chance.choice(CATEGORIES) for name in CATEGORICAL}
            file.write(json.dumps(record) + "\n")


def registered() -> tuple[RegisteredModel, Live]:
    """The generated model, and a binding whose categorical fields are known."""
    shape = Shape(name="orders", fields=tuple(FieldShape(name=name, kinds=(kind,)) for name, kind in FIELDS))
    model = XRegistry().models.register_discovered(shape, resource="shop")
    top = tuple(ValueCount(value, 200) for value in CATEGORIES)
    fields = {
        name: FieldProfile(name=name, looked_at=1_000, distinct=Figure(value=len(top)), top=top) for name in CATEGORICAL
    }
    profile = Profile(
        resource="shop", collection="orders", rows=Figure(value=1_000), n=1_000, method=Grade.EXACT, as_of=NOW,
        fields=fields,
    )  # fmt: skip
    binding = Binding(model=model.path, resource="shop", collection="orders")
    return model, Live(binding=binding, profile=profile)


def bare(path: Path, model: type[BaseModel]) -> float:
    """Seconds of the loop that anyone would write."""
    began = time.perf_counter()
    with path.open("rb") as file:
        for line in file:
            model.model_validate_json(line)
    return time.perf_counter() - began


def ours(
    path: Path, model: RegisteredModel, live: Live | None, workers: int | None = None
) -> tuple[float, SampleReport]:
    """(seconds, report)."""
    began = time.perf_counter()
    with path.open("rb") as file:
        report = asyncio.run(validate_lines(file.read, model, live, now=NOW, workers=workers))
    return time.perf_counter() - began, report


def main() -> None:
    """Ratios in one run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--pairs", type=int, default=3)
    chosen = parser.parse_args()
    say_machine()
    model, live = registered()
    static = XRegistry().models.register_static_model(Checked)
    with tempfile.TemporaryDirectory(prefix="xreg-bench-") as folder:
        path = Path(folder) / "orders.jsonl"
        write(path, chosen.records)
        for what, one, seen in (("generated, live categories", model, live), ("with Python validators", static, None)):
            for workers in (None, 0):
                ratios = []
                for _ in range(chosen.pairs):
                    floor = bare(path, one.model_class)
                    took, report = ours(path, one, seen, workers)
                    ratios.append(took / floor)
                    assert (report.checked, report.invalid) == (chosen.records, 0)
                how = "processes beside" if workers is None else "in a thread"
                print(f"{what}, {how}: {median(ratios):.2f}× of bare model_validate_json ({floor:.1f} s)")
        own, others = (usage.getrusage(who).ru_maxrss / 1024 for who in (usage.RUSAGE_SELF, usage.RUSAGE_CHILDREN))
        print(f"memory: {own:.0f} MB with everything imported, {others:.0f} MB the largest of the others")


if __name__ == "__main__":
    main()
