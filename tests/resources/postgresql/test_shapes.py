"""What is discovered: names, kinds, rules, keys, words, and what documents hold."""

from __future__ import annotations

import pytest

from tests.engines.fixtures import MakeFresh
from tests.resources.postgresql.conftest import Opened
from xregistry_tui.resources.base import RecordQuery
from xregistry_tui.schema.rules import Length, OneOf, Pattern, Range, Reference, Required, Unique
from xregistry_tui.schema.shape import CollectionKind, Kind, walk
from xregistry_tui.xregistry import XRegistry

SCRIPT = r"""
CREATE TYPE mood AS ENUM ('fine', '[/red]', 'it''s');
CREATE TYPE place AS (street varchar(30), at point);
CREATE DOMAIN zip AS varchar(5) CHECK (VALUE ~ '^\d{5}$') CHECK (length(VALUE) = 5);
CREATE DOMAIN home_zip AS zip NOT NULL;
CREATE TABLE customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text UNIQUE);
COMMENT ON TABLE customers IS 'Who buys';
COMMENT ON COLUMN customers.email IS 'Where to write';
CREATE TABLE orders (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), customer bigint NOT NULL REFERENCES customers, feeling mood,
    code varchar(40), total numeric(10,2) CHECK (total >= 0 AND total < 1000000), zip zip, home home_zip,
    tags text[] , grid int[][], address place, places place[], span tstzrange, spans int4multirange,
    twice int GENERATED ALWAYS AS (2) STORED, doc jsonb, raw json, at timestamptz DEFAULT now(), gap interval,
    UNIQUE (customer, code));
CREATE VIEW paid AS SELECT id, total FROM orders; CREATE MATERIALIZED VIEW sums AS SELECT sum(total) FROM orders;
CREATE TABLE events (at date, what text) PARTITION BY RANGE (at);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
INSERT INTO events VALUES ('2026-01-05', 'a'), ('2026-02-05', 'b');
CREATE SCHEMA sales; CREATE TABLE sales.orders (a int); CREATE TEMP TABLE gone (a int);
"""


async def test_everything_that_holds_records_is_listed_once(fresh: MakeFresh, opened: Opened) -> None:
    url = fresh(SCRIPT).url
    names = await (await opened(url)).list_collections_or_tables()
    assert names == [
        "public.customers", "public.events", "public.orders", "public.paid", "public.sums", "sales.orders",
    ]  # fmt: skip
    chosen = await opened(url, include=["public.*"], exclude=["*.paid", "*sums"])
    assert await chosen.list_collections_or_tables() == ["public.customers", "public.events", "public.orders"]


async def test_what_a_table_declares(fresh: MakeFresh, opened: Opened) -> None:
    resource = await opened(fresh(SCRIPT).url)
    customers, orders = await resource.shape("public.customers"), await resource.shape("public.orders")
    assert (customers.description, customers.parts) == ("Who buys", ("public", "customers"))
    assert customers.field("email").description == "Where to write"
    assert customers.field("id").default == "numbered by the engine"
    assert customers.field("email").rules == (Unique("UNIQUE"),)
    assert orders.unique == (("id",), ("customer", "code"))
    assert orders.key == ("id",)
    rules = {field.name: field.rules for field in orders.fields}
    assert rules["id"] == (Required("PRIMARY KEY"), Unique("PRIMARY KEY"))
    assert rules["customer"] == (Required("NOT NULL"), Reference("public.customers", "id", "FOREIGN KEY"))
    assert rules["feeling"] == (OneOf(("fine", "[/red]", "it's"), "enum mood"),)
    assert rules["code"] == (Length(most=40, source="declared character varying(40)"),)
    assert rules["total"] == (Range(ge=0, lt=1000000, source="CHECK"),)
    zipped = (Pattern("^[0-9]{5}$", "CHECK"), Length(5, 5, "CHECK"))
    assert set(zipped) <= set(rules["zip"])
    assert rules["home"][0] == Required("domain home_zip")
    assert not orders.field("home").nullable
    assert orders.field("total").native == "numeric(10,2)"
    assert orders.field("twice").default == "generated: 2"
    assert orders.field("at").default == "now()"


