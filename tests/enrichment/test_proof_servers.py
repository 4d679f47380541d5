"""The same law on servers: what a proof says is what the new class says of every record."""

from __future__ import annotations

import asyncio
import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel, Field, create_model

from tests.engines.fixtures import MakeFresh
from tests.engines.mongodb import Fresh
from tests.enrichment.test_proof import step, valid
from tests.resources.opening import opening
from tests.resources.running import running
from xregistry_tui.enrichment.proof import prove
from xregistry_tui.resources.base import RecordQuery, ResourceSlow, XResource
from xregistry_tui.resources.mongodb import MongodbResource
from xregistry_tui.resources.postgresql import PostgresqlResource
from xregistry_tui.schema.proof import Outcome, Proof
from xregistry_tui.schema.rules import Unique

POSTGRES = """
CREATE TYPE mood AS ENUM ('glad', 'sad');
CREATE TABLE t (
    id int PRIMARY KEY, status text, total numeric(10, 2), share float8, mood mood, at timestamptz, key uuid,
    whole bigint, paid boolean, email text
);
INSERT INTO t SELECT g, CASE WHEN g % 100 = 0 THEN 'shiped' ELSE 'paid' END, g / 4.0,
    CASE WHEN g = 77 THEN 'NaN' ELSE g / 1000.0 END, (ARRAY['glad', 'sad'])[1 + g % 2]::mood,
    '2026-01-01'::timestamptz + g * interval '1 hour', md5(g::text)::uuid, CASE WHEN g > 990 THEN NULL ELSE g END,
    g % 2 = 0, 'user' || g % 999 || '@example.org' FROM generate_series(1, 1000) AS g;
"""


class Row(BaseModel):
    id: int
    status: str | None = None
    total: Decimal | None = None
    share: float | None = None
    mood: str | None = None
    at: datetime.datetime | None = None
    key: UUID | None = None
    whole: int | None = None
    paid: bool | None = None
    email: str | None = None


TIGHTER: dict[str, dict[str, Any]] = {
    "set": {"status": (Literal["paid", "shipped"] | None, None)},
    "bounds": {"total": (Annotated[Decimal, Field(ge=1, lt=200)] | None, None)},
    "not a number": {"share": (Annotated[float, Field(ge=0)] | None, None)},
    "enum": {"mood": (Literal["glad"] | None, None)},
    "null": {"whole": (int, ...)},
    "length": {"email": (Annotated[str, Field(max_length=18)] | None, None)},
    "pattern": {"email": (Annotated[str, Field(pattern=r"^user\d+@example\.org$")], ...)},
    "text of a moment": {"at": (str | None, None)},
    "day": {"at": (datetime.date | None, None)},
    "whole": {"total": (int | None, None)},
    "text of a key": {"key": (Annotated[str, Field(max_length=36)] | None, None)},
    "absent": {"country": (str, ...)},
    "two": {"status": (Literal["paid"], ...), "total": (Annotated[Decimal, Field(gt=2)], ...)},
}


async def naive(resource: XResource, collection: str, new: type[BaseModel]) -> set[tuple[Any, ...]]:
    """The keys of all records that the new class refuses."""
    page = await resource.records(RecordQuery(collection=collection, limit=10_000))
    failing = set()
    for at, (key, row) in enumerate(zip(page.keys, page.rows, strict=True)):
        record = dict(zip(page.columns, row, strict=True))
        for name in page.absent[at] if page.absent else ():
            del record[name]
        if not valid(new, record):
            failing.add(key)
    return failing


async def agreed(resource: XResource, collection: str, old: type[BaseModel], new: type[BaseModel]) -> Proof:
    """The proof, once it was held against each record."""
    proof = await prove(resource, await resource.shape(collection), step(old, new))
    failing = await naive(resource, collection, new)
    assert set(proof.keys) <= failing
    assert proof.outcome is (Outcome.REFUTED if failing else Outcome.PROVEN), proof.tested
    assert proof.failed == len(failing) or (proof.at_least and 0 < proof.failed <= len(failing)), proof.tested
    return proof


async def test_postgresql_says_what_the_class_says(fresh: MakeFresh) -> None:
    async with opening(PostgresqlResource) as opened:
        resource = await opened(fresh(POSTGRES).url)
        ways = {}
        for name, fields in TIGHTER.items():
            proof = await agreed(resource, "public.t", Row, create_model("Row", __base__=Row, **fields))
            ways[name] = {one.way for one in proof.tested}
        by_engine = {name for name, way in ways.items() if way == {"engine"}}
        assert by_engine >= {"set", "bounds", "enum", "null", "length", "pattern", "absent", "two"}, ways


async def test_postgresql_counts_in_one_pass_and_never_reads_a_record(fresh: MakeFresh) -> None:
    async with opening(PostgresqlResource) as opened:
        resource = await opened(fresh(POSTGRES).url)
        new = create_model("Row", __base__=Row, **TIGHTER["set"])
        proof = await prove(resource, await resource.shape("public.t"), step(Row, new))
    assert proof.line == "10 of 1,000 fail: keys 100, 200, 300, …: status must be one of 2 values"
    assert sum("count(" in query for query in proof.queries) == 1


