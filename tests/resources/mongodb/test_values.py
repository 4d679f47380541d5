"""Documents however strange: none is an error, and nothing large crosses the wire unasked."""

from __future__ import annotations

import datetime
import decimal
import math
import uuid
from typing import Any

import pytest
from bson import Binary, Code, DBRef, Decimal128, Int64, MaxKey, MinKey, ObjectId, Regex, Timestamp
from bson.datetime_ms import DatetimeMS
from hypothesis import given
from hypothesis import strategies as st

from tests.engines.mongodb import Fresh
from tests.resources.mongodb.conftest import Opened
from xregistry_tui.profiling.plan import Plan
from xregistry_tui.resources.base import Clipped, Condition, RecordQuery
from xregistry_tui.resources.inspector import XInspector
from xregistry_tui.resources.mongodb.values import far_moment, located, locator
from xregistry_tui.schema.shape import Kind

NOON = datetime.datetime(2024, 5, 1, 12, tzinfo=datetime.UTC)
ID = ObjectId("5ca4bbcea2dd94ee58162a68")
ONE = uuid.UUID(int=7)
VALUES: dict[str, tuple[Any, Any, Kind]] = {
    "objectid": (ID, str(ID), Kind.OBJECT_ID),
    "decimal": (Decimal128("1.50"), decimal.Decimal("1.50"), Kind.DECIMAL),
    "largest": (
        Decimal128("9.999999999999999999999999999999999E+6144"),
        decimal.Decimal("9.999999999999999999999999999999999E+6144"),
        Kind.DECIMAL,
    ),
    "date": (NOON, NOON, Kind.DATETIME),
    "far": (DatetimeMS(2**62), "+146140482-04-24T15:36:27.904Z", Kind.DATETIME),
    "old": (DatetimeMS(-(2**62)), "-146136543-09-08T08:23:32.096Z", Kind.DATETIME),
    "bytes": (b"\x00\x01", b"\x00\x01", Kind.BYTES),
    "uuid": (Binary(ONE.bytes, 4), str(ONE), Kind.UUID),
    "regex": (Regex("^a", "i"), "/^a/i", Kind.ANY),
    "reference": (DBRef("t", ID), {"$ref": "t", "$id": str(ID)}, Kind.OBJECT),
    "least": (MinKey(), "MinKey", Kind.ANY),
    "most": (MaxKey(), "MaxKey", Kind.ANY),
    "code": (Code("1"), "1", Kind.STRING),
    "timestamp": (Timestamp(1714564800, 1), NOON, Kind.DATETIME),
    "long": (Int64(2**62), 2**62, Kind.INTEGER),
    "infinite": (math.inf, math.inf, Kind.NUMBER),
    "": (1, 1, Kind.INTEGER),
    "a.b": ("dot", "dot", Kind.STRING),
    "$x": ("dollar", "dollar", Kind.STRING),
    "ünï [/red]": (True, True, Kind.BOOLEAN),
    "empty": ({}, {}, Kind.OBJECT),
    "mixed": ([1, "a", None, {"b": 1}], [1, "a", None, {"b": 1}], Kind.ARRAY),
}


def insert(database: Fresh, *documents: dict[str, Any]) -> None:
    # as a command: the driver's own insert refuses some names
    database.db.command("insert", "t", documents=list(documents))


async def test_every_type_is_read_and_has_its_kind(mongo: Fresh, opened: Opened) -> None:
    insert(mongo, {"_id": 1, **{name: value for name, (value, _, _) in VALUES.items()}})
    resource = await opened(mongo.url)
    shape = await resource.shape("t")
    assert {one.name: one.kind for one in shape.fields} == {"_id": Kind.INTEGER} | {
        n: k for n, (_, _, k) in VALUES.items()
    }
    page = await resource.records(RecordQuery(collection="t"))
    assert dict(zip(page.columns, page.rows[0], strict=True)) == {"_id": 1} | {n: v for n, (_, v, _) in VALUES.items()}
    profile = await resource.profile(Plan(shape=shape))
    assert all(profile.fields[name].present == 1 for name in ("a.b", "$x", "", "far", "largest", "least"))


@pytest.mark.parametrize(
    "name", ["", "a.b", "$x", "ünï [/red]", "decimal", "objectid", "uuid", "date", "long", "bytes"]
)
async def test_fields_of_any_name_and_type_are_found_and_ordered_by(mongo: Fresh, opened: Opened, name: str) -> None:
    insert(mongo, {"_id": 1, name: VALUES[name][0]}, {"_id": 2}, {"_id": 3, name: None})
    resource = await opened(mongo.url)
    shown = VALUES[name][1]
    for written in {shown if isinstance(shown, bytes) else str(shown), shown}:
        text = written.isoformat() if isinstance(written, datetime.datetime) else written
        if isinstance(text, bool) or text in ("True",):
            text = True
        page = await resource.records(RecordQuery(collection="t", fields=("_id",), where=(Condition(name, "=", text),)))
        assert page.rows == ((1,),), written
    for descending in (False, True):
        page = await resource.records(RecordQuery(collection="t", order_by=name, descending=descending))
        assert page.rows[0][0] == 1, "those without it come last"
    assert sorted(
        row[0] for row in (await resource.records(RecordQuery(collection="t", where=(Condition(name, "null"),)))).rows
    ) == [2, 3]


