"""Change tokens: one question tells which tables changed."""

from __future__ import annotations

import pytest

from tests.engines.fixtures import MakeFresh
from tests.resources.postgresql.conftest import Opened

SCRIPT = """
CREATE TABLE a (n int); CREATE TABLE b (n int); CREATE VIEW v AS SELECT * FROM a;
CREATE MATERIALIZED VIEW m AS SELECT * FROM a;
CREATE TABLE p (n int) PARTITION BY RANGE (n); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (100);
CREATE TABLE old (n int); CREATE TABLE heir () INHERITS (old); INSERT INTO a VALUES (1); INSERT INTO p VALUES (1);
"""


@pytest.mark.parametrize(
    ("change", "changed"),
    [
        ("INSERT INTO a VALUES (2)", {"a"}),
        ("UPDATE a SET n = 5", {"a"}),
        ("DELETE FROM a", {"a"}),
        ("TRUNCATE b", {"b"}),
        ("INSERT INTO p VALUES (3)", {"p"}),
        ("INSERT INTO heir VALUES (3)", {"old", "heir"}),
        ("REFRESH MATERIALIZED VIEW m", {"m"}),
        ("ALTER TABLE b ADD COLUMN x int", {"b"}),
        ("ALTER TABLE b RENAME COLUMN n TO nn", {"b"}),
        ("COPY b FROM PROGRAM 'echo 7'", {"b"}),
        ("SELECT count(*) FROM a; ANALYZE a", set()),
    ],
)
async def test_only_what_changed_has_another_token(
    fresh: MakeFresh, opened: Opened, change: str, changed: set[str]
) -> None:
    database = fresh(SCRIPT)
    resource = await opened(database.url)
    before = await resource.change_tokens()
    assert "public.v" not in before, "what a view shows is known by looking"
    assert await resource.change_tokens() == before
    whole = await resource.change_token()
    database.sql(change)
    after = await resource.change_tokens()
    assert {name for name in before if before[name] != after[name]} == {f"public.{name}" for name in changed}
    assert (await resource.change_token() != whole) is bool(changed)
    assert await resource.change_token("public.v") is None


async def test_a_change_is_never_missed_however_late_it_is_counted(fresh: MakeFresh, opened: Opened) -> None:
    import asyncpg

    database = fresh(SCRIPT)
    resource = await opened(database.url)
    writer = await asyncpg.connect(database.url_of("owner"))
    tokens = {(await resource.change_tokens())["public.a"]}
    for _ in range(5):
        await writer.execute("INSERT INTO a VALUES (1)")
        await writer.execute("SELECT pg_stat_force_next_flush()")
        tokens.add((await resource.change_tokens())["public.a"])
    await writer.execute("SELECT 1")
    await writer.close()
    tokens.add((await resource.change_tokens())["public.a"])
    assert len(tokens) >= 5


async def test_counters_that_are_reset_count_as_a_change(fresh: MakeFresh, opened: Opened) -> None:
    database = fresh(SCRIPT)
    resource = await opened(database.url)
    before = await resource.change_tokens()
    database.sql("SELECT pg_stat_reset()")
    after = await resource.change_tokens()
    assert all(before[name] != after[name] for name in before)


async def test_without_the_right_to_the_counters_there_is_no_token(fresh: MakeFresh, opened: Opened) -> None:
    database = fresh(SCRIPT + "REVOKE EXECUTE ON FUNCTION pg_stat_get_tuples_inserted(oid) FROM PUBLIC")
    resource = await opened(database.url)
    assert await resource.change_tokens() == {}
    assert await resource.change_token() is None
    assert await resource.list_collections_or_tables()


async def test_while_nothing_changes_one_statement_tells_it_of_all(fresh: MakeFresh, opened: Opened) -> None:
    database = fresh(SCRIPT)
    resource = await opened(database.url)
    before = await resource.change_tokens()
    asked: list[str] = []
    assert resource._answering is not None
    connection = resource._answering._open
    assert connection is not None
    connection.add_query_logger(lambda record: asked.append(record.query))
    assert await resource.change_tokens() == before
    assert len(asked) == 1
    assert database.activity()[0][0] == "idle", "and no transaction is left open"


async def test_a_connection_that_died_while_nothing_changed_is_replaced_unseen(
    fresh: MakeFresh, opened: Opened
) -> None:
    database = fresh(SCRIPT)
    resource = await opened(database.url)
    before = await resource.change_tokens()
    database.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'xreg-tui'")
    assert await resource.change_tokens() == before
