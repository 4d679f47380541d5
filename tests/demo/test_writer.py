"""The writer keeps every table moving, makes and mends mistakes, and never outstays its welcome."""

from __future__ import annotations

import math
import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest

from tests.demo.waiting import ended, until
from xregistry_tui.demo import writer
from xregistry_tui.demo.shop import Size, create_shop

SMALL = Size(customers=60, products=20, orders=150, reviews=40)
PARENT = """
import os, subprocess, sys
command = [sys.executable, "-m", "xregistry_tui.demo.writer", sys.argv[1], "--parent", str(os.getpid())]
print(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL).pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    create_shop(tmp_path / "shop.sqlite", datetime.now(UTC), size=SMALL)
    return tmp_path / "shop.sqlite"


@pytest.fixture
def till(path: Path) -> Iterator[writer.Till]:
    till = writer.open_till(path, seed=3)
    with closing(till.shop):
        yield till


def start(path: Path, *options: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "xregistry_tui.demo.writer", str(path), *options])


def contents(shop: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    names = ("customers", "orders", "order_items", "reviews", "stock")
    return {name: shop.execute(f"SELECT * FROM {name}").fetchall() for name in names}


def count(shop: sqlite3.Connection, what: str) -> int:
    return int(shop.execute(f"SELECT count(*) FROM {what}").fetchone()[0])


def test_within_a_hundred_changes_every_table_moves(till: writer.Till) -> None:
    before = contents(till.shop)
    for tick in range(100):
        writer.change(till, tick)
    after = contents(till.shop)
    assert all(before[name] != after[name] for name in before)


def test_every_kind_of_mistake_is_made_and_some_are_mended(till: writer.Till) -> None:
    dirt = {
        "orders WHERE status = 'shiped'": 0,
        "orders WHERE email = ''": 0,
        "orders WHERE total IS NULL": 0,
        "stock WHERE quantity < 0": 0,
        "orders WHERE email <> '' AND email NOT LIKE '%@%'": 0,
    }
    mended = 0
    for tick in range(800):
        misspelt = count(till.shop, "orders WHERE status = 'shiped'")
        writer.change(till, tick)
        mended += count(till.shop, "orders WHERE status = 'shiped'") < misspelt
        dirt = {what: max(most, count(till.shop, what)) for what, most in dirt.items()}
    assert all(dirt.values())
    assert mended > 0


def test_what_it_writes_stays_consistent(till: writer.Till) -> None:
    for tick in range(500):
        writer.change(till, tick)
    assert till.shop.execute("PRAGMA foreign_key_check").fetchall() == []
    assert count(till.shop, "orders WHERE id NOT IN (SELECT order_id FROM order_items)") == 0


def test_the_shop_does_not_grow_without_end(till: writer.Till, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "KEPT_ORDERS", 200)
    for tick in range(1_200):
        writer.change(till, tick)
    assert count(till.shop, "orders") < 500
    assert till.shop.execute("PRAGMA foreign_key_check").fetchall() == []


def test_readers_are_never_locked_out(path: Path, till: writer.Till) -> None:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=0)) as reader:
        before = count(reader, "orders")
        till.shop.execute("BEGIN IMMEDIATE")
        writer.place_order(till)
        assert count(reader, "orders") == before
        till.shop.execute("COMMIT")
        assert count(reader, "orders") == before + 1


def test_it_is_at_times_quiet_and_keeps_its_rate(tmp_path: Path) -> None:
    waits = list(islice(writer.pauses(random.Random(1), 4.0), 4_000))
    assert 2.5 < len(waits) / sum(waits) < 6
    assert max(waits) > 4
    assert max(islice(writer.pauses(random.Random(1), math.inf), 100)) == 0


def test_it_changes_rows_until_told_to_stop(path: Path) -> None:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as reader, start(path) as process:
        seen = reader.execute("PRAGMA data_version").fetchone()
        until(lambda: reader.execute("PRAGMA data_version").fetchone() != seen)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def test_it_ends_when_its_parent_is_not_there(path: Path) -> None:
    with start(path, "--parent", "1" if os.getpid() != 1 else "2") as process:
        assert process.wait(30) == 0


def test_it_ends_with_a_parent_that_is_killed(path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
    until(lambda: ended(pid))


def test_it_ends_when_the_file_is_gone(path: Path) -> None:
    with start(path) as process:
        until(lambda: path.with_name("shop.sqlite-wal").exists())
        path.unlink()
        assert process.wait(30) == 0


def test_it_ends_after_the_seconds_given(path: Path) -> None:
    with start(path, "--rate", "inf", "--seconds", "0.2") as process:
        assert process.wait(30) == 0
    with closing(sqlite3.connect(path)) as shop:
        assert count(shop, "orders") > 150


def test_it_makes_no_shop_where_there_is_none(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "xregistry_tui.demo.writer", str(tmp_path / "none")], stderr=subprocess.PIPE
    ) as process:
        assert process.wait(30) == 1
    assert list(tmp_path.iterdir()) == []
