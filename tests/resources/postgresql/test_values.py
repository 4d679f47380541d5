"""Values and names that break careless code: they are read as they are."""

from __future__ import annotations

import datetime
import math
from decimal import Decimal
from typing import Any

import pytest

from tests.engines.fixtures import MakeFresh
from tests.resources.postgresql.conftest import Opened
from xregistry_tui.resources.base import Clipped, CollectionFailed, Condition, RecordQuery
from xregistry_tui.resources.postgresql import PostgresqlResource
from xregistry_tui.resources.sql import quote
from xregistry_tui.schema.canonical import dumps
from xregistry_tui.schema.shape import Kind

UTC = datetime.UTC

VALUES: list[tuple[str, str, Any]] = [
    ("numeric", "repeat('9', 1000)::numeric", Decimal("9" * 1000)),
    ("numeric", "'NaN'", "NaN"),
    ("numeric", "'-Infinity'", Decimal("-Infinity")),
    ("money", "12.5", Decimal("12.50")),
    ("float8", "'Infinity'", math.inf),
    ("float4", "1.5", 1.5),
    ("int8", "-9223372036854775808", -(2**63)),
    ("oid", "4294967295", 4294967295),
    ("xid", "'7'", 7),
    ("bool", "true", True),
    ("timestamp", "'infinity'", "infinity"),
    ("timestamptz", "'-infinity'", "-infinity"),
    ("timestamptz", "'2020-01-01 10:00+02'", datetime.datetime(2020, 1, 1, 8, tzinfo=UTC)),
    ("timestamp", "'0044-03-15 12:00 BC'", "0044-03-15 12:00:00 BC"),
    ("timestamp", "'294276-12-31'", "294276-12-31 00:00:00"),
    ("date", "'0001-01-01'", datetime.date(1, 1, 1)),
    ("date", "'9999-12-31'", datetime.date(9999, 12, 31)),
    ("date", "'infinity'", "infinity"),
    ("time", "'24:00'", "24:00:00"),
    ("timetz", "'10:00+05:30'", datetime.time.fromisoformat("10:00+05:30")),
    ("interval", "'1 year 2 mons -3 days 04:05:06.7'", "P1Y2M-3DT4H5M6.7S"),
    ("inet", "'10.0.0.1'", "10.0.0.1"),
    ("inet", "'10.0.0.0/8'", "10.0.0.0/8"),
    ("cidr", "'10.0.0.0/8'", "10.0.0.0/8"),
    ("macaddr", "'08:00:2b:01:02:03'", "08:00:2b:01:02:03"),
    ("uuid", "'a0eebc999c0b4ef8bb6d6bb9bd380a11'", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    ("bytea", r"'\x00ff'", b"\x00\xff"),
    ("char(3)", "'a'", "a"),
    ("bit(3)", "'101'", "101"),
    ("text", "''", ""),
    ("text", "E'[/red]\\u202e\\n\\'%'", "[/red]\u202e\n'%"),
    ("int4range", "'[1,3)'", "[1,3)"),
    ("int4range", "'empty'", "empty"),
    ("int4multirange", "'{[1,3),[5,7)}'", "{[1,3),[5,7)}"),
    ("point", "'(1,2)'", "(1,2)"),
    ("tsvector", "'a b'", "'a' 'b'"),
    ("int[]", "'{{1,2},{3,null}}'", [[1, 2], [3, None]]),
    ("int[]", "'[5:6]={1,2}'", [1, 2]),
    ("text[]", "'{}'", []),
    ("numeric[]", "'{0.10,NaN}'", [Decimal("0.10"), "NaN"]),
    ("timestamptz[]", "'{infinity}'", ["infinity"]),
    ("mood", "'[/red]'", "[/red]"),
    ("mood[]", "'{\"it''s\"}'", ["it's"]),
    ("pair", "(1, 'z')", {"l": 1, "r": "z"}),
    ("pair[]", "ARRAY[(1, null)::pair]", [{"l": 1, "r": None}]),
    ("small", "7", 7),
    ("json", '\'{"a": "\\u0000", "b": 1.50}\'', {"a": "\x00", "b": 1.5}),
    ("json", "'\"\\ud800\"'", "\ud800"),
    ("jsonb", "'[1e400, null, \"x\"]'", None),
    ("regclass", "'pg_class'", "pg_class"),
]
TYPES = """
CREATE TYPE mood AS ENUM ('[/red]', 'it''s'); CREATE TYPE pair AS (l int, r text);
CREATE DOMAIN small AS int CHECK (VALUE < 10);
"""


async def test_every_type_is_read_and_found_again(fresh: MakeFresh, opened: Opened) -> None:
    columns = ", ".join(f"c{number} {type_}" for number, (type_, *_) in enumerate(VALUES))
    values = ", ".join(value for _, value, _ in VALUES)
    script = f"{TYPES} CREATE TABLE t ({columns}); INSERT INTO t VALUES ({values}); INSERT INTO t DEFAULT VALUES"
    resource = await opened(fresh(script).url)
    page = await resource.records(RecordQuery(collection="public.t", order_by="c0"))
    for (type_, written, expected), name, value in zip(VALUES, page.columns, page.rows[0], strict=True):
        if expected == "NaN":
            assert value.is_nan(), type_
        elif expected is not None:
            assert (value, type(value)) == (expected, type(expected)), f"{type_} {written}"
        dumps(value)
        if not isinstance(value, list | dict) and type_ != "json":
            await found_again(resource, name, value)
    assert set(page.rows[1]) == {None}
    assert (await resource.shape("public.t")).fields


async def found_again(resource: PostgresqlResource, name: str, value: Any) -> None:
    condition = Condition(name, "=", value)
    page = await resource.records(RecordQuery(collection="public.t", where=(condition,), order_by=name))
    assert len(page.rows) == 1, name
    assert await resource.exists("public.t", name, value), name


async def test_a_text_that_is_no_value_of_its_column_names_the_column(fresh: MakeFresh, opened: Opened) -> None:
    resource = await opened(fresh(f"{TYPES} CREATE TABLE t (n int, at date, m mood, s text)").url)
    good = Condition("s", "=", "x")
    for field, value in (("n", "many"), ("n", "99999999999"), ("at", "2020-02-31"), ("m", "sad"), ("s", "a\0b")):
        with pytest.raises(CollectionFailed, match=f"“{field}” is of type") as said:
            await resource.records(RecordQuery(collection="public.t", where=(good, Condition(field, "=", value))))
        assert said.value.hint
        assert not await resource.exists("public.t", field, value)


async def test_large_values_of_each_kind_come_by_their_head(fresh: MakeFresh, opened: Opened) -> None:
    script = """CREATE TABLE t (s text, b bytea, j jsonb, a int[]); INSERT INTO t SELECT repeat('é', 9000),
        decode(repeat('ab', 9000), 'hex'), jsonb_build_object('k', repeat('x', 9000)), array_agg(g)
        FROM generate_series(1, 5000) g"""
    resource = await opened(fresh(script).url)
    page = await resource.records(RecordQuery(collection="public.t", cell_limit=10))
    assert page.rows[0][:2] == (Clipped("é" * 10, 9000, Kind.STRING), Clipped(b"\xab" * 10, 9000, Kind.BYTES))
    assert page.rows[0][2] == Clipped('{"k": "xxx', 9009, Kind.STRING)
    assert page.rows[0][3].head == "[1,2,3,4,5"
    whole = await resource.records(RecordQuery(collection="public.t", cell_limit=100_000))
    assert whole.rows[0][3] == list(range(1, 5001))


async def test_hostile_names(fresh: MakeFresh, opened: Opened) -> None:
    names = ['say "x"', "50%", "new\nline", "[/red]", "UPPER", "ünï" * 10, "x" * 63, "a.b", "{v}", "$1", "k0", "?", "'"]
    columns = ", ".join(f"{quote(name)} text" for name in names)
    values = ", ".join(f"'{number}'" for number in range(len(names)))
    database = fresh()
    for schema in ("a.b", 'q"s', "UP"):
        database.sql(f"CREATE SCHEMA {quote(schema)}")
        for table in ("a.b", "t%\"'\n"):
            database.sql(f"CREATE TABLE {quote(schema)}.{quote(table)} ({columns})")
            database.sql(f"INSERT INTO {quote(schema)}.{quote(table)} VALUES ({values})")
    resource = await opened(database.url)
    listed = await resource.list_collections_or_tables()
    assert sorted(listed) == sorted(
        f"{schema}.{table}" for schema in ('"a.b"', 'q"s', "UP") for table in ("a.b", "t%\"'\n")
    )
    for collection in listed:
        shape = await resource.shape(collection)
        assert [field.name for field in shape.fields] == names
        for number, name in enumerate(names):
            where = (Condition(name, "=", str(number)),)
            page = await resource.records(RecordQuery(collection=collection, where=where, order_by=name))
            assert page.rows == (tuple(map(str, range(len(names)))),)
        assert collection in await resource.change_tokens()


async def test_sixteen_hundred_columns(fresh: MakeFresh, opened: Opened) -> None:
    columns = ", ".join(f"c{number} varchar(20)" for number in range(1600))
    resource = await opened(fresh(f"CREATE TABLE wide ({columns}); INSERT INTO wide (c0, c1599) VALUES ('a', 'z')").url)
    assert len((await resource.shape("public.wide")).fields) == 1600
    page = await resource.records(RecordQuery(collection="public.wide"))
    assert (len(page.rows[0]), page.rows[0][0], page.rows[0][-1]) == (1600, "a", "z")
    assert (await resource.records(RecordQuery(collection="public.wide", keys=page.keys))).rows == page.rows


async def test_bytes_that_are_no_text_in_a_database_without_an_encoding(fresh: MakeFresh, opened: Opened) -> None:
    database = fresh(options="ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'")
    database.sql("CREATE TABLE t (s text); INSERT INTO t VALUES (E'caf\\xe9'), (E'caf\\xc3\\xa9')")
    resource = await opened(database.url)
    page = await resource.records(RecordQuery(collection="public.t"))
    assert [row[0] for row in page.rows] == ["caf\\xe9", "café"]
    assert await resource.exists("public.t", "s", "café")