async def test_kinds_and_what_is_in_them(fresh: MakeFresh, opened: Opened) -> None:
    shape = await (await opened(fresh(SCRIPT).url)).shape("public.orders")
    kinds = {path: field.kind for path, field in walk(shape)}
    assert kinds["tags"] is kinds["grid"] is kinds["places"] is Kind.ARRAY
    assert (kinds["/tags/*"], kinds["/grid/*"]) == (Kind.STRING, Kind.INTEGER)
    assert (kinds["address"], kinds["/address/street"], kinds["/places/*/street"]) == (
        Kind.OBJECT, Kind.STRING, Kind.STRING,
    )  # fmt: skip
    assert (kinds["id"], kinds["span"], kinds["spans"], kinds["gap"]) == (
        Kind.UUID, Kind.STRING, Kind.STRING, Kind.DURATION,
    )  # fmt: skip
    assert kinds["doc"] is Kind.ANY, "nothing is stored yet"


async def test_records_of_another_table_as_values(fresh: MakeFresh, opened: Opened) -> None:
    database = fresh("CREATE TABLE node (id int); CREATE TABLE t (n node, m node[]); INSERT INTO t VALUES ('(1)')")
    resource = await opened(database.url)
    shape = await resource.shape("public.t")
    assert [field.name for field in shape.field("n").fields] == ["id"]
    assert [field.name for field in shape.field("m").items.fields] == ["id"]
    assert (await resource.records(RecordQuery(collection="public.t"))).rows == (({"id": 1}, None),)


async def test_views_and_partitions(fresh: MakeFresh, opened: Opened) -> None:
    resource = await opened(fresh(SCRIPT).url)
    assert (await resource.shape("public.paid")).kind is CollectionKind.VIEW
    assert (await resource.shape("public.sums")).kind is CollectionKind.VIEW
    page = await resource.records(RecordQuery(collection="public.events"))
    assert [row[1] for row in page.rows] == ["a", "b"]
    one = await resource.records(RecordQuery(collection="public.events", keys=page.keys[1:]))
    assert [row[1] for row in one.rows] == ["b"]


async def test_documents_are_looked_into(fresh: MakeFresh, opened: Opened) -> None:
    documents = [
        '{"id": 1, "who": {"name": "Ana", "age": null}, "lines": [{"sku": "a", "n": 1}, {"sku": "b"}]}',
        '{"id": "2", "who": {"name": "Bo"}, "lines": [], "extra": true}',
        "null",
    ]
    values = ", ".join(f"('{document}'::jsonb)" for document in documents)
    database = fresh(f"CREATE TABLE t (doc jsonb); INSERT INTO t VALUES {values}, (NULL)")
    shape = await (await opened(database.url)).shape("public.t")
    found = dict(walk(shape))
    assert found["doc"].kinds == (Kind.OBJECT,)
    assert set(found["/doc/id"].kinds) == {Kind.INTEGER, Kind.STRING}
    assert (found["/doc/who"].required, found["/doc/extra"].required) == (True, False)
    assert (found["/doc/who/age"].nullable, found["/doc/who/age"].required) == (True, False)
    assert (found["/doc/lines/*/sku"].required, found["/doc/lines/*/n"].required) == (True, False)


async def test_models_lie_below_their_schema(fresh: MakeFresh, opened: Opened) -> None:
    resource = await opened(fresh(SCRIPT).url, name="shop")
    registry = XRegistry()
    async for shape in resource.shapes(await resource.list_collections_or_tables()):
        registry.models.register_discovered(shape, resource=resource.name)
    assert registry.models["models.shop.public.orders"].model_class.__name__ == "Orders"
    assert registry.models["models.shop.sales.orders"].metadata.name == "orders"
    assert [child.path for child in registry.models.children("models.shop")] == [
        "models.shop.public", "models.shop.sales",
    ]  # fmt: skip


