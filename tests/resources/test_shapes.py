"""What a table declares, corrected by what is stored in it."""

from __future__ import annotations

import pytest

from tests.resources.conftest import Connected, Database
from xregistry_tui.resources.base import CollectionFailed
from xregistry_tui.resources.sqlite.connection import Asker
from xregistry_tui.schema.rules import Length, OneOf, Range, Reference, Required, Unique
from xregistry_tui.schema.shape import CollectionKind, Kind


async def kinds_of(database: Database, connected: Connected, declared: str, *values: str) -> tuple[Kind, ...]:
    rows = "".join(f"INSERT INTO t VALUES ({value});" for value in values)
    resource = await connected(database(f"CREATE TABLE t (a {declared}); {rows}"))
    return (await resource.shape("t")).fields[0].kinds


@pytest.mark.parametrize(
    ("declared", "values", "kinds"),
    [
        ("INTEGER", ("1", "2", "'many'"), (Kind.INTEGER, Kind.STRING)),
        ("INTEGER", ("'x'", "'y'", "1.5"), (Kind.STRING, Kind.NUMBER)),
        ("TEXT", ("1", "NULL"), (Kind.STRING,)),
        ("BOOLEAN", ("0", "1", "NULL"), (Kind.BOOLEAN,)),
        ("BOOLEAN", ("0", "2"), (Kind.INTEGER,)),
        ("BOOLEAN", ("'true'",), (Kind.STRING,)),
        ("NUMERIC(10,2)", ("1", "2.5"), (Kind.DECIMAL,)),
        ("DECIMAL", ("'n/a'", "1", "2"), (Kind.DECIMAL, Kind.STRING)),
        ("REAL", ("1", "2.5"), (Kind.NUMBER,)),
        ("DATETIME", ("'2024-01-31 10:00:00'", "'2024-01-31T10:00:00.5Z'", "'2024-01-31'"), (Kind.DATETIME,)),
        ("DATETIME", ("'yesterday'", "'2024-02-31 10:00'", "'now'"), (Kind.STRING,)),
        ("TIMESTAMP", ("1700000000",), (Kind.INTEGER,)),
        ("DATE", ("'2024-01-31'", "'2023-12-01'", "'soon'"), (Kind.DATE, Kind.STRING)),
        ("TIME", ("'10:30'", "'10:30:15'"), (Kind.TIME,)),
        ("UUID", ("'6f1c1b0a-0000-4000-8000-00000000000a'",), (Kind.UUID,)),
        ("JSON", ("'{}'",), (Kind.ANY,)),
        ("BLOB", ("x'00ff'",), (Kind.BYTES,)),
        ("", ("1", "1", "'x'", "x'00'"), (Kind.INTEGER, Kind.BYTES, Kind.STRING)),
        ("INTEGER", (), (Kind.INTEGER,)),
        ("DATETIME", ("NULL",), (Kind.DATETIME,)),
        ("", (), ()),
    ],
)
async def test_kinds(
    database: Database, connected: Connected, declared: str, values: tuple[str, ...], kinds: tuple[Kind, ...]
) -> None:
    found = await kinds_of(database, connected, declared, *values)
    assert found[:1] == kinds[:1]
    assert set(found) == set(kinds)


async def test_keys_rules_references_and_defaults(database: Database, connected: Connected) -> None:
    resource = await connected(
        database("""
        CREATE TABLE Shelf (Code TEXT PRIMARY KEY) WITHOUT ROWID;
        CREATE TABLE item (
            id INTEGER PRIMARY KEY,
            sku VARCHAR(8) NOT NULL UNIQUE,
            status TEXT NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'sold')),
            price NUMERIC(10, 2) CHECK (price >= 0) CHECK (price < 1e6),
            active BOOLEAN CHECK (active IN (0, 1)),
            shelf TEXT REFERENCES shelf,
            parent INTEGER REFERENCES item (id),
            lost INTEGER REFERENCES nowhere (id),
            UNIQUE (status, price)
        );
        INSERT INTO item VALUES (1, 'A', 'new', 5, 1, NULL, NULL, NULL);
        """)
    )
    shape = await resource.shape("item")
    fields = {field.name: field for field in shape.fields}
    assert shape.key == ("id",)
    assert shape.unique == (("id",), ("sku",), ("status", "price"))
    assert fields["id"].rules == (Required("PRIMARY KEY"), Unique("PRIMARY KEY"))
    assert not fields["id"].nullable
    assert fields["sku"].rules == (Required("NOT NULL"), Unique("UNIQUE"), Length(most=8, source="declared VARCHAR(8)"))
    assert fields["status"].rules == (Required("NOT NULL"), OneOf(("new", "sold"), "CHECK"))
    assert fields["status"].default == "'new'"
    assert fields["price"].rules == (Range(ge=0, lt=1e6, source="CHECK"),)
    assert fields["active"].kinds == (Kind.BOOLEAN,)
    assert fields["active"].rules == ()
    assert fields["shelf"].rules == (Reference("Shelf", "Code", "FOREIGN KEY"),)
    assert fields["parent"].rules == (Reference("item", "id", "FOREIGN KEY"),)
    assert fields["lost"].rules == ()
    assert (await resource.shape("Shelf")).fields[0].rules[0] == Required("NOT NULL")


