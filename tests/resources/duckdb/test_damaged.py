"""What goes wrong with CSV, Parquet and Arrow files: what can be read is read, the rest is said."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import duckdb
import pytest

from tests.resources.duckdb.conftest import Files, profiled
from xregistry_tui.profiling.plan import Plan
from xregistry_tui.resources.base import RecordQuery, ResourceBroken, ResourceError
from xregistry_tui.resources.duckdb import DuckdbResource
from xregistry_tui.resources.factory import ResourceFactory


async def rows(resource: DuckdbResource) -> tuple[tuple[object, ...], ...]:
    (name,) = await resource.list_collections_or_tables()
    return (await resource.records(RecordQuery(collection=name))).rows


async def test_a_line_of_megabytes_is_left_out_and_said(files: Files) -> None:
    resource = await files(b"a,b\n1,x\n2," + b"y" * 5_000_000 + b"\n3,z\n")
    assert await rows(resource) == ((1, "x"), (3, "z"))
    assert "1 lines could not be read and are left out (the first is line 3: Maximum line size" in (
        (await profiled(resource)).how.sampling
    )


async def test_a_line_longer_than_what_is_held_is_left_out_and_said(files: Files) -> None:
    resource = await files(b"a,b\n1,x\n2," + b"y" * 40_000_000 + b"\n3,z\n")
    profile = await profiled(resource)
    assert (profile.rows.value, "1 lines longer than 4 MB are left out" in profile.how.sampling) == (2, True)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"a,b\r\n1,2\n3,4\r\n5,6\n", ((1, 2), (3, 4), (5, 6))),
        (b"a,b\n" + b"1,2\n" * 30_000 + b"3,4\r\n5,6\r7,8\n", None),
    ],
)
async def test_mixed_ends_of_lines(files: Files, content: bytes, found: tuple[tuple[int, int], ...] | None) -> None:
    resource = await files(content)
    assert found is None or await rows(resource) == found
    assert (await profiled(resource)).rows.value == (len(found) if found is not None else 30_003)


async def test_a_lone_carriage_return_is_said_for_values_beside_it_may_be_lost(files: Files) -> None:
    resource = await files(b"a,b\r\n1,2\n3,4\r\n5,6\r7,8\n")
    assert (await rows(resource))[:3] == ((1, 2), (3, 4), (5, 6))
    assert "what is beside those may be lost" in (await resource.shape("data")).warnings[1]


async def test_broken_utf8_and_ragged_rows_are_left_out_line_by_line(files: Files) -> None:
    good = "".join(f"{n},café\n" for n in range(1_000)).encode()
    profile = await profiled(await files(b"a,b\n" + good + b"7,caf\xe9\n8,ok\n"))
    assert (profile.rows.value, "1 lines could not be read" in profile.how.sampling) == (1_001, True)
    profile = await profiled(await files("a,b,c\n1,2,3\n4,5\n6,7,8,9\n10,11,12\n", "ragged.csv"))
    assert (profile.rows.value, "2 lines could not be read" in profile.how.sampling) == (2, True)


async def test_more_columns_than_are_looked_at_at_once(files: Files) -> None:
    names = [f"c{n}" for n in range(800)]
    resource = await files(f"{','.join(names)}\n" + f"{','.join('1' for _ in names)}\n" * 3)
    profile = await profiled(resource)
    assert (len(profile.fields), profile.fields["c799"].distinct.value, profile.rows.value) == (800, 1, 3)


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="Python unpacks it by itself")
async def test_what_python_cannot_unpack_duckdb_may(files: Files, tmp_path: Path) -> None:
    duckdb.connect().execute(f"COPY (SELECT 1 AS a, 'x' AS b) TO '{tmp_path}/d.csv.zst' (FORMAT csv, COMPRESSION zstd)")
    assert await rows(await files("", "d.csv.zst")) == ((1, "x"),)
    (tmp_path / "d.json.zst").write_bytes((tmp_path / "d.csv.zst").read_bytes())
    resource = ResourceFactory.from_url(tmp_path / "d.json.zst")
    await resource.connect()
    with pytest.raises(ResourceBroken, match="packed with zstd; unpack it, or install the package zstandard"):
        await resource.shape("d")
    await resource.close()


async def test_arrow_files_need_another_package(files: Files, tmp_path: Path) -> None:
    try:
        import pyarrow
        from pyarrow import ipc
    except ImportError:
        resource = await files(b"ARROW1\0\0", "d.arrow")
        with pytest.raises(ResourceBroken, match=r"need pyarrow beside DuckDB; install it: pip"):
            await resource.shape("d")
        return
    table = pyarrow.table({"a": [1, 2], "b": ["x", None]})
    with ipc.new_file(tmp_path / "d.arrow", table.schema) as writer:
        writer.write_table(table)
    resource = await files("", "d.arrow")
    assert await rows(resource) == ((1, "x"), (2, None))
    assert (await profiled(resource)).fields["b"].nulls == 1


async def test_a_file_that_is_replaced_while_it_is_read_gives_the_figures_of_one_of_both(
    files: Files, tmp_path: Path
) -> None:
    resource = await files("SELECT i AS n, md5(i::VARCHAR) AS s FROM range(400000) r(i)", "data.parquet")
    shape = await resource.shape("data")
    duckdb.connect().execute(f"COPY (SELECT 7 AS n, 'x' AS s FROM range(300000)) TO '{tmp_path}/new' (FORMAT parquet)")
    look = asyncio.create_task(resource.profile(Plan(shape=shape)))
    while not resource._looking._thread._current:
        await asyncio.sleep(0)
    os.replace(tmp_path / "new", tmp_path / "data.parquet")
    profile = await look
    n, s = profile.fields["n"], profile.fields["s"]
    whole = (400_000, 0, 399_999) if profile.rows.value == 400_000 else (300_000, 7, 7)
    assert (profile.n, n.minimum, n.maximum) == whole
    assert (s.lengths.most == 32) is (profile.n == 400_000)


async def test_a_folder_that_changes_while_it_is_read(tmp_path: Path) -> None:
    for n in range(50):
        (tmp_path / f"f{n:02}.csv").write_text("a\n1\n")
    resource = ResourceFactory.from_url(tmp_path / "*.csv")
    await resource.connect()
    names = await resource.list_collections_or_tables()
    found = []
    async for one in resource.shapes(names):
        found.append(one)
        (tmp_path / f"f{49 - len(found):02}.csv").unlink(missing_ok=True)
        (tmp_path / f"new{len(found)}.csv").write_text("b\n2\n")
    failed = [one for one in found if isinstance(one, tuple)]
    assert len(found) == 50
    assert len(failed) == 24
    assert all(isinstance(error, ResourceError) for _, error in failed)
    assert len(await resource.list_collections_or_tables()) > 50
    await resource.close()


async def test_links_in_circles_below_a_pattern_are_no_files(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "data.csv").write_text("a\n1\n")
    (tmp_path / "a" / "self").symlink_to(tmp_path / "a")
    (tmp_path / "a" / "loop.csv").symlink_to(tmp_path / "a" / "loop.csv")
    os.mkfifo(tmp_path / "a" / "pipe.csv")
    resource = ResourceFactory.from_url(tmp_path / "*" / "*.csv")
    await resource.connect()
    assert await resource.list_collections_or_tables() == ["data"]
    await resource.close()
