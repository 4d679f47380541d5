"""Behind a figure of quality: what failing values were meant to be, and how to find the records that fail."""

from __future__ import annotations

import datetime
import decimal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from xregistry_tui.actions.base import ActionError
from xregistry_tui.actions.local import LocalSession
from xregistry_tui.actions.quality import located
from xregistry_tui.profiling.profile import RuleResult
from xregistry_tui.schema.shape import FieldShape, Kind, Shape

KEYED = Shape(name="t", fields=(FieldShape(name='i"d', kinds=(Kind.INTEGER,), key=1),))
TWICE = Shape(name="t", fields=(FieldShape(name="a", key=1), FieldShape(name="b", key=2)))
DOCUMENTS = Shape(name="t", fields=(FieldShape(name="_id", kinds=(Kind.OBJECT_ID,)),))


def test_keys_become_a_clause_whatever_is_in_them() -> None:
    moment = datetime.datetime(2026, 3, 1, 14, 2, tzinfo=datetime.UTC)
    assert located("sqlite", KEYED, [(1,), (2,)]) == 'WHERE "i""d" IN (1, 2)'
    assert located("sqlite", KEYED, [("it's",), (None,)]) == "WHERE \"i\"\"d\" IN ('it''s', NULL)"
    assert located("sqlite", KEYED, [(b"\x01",), (True,)]) == 'WHERE "i""d" IN (X\'01\', TRUE)'
    assert located("postgresql", KEYED, [(b"\x01",)]) == 'WHERE "i""d" IN (\'\\x01\')'
    assert located("postgresql", KEYED, [(moment,), (decimal.Decimal("1.50"),)]) == (
        'WHERE "i""d" IN (\'2026-03-01 14:02:00+00:00\', 1.50)'
    )


def test_a_key_of_several_fields_is_a_row() -> None:
    assert located("postgresql", TWICE, [(1, "x"), (2, "y")]) == "WHERE (\"a\", \"b\") IN ((1, 'x'), (2, 'y'))"


def test_what_has_no_key_is_found_by_where_it_lies() -> None:
    assert located("sqlite", None, [(7,)]) == 'WHERE "rowid" IN (7)'
    assert located("postgresql", Shape(name="t"), [("(0,1)",)]) == "WHERE ctid IN ('(0,1)')"


def test_documents_are_found_by_a_filter() -> None:
    assert located("mongodb", DOCUMENTS, [("65f0",)]) == '{"_id":{"$in":[{"$oid":"65f0"}]}}'
    assert located("mongodb", None, [("a",), (1,)]) == '{"_id":{"$in":["a",1]}}'


ORDERS = "models.shop.orders"


def _break(shop: Path) -> None:
    """Three orders with a status that the table does not allow."""
    with closing(sqlite3.connect(shop)) as connection, connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute("UPDATE orders SET status = 'shiped' WHERE id IN (3, 5, 8)")


def _failing(session: LocalSession) -> RuleResult:
    model = session.model(ORDERS)
    assert model is not None
    assert model.binding is not None
    assert model.binding.profile is not None
    return next(result for result in model.binding.profile.fields["status"].rules if result.failed)


async def test_failing_values_come_with_the_allowed_ones_that_were_meant(connected: LocalSession, shop: Path) -> None:
    _break(shop)
    await connected.perform("refresh", model=ORDERS)
    found = _failing(connected)
    asked = {"model": f"{ORDERS}@shop::orders", "field": "status"}
    meant = (await connected.perform("nearest", **asked, values=(*found.values, "zzz", None))).value
    assert [one.value if one else None for one in meant] == ["shipped"] * 3 + [None, None]


async def test_where_no_set_is_declared_nothing_was_meant(connected: LocalSession) -> None:
    asked = await connected.perform("nearest", model=ORDERS, field="placed_at", values=("yesterday",))
    assert asked.value == (None,)


async def test_what_is_copied_finds_the_failing_records(connected: LocalSession, shop: Path) -> None:
    _break(shop)
    await connected.perform("refresh", model=ORDERS)
    clause = (await connected.perform("locate", model=ORDERS, keys=_failing(connected).keys)).value
    with closing(sqlite3.connect(shop)) as connection:
        rows = connection.execute(f"SELECT id, status FROM orders {clause}").fetchall()
    assert sorted(rows) == [(3, "shiped"), (5, "shiped"), (8, "shiped")]


async def test_where_nothing_fails_there_is_nothing_to_find(connected: LocalSession) -> None:
    with pytest.raises(ActionError, match="no failing record"):
        await connected.perform("locate", model=ORDERS, keys=())
