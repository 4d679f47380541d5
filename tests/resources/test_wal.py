"""Write-ahead logs: what is committed is read, and nothing is left beside the file."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

from tests.resources.conftest import Connected, Database
from xregistry_tui.profiling.plan import Plan
from xregistry_tui.resources.base import RecordQuery, ResourceBusy
from xregistry_tui.resources.sqlite import SqliteResource

WAL = "PRAGMA journal_mode = WAL; CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1);"


def files(path: Path) -> dict[str, tuple[int, int]]:
    return {entry.name: (entry.stat().st_size, entry.stat().st_mtime_ns) for entry in path.parent.iterdir()}


async def count(resource: SqliteResource) -> int:
    return len((await resource.records(RecordQuery(collection="t", limit=10_000))).rows)


async def test_a_closed_database_is_read_without_a_trace(database: Database, connected: Connected) -> None:
    path = database(WAL)
    before = files(path)
    assert list(before) == ["shop.sqlite"]
    resource = await connected(path)
    assert await count(resource) == 1
    await resource.close()
    assert files(path) == before


async def test_a_writer_is_seen_at_each_commit_and_can_tidy_up(database: Database, connected: Connected) -> None:
    path = database(WAL)
    resource = await connected(path)
    token = await resource.change_token()
    writer = sqlite3.connect(path)
    for number in range(2, 6):
        writer.execute("INSERT INTO t VALUES (?)", (number,))
        assert await count(resource) == number - 1, "not before the commit"
        writer.commit()
        assert await count(resource) == number
        assert await resource.change_token() != token
        token = await resource.change_token()
    writer.close()
    assert sorted(files(path)) == ["shop.sqlite"], "the writer could remove its log although we are connected"
    assert await count(resource) == 5


async def test_a_log_left_by_a_crash_is_read_and_left_as_it_is(
    database: Database, connected: Connected, tmp_path: Path
) -> None:
    path = database(WAL)
    writer = sqlite3.connect(path)
    writer.execute("INSERT INTO t VALUES (2)")
    writer.commit()
    for name, suffixes in (("both", ("", "-wal", "-shm")), ("log", ("", "-wal"))):
        (tmp_path / name).mkdir()
        for suffix in suffixes:
            shutil.copy(f"{path}{suffix}", tmp_path / name / f"x.sqlite{suffix}")
        left = tmp_path / name / "x.sqlite"
        before = files(left)
        resource = await connected(left)
        assert await count(resource) == 2, name
        await resource.close()
        assert files(left) == before, name
    writer.close()


async def test_a_folder_that_cannot_be_written_to(database: Database) -> None:
    path = database(WAL)
    path.parent.chmod(0o555)
    try:
        resource = SqliteResource(path)
        await resource.connect()
        assert await count(resource) == 1
        await resource.close()
    finally:
        path.parent.chmod(0o755)
    assert os.listdir(path.parent) == ["shop.sqlite"]


async def test_another_process_writes_while_we_read(database: Database, connected: Connected) -> None:
    for mode in ("WAL", "DELETE"):
        path = database(f"PRAGMA journal_mode = {mode}; CREATE TABLE t (a INTEGER);", f"{mode}.sqlite")
        resource = await connected(path)
        shape = await resource.shape("t")
        code = (
            "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], timeout=30)\n"
            "for n in range(200):\n"
            "    c.execute('INSERT INTO t VALUES (?), (?)', (n, n)); c.commit()\n"
        )
        writer = subprocess.Popen([sys.executable, "-c", code, str(path)])
        seen = []
        while writer.poll() is None:
            try:
                profile = await resource.profile(Plan(shape=shape))
            except ResourceBusy:
                continue
            seen.append(profile.n)
            assert profile.n % 2 == 0, "half a transaction was seen"
            figures = profile.fields["a"]
            assert figures.distinct is None or figures.distinct.value * 2 == profile.n
        assert writer.returncode == 0, "we kept the writer from committing"
        assert seen == sorted(seen)
        assert (await resource.profile(Plan(shape=shape))).n == 400
        left = {entry.name.removeprefix(path.name) for entry in path.parent.glob(f"{mode}*")}
        assert left in ({""}, {"", "-wal", "-shm"}), "only what the writer could not remove while we read"
