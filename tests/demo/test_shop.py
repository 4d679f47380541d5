"""The shop is the same every time, believable, and honestly dirty."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xregistry_tui.demo.shop import Size, create_shop, mailbox, stamp, tables

NOW = datetime(2025, 3, 14, 15, 9, 26, tzinfo=UTC)
SMALL = Size(customers=60, products=20, orders=150, reviews=40)
TIME = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    path = tmp_path_factory.mktemp("shop") / "shop.sqlite"
    create_shop(path, NOW)
    with closing(sqlite3.connect(path)) as connection:
        yield connection


def count(shop: sqlite3.Connection, what: str) -> int:
    (number,) = shop.execute(f"SELECT count(*) FROM {what}").fetchone()
    return int(number)


def without_times(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    return [tuple("a time" if TIME.fullmatch(str(value)) else value for value in row) for row in rows]


def test_the_same_seed_and_moment_give_the_same_rows() -> None:
    assert tables(NOW, seed=7, size=SMALL) == tables(NOW, seed=7, size=SMALL)


def test_another_seed_gives_another_shop() -> None:
    assert tables(NOW, seed=7, size=SMALL)["orders"] != tables(NOW, seed=8, size=SMALL)["orders"]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.timedeltas(timedelta(days=-3_000), timedelta(days=3_000)))
def test_another_moment_moves_times_and_nothing_else(passed: timedelta) -> None:
    before, after = tables(NOW, size=SMALL), tables(NOW + passed, size=SMALL)
    assert {name: without_times(rows) for name, rows in before.items()} == {
        name: without_times(rows) for name, rows in after.items()
    }


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32))
def test_no_seed_makes_a_time_in_the_future_or_a_parcel_sent_before_its_order(seed: int) -> None:
    rows = tables(NOW, seed=seed, size=SMALL)
    times = [v for table in rows.values() for row in table for v in row if isinstance(v, str) and TIME.fullmatch(v)]
    assert max(times) <= stamp(NOW)
    assert all(sent is None or placed <= sent for *_, placed, sent in rows["orders"])


def test_every_table_has_its_thousands(shop: sqlite3.Connection) -> None:
    sizes = {name: count(shop, name) for name in ("customers", "products", "orders", "order_items", "reviews", "stock")}
    assert (sizes["customers"], sizes["products"], sizes["orders"], sizes["reviews"]) == (2_000, 240, 6_000, 3_000)
    assert 12_000 < sizes["order_items"] < 18_000
    assert 240 <= sizes["stock"] <= 1_200


def test_views_can_be_read(shop: sqlite3.Connection) -> None:
    assert count(shop, "daily_sales") > 500
    assert count(shop, "low_stock") > 10


def test_references_lead_somewhere(shop: sqlite3.Connection) -> None:
    assert shop.execute("PRAGMA foreign_key_check").fetchall() == []
    assert shop.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert count(shop, "orders WHERE id NOT IN (SELECT order_id FROM order_items)") == 0


def test_orders_cost_what_their_items_cost_up_to_the_dirt(shop: sqlite3.Connection) -> None:
    wrong = """orders o WHERE abs(total - (SELECT sum(quantity * unit_price * (1 - discount)) FROM order_items
               WHERE order_id = o.id)) > 0.01"""
    assert 0 < count(shop, wrong) < 30


def test_the_newest_order_came_just_now(shop: sqlite3.Connection) -> None:
    assert shop.execute("SELECT max(placed_at) FROM orders").fetchone() == (stamp(NOW - timedelta(seconds=2)),)


def test_few_things_sell_most_and_few_countries_buy_most(shop: sqlite3.Connection) -> None:
    sold = Counter(dict(shop.execute("SELECT product_id, count(*) FROM order_items GROUP BY 1")))
    assert sum(n for _, n in sold.most_common(24)) > 0.4 * sold.total()
    countries = Counter(dict(shop.execute("SELECT country, count(*) FROM customers GROUP BY 1")))
    assert countries.most_common(1)[0][0] == "FR"
    assert len(countries) == 9


def test_weekends_are_fuller_than_mondays_to_wednesdays(shop: sqlite3.Connection) -> None:
    days = Counter(dict(shop.execute("SELECT strftime('%w', placed_at), count(*) FROM orders GROUP BY 1")))
    assert (days["6"] + days["0"]) / 2 > 1.2 * (days["1"] + days["2"] + days["3"]) / 3


@pytest.mark.parametrize(
    ("dirt", "least", "most"),
    [
        ("orders WHERE status = 'shiped'", 10, 60),
        ("orders WHERE total IS NULL", 5, 60),
        ("orders WHERE total <= 0", 2, 30),
        ("orders WHERE currency = 'EURO'", 1, 30),
        ("customers WHERE email IS NULL", 5, 60),
        ("customers WHERE email = ''", 3, 40),
        ("customers WHERE email <> '' AND email NOT LIKE '%@%'", 5, 60),
        ("products WHERE typeof(weight_g) = 'text' AND weight_g GLOB '[0-9]*'", 200, 240),
        ("products WHERE weight_g = ''", 1, 20),
        ("stock WHERE typeof(reorder_level) = 'text'", 1, 30),
        (f"stock WHERE counted_at < '{stamp(NOW - timedelta(days=365))}'", 3, 40),
        ("reviews WHERE title = ''", 20, 120),
    ],
)
def test_dirt_is_there_and_is_rare(shop: sqlite3.Connection, dirt: str, least: int, most: int) -> None:
    assert least <= count(shop, dirt) <= most


def test_an_existing_shop_is_not_written_over(tmp_path: Path) -> None:
    create_shop(tmp_path / "shop.sqlite", NOW, size=SMALL)
    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        create_shop(tmp_path / "shop.sqlite", NOW, size=SMALL)


@given(st.text(max_size=40), st.integers(1, 10**6))
def test_a_mailbox_is_ascii_and_ends_with_its_number(name: str, number: int) -> None:
    assert mailbox(name, number).isascii()
    assert mailbox(name, number).endswith(str(number))
