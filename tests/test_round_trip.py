"""What engines hold, against the models made of it: a record obeys its own model, or the report says why not."""

from __future__ import annotations

import random
import sqlite3
import sys
import types
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest
from pydantic import BaseModel

from tests.engines.fixtures import MakeFresh
from tests.resources.postgresql.test_shapes import SCRIPT
from tests.resources.postgresql.test_values import TYPES, VALUES
from xregistry_tui.core.models import ModelRegistry, RegisteredModel
from xregistry_tui.enrichment.validation import validate_records
from xregistry_tui.resources.base import Page, RecordQuery, XResource
from xregistry_tui.resources.factory import ResourceFactory
from xregistry_tui.resources.inspector import XInspector
from xregistry_tui.schema.canonical import dumps
from xregistry_tui.schema.modelgen import source
from xregistry_tui.schema.shape import Shape

SQLITE = """
CREATE TABLE plain (
    id INTEGER PRIMARY KEY, "First Name" TEXT NOT NULL, class VARCHAR(5), total DECIMAL(10, 2), ratio REAL,
    body BLOB CHECK (length(body) <= 3), at DATETIME, day DATE, done BOOLEAN, doc JSON, anything, "__" TEXT, "[/red]" INT
);
INSERT INTO plain VALUES (1, 'a', 'b', 12.5, 1.5, x'00ff10', '2026-01-02 03:04:05', '2026-01-02', 1, '{"a": [1]}', 7, '', 0);
INSERT INTO plain VALUES (2, '', '', 9e999, -9e999, x'', '2026-01-02T03:04:05Z', NULL, 0, 'null', 'x', NULL, NULL);
CREATE TABLE mixed (n INTEGER, d DATE); INSERT INTO mixed VALUES (1, '2026-01-01'), ('one', 'never');
CREATE TABLE "a b" (x INT); CREATE TABLE a_b (x INT); CREATE TABLE "class" (x INT); CREATE TABLE "[/red]" (x INT);
"""  # noqa: E501 - a record is a line

PLAIN = f"""{TYPES}
CREATE TYPE place AS (street varchar(30), size numeric, seen date);
CREATE TABLE plain (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name varchar(20), fixed char(5), price numeric(10, 2),
    large numeric, cash money, ratio float8, half float4, body bytea CHECK (octet_length(body) = 2), span int4range,
    days daterange, spans int4multirange, at timestamptz, local timestamp, day date, clock time, zoned timetz,
    gap interval, net inet, key uuid, mood mood, moods mood[], tags text[], sizes numeric[], place place,
    places place[], doc jsonb, raw json, small small, bits bit(3), spot point, flag bool, ids oid);
INSERT INTO plain (name, fixed, price, large, cash, ratio, half, body, span, days, spans, at, local, day, clock, zoned,
    gap, net, key, mood, moods, tags, sizes, place, places, doc, raw, small, bits, spot, flag, ids) VALUES
    ('é', 'ab', 1.10, repeat('9', 1000)::numeric, 12.5, 1.5, 2.5, '\\x00ff', '[1,3)', '[2026-01-01,)', '{{[1,3)}}',
     '2026-01-02 03:04:05+02', '0001-01-01', '9999-12-31', '23:59:59.999999', '10:00+05:30', '3 days 04:05:06.7',
     '10.0.0.0/8', gen_random_uuid(), '[/red]', '{{"it''s",null}}', '{{}}', '{{0.10,NaN,Infinity}}',
     ('Rue', 'NaN', '2026-01-01'), ARRAY[('a', 1, NULL)::place, NULL, ('b', NULL, NULL)::place], '{{"a": [1, null]}}',
     '{{"b": 1.50}}', 7, '101', '(1,2)', true, 5),
    (NULL, NULL, 'NaN', '-Infinity', NULL, 'Infinity', 'NaN', '\\xffff', 'empty', NULL, '{{}}', NULL, NULL, NULL, NULL,
     NULL, '00:00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{{}}', '{{"a": []}}', NULL, NULL, NULL, NULL, NULL, 0);
"""


