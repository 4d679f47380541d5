"""Names and values that break careless code: they are read as they are."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.resources.conftest import Connected, Database
from xregistry_tui.profiling.plan import Grade, Plan
from xregistry_tui.resources.base import Clipped, Condition, RecordQuery
from xregistry_tui.resources.sql import quote
from xregistry_tui.resources.sqlite import SqliteResource
from xregistry_tui.schema.shape import Kind

NAMES = ("[/red]", "_id", "model_config", "class", "schema", "", "rowid", "t", "v", 'say "x"', "new\nline", "ünï", "?1")


async def every_way(resource: SqliteResource, name: str) -> None:
    """Shape, exact and sampled figures, records by each field and by key."""
    shape = await resource.shape(name)
    rules = {field.name: field.rules for field in shape.fields}
    for grade in Grade:
        await resource.profile(Plan(shape=shape, grade=grade, sample=5, rules=rules))
    page = await resource.records(RecordQuery(collection=name))
    assert page.columns == tuple(field.name for field in shape.fields)
    for field, cell in zip(page.columns, page.rows[0], strict=True):
        if not isinstance(cell, Clipped):
            again = await resource.records(
                RecordQuery(collection=name, where=(Condition(field, "=", cell),), order_by=field)
            )
            assert page.rows[0] in again.rows, field
    one = await resource.records(RecordQuery(collection=name, keys=page.keys[:1]))
    assert one.rows == page.rows[:1]


async def test_hostile_names(database: Database, connected: Connected) -> None:
    table = 'a"b;--'
    columns = ", ".join(f"{quote(name)} TEXT CHECK ({quote(name)} <> 'no')" for name in NAMES)
    values = ", ".join(f"'{index}'" for index in range(len(NAMES)))
    script = f"CREATE TABLE {quote(table)} ({columns});" + f"INSERT INTO {quote(table)} VALUES ({values});" * 9
    resource = await connected(database(script, "odd # name?.sqlite"))
    assert await resource.list_collections_or_tables() == [table]
    await every_way(resource, table)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8),
                      min_size=1, max_size=5, unique_by=str.lower))  # fmt: skip
async def test_any_names(tmp_path: Path, names: list[str]) -> None:
    path = tmp_path / "any.sqlite"
    path.unlink(missing_ok=True)
    table = "t" + "".join(names)
    connection = sqlite3.connect(path)
    try:
        connection.execute(f"CREATE TABLE {quote(table)} ({', '.join(map(quote, names))})")
    except sqlite3.OperationalError:
        return  # SQLite folds case by ASCII only where Python folds more
    connection.executemany(f"INSERT INTO {quote(table)} VALUES ({', '.join('?' * len(names))})", [names] * 8)
    connection.commit()
    connection.close()
    resource = SqliteResource(path)
    await resource.connect()
    try:
        await every_way(resource, table)
    finally:
        await resource.close()


async def test_two_thousand_columns(database: Database, connected: Connected) -> None:
    columns = ", ".join(f"c{number} INTEGER" for number in range(2000))
    path = database(f"CREATE TABLE wide ({columns}); INSERT INTO wide (c0, c1999) VALUES (1, 2);")
    resource = await connected(path)
    shape = await resource.shape("wide")
    profile = await resource.profile(Plan(shape=shape))
    assert (len(shape.fields), len(profile.fields)) == (2000, 2000)
    page = await resource.records(RecordQuery(collection="wide"))
    assert (page.rows[0][0], page.rows[0][1999], len(page.rows[0])) == (1, 2, 2000)
    assert (await resource.profile(Plan(shape=shape, grade=Grade.SAMPLE))).n == 1


async def test_large_values_are_fetched_by_their_beginning(database: Database, connected: Connected) -> None:
    path = database("CREATE TABLE t (a TEXT, b BLOB);")
    connection = sqlite3.connect(path)
    connection.execute("INSERT INTO t VALUES (?, ?)", ("é" * 5_000_000, b"\x00\xff" * 50_000))
    connection.execute("INSERT INTO t VALUES (?, ?)", ("é" * 5_000_000 + "!", b"short"))
    connection.commit()
    connection.close()
    resource = await connected(path)
    page = await resource.records(RecordQuery(collection="t", cell_limit=100))
    assert page.rows[0] == (
        Clipped("é" * 100, 5_000_000, Kind.STRING),
        Clipped(b"\x00\xff" * 50, 100_000, Kind.BYTES),
    )
    assert page.rows[1][1] == b"short"
    profile = await resource.profile(Plan(shape=await resource.shape("t")))
    text = profile.fields["a"]
    assert text.distinct is not None
    assert (text.distinct.value, text.distinct.at_least) == (2, True)
    assert text.lengths is not None
    assert (text.lengths.least, text.lengths.most) == (5_000_000, 5_000_001)
    assert all(len(str(entry.value)) < 2_000 for entry in text.top)


async def test_values_at_the_edges_of_numbers_and_encodings(database: Database, connected: Connected) -> None:
    path = database("CREATE TABLE t (n, x TEXT);")
    connection = sqlite3.connect(path)
    numbers = [2**63 - 1, -(2**63), float("inf"), float("-inf"), float("nan"), -0.0, 1e308, -1e308, "9" * 40]
    connection.executemany("INSERT INTO t VALUES (?, ?)", [(number, str(number)) for number in numbers])
    connection.execute("INSERT INTO t VALUES (CAST(x'ff41' AS TEXT), 'bad utf-8')")
    connection.commit()
    connection.close()
    resource = await connected(path)
    await every_way(resource, "t")
    field = (await resource.profile(Plan(shape=await resource.shape("t")))).fields["n"]
    assert (field.looked_at, field.nulls) == (10, 1)
    assert (field.minimum, field.maximum) == (-1e308, 1e308)
    texts = await resource.records(RecordQuery(collection="t", where=(Condition("x", "=", "bad utf-8"),)))
    assert texts.rows[0][0] == "\\xffA"
    for odd in (10**30, -(10**30), "\ud800", float("nan"), b"\x00", True):
        assert await resource.exists("t", "n", odd) in (True, False)
