"""Databases that tests make for themselves, and resources that are closed after them."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from xregistry_tui.resources.sqlite import SqliteResource

Database = Callable[..., Path]
Connected = Callable[[Path], Awaitable[SqliteResource]]


@pytest.fixture
def database(tmp_path: Path) -> Database:
    """`database("CREATE …; INSERT …")` writes a file and gives its path."""

    def make(script: str, name: str = "shop.sqlite") -> Path:
        path = tmp_path / name
        connection = sqlite3.connect(path)
        connection.executescript(script)
        connection.commit()
        connection.close()
        return path

    return make


@pytest.fixture
async def connected() -> AsyncIterator[Connected]:
    """`await connected(path)` gives an open resource."""
    opened: list[SqliteResource] = []

    async def connect(path: Path) -> SqliteResource:
        resource = SqliteResource(path)
        opened.append(resource)
        await resource.connect()
        return resource

    yield connect
    for resource in opened:
        await resource.close()