async def test_a_type_that_nobody_knows_is_read_as_text_with_a_warning(fresh: MakeFresh, opened: Opened) -> None:
    resource = await opened(fresh("CREATE TABLE t (a pg_snapshot); INSERT INTO t VALUES ('1:2:')").url)
    shape = await resource.shape("public.t")
    assert shape.field("a").kinds == (Kind.ANY,)
    assert "pg_snapshot" in shape.warnings[0]
    assert (await resource.records(RecordQuery(collection="public.t", order_by="a"))).rows == (("1:2:",),)


async def test_what_is_declared_anew_is_seen(fresh: MakeFresh, opened: Opened) -> None:
    database = fresh("CREATE TYPE mood AS ENUM ('a'); CREATE TABLE t (m mood, n int)")
    resource = await opened(database.url)
    for change, seen in (
        ("ALTER TYPE mood ADD VALUE 'b'", lambda s: s.field("m").rules[0].values == ("a", "b")),
        ("ALTER TABLE t ADD CHECK (n > 0)", lambda s: s.field("n").rules == (Range(gt=0, source="CHECK"),)),
        ("COMMENT ON COLUMN t.n IS 'words'", lambda s: s.field("n").description == "words"),
        ("ALTER TABLE t ALTER n SET NOT NULL", lambda s: not s.field("n").nullable),
        ("CREATE UNIQUE INDEX ON t (n)", lambda s: s.unique == (("n",),)),
    ):
        assert not seen(await resource.shape("public.t")), change
        database.sql(change)
        assert seen(await resource.shape("public.t")), change


async def test_unchanged_tables_are_not_read_again(fresh: MakeFresh, opened: Opened) -> None:
    database = fresh("CREATE TABLE t (a int PRIMARY KEY)")
    resource = await opened(database.url)
    await resource.shape("public.t")
    from xregistry_tui.resources.postgresql.catalogue import catalogue

    before = await resource._look(catalogue)
    database.sql("INSERT INTO t VALUES (1); ANALYZE t; TRUNCATE t; VACUUM t")
    assert await resource._look(catalogue) is before


@pytest.mark.parametrize("word", ["rows", "row security"])
async def test_row_security_is_told(fresh: MakeFresh, opened: Opened, word: str) -> None:
    database = fresh(
        "CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2); ALTER TABLE t ENABLE ROW LEVEL SECURITY;"
        "CREATE POLICY one ON t USING (a = 1); GRANT SELECT ON t TO limited"
    )
    resource = await opened(database.url_of("limited"))
    shape = await resource.shape("public.t")
    page = await resource.records(RecordQuery(collection="public.t"))
    assert page.rows == ((1,),) if word == "rows" else word in shape.warnings[0]


async def test_of_many_tables_the_first_are_known_before_the_others_and_alike(fresh: MakeFresh, opened: Opened) -> None:
    columns = "id int PRIMARY KEY, m mood, a int CHECK (a > 0), up int REFERENCES"
    tables = [f"CREATE TABLE t{n:02} ({columns} t{max(n - 1, 0):02});" for n in range(60)]
    url = fresh("CREATE TYPE mood AS ENUM ('a', 'b');" + "".join(tables)).url
    resource, other = await opened(url), await opened(url)
    names = await resource.list_collections_or_tables()
    found = resource.shapes(names)
    first = await anext(found)
    assert resource._notes is not None
    assert resource._notes.catalogue is None, "the others were not waited for"
    shapes = [first, *[shape async for shape in found]]
    assert [shape.name for shape in shapes if not isinstance(shape, tuple)] == names
    await other.records(RecordQuery(collection=names[0]))  # which reads all that is declared
    assert shapes == [shape async for shape in other.shapes(names)]
