"""Shapes: what is found in the documents, what validators and indexes demand."""

from __future__ import annotations

import datetime

from bson import ObjectId

from tests.engines.mongodb import Fresh
from tests.resources.mongodb.conftest import Opened
from xregistry_tui.profiling.plan import Grade, Plan
from xregistry_tui.resources.base import RecordQuery
from xregistry_tui.schema.rules import Length, OneOf, Pattern, Range, Required, Unique
from xregistry_tui.schema.shape import CollectionKind, Kind, walk

SCHEMA = {
    "$jsonSchema": {
        "bsonType": "object",
        "required": ["status", "total", "maybe"],
        "properties": {
            "status": {"enum": ["paid", "open"], "description": "where it is"},
            "total": {"bsonType": ["double", "decimal"], "minimum": 0, "exclusiveMinimum": True},
            "maybe": {"bsonType": ["string", "null"]},
            "code": {"bsonType": "string", "pattern": "^[A-Z]", "minLength": 2, "maxLength": 5},
            "address": {"bsonType": "object", "properties": {"zip": {"bsonType": "string", "maxLength": 5}}},
        },
    }
}


async def test_documents_that_differ(mongo: Fresh, opened: Opened) -> None:
    common = {"name": "a", "place": {"city": "x", "geo": [1.5, 2]}, "tags": ["a", 1, None]}
    mongo.db["t"].insert_many([{**common, "n": n if n % 10 else "x"} for n in range(95)])
    mongo.db["t"].insert_many([{"name": None, "n": 1.5} for _ in range(5)])
    shape = await (await opened(mongo.url)).shape("t")
    found = dict(walk(shape))
    steady = [field for field in shape.fields if field.name != "n"]  # third where a short one is drawn first
    assert [(f.name, f.required, f.nullable) for f in steady][:3] == [
        ("_id", True, False),
        ("name", True, True),
        ("place", False, False),
    ], "a field that is missing is not one that is null"
    assert found["_id"].kinds == (Kind.OBJECT_ID,)
    assert found["n"].kinds == (Kind.NUMBER, Kind.STRING)
    assert found["n"].native == "int 85.0 %, string 10.0 %, double 5.0 %"
    assert found["/place/geo"].items.kinds == (Kind.NUMBER,)
    assert set(found["/tags/*"].kinds) == {Kind.STRING, Kind.INTEGER}
    assert found["/tags/*"].nullable
    assert (shape.unique, shape.key) == ((("_id",),), ("_id",))


async def test_names_that_are_data_are_a_map(mongo: Fresh, opened: Opened) -> None:
    for number in range(50):
        tiers = {ObjectId().binary.hex() + "00000000": {"tier": "gold", "benefits": ["x"]} for _ in range(3)}
        mongo.db["customers"].insert_one({"username": f"u{number}", "tiers": tiers})
    tiers = (await (await opened(mongo.url)).shape("customers")).field("tiers")
    assert tiers.kinds == (Kind.MAP,)
    assert [(one.name, one.kind) for one in tiers.items.fields] == [("tier", Kind.STRING), ("benefits", Kind.ARRAY)]


async def test_a_validator_is_rules_even_of_what_was_never_seen(mongo: Fresh, opened: Opened) -> None:
    mongo.db.create_collection("orders", validator=SCHEMA)
    shape = await (await opened(mongo.url)).shape("orders")
    found = dict(walk(shape))
    source = "$jsonSchema"
    assert found["status"].rules == (Required(source), OneOf(("paid", "open"), source))
    assert found["status"].description == "where it is"
    assert found["total"].rules == (Required(source), Range(gt=0, source=source))
    assert found["total"].kinds == (Kind.NUMBER, Kind.DECIMAL)
    assert found["maybe"].rules == (), "it must be there, but may be null"
    assert found["code"].rules == (Length(2, 5, source), Pattern("^[A-Z]", source))
    assert found["/address/zip"].rules == (Length(None, 5, source),)