async def test_what_must_not_repeat_is_told_by_the_engine_alone(fresh: MakeFresh) -> None:
    from dataclasses import replace

    from xregistry_tui.core.definition import Definition
    from xregistry_tui.enrichment.proof import Step

    async with opening(PostgresqlResource) as opened:
        resource = await opened(fresh(POSTGRES).url)
        shape = await resource.shape("public.t")
        fields = tuple(
            replace(one, rules=(*one.rules, Unique())) if one.name in ("email", "key") else one for one in shape.fields
        )
        old, new = (Definition(title="t", source="t", shape=one) for one in (shape, replace(shape, fields=fields)))
        proof = await prove(resource, shape, Step("models.t", "1", "2", old, new))
    found = {one.sentence: one.failed for one in proof.tested}
    assert found == {"email must be unique": 2, "key must be unique": 0}
    assert proof.keys == ((1,), (1_000,))


async def test_a_proof_is_limited_in_time_on_the_server(fresh: MakeFresh) -> None:
    from xregistry_tui.profiling.plan import Budget

    script = "CREATE VIEW v AS SELECT 1 AS id, CASE WHEN pg_sleep(30) IS NULL THEN 'x' ELSE 'y' END AS status"
    async with opening(PostgresqlResource) as opened:
        resource = await opened(fresh(script).url)
        shape = await resource.shape("public.v")
        new = create_model("Row", __base__=Row, **TIGHTER["set"])
        with pytest.raises(ResourceSlow):
            await prove(resource, shape, step(Row, new), budget=Budget(seconds=0.3))


async def test_a_proof_that_is_cancelled_ends_on_the_server(fresh: MakeFresh) -> None:
    script = "CREATE VIEW v AS SELECT 1 AS id, CASE WHEN pg_sleep(30) IS NULL THEN 'x' ELSE 'y' END AS status"
    shop = fresh(script)
    async with opening(PostgresqlResource) as opened:
        resource = await opened(shop.url)
        shape = await resource.shape("public.v")
        task = await running(prove(resource, shape, step(Row, create_model("R", __base__=Row, **TIGHTER["set"]))), shop)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await resource.validate_connection()


class Document(BaseModel):
    n: float | str | None = None
    s: str | None = None
    tags: list[str] | None = None
    address: dict[str, Any] | None = None


DOCUMENTS: list[dict[str, Any]] = [
    {"_id": 1, "n": 10, "s": "red", "address": {"city": "x"}},
    {"_id": 2, "n": 20.5, "s": None, "tags": ["a", "b"]},
    {"_id": 3, "n": -5, "tags": [], "address": {}},
    {"_id": 4, "s": "blue", "extra": 1},
    {"_id": 5, "n": None, "s": "green", "tags": ["c"]},
    {"_id": 6, "n": "many", "s": ""},
]


class Address(BaseModel):
    city: str


class Unknown(BaseModel):
    model_config = {"extra": "forbid", "populate_by_name": True}
    key: Any = Field(alias="_id")
    n: float | str | None = None
    s: str | None = None
    tags: list[str] | None = None
    address: dict[str, Any] | None = None


LOOSE: dict[str, dict[str, Any]] = {
    "null": {"s": (str, "")},
    "absent": {"s": (str | None, ...)},
    "both": {"s": (str, ...)},
    "bounds": {"n": (Annotated[float, Field(ge=0)] | None, None)},
    "set": {"s": (Literal["red", "blue", "green"] | None, None)},
    "pattern": {"s": (Annotated[str, Field(pattern="^[rb]")] | None, None)},
    "nested": {"address": (Address | None, None)},
    "items": {"tags": (Annotated[list[str], Field(min_length=1)] | None, None)},
    "unseen": {"zz": (int, ...)},
    "seen": {"extra": (str | None, None)},
}


async def test_mongodb_says_what_the_class_says(mongo: Fresh) -> None:
    mongo.db["t"].insert_many(DOCUMENTS)
    async with opening(MongodbResource) as opened:
        resource = await opened(mongo.url)
        for fields in LOOSE.values():
            await agreed(resource, "t", Document, create_model("Document", __base__=Document, **fields))
        proof = await agreed(resource, "t", Document, Unknown)
        assert proof.keys == ((4,),)


async def test_mongodb_counts_rules_and_tells_absence_from_null(mongo: Fresh) -> None:
    mongo.db["t"].insert_many([{"_id": n, "s": "a" if n % 10 else "b"} for n in range(1_000)] + [{"_id": 1_000}])
    mongo.db["t"].insert_one({"_id": 1_001, "s": None})
    async with opening(MongodbResource) as opened:
        resource = await opened(mongo.url)
        shape = await resource.shape("t")
        for fields, failed in (
            ({"s": (Literal["a"] | None, None)}, 100),
            ({"s": (str, "")}, 1),
            ({"s": (str | None, ...)}, 1),
            ({"s": (str, ...)}, 2),
        ):
            proof = await prove(resource, shape, step(Document, create_model("D", __base__=Document, **fields)))
            assert (proof.failed, {one.way for one in proof.tested}) == (failed, {"engine"}), proof.tested
            assert proof.rows == 1_002