async def test_dirt_in_the_last_rows_of_a_large_table_is_seen(database: Database, connected: Connected) -> None:
    path = database(
        "CREATE TABLE t (n INTEGER); WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 30000) "
        "INSERT INTO t SELECT i FROM c; INSERT INTO t VALUES ('thirty thousand');"
    )
    assert (await (await connected(path)).shape("t")).fields[0].kinds == (Kind.INTEGER, Kind.STRING)


ENDS = """
CREATE TABLE t (n INTEGER, d DATE) {without};
WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < {rows})
INSERT INTO t SELECT iif(i = {stray}, 'x' || i, i), iif(i = {stray}, 'soon', '2024-01-01') FROM c;
"""


@pytest.mark.parametrize(
    ("rows", "stray", "seen"),
    [(30, 15, True), (200, 100, True), (200, 101, True), (1000, 100, True), (1000, 901, True), (1000, 500, False)],
)
async def test_strays_are_seen_among_the_first_and_last_hundred_rows(
    database: Database, connected: Connected, rows: int, stray: int, seen: bool
) -> None:
    shape = await (await connected(database(ENDS.format(rows=rows, stray=stray, without="")))).shape("t")
    assert [len(field.kinds) for field in shape.fields] == ([2, 2] if seen else [1, 1])
    assert [field.kind for field in shape.fields] == [Kind.INTEGER, Kind.DATE]


async def test_without_row_ids_the_first_rows_are_looked_at(database: Database, connected: Connected) -> None:
    resource = await connected(
        database("""
        CREATE TABLE t (a INTEGER PRIMARY KEY, b) WITHOUT ROWID;
        WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 500)
        INSERT INTO t SELECT i, iif(i <= 200, i, 'late') FROM c;
        CREATE VIEW v AS SELECT b FROM t;
        """)
    )
    assert (await resource.shape("t")).fields[1].kinds == (Kind.INTEGER,)
    assert (await resource.shape("v")).fields[0].kinds == (Kind.INTEGER,)


async def test_a_look_asks_for_types_and_never_for_values(
    database: Database, connected: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    resource = await connected(
        database("""
        CREATE TABLE t (a TEXT, b BLOB, c DATETIME, d);
        INSERT INTO t VALUES (printf('%.*c', 5000000, 'x'), zeroblob(5000000), '2024-01-01', 1.5);
        """)
    )
    crossed: list[object] = []
    quiet = Asker.quiet

    def noted(self: Asker, sql: str, parameters: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
        rows = quiet(self, sql, parameters)  # type: ignore[arg-type]
        crossed.extend(value for row in rows for value in row if "typeof" in sql)
        return rows

    monkeypatch.setattr(Asker, "quiet", noted)
    kinds = [field.kinds for field in (await resource.shape("t")).fields]
    assert kinds == [(Kind.STRING,), (Kind.BYTES,), (Kind.DATETIME,), (Kind.NUMBER,)]
    assert crossed
    assert all(isinstance(value, int) for value in crossed)


async def test_many_columns_that_have_a_form_to_be_asked_for(database: Database, connected: Connected) -> None:
    columns = ", ".join(f"c{number} {'DATE' if number % 3 else 'BOOLEAN'}" for number in range(2000))
    path = database(f"CREATE TABLE t ({columns}); INSERT INTO t (c0, c1, c1998, c1999) VALUES (1, '2024-01-01', 0, 7)")
    shape = await (await connected(path)).shape("t")
    assert [shape.fields[n].kinds[0] for n in (0, 1, 1998, 1999)] == [
        Kind.BOOLEAN, Kind.DATE, Kind.BOOLEAN, Kind.INTEGER,
    ]  # fmt: skip


async def test_views_are_shaped_and_a_broken_one_fails_alone(database: Database, connected: Connected) -> None:
    resource = await connected(
        database("""
        CREATE TABLE t (a INTEGER, d DATE); INSERT INTO t VALUES (1, '2024-01-01');
        CREATE VIEW good AS SELECT a * 2 AS twice, d FROM t;
        CREATE VIEW gone AS SELECT * FROM nowhere;
        CREATE VIEW wrong AS SELECT json_extract('{', '$.a') AS a FROM t;
        """)
    )
    assert await resource.list_collections_or_tables() == ["gone", "good", "t", "wrong"]
    good = await resource.shape("good")
    assert good.kind is CollectionKind.VIEW
    assert [field.kinds for field in good.fields] == [(Kind.INTEGER,), (Kind.DATE,)]
    for name, said in (("gone", "no such table"), ("wrong", "malformed JSON")):
        with pytest.raises(CollectionFailed, match=said) as failed:
            await resource.shape(name)
        assert failed.value.hint


async def test_the_insides_of_a_full_text_index_are_not_listed(database: Database, connected: Connected) -> None:
    resource = await connected(
        database("CREATE VIRTUAL TABLE notes USING fts5(body); INSERT INTO notes VALUES ('hello');")
    )
    assert await resource.list_collections_or_tables() == ["notes"]
    assert [field.name for field in (await resource.shape("notes")).fields] == ["body"]