async def test_conditions_as_in_a_query_are_rules_too(mongo: Fresh, opened: Opened) -> None:
    rule = {"$and": [{"n": {"$gte": 1}}, {"n": {"$lt": 9}}], "s": {"$in": ["a", "b"]}, "c": {"$regex": "^x"}}
    mongo.db.create_collection("t", validator=rule, validationAction="warn")
    mongo.db.create_collection("off", validator=SCHEMA, validationLevel="off")
    resource = await opened(mongo.url)
    shape = await resource.shape("t")
    assert shape.field("n").rules == (Range(ge=1, lt=9, source="validator"),)
    assert shape.field("s").rules == (OneOf(("a", "b"), "validator"),)
    assert shape.field("c").rules == (Pattern("^x", "validator"),)
    assert any("warns only" in words for words in shape.warnings)
    assert (await resource.shape("off")).fields == ()


async def test_unique_indexes(mongo: Fresh, opened: Opened) -> None:
    table = mongo.db["t"]
    table.insert_one({"a": 1, "b": 2, "c": 3, "d": [1, 2], "e": {"f": 1}})
    table.create_index("a", unique=True)
    table.create_index([("b", 1), ("c", -1)], unique=True)
    table.create_index("c", unique=True, partialFilterExpression={"c": {"$gt": 1}})
    table.create_index("d", unique=True)
    table.create_index("e.f", unique=True)
    shape = await (await opened(mongo.url)).shape("t")
    assert shape.unique == (("_id",), ("a",), ("b", "c"), ("d",))
    assert [one.name for one in shape.fields if any(isinstance(rule, Unique) for rule in one.rules)] == ["_id", "a"]


async def test_views_and_time_series_but_nothing_of_the_system(mongo: Fresh, opened: Opened) -> None:
    mongo.db["orders"].insert_one({"n": 1})
    mongo.db.create_collection("v", viewOn="orders", pipeline=[{"$set": {"twice": {"$multiply": ["$n", 2]}}}])
    mongo.db.create_collection("ticks", timeseries={"timeField": "at", "metaField": "who"})
    mongo.db["ticks"].insert_many(
        [{"at": datetime.datetime(2024, 1, n + 1, tzinfo=datetime.UTC), "who": "a", "v": n} for n in range(9)]
    )
    mongo.db.create_collection(
        "bad", viewOn="orders", pipeline=[{"$set": {"x": {"$divide": [1, {"$subtract": ["$n", 1]}]}}}]
    )
    resource = await opened(mongo.url)
    assert await resource.list_collections_or_tables() == ["bad", "orders", "ticks", "v"]
    view, ticks = await resource.shape("v"), await resource.shape("ticks")
    assert (view.kind, view.key, view.unique) == (CollectionKind.VIEW, (), ())
    assert view.field("twice").kind is Kind.INTEGER
    assert {one.name: one.kind for one in ticks.fields}["at"] is Kind.DATETIME
    for shape, n in ((view, 1), (ticks, 9)):
        for grade in (Grade.SAMPLE, Grade.EXACT):
            profile = await resource.profile(Plan(shape=shape, grade=grade))
            assert (profile.n, profile.rows.value, profile.method) == (n, n, Grade.EXACT)
    assert (await resource.records(RecordQuery(collection="ticks", limit=3))).more
    found = [one async for one in resource.shapes(["bad", "orders"])]
    assert found[0][0] == "bad"
    assert "divide by zero" in found[0][1].reason
    assert found[1].name == "orders"


async def test_the_largest_documents_never_cross_the_wire(mongo: Fresh, opened: Opened) -> None:
    for number in range(4):
        mongo.db["t"].insert_one({"_id": number, "s": "x" * 14_000_000, "n": number})
    resource = await opened(mongo.url)
    before = mongo.client.admin.command("serverStatus")["network"]["bytesOut"]
    shape = await resource.shape("t")
    profile = await resource.profile(Plan(shape=shape))
    page = await resource.records(RecordQuery(collection="t"))
    after = mongo.client.admin.command("serverStatus")["network"]["bytesOut"]
    assert [one.kind for one in shape.fields] == [Kind.INTEGER, Kind.STRING, Kind.INTEGER]
    assert profile.fields["s"].lengths.most == 14_000_000
    assert page.rows[0][1].length == 14_000_000
    assert after - before < 400_000
