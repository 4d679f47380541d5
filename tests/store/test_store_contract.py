"""What every store promises. Each store joins by adding itself to `STORES`."""

from __future__ import annotations

import datetime
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from xregistry_tui.store.base import Conflict, MemoryStore, Point, Store
from xregistry_tui.store.file import FileStore

STORES: dict[str, Callable[[Path], Store]] = {"MemoryStore": lambda _folder: MemoryStore(), "FileStore": FileStore}
NOON = datetime.datetime(2026, 1, 1, 12, tzinfo=datetime.UTC)


@pytest.fixture(params=STORES)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    opened = STORES[request.param](tmp_path)
    yield opened
    await opened.close()


async def test_a_document_is_replaced_whole_and_its_epoch_counts_up(store: Store) -> None:
    assert await store.get("grants", "models.shop") is None
    assert await store.put("grants", "models.shop", {"a": 1}) == 1
    assert await store.put("grants", "models.shop", {"b": 2}) == 2
    document = await store.get("grants", "models.shop")
    assert document is not None
    assert (document.value, document.epoch) == ({"b": 2}, 2)


async def test_a_lost_race_is_a_conflict_and_never_a_lost_update(store: Store) -> None:
    await store.put("grants", "x", {"by": "first"}, expect=0)
    with pytest.raises(Conflict, match="at epoch 1, not 0: read it again"):
        await store.put("grants", "x", {"by": "second"}, expect=0)
    document = await store.get("grants", "x")
    assert document is not None
    assert document.value == {"by": "first"}


async def test_a_scan_gives_the_documents_of_one_kind_by_key(store: Store) -> None:
    for kind, key in (("a", "2"), ("b", "1"), ("a", "1")):
        await store.put(kind, key, {})
    assert [document.key for document in await store.scan("a")] == ["1", "2"]


async def test_a_journal_keeps_its_order(store: Store) -> None:
    await store.append("trail", [{"n": 1}, {"n": 2}])
    await store.append("trail", [{"n": 3}])
    assert await store.tail("trail", 2) == [{"n": 2}, {"n": 3}]
    assert await store.tail("trail", 0) == []
    assert await store.tail("another", 5) == []


async def test_the_lines_of_a_journal_are_its_records_one_each(store: Store) -> None:
    await store.append("trail", [{"n": n, "name": "é\u2028"} for n in range(5)])
    assert [json.loads(line)["n"] for line in store.lines("trail")] == [0, 1, 2, 3, 4]
    assert [json.loads(line)["n"] for line in store.lines("trail", 2)] == [3, 4]
    assert list(store.lines("trail", 0)) == list(store.lines("another")) == []
    assert all(line.isascii() for line in store.lines("trail"))


async def test_the_secret_of_a_store_stays_the_same(store: Store) -> None:
    assert len(await store.secret()) == 32
    assert await store.secret() == await store.secret()


async def test_a_series_answers_from_a_moment_on(store: Store) -> None:
    points = [Point(NOON + datetime.timedelta(minutes=minute), {"rows": minute}) for minute in range(3)]
    await store.add_points("shop.orders", points)
    assert await store.points("shop.orders", points[1].at) == points[1:]


async def test_moments_of_a_series_are_forgotten_one_by_one(store: Store) -> None:
    points = [Point(NOON + datetime.timedelta(minutes=minute), {"rows": minute}) for minute in range(3)]
    await store.add_points("shop.orders", points)
    await store.drop_points("shop.orders", [points[1].at, NOON - datetime.timedelta(days=1)])
    await store.drop_points("nowhere", [NOON])
    assert await store.points("shop.orders", NOON) == [points[0], points[2]]
