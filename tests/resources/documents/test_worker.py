"""Large files are read in a process of its own: as others are, bounded, and gone when nobody needs it."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import signal
import termios
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO

import pytest

from xregistry_tui.profiling.plan import Budget, Grade, Plan
from xregistry_tui.resources.base import CollectionFailed, Condition, RecordQuery, ResourceGone, ResourceSlow
from xregistry_tui.resources.documents import DocumentsResource, resource, standard_input, worker
from xregistry_tui.schema.rules import Range

RECORDS = 30_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file of some records, none of which is small."""
    found = tmp_path / "docs.jsonl"
    found.write_text("".join(json.dumps({"n": n, "m": {"a": [n, None]}}) + "\n" for n in range(RECORDS)))
    return found


@pytest.fixture
async def large(path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DocumentsResource]:
    """An open resource to which every file is large."""
    monkeypatch.setattr(resource, "LARGE", 0)
    opened = DocumentsResource(path)
    await opened.connect()
    yield opened
    await opened.close()


def processes(opened: DocumentsResource) -> list[int]:
    """The numbers of the processes that read for a resource now."""
    readers = (opened._looking, opened._answering)
    found = (reader.worker._process for reader in readers if reader is not None)
    return [process.pid for process in found if process is not None and process.poll() is None]


def gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


def waiting(pipe: IO[bytes]) -> bool:
    """Whether something was sent that is not read yet."""
    return fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)) != bytes(4)


async def test_it_finds_what_is_found_here(
    large: DocumentsResource, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shape = await large.shape("docs")
    plan = Plan(shape=shape, rules={"n": (Range(lt=10),)})
    query = RecordQuery(collection="docs", where=(Condition("n", ">=", 29_990),), order_by="n", limit=3)
    there = (await large.profile(plan), await large.records(query), await large.exists("docs", "n", 5))
    assert len(processes(large)) == 2
    monkeypatch.setattr(resource, "LARGE", 10**9)
    here = DocumentsResource(path)
    await here.connect()
    assert await here.shape("docs") == shape
    profile, page = await here.profile(plan), await here.records(query)
    assert (dict(there[0].fields), there[0].rows) == (dict(profile.fields), profile.rows)
    assert (there[1].rows, there[1].keys, there[2]) == (page.rows, page.keys, True)
    assert processes(here) == []
    await here.close()


async def test_what_is_wrong_is_said_as_here(large: DocumentsResource, path: Path) -> None:
    shape = await large.shape("docs")
    with pytest.raises(CollectionFailed, match="has no field “colour”; discover again"):
        await large.records(RecordQuery(collection="docs", where=(Condition("colour", "=", 1),)))
    with pytest.raises(ResourceSlow, match=r"0\.01 s"):
        await large.profile(Plan(shape=shape, budget=Budget(seconds=0.01)))
    path.unlink()
    with pytest.raises(ResourceGone, match="there is no file"):
        await large.profile(Plan(shape=shape))


@pytest.mark.parametrize("ending", ["cancelled", "closed"])
async def test_it_ends_with_its_owner(large: DocumentsResource, ending: str) -> None:
    shape = await large.shape("docs")
    (process,) = processes(large)
    look = asyncio.create_task(large.profile(Plan(shape=shape)))
    while not large._looking._thread._waiting:
        await asyncio.sleep(0)
    if ending == "cancelled":
        look.cancel()
    else:
        await large.close()
    with pytest.raises((asyncio.CancelledError, ResourceGone)):
        await look
    if ending == "cancelled":
        assert (await large.profile(Plan(shape=shape, grade=Grade.SAMPLE, sample=100))).n, "another one is started"
    assert gone(process) or process in processes(large)
    await large.close()
    assert gone(process)


async def test_one_that_dies_is_said_and_the_next_question_starts_another(large: DocumentsResource) -> None:
    shape = await large.shape("docs")
    (process,) = processes(large)
    os.kill(process, signal.SIGSTOP)
    look = asyncio.create_task(large.profile(Plan(shape=shape)))
    while not waiting(large._looking.worker._process.stdin):
        await asyncio.sleep(0)
    os.kill(process, signal.SIGKILL)
    with pytest.raises(CollectionFailed, match="its reader ended unexpectedly; look at a sample"):
        await look
    assert (await large.profile(Plan(shape=shape))).n == RECORDS


async def test_one_whose_owner_is_gone_ends_by_itself(large: DocumentsResource) -> None:
    await large.shape("docs")
    process = large._looking.worker._process
    process.stdin.close()
    assert await asyncio.to_thread(process.wait, 10) == 0


async def test_its_memory_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "LARGE", 0)
    # small numbers grow twentyfold when they are read
    (tmp_path / "d.json").write_text("[" + ",".join(["[" + ",".join(["1e9"] * 6_000_000) + "]"] * 2) + "]")
    monkeypatch.setattr(worker, "MEMORY", 200 * 1024 * 1024)
    opened = DocumentsResource(tmp_path / "d.json")
    await opened.connect()
    with pytest.raises(CollectionFailed, match="it needs more than 200 MB to be read so"):
        await opened.shape("d")
    await opened.close()


async def test_it_reads_standard_input_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "LARGE", 0)
    reading, writing = os.pipe()
    monkeypatch.setattr(standard_input, "descriptor", lambda: reading)
    os.write(writing, b'{"a": 1}\n{"a": 2}\n')
    os.close(writing)
    opened = DocumentsResource("-")
    await opened.connect()
    shape = await opened.shape("stdin")
    both = await asyncio.gather(
        opened.profile(Plan(shape=shape)), *(opened.records(RecordQuery(collection="stdin")) for _ in range(5))
    )
    assert (both[0].n, {len(page.rows) for page in both[1:]}) == (2, {2})
    await opened.close()
    os.close(reading)
