"""The catalogue is read whole and once: what did not change is not asked for again, what did is seen at once."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from tests.resources.conftest import Connected, Database
from xregistry_tui.inspector import XInspector
from xregistry_tui.profiling.plan import Plan
from xregistry_tui.resources.base import CollectionFailed, RecordQuery, ResourceError
from xregistry_tui.resources.sqlite import shapes
from xregistry_tui.resources.sqlite.catalogue import Table, table
from xregistry_tui.resources.sqlite.connection import Asker
from xregistry_tui.schema.rules import OneOf, Reference
from xregistry_tui.schema.shape import Shape

SHOP = """
CREATE TABLE place (id INTEGER PRIMARY KEY, name TEXT UNIQUE);
CREATE TABLE trade (id INTEGER PRIMARY KEY, place INTEGER REFERENCES place, kind TEXT CHECK (kind IN ('a', 'b')));
INSERT INTO place VALUES (1, 'here'); INSERT INTO trade VALUES (1, 1, 'a');
"""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement that an operation sends."""
    statements: list[str] = []
    quiet = Asker.quiet

    def noted(self: Asker, sql: str, parameters: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
        statements.append(sql)
        return quiet(self, sql, parameters)  # type: ignore[arg-type]

    monkeypatch.setattr(Asker, "quiet", noted)
    return statements


def about_the_schema(statements: list[str]) -> list[str]:
    return [sql for sql in statements if "sqlite_master" in sql or "pragma_" in sql]


async def test_an_unchanged_schema_is_asked_for_once(
    database: Database, connected: Connected, asked: list[str]
) -> None:
    resource = await connected(database(SHOP))
    names = await resource.list_collections_or_tables()
    found = [await resource.shape(name) for name in names]
    first = len(about_the_schema(asked))
    await resource.records(RecordQuery(collection=names[0]))
    asked.clear()
    assert await resource.list_collections_or_tables() == names
    for shape in found:
        assert await resource.shape(shape.name) == shape
        await resource.profile(Plan(shape=shape, rules={field.name: field.rules for field in shape.fields}))
        await resource.records(RecordQuery(collection=shape.name))
    assert about_the_schema(asked) == []
    assert first < 10


async def test_more_tables_are_not_more_questions(database: Database, connected: Connected, asked: list[str]) -> None:
    counts = []
    for number in (1, 50):
        script = "".join(f"CREATE TABLE t{n} (id INTEGER PRIMARY KEY, a TEXT UNIQUE);" for n in range(number))
        resource = await connected(database(script, f"{number}.sqlite"))
        asked.clear()
        for name in await resource.list_collections_or_tables():
            await resource.shape(name)
        counts.append(len(about_the_schema(asked)))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(("seconds", "questions"), [(float("inf"), 2), (-1.0, 41)])
async def test_discovery_asks_for_quick_tables_together_and_for_slow_ones_apart(
    database: Database, connected: Connected, monkeypatch: pytest.MonkeyPatch, seconds: float, questions: int
) -> None:
    monkeypatch.setattr(shapes, "_TOGETHER_SECONDS", seconds)
    resource = await connected(database("".join(f"CREATE TABLE t{n:02} (a);" for n in range(40))))
    ask = resource._ask
    asked: list[object] = []

    async def noted(work: Any) -> Any:
        asked.append(work)
        return await ask(work)

    monkeypatch.setattr(resource, "_ask", noted)
    found = [shape.name async for shape in XInspector(resource).discover() if isinstance(shape, Shape)]
    assert found == [f"t{n:02}" for n in range(40)]
    assert len(asked) == questions


@pytest.mark.parametrize("mode", ["DELETE", "WAL"])
async def test_a_schema_changed_by_another_is_seen(database: Database, connected: Connected, mode: str) -> None:
    path = database(f"PRAGMA journal_mode = {mode}; {SHOP}")
    resource = await connected(path)
    before = await resource.shape("trade")
    writer = sqlite3.connect(path)
    writer.execute("ALTER TABLE trade ADD COLUMN note TEXT CHECK (note IN ('x'))")
    writer.execute("CREATE TABLE more (a)")
    writer.execute("DROP TABLE place")
    writer.commit()
    after = await resource.shape("trade")
    assert [field.name for field in after.fields] == [*(field.name for field in before.fields), "note"]
    assert after.fields[-1].rules == (OneOf(("x",), "CHECK"),)
    assert (before.fields[1].rules, after.fields[1].rules) == ((Reference("place", "id", "FOREIGN KEY"),), ())
    assert await resource.list_collections_or_tables() == ["more", "trade"]
    with pytest.raises(CollectionFailed, match="no table “place”"):
        await resource.records(RecordQuery(collection="place"))
    writer.close()


async def test_a_log_that_grows_does_not_have_the_catalogue_read_again(
    database: Database, connected: Connected, asked: list[str]
) -> None:
    path = database(f"PRAGMA journal_mode = WAL; {SHOP}")
    writer = sqlite3.connect(path)
    writer.execute("INSERT INTO trade VALUES (2, 1, 'b')")
    writer.commit()
    resource = await connected(path)
    assert len((await resource.records(RecordQuery(collection="trade"))).rows) == 2
    asked.clear()
    writer.execute("INSERT INTO trade VALUES (3, 1, 'b')")
    writer.commit()
    assert len((await resource.records(RecordQuery(collection="trade"))).rows) == 3
    assert not any("pragma_" in sql for sql in asked)
    writer.close()


async def described(database: Database, connected: Connected, script: str, name: str) -> Table:
    resource = await connected(database(script))
    return await resource._ask(lambda ask: table(ask, name))


@pytest.mark.parametrize(
    ("columns", "rowid"),
    [
        ("(a PRIMARY KEY)", "rowid"),
        ("(a PRIMARY KEY) WITHOUT ROWID", None),
        ("(a PRIMARY KEY) without /* a row id */ RowId", None),
        ("(a DEFAULT 'WITHOUT ROWID')", "rowid"),
        ("(rowid TEXT, a)", "_rowid_"),
        ("(rowid, _rowid_, oid)", None),
    ],
)
async def test_where_a_row_id_can_be_read(
    database: Database, connected: Connected, columns: str, rowid: str | None
) -> None:
    assert (await described(database, connected, f"CREATE TABLE t {columns}", "t")).rowid == rowid


async def test_unique_sets_are_those_the_engine_keeps_for_all_rows(database: Database, connected: Connected) -> None:
    script = """
    CREATE TABLE t (a UNIQUE, b, c, d);
    CREATE UNIQUE INDEX whole ON t (c, b);
    CREATE UNIQUE INDEX part ON t (b) WHERE b > 0;
    CREATE UNIQUE INDEX computed ON t (lower(d));
    CREATE INDEX plain ON t (d);
    """
    assert (await described(database, connected, script, "t")).unique == (("a",), ("c", "b"))


async def test_a_reference_is_to_true_names_and_of_one_column(database: Database, connected: Connected) -> None:
    script = """
    CREATE TABLE Parent (Key INTEGER PRIMARY KEY, É TEXT UNIQUE);
    CREATE TABLE pair (a, b, PRIMARY KEY (a, b));
    CREATE TABLE t (a REFERENCES PARENT, b REFERENCES parent (KEY), c REFERENCES parent (é), d REFERENCES pair,
        e, f, FOREIGN KEY (e, f) REFERENCES pair (a, b));
    """
    found = await described(database, connected, script, "t")
    assert found.references == (("a", "Parent", "Key"), ("b", "Parent", "Key"))


async def test_a_virtual_table_of_an_unknown_module_fails_alone(database: Database, connected: Connected) -> None:
    resource = await connected(
        database(f"""
        {SHOP} PRAGMA writable_schema = ON;
        INSERT INTO sqlite_master VALUES ('table', 'odd', 'odd', 0, 'CREATE VIRTUAL TABLE odd USING nowhere(x)');
        """)
    )
    assert await resource.list_collections_or_tables() == ["odd", "place", "trade"]
    assert (await resource.shape("place")).key == ("id",)
    with pytest.raises(CollectionFailed, match="no such module"):
        await resource.shape("odd")


async def test_the_count_of_schema_changes_is_read_never_written(database: Database, connected: Connected) -> None:
    resource = await connected(database(SHOP))
    with pytest.raises(ResourceError, match="not authorized"):
        await resource._ask(lambda ask: ask.quiet("PRAGMA main.schema_version = 7"))
