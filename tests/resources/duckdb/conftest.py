"""Files that tests write for themselves, and DuckDB resources that are closed after them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from xregistry_tui.profiling.plan import Grade, Plan
from xregistry_tui.profiling.profile import Profile
from xregistry_tui.resources.duckdb import DuckdbResource

Files = Callable[..., Awaitable[DuckdbResource]]


@pytest.fixture
async def files(tmp_path: Path) -> AsyncIterator[Files]:
    """`await files(content, "name.csv")` gives an open resource on a file; a query is written as Parquet."""
    opened: list[DuckdbResource] = []

    async def make(content: str | bytes, name: str = "data.csv", **options: Any) -> DuckdbResource:
        path = tmp_path / name
        if content and name.endswith(".parquet") and isinstance(content, str):
            duckdb.connect().execute(f"COPY ({content}) TO '{path}'")
        elif content:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        resource = DuckdbResource(path, **options)
        opened.append(resource)
        await resource.connect()
        return resource

    yield make
    for resource in opened:
        await resource.close()


async def profiled(resource: DuckdbResource, grade: Grade = Grade.EXACT, **rules: tuple[Any, ...]) -> Profile:
    shape = await resource.shape((await resource.list_collections_or_tables())[0])
    return await resource.profile(Plan(shape=shape, grade=grade, rules=rules, sample=1_000))