DOCUMENTS = """[
    {"_id": {"$oid": "5ca4bbcea2dd94ee58162a68"}, "a.b": 1, "$x": 2, "": 3, "at": {"$date": 0}, "n": 1, "class": null},
    {"_id": {"$oid": "5ca4bbcea2dd94ee58162a69"}, "n": 1.5, "d": {"$numberDecimal": "1E+6000"}, "l": [1, "a", [null]]},
    {"_id": 7, "n": 2.5, "at": {"$date": {"$numberLong": "253402300800000"}}, "o": {"p": {"q": null}}, "l": []},
    {"n": 1e300, "by": {"2024-01-01": 1, "2024-01-02": 2, "2024-01-03": 3}, "b": {"$binary": "aGk=", "$type": "00"}}
]"""

COLUMNS = """
SELECT i AS id, i::HUGEINT AS huge, (i * 1.5)::DECIMAL(18, 3) AS price, i / 3 AS ratio, (i / 7)::FLOAT AS half,
    'x' || i AS name, 'b'::BLOB AS body, '2024-01-01'::DATE + i::INT AS day, '2024-01-01'::TIMESTAMP AS local,
    '2024-01-01'::TIMESTAMPTZ AS at, '10:00'::TIME AS clock, INTERVAL 3 DAY AS gap, uuid() AS key,
    {'a': i, 'b': ['x', NULL]} AS place, MAP {'k': i} AS map, [1, 2, NULL] AS "sizes", i % 2 = 0 AS flag,
    NULL::INT AS none, 'nan'::DOUBLE AS no, [{'x': 1}] AS places, '=1+1' AS "[/red]" FROM range(5) AS r(i)
"""


@pytest.fixture
def sqlite_file(tmp_path: Path) -> str:
    with closing(sqlite3.connect(tmp_path / "shop.sqlite")) as connection, connection:
        connection.executescript(SQLITE)
    return str(tmp_path / "shop.sqlite")


@pytest.fixture
async def discovered() -> AsyncIterator[Any]:
    """`await discovered(target)` gives the resource, its shapes, and a registry with all of them."""
    opened: list[XResource] = []

    async def discover(target: str) -> tuple[XResource, dict[str, Shape], ModelRegistry]:
        resource = ResourceFactory.from_url(target, name="shop")
        opened.append(resource)
        await resource.connect()
        shapes = {shape.name: shape async for shape in XInspector(resource).discover() if isinstance(shape, Shape)}
        registry = ModelRegistry()
        for shape in shapes.values():
            registry.register_discovered(shape, resource="shop")
        return resource, shapes, registry

    yield discover
    for resource in opened:
        await resource.close()


def model_of(registry: ModelRegistry, collection: str) -> RegisteredModel:
    return next(model for model in registry.models.values() if model.collection == collection)


async def all_records(resource: XResource, collection: str) -> Page:
    return await resource.records(RecordQuery(collection=collection, cell_limit=1_000_000))


def failures(page: Page, model: RegisteredModel) -> dict[str, str]:
    """Which fields of the records violate their model, and why."""
    return {failed.path: failed.reason for failed in validate_records(page, model).by_field}


def as_json(page: Page, model: RegisteredModel) -> None:
    """Every record in the canonical JSON form is one of the model, and comes out of it as one."""
    for row in page.rows:
        made = model.model_class.model_validate_json(dumps(dict(zip(page.columns, row, strict=True))))
        model.model_class.model_validate_json(made.model_dump_json(by_alias=True))


# Records


async def test_every_record_of_a_file_obeys_its_own_model(sqlite_file: str, discovered: Any) -> None:
    resource, _, registry = await discovered(sqlite_file)
    page = await all_records(resource, "plain")
    assert failures(page, model_of(registry, "plain")) == {}
    as_json(page, model_of(registry, "plain"))


async def test_every_record_of_a_database_obeys_its_own_model(fresh: MakeFresh, discovered: Any) -> None:
    resource, _, registry = await discovered(fresh(PLAIN).url)
    page = await all_records(resource, "public.plain")
    assert failures(page, model_of(registry, "public.plain")) == {}
    as_json(page, model_of(registry, "public.plain"))


async def test_every_record_of_a_file_of_documents_obeys_its_own_model(tmp_path: Path, discovered: Any) -> None:
    (tmp_path / "docs.json").write_text(DOCUMENTS)
    resource, _, registry = await discovered(tmp_path / "docs.json")
    page = await all_records(resource, "docs")
    assert (len(page.rows), failures(page, model_of(registry, "docs"))) == (4, {})
    as_json(page, model_of(registry, "docs"))


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
async def test_every_record_of_a_tabular_file_obeys_its_own_model(tmp_path: Path, discovered: Any, suffix: str) -> None:
    duckdb.connect().execute(f"COPY ({COLUMNS}) TO '{tmp_path}/plain.{suffix}'")
    resource, _, registry = await discovered(tmp_path / f"plain.{suffix}")
    page = await all_records(resource, "plain")
    assert (len(page.rows), failures(page, model_of(registry, "plain"))) == (5, {})
    as_json(page, model_of(registry, "plain"))


