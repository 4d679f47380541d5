"""A server that follows another one: it is read like any other, and says that it changed when anything was replayed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.engines.fixtures import MakeFresh
from tests.engines.postgres import Postgres, start_standby
from tests.resources.postgresql.conftest import Opened
from xregistry_tui.resources.base import RecordQuery, ResourceBusy, ResourceError, ResourceGone


@pytest.fixture(scope="module")
def standby(postgres: Postgres) -> Iterator[Postgres]:
    server = start_standby(postgres, max_standby_streaming_delay="0", hot_standby_feedback="off")
    yield server
    server.kept.stop()


async def test_a_standby(fresh: MakeFresh, standby: Postgres, opened: Opened) -> None:
    database = fresh("CREATE TABLE t (n int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 1000)")
    primary = database.server
    lsn = primary.sql("SELECT pg_current_wal_insert_lsn()")[0][0]

    def replayed(lsn: str) -> None:
        while standby.sql(f"SELECT pg_last_wal_replay_lsn() >= '{lsn}'") != [["t"]]:
            pass

    replayed(lsn)
    resource = await opened(database.url_of("reader", port=standby.port))
    assert len((await resource.records(RecordQuery(collection="public.t", limit=5))).rows) == 5
    before = await resource.change_tokens()
    database.sql("INSERT INTO t VALUES (0)")
    replayed(primary.sql("SELECT pg_current_wal_insert_lsn()")[0][0])
    assert (await resource.change_tokens())["public.t"] != before["public.t"]

    async def read_while_it_is_vacuumed(ask: object) -> None:
        await ask.quiet("SELECT n FROM public.t LIMIT 1")
        database.sql("DELETE FROM t; VACUUM (FREEZE) t; TRUNCATE t")
        replayed(primary.sql("SELECT pg_current_wal_insert_lsn()")[0][0])
        await ask.quiet("SELECT n FROM public.t")

    with pytest.raises((ResourceBusy, ResourceGone)) as said:
        await resource._look(read_while_it_is_vacuumed)
    assert "recovery" in said.value.reason or "lost" in said.value.reason or "ended" in said.value.reason
    assert await resource.list_collections_or_tables() == ["public.t"]


async def test_a_server_that_is_stopped_is_gone(postgres: Postgres, fresh: MakeFresh, opened: Opened) -> None:
    database = fresh("CREATE TABLE t (n int)")
    server = start_standby(postgres)
    resource = await opened(database.url_of("reader", port=server.port))
    server.kept.stop()
    with pytest.raises(ResourceError, match=r"lost|no server listens|ended") as said:
        await resource.list_collections_or_tables()
    assert said.value.hint
    assert not await resource.validate_connection()
