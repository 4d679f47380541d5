"""A session on a small shop, as a face has it."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from xregistry_tui.actions.local import LocalSession
from xregistry_tui.config.model import Settings
from xregistry_tui.workspace import open_workspace

SHOP = """
CREATE TABLE customers (id INTEGER PRIMARY KEY, "First Name" TEXT NOT NULL, country TEXT, news BOOLEAN);
CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    status TEXT NOT NULL CHECK (status IN ('paid', 'shipped', 'pending')),
    total DECIMAL(10, 2),
    placed_at DATETIME NOT NULL
);
CREATE VIEW broken AS SELECT id FROM nowhere;
"""


def make_shop(path: Path) -> Path:
    """A file with 20 customers, 60 orders and a view that errors."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(SHOP)
        connection.executemany(
            "INSERT INTO customers VALUES (?, ?, ?, ?)",
            [(n, f"Name {n}", ("FR", "DE", None)[n % 3], n % 2) for n in range(1, 21)],
        )
        connection.executemany(
            "INSERT INTO orders VALUES (?, ?, ?, ?, ?)",
            [
                (n, n % 20 + 1, "paid" if n % 3 else "shipped", n * 1.5, f"2026-01-{n % 28 + 1:02} 10:00:00")
                for n in range(1, 61)
            ],
        )
    return path


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """The path of the shop's file."""
    return make_shop(tmp_path / "shop.sqlite")


@pytest.fixture
async def session() -> AsyncIterator[LocalSession]:
    """A session of an admin with nothing connected."""
    opened = LocalSession(open_workspace(Settings()), "admin")
    yield opened
    await opened.close()


@pytest.fixture
async def connected(session: LocalSession, shop: Path) -> LocalSession:
    """The session with the shop connected and every table looked at."""
    await session.perform("connect", target=str(shop))
    await session.settled()
    return session
