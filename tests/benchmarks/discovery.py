"""Registering a model for every table against reading the catalogue and bare `create_model`; then exact profiles."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import Any

from pydantic import BaseModel, ConfigDict, create_model

from tests.benchmarks.chinook import given_or_made
from tests.benchmarks.figures import alternate, options, say, say_machine
from xregistry_tui.core import ModelRegistry
from xregistry_tui.inspector import XInspector
from xregistry_tui.profiling.plan import Grade, Plan
from xregistry_tui.resources.sqlite import SqliteResource
from xregistry_tui.schema.shape import Shape


async def discovered(file: Path) -> ModelRegistry:
    """All models of the file, registered as connecting does it."""
    resource = SqliteResource(file)
    models = ModelRegistry()
    await resource.connect()
    async for shape in XInspector(resource).discover():
        assert isinstance(shape, Shape)
        models.register_discovered(shape, resource=resource.name)
    await resource.close()
    return models


async def discovered_with_classes(file: Path) -> ModelRegistry:
    """The same with the class of every model, which is otherwise made on first sight."""
    models = await discovered(file)
    for registered in models.models.values():
        assert registered.model_class
    return models


def bare(file: Path, classes: list[type[BaseModel]], *, defer: bool = False) -> None:
    """The least there is to it: read the catalogue, call `create_model` with the very same fields.

    `defer` leaves the building of validators to the first use, as generated models do.
    """
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        names = connection.execute("SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'view')").fetchall()
        for name, _ in names:
            for pragma in ("table_xinfo", "foreign_key_list", "index_list"):
                connection.execute(f'PRAGMA {pragma}("{name}")').fetchall()
    for model in classes:
        fields: dict[str, Any] = {name: (info.annotation, info) for name, info in model.model_fields.items()}
        config: ConfigDict = {**model.model_config, "defer_build": defer}
        create_model(model.__name__, __config__=config, **fields)


async def profiled(file: Path) -> tuple[int, int]:
    """Look at every table and view, exactly; how many fields and rows that were."""
    resource = SqliteResource(file)
    await resource.connect()
    fields = rows = 0
    for name in await resource.list_collections_or_tables():
        shape = await resource.shape(name)
        profile = await resource.profile(Plan(shape=shape, grade=Grade.EXACT, rules=_rules(shape)))
        fields, rows = fields + len(shape.fields), rows + int(profile.rows.value if profile.rows else 0)
    await resource.close()
    return fields, rows


def _rules(shape: Shape) -> dict[str, Any]:
    return {field.name: field.rules for field in shape.fields if field.rules}


def timed(work: Callable[[], object]) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1_000


def main() -> None:
    chosen = options(__doc__, pairs=9).parse_args()
    say_machine()
    with given_or_made(chosen.file) as file:
        models = asyncio.run(discovered_with_classes(file)).models
        classes = [registered.model_class for registered in models.values()]
        measures = {
            "bare": lambda: timed(lambda: bare(file, classes)),
            "bare, build deferred": lambda: timed(lambda: bare(file, classes, defer=True)),
            "registered": lambda: timed(lambda: asyncio.run(discovered(file))),
            "registered, with class": lambda: timed(lambda: asyncio.run(discovered_with_classes(file))),
        }
        print(f"{len(classes)} models")
        say(alternate(chosen.pairs, measures), "ms", "bare", {"registered": 1.5})
        fields, rows = asyncio.run(profiled(file))
        took = [timed(lambda: asyncio.run(profiled(file))) for _ in range(max(5, chosen.pairs))]
        print(f"\nexact profiles of {fields} fields, {rows:,} rows: median {median(took):.0f} ms   allowed 1,000 ms")


if __name__ == "__main__":
    main()