async def test_what_no_value_of_python_can_hold_is_named_with_its_reason(fresh: MakeFresh, discovered: Any) -> None:
    columns = ", ".join(f"c{number} {type_}" for number, (type_, *_) in enumerate(VALUES))
    values = ", ".join(value for _, value, _ in VALUES)
    resource, _, registry = await discovered(
        fresh(f"{TYPES} CREATE TABLE t ({columns}); INSERT INTO t VALUES ({values})").url
    )
    found = failures(await all_records(resource, "public.t"), model_of(registry, "public.t"))
    said = {}
    for path, reason in found.items():
        type_, written, _ = VALUES[int(path.split("/")[1][1:])]
        said[f"{type_} {written}"] = reason
    assert said == {
        "timestamp 'infinity'": "expected a date and time, is text “infinity”",
        "timestamptz '-infinity'": "expected a date and time, is text “-infinity”",
        "timestamp '0044-03-15 12:00 BC'": "expected a date and time, is text “0044-03-15 12:00:00 BC”",
        "timestamp '294276-12-31'": "expected a date and time, is text “294276-12-31 00:00:00”",
        "date 'infinity'": "expected a date, is text “infinity”",
        "time '24:00'": "expected a time, is text “24:00:00”",
        "interval '1 year 2 mons -3 days 04:05:06.7'": "expected a duration, is text “P1Y2M-3DT4H5M6.7S”",
        "int[] '{{1,2},{3,null}}'": "expected a whole number, is a list",
        "timestamptz[] '{infinity}'": "expected a date and time, is text “infinity”",
    }


# Code


def imported(text: str, name: str, monkeypatch: pytest.MonkeyPatch) -> type[BaseModel]:
    module = types.ModuleType("written_here")
    monkeypatch.setitem(sys.modules, "written_here", module)
    exec(compile(text, "written_here.py", "exec", dont_inherit=True), module.__dict__)
    made: type[BaseModel] = getattr(module, name)
    return made


def agree(registry: ModelRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    assert registry.models
    for model in registry.models.values():
        made = imported(source(model.shape, model.title), model.model_class.__name__, monkeypatch)
        assert made.model_json_schema() == model.json_schema


async def test_the_source_of_a_file_asks_for_what_its_classes_ask(
    sqlite_file: str, discovered: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree((await discovered(sqlite_file))[2], monkeypatch)


async def test_the_source_of_a_database_asks_for_what_its_classes_ask(
    fresh: MakeFresh, discovered: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree((await discovered(fresh(SCRIPT).url))[2], monkeypatch)
    agree((await discovered(fresh(PLAIN).url))[2], monkeypatch)


# Rediscovery


def written(registry: ModelRegistry) -> dict[str, tuple[str, str, str]]:
    return {
        model.path: (model.version, model.metadata.fingerprint, source(model.shape, model.title))
        for model in registry.models.values()
    }


def rediscovered_in_any_order(shapes: dict[str, Shape], registry: ModelRegistry) -> None:
    before = written(registry)
    for seed in range(5):
        shuffled = list(shapes.values())
        random.Random(seed).shuffle(shuffled)
        for shape in shuffled:
            registry.register_discovered(shape, resource="shop")
        assert written(registry) == before


async def test_a_file_rediscovered_is_the_same_byte_for_byte(sqlite_file: str, discovered: Any) -> None:
    _, shapes, registry = await discovered(sqlite_file)
    rediscovered_in_any_order((await discovered(sqlite_file))[1], registry)
    assert written((await discovered(sqlite_file))[2]) == written(registry)
    assert len(shapes) == len(written(registry)) == 6
    assert all(part.isidentifier() for path in written(registry) for part in path.split("."))


async def test_a_database_rediscovered_is_the_same_byte_for_byte(fresh: MakeFresh, discovered: Any) -> None:
    url = fresh(SCRIPT).url
    _, _, registry = await discovered(url)
    rediscovered_in_any_order((await discovered(url))[1], registry)
    assert written((await discovered(url))[2]) == written(registry)
