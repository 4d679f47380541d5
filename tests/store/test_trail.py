"""The trail as a process writes it: nothing that happens to the file ends or holds the work, and nothing is lost."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.store.writing import entry
from xregistry_tui.core.audit import from_json, verify
from xregistry_tui.store.base import MemoryStore
from xregistry_tui.store.file import FileStore
from xregistry_tui.store.trail import JOURNAL, Trail


class Desk:
    """A trail in a folder that is a file to begin with, so that nothing can be written in it."""

    def __init__(self, folder: Path, bound: int = 10_000) -> None:
        folder.write_text("a file stands where the folder should be")
        self.folder = folder
        self.store = FileStore(folder)
        self.news = asyncio.Event()
        self.said: list[str] = []
        self.trail = Trail(self.store, self._changed, bound=bound, pause=0)

    def _changed(self) -> None:
        if hasattr(self, "trail") and self.trail.trouble and self.trail.trouble not in self.said:
            self.said.append(self.trail.trouble)
        self.news.set()

    async def note(self, *names: str) -> None:
        for name in names:
            noted = entry(name)
            self.trail.note(noted, noted)
            await self.trail.written()

    async def mended(self) -> None:
        self.folder.unlink()
        async with asyncio.timeout(30):
            while self.trail.trouble:
                self.news.clear()
                await self.news.wait()

    async def kept(self) -> list[str]:
        records = [from_json(record) for record in await self.store.tail(JOURNAL, 20_000)]
        assert verify(records, self.store.heads(JOURNAL)) is None
        return [record.text for record in records]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "state")


async def test_what_cannot_be_written_waits_and_is_written_in_order_when_it_can(desk: Desk) -> None:
    await desk.note("a", "b", "c")
    assert [shown.text for shown in desk.trail.entries] == ["a", "b", "c"]
    await desk.mended()
    await desk.note("d")
    assert await desk.kept() == ["a", "b", "c", "d"]
    await desk.trail.close()


async def test_trouble_is_said_once_with_its_reason(desk: Desk) -> None:
    await desk.note("a", "b", "c")
    (said,) = desk.said
    assert said.startswith("the audit trail cannot be written: ")
    assert str(desk.folder) in said
    await desk.trail.close()


async def test_of_more_than_may_wait_the_oldest_are_dropped_and_that_is_recorded(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "state", bound=5)
    await desk.note(*"abcdefgh")
    await desk.mended()
    assert await desk.kept() == ["3 older records could not be written in time and are lost", *"defgh"]
    (dropped, *_) = await desk.store.tail(JOURNAL, 6)
    assert (dropped["verb"], dropped["detail"]) == ("dropped", {"records": 3})
    await desk.trail.close()


async def test_closing_writes_what_waited_if_it_can_by_then(desk: Desk) -> None:
    await desk.note("a")
    desk.folder.unlink()
    await desk.trail.close()
    assert await desk.kept() == ["a"]


async def test_closing_in_trouble_ends_and_leaves_no_task(desk: Desk) -> None:
    await desk.note("a")
    await desk.trail.close()
    await desk.trail.close()
    assert desk.trail.trouble
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_who_is_cancelled_while_waiting_leaves_a_record_once(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    trail = Trail(store, lambda: None)
    for n in range(20):
        noted = entry(str(n))
        trail.note(noted, noted)
        waiting = asyncio.create_task(trail.written())
        await asyncio.sleep(0)
        waiting.cancel()
    await trail.close()
    records = [from_json(record) for record in await store.tail(JOURNAL, 100)]
    assert [record.text for record in records] == [str(n) for n in range(20)]
    assert verify(records, store.heads(JOURNAL)) is None


async def test_what_does_not_last_is_shown_and_never_written() -> None:
    store = MemoryStore()
    trail = Trail(store, lambda: None)
    trail.note(entry("status: new value “shiped”"), None)
    trail.note(entry("the engine said 'hunter2'"), entry("ResourceBroken"))
    await trail.written()
    assert [shown.text for shown in trail.entries] == ["status: new value “shiped”", "the engine said 'hunter2'"]
    assert [record["text"] for record in await store.tail(JOURNAL, 9)] == ["ResourceBroken"]


async def test_two_trails_on_one_file_are_two_chains(tmp_path: Path) -> None:
    trails = [Trail(FileStore(tmp_path), lambda: None) for _ in range(2)]
    for n in range(6):
        noted = entry(str(n))
        trails[n % 2].note(noted, noted)
        await trails[n % 2].written()
    store = FileStore(tmp_path)
    records = [from_json(record) for record in await store.tail(JOURNAL, 9)]
    assert [(record.writer, record.sequence) for record in records] == [
        (trails[n % 2].writer, n // 2) for n in range(6)
    ]
    assert verify(records, store.heads(JOURNAL)) is None
    await asyncio.gather(*(trail.close() for trail in trails))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
async def test_a_full_disk_is_named_and_the_records_wait(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    store.path(JOURNAL).symlink_to("/dev/full")
    trail = Trail(store, lambda: None, pause=1_000)
    noted = entry("a")
    trail.note(noted, noted)
    await trail.written()
    assert "No space left on device" in trail.trouble
    store.path(JOURNAL).unlink()
    await trail.close()
    assert [record["text"] for record in await store.tail(JOURNAL, 9)] == ["a"]


async def test_the_fingerprint_of_a_store_without_a_key_is_none(desk: Desk) -> None:
    assert await desk.trail.fingerprint({"a": 1}) == ""
    desk.folder.unlink()
    made = await desk.trail.fingerprint({"a": 1})
    assert made.startswith("hmac:")
    assert made == await Trail(FileStore(desk.folder), lambda: None).fingerprint({"a": 1})
