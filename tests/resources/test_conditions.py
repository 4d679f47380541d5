"""What is said when a file cannot be read: always a reason and what to try, never a traceback."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.resources.conftest import Connected, Database
from xregistry_tui.inspector import XInspector
from xregistry_tui.profiling.plan import Plan
from xregistry_tui.resources.base import (
    CollectionFailed,
    RecordQuery,
    ResourceBroken,
    ResourceBusy,
    ResourceError,
    ResourceGone,
)
from xregistry_tui.resources.sqlite import SqliteResource
from xregistry_tui.schema.shape import Shape

ROWS = "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT); INSERT INTO t VALUES (1, 'one'), (2, 'two');"


async def refused(path: Path, kind: type[ResourceError]) -> ResourceError:
    resource = SqliteResource(path)
    with pytest.raises(kind) as said:
        await resource.connect()
    assert said.value.reason
    assert said.value.hint
    assert not await resource.validate_connection()
    await resource.close()
    return said.value


async def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    said = await refused(tmp_path / "none.sqlite", ResourceGone)
    assert "there is no file" in said.reason
    assert not (tmp_path / "none.sqlite").exists()


async def test_a_folder(tmp_path: Path) -> None:
    assert "is a folder" in (await refused(tmp_path, ResourceBroken)).reason


async def test_an_image_named_sqlite(tmp_path: Path) -> None:
    path = tmp_path / "logo.sqlite"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(500))
    assert (await refused(path, ResourceBroken)).reason == "logo.sqlite is a PNG image, not an SQLite database"


async def test_bytes_that_are_no_database(tmp_path: Path) -> None:
    path = tmp_path / "noise.sqlite"
    path.write_bytes(bytes(range(256)) * 8)
    assert "not an SQLite database, or is encrypted" in (await refused(path, ResourceBroken)).reason


async def test_an_empty_file_is_an_empty_database(tmp_path: Path, connected: Connected) -> None:
    path = tmp_path / "empty.sqlite"
    path.touch()
    resource = await connected(path)
    assert await resource.list_collections_or_tables() == []
    assert resource.metadata.get("note") == "empty file: no tables yet"
    assert os.listdir(tmp_path) == ["empty.sqlite"]


@pytest.mark.parametrize("size", [50, 700, 4096, 6000])
async def test_a_truncated_file(database: Database, size: int) -> None:
    path = database(ROWS + "CREATE TABLE u AS SELECT * FROM t;")
    os.truncate(path, size)
    resource = SqliteResource(path)
    with pytest.raises(ResourceBroken, match=r"truncated|damaged"):
        await resource.connect()
    await resource.close()


async def test_a_damaged_page_spoils_only_its_table(database: Database, connected: Connected) -> None:
    path = database(ROWS + "CREATE TABLE u (a); INSERT INTO u VALUES (1); CREATE TABLE s (a);")
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 4096)
    resource = await connected(path)
    with pytest.raises(ResourceBroken, match="damaged"):
        await resource.shape("t")
    assert (await resource.shape("u")).fields[0].name == "a"
    found = {one[0] if isinstance(one, tuple) else one.name: one async for one in XInspector(resource).discover()}
    assert list(found) == ["s", "t", "u"]
    assert [isinstance(one, Shape) for one in found.values()] == [True, False, True]
    said = found["t"]
    assert isinstance(said, tuple)
    assert isinstance(said[1], ResourceBroken)


async def test_no_permission_on_the_file_or_its_folder(tmp_path: Path) -> None:
    code = (
        "import asyncio, os, sys\n"
        "from xregistry_tui.resources.sqlite import SqliteResource, reader\n"
        "from xregistry_tui.resources.base import ResourceDenied\n"
        "if os.geteuid() == 0: os.setuid(65534)\n"
        "try: asyncio.run(SqliteResource(sys.argv[1]).connect())\n"
        "except ResourceDenied as error: print(error)\n"
    )
    folder = Path(tempfile.mkdtemp())
    path = folder / "x.sqlite"
    try:
        sqlite3.connect(path).executescript(ROWS)
        for file_mode, folder_mode, said in ((0o000, 0o755, "may not be read"), (0o644, 0o000, "may not be entered")):
            path.chmod(file_mode)
            folder.chmod(folder_mode)
            shown = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False)
            assert said in shown.stdout, shown
    finally:
        folder.chmod(0o755)
        path.unlink(missing_ok=True)
        folder.rmdir()


async def test_a_locked_file_is_busy_and_readable_again(database: Database, connected: Connected) -> None:
    path = database(ROWS)
    resource = await connected(path)
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("BEGIN EXCLUSIVE")
    with pytest.raises(ResourceBusy, match="locked"):
        await resource.records(RecordQuery(collection="t"))
    writer.execute("COMMIT")
    writer.close()
    assert len((await resource.records(RecordQuery(collection="t"))).rows) == 2


async def test_a_deleted_file_is_gone_and_recovers_when_it_is_back(database: Database, connected: Connected) -> None:
    path = database(ROWS)
    resource = await connected(path)
    before = await resource.change_token()
    path.rename(path.with_suffix(".away"))
    for asked in (resource.shape("t"), resource.change_token(), resource.list_collections_or_tables()):
        with pytest.raises(ResourceGone):
            await asked
    assert not await resource.validate_connection()
    database("CREATE TABLE other (x)", path.name)
    assert await resource.list_collections_or_tables() == ["other"]
    assert await resource.change_token() != before


async def test_a_journal_left_by_a_crash_is_said(database: Database) -> None:
    path = database(ROWS + "PRAGMA journal_mode = DELETE;")
    code = (
        "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "c.execute('PRAGMA cache_size = 1'); c.execute('BEGIN IMMEDIATE')\n"
        "c.executemany('INSERT INTO t (b) VALUES (?)', [('x' * 2000,)] * 200); os._exit(9)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert path.with_name(path.name + "-journal").exists()
    said = await refused(path, ResourceBusy)
    assert "did not finish" in said.reason


async def test_a_missing_table_or_column_is_a_failed_collection(database: Database, connected: Connected) -> None:
    resource = await connected(database(ROWS))
    with pytest.raises(CollectionFailed, match="no table “gone”"):
        await resource.shape("gone")
    with pytest.raises(CollectionFailed, match="no column “c”"):
        await resource.profile(Plan(shape=await resource.shape("t"), fields=("c",)))
    with pytest.raises(CollectionFailed, match="no column “c”"):
        await resource.records(RecordQuery(collection="t", fields=("a", "c")))
    with pytest.raises(CollectionFailed, match="no table"):
        await resource.profile(Plan(shape=Shape(name="gone")))


async def test_asking_before_connecting_and_after_closing(database: Database) -> None:
    resource = SqliteResource(database(ROWS))
    with pytest.raises(ResourceGone, match="not connected"):
        await resource.list_collections_or_tables()
    await resource.connect()
    await resource.connect()
    await resource.close()
    await resource.close()
    with pytest.raises(ResourceGone, match="not connected"):
        await resource.change_token()


async def test_nothing_can_be_written(database: Database, connected: Connected) -> None:
    path = database(ROWS)
    resource = await connected(path)
    for sql in ("DELETE FROM t", "ATTACH 'other.db' AS other", "PRAGMA query_only = OFF", "CREATE TEMP TABLE x (a)"):
        with pytest.raises(ResourceError):
            await resource._ask(lambda ask, sql=sql: ask.quiet(sql))
    assert sorted(os.listdir(path.parent)) == ["shop.sqlite"]