async def test_pages_of_an_order_do_not_overlap_where_values_are_absent(mongo: Fresh, opened: Opened) -> None:
    insert(mongo, *({"_id": n, **({"v": n % 3} if n % 2 else {})} for n in range(10)))
    resource = await opened(mongo.url)
    found = [
        row[0]
        for offset in range(0, 12, 2)
        for row in (
            await resource.records(RecordQuery(collection="t", fields=("_id",), order_by="v", offset=offset, limit=2))
        ).rows
    ]
    assert found == [3, 9, 1, 7, 5, 0, 2, 4, 6, 8]


@pytest.mark.parametrize(
    "key", [1, "a", ID, str(ID), 1.5, NOON, b"x", Binary(ONE.bytes, 4), {"a": 1, "b": ID}, Decimal128("2")]
)
async def test_records_are_found_again_whatever_their_id_is(mongo: Fresh, opened: Opened, key: Any) -> None:
    insert(mongo, {"_id": key, "v": "it"}, {"_id": "other", "v": "not"})
    resource = await opened(mongo.url)
    page = await resource.records(RecordQuery(collection="t"))
    mine = next(k for k, row in zip(page.keys, page.rows, strict=True) if "it" in row)
    again = await resource.records(RecordQuery(collection="t", fields=("v",), keys=(mine,)))
    assert again.rows == (("it",),)


async def test_large_values_come_by_their_beginning_and_size(mongo: Fresh, opened: Opened) -> None:
    insert(
        mongo,
        {
            "_id": 1,
            "text": "é" * 7_000_000,
            "list": [{"x": "y" * 100}] * 5_000,
            "object": {f"k{n}": "v" * 300 for n in range(1_000)},
            "bytes": b"z" * 100_000,
            "small": "s",
        },
    )
    resource = await opened(mongo.url)
    page = await resource.records(RecordQuery(collection="t"))
    cells = dict(zip(page.columns, page.rows[0], strict=True))
    assert (cells["text"].length, cells["text"].head) == (7_000_000, "é" * 4096)
    assert (cells["bytes"], cells["small"]) == (Clipped(b"", 100_000, Kind.BYTES), "s")
    assert (cells["list"].kind, cells["object"].kind) == (Kind.ARRAY, Kind.OBJECT)
    assert cells["object"].head.startswith('{"k0":"vvv')
    assert cells["object"].length > 300_000


async def test_a_hundred_thousand_names_and_a_hundred_levels(mongo: Fresh, opened: Opened) -> None:
    deep: dict[str, Any] = {}
    inner = deep
    for _ in range(95):
        inner["d"] = {}
        inner = inner["d"]
    insert(mongo, {"_id": 1, "wide": {f"k{n}": n for n in range(100_000)}, "deep": deep}, {"_id": 2, "v": math.nan})
    resource = await opened(mongo.url)
    shape = await resource.shape("t")
    wide, into = shape.field("wide"), shape.field("deep")
    assert wide is not None
    assert (wide.kind, wide.fields, wide.items.kind) == (Kind.MAP, (), Kind.INTEGER)
    depth = 0
    while into.fields:
        into, depth = into.fields[0], depth + 1
    assert depth == 11
    assert (await resource.profile(Plan(shape=shape))).fields["v"].nans == 1
    page = await resource.records(RecordQuery(collection="t"))
    assert isinstance(page.rows[0][page.columns.index("wide")], Clipped)


async def test_text_that_is_no_utf8_is_shown_by_its_escapes(mongo: Fresh, opened: Opened) -> None:
    from bson.raw_bson import RawBSONDocument

    broken = b"\x10_id\x00\x01\x00\x00\x00\x02s\x00\x04\x00\x00\x00a\xffb\x00\x00"
    mongo.db["t"].insert_one(RawBSONDocument((len(broken) + 4).to_bytes(4, "little") + broken))
    resource = await opened(mongo.url)
    assert (await resource.records(RecordQuery(collection="t", fields=("s",)))).rows == (("a\\xffb",),)
    assert (await resource.shape("t")).field("s").kind is Kind.STRING


async def test_what_is_fetched_is_valid_in_the_model_made_of_it(mongo: Fresh, opened: Opened) -> None:
    values = {name: value for name, (value, _, _) in VALUES.items() if name not in ("far", "old")}
    insert(mongo, {"_id": 1, **values}, {"_id": 2, "mixed": "none", "objectid": None}, {"_id": 3, "empty": {"a": [1]}})
    resource = await opened(mongo.url)
    model = await XInspector(resource, "t").generate_model()
    records = await resource.get_preview(5, "t")
    assert len(records) == 3
    for record in records:
        model.model_validate(record)


@given(st.integers(-(2**63), 2**63 - 1))
def test_moments_beyond_pythons_years_keep_their_order(milliseconds: int) -> None:
    text = far_moment(milliseconds)
    year, rest = text[1:].split("-", 1)
    era, inside = divmod(int(text[0] + year) - 1, 400)
    parsed = datetime.datetime.fromisoformat(f"{inside + 2001:04d}-{rest}")
    days = (parsed - datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)) // datetime.timedelta(milliseconds=1)
    assert days + (era - 5) * 146_097 * 86_400_000 == milliseconds


@given(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text() | st.binary() | st.floats(allow_nan=False)
)
def test_a_locator_means_its_id(value: Any) -> None:
    assert any(
        one == (value.replace("\0", "\\0") if isinstance(value, str) else value) for one in located(locator(value))
    )
