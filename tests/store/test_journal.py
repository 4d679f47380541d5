"""A trail on disk: durable, whole lines, several processes at once, and what becomes of it when one is killed."""

from __future__ import annotations

import asyncio
import json
import os
import random
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.writing import entry
from xregistry_tui.core.audit import AuditRecord, Reason, Verification, parse, verify
from xregistry_tui.store import heads, journal
from xregistry_tui.store.file import FileStore
from xregistry_tui.store.secret import secret
from xregistry_tui.store.trail import JOURNAL, Trail


def writing(folder: Path, name: str, most: int | None = None) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.store.writing", str(folder), name, *([str(most)] if most else [])]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def kept(folder: Path) -> list[str]:
    """The names of the records of a trail, which must verify."""
    store = FileStore(folder)
    check = Verification(store.heads(JOURNAL))
    names = []
    for item in map(parse, store.lines(JOURNAL)):
        assert check.take(item) is None
        if isinstance(item, AuditRecord):
            names.append(item.text.split()[0])
    assert check.end() is None
    return names


async def write(folder: Path, *names: str) -> None:
    trail = Trail(FileStore(folder), lambda: None)
    for name in names:
        noted = entry(name)
        trail.note(noted, noted)
    await trail.close()


# Several processes, and kills


@pytest.mark.parametrize("writers", [2, 4])
def test_processes_that_write_at_once_leave_whole_lines_and_whole_chains(tmp_path: Path, writers: int) -> None:
    running = [writing(tmp_path, f"w{number}", 40) for number in range(writers)]
    for process in running:
        process.communicate()
        assert process.returncode == 0
    names = kept(tmp_path)
    assert sorted(names) == sorted(f"w{number}:{n}" for number in range(writers) for n in range(40))


def killed(folder: Path, after: int, delay: float) -> set[str]:
    """What a writer acknowledged before it was killed, some time after so many records."""
    process = writing(folder, f"k{after}-{delay}")
    assert process.stdout is not None
    said = [process.stdout.readline().strip() for _ in range(after)]
    timer = threading.Timer(delay, process.kill)
    timer.start()
    said += [line.strip() for line in process.stdout if line.endswith("\n")]
    process.wait()
    timer.join()
    return set(said)


def prove_kills(folder: Path, times: int) -> None:
    chance = random.Random(7)
    acknowledged: set[str] = set()
    for _ in range(times):
        acknowledged |= killed(folder, chance.randint(1, 9), chance.random() / 50)
        assert acknowledged <= set(kept(folder))


def test_a_writer_that_is_killed_loses_nothing_it_acknowledged(tmp_path: Path) -> None:
    prove_kills(tmp_path, 5)


@pytest.mark.long
def test_two_hundred_writers_that_are_killed_lose_nothing_they_acknowledged(tmp_path: Path) -> None:
    prove_kills(tmp_path, 200)


async def test_a_torn_line_is_left_behind_and_its_neighbours_stand(tmp_path: Path) -> None:
    await write(tmp_path, "a", "b")
    path = FileStore(tmp_path).path(JOURNAL)
    text = path.read_text()
    path.write_text(text + text.splitlines()[0][:60])
    await write(tmp_path, "c")
    check = Verification()
    assert [check.take(parse(line)) for line in FileStore(tmp_path).lines(JOURNAL)] == [None] * 4
    assert (check.records, check.torn, check.last_torn) == (3, 1, 2)
    assert [record["text"] for record in await FileStore(tmp_path).tail(JOURNAL, 2)] == ["b", "c"]


@pytest.mark.parametrize("cut", [1, 40])
async def test_a_killed_writer_whose_last_line_has_no_end_keeps_what_is_whole(tmp_path: Path, cut: int) -> None:
    await write(tmp_path, "a", "b")
    path = FileStore(tmp_path).path(JOURNAL)
    os.truncate(path, path.stat().st_size - cut)
    (tmp_path / f"{JOURNAL}.heads").unlink()
    await write(tmp_path, "c")
    assert kept(tmp_path) == (["a", "b", "c"] if cut == 1 else ["a", "c"])


# What is kept beside it


async def test_everything_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    await write(folder, "a")
    await FileStore(folder).secret()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {
        "audit.jsonl": 0o600,
        "audit.heads": 0o600,
        "audit.key": 0o600,
    }


async def test_a_trail_that_was_cut_short_shows_by_the_heads_beside_it(tmp_path: Path) -> None:
    await write(tmp_path, "a", "b")
    store = FileStore(tmp_path)
    lines = store.path(JOURNAL).read_text().splitlines(keepends=True)
    for left in (0, 1):
        store.path(JOURNAL).write_text("".join(lines[:left]))
        flaw = verify(map(parse, store.lines(JOURNAL)), store.heads(JOURNAL))
        assert flaw is not None
        assert (flaw.reason, flaw.sequence) == (Reason.CUT, left)


async def test_a_trail_moved_away_with_its_heads_starts_anew_whole(tmp_path: Path) -> None:
    trail = Trail(FileStore(tmp_path), lambda: None)
    for name in ("a", "b"):
        trail.note(entry(name), entry(name))
        await trail.written()
        for path in list(tmp_path.iterdir()):
            path.rename(tmp_path.parent / f"{name}-{path.name}")
    trail.note(entry("c"), entry("c"))
    await trail.close()
    assert kept(tmp_path) == ["c"]


async def test_heads_that_hold_nonsense_do_not_end_the_writing(tmp_path: Path) -> None:
    (tmp_path / f"{JOURNAL}.heads").write_text("[1")
    with pytest.raises(ValueError, match="does not hold the heads"):
        heads.read(tmp_path / f"{JOURNAL}.heads")
    await write(tmp_path, "a")
    assert kept(tmp_path) == ["a"]


def test_heads_are_kept_of_the_writers_that_wrote_last(tmp_path: Path) -> None:
    path = tmp_path / "x.heads"
    for batch in range(3):
        links = [{"writer": f"{batch}-{n}", "sequence": 3, "hash": "h"} for n in range(heads.KEPT // 2)]
        heads.advance(path, links)
    assert len(heads.read(path)) == heads.KEPT
    assert {name[0] for name in heads.read(path)} == {"1", "2"}


def test_of_many_who_make_the_key_at_once_one_wins(tmp_path: Path) -> None:
    path = tmp_path / "state" / "audit.key"
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: secret(path), range(40)))
    assert len(keys) == 1
    assert [found.name for found in path.parent.iterdir()] == ["audit.key"]


def test_a_key_of_another_length_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "audit.key").write_bytes(b"short")
    with pytest.raises(OSError, match="remove it and a new one is made"):
        secret(tmp_path / "audit.key")


# Reading


@given(st.lists(st.integers(0, 90_000), max_size=6), st.integers(0, 8), st.booleans())
def test_the_last_lines_are_those_that_reading_all_gives_last(
    tmp_path_factory: pytest.TempPathFactory, lengths: list[int], last: int, ended: bool
) -> None:
    path = tmp_path_factory.mktemp("lines") / "x.jsonl"
    whole = [f"{number}:" + "x" * length for number, length in enumerate(lengths)]
    path.write_text("\n".join(whole) + ("\n" if ended and whole else ""))
    assert list(journal.read(path)) == whole
    assert list(journal.read(path, last)) == (whole[-last:] if last else [])


def test_a_line_beyond_all_measure_is_read_in_bounded_memory_and_the_next_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text("a" * 3_500_000 + "\nb\n")
    first, second = journal.read(path)
    assert (len(first), second) == (journal.LONGEST_LINE, "b")


async def test_a_large_trail_is_not_read_to_tell_its_last_lines(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    with path.open("wb") as file:
        file.truncate(1 << 40)  # a terabyte of nothing, which no machine reads in a test
        file.seek(0, os.SEEK_END)
        file.write(b'\n{"n":1}\n{"n":2}\n')
    assert await FileStore(tmp_path).tail("audit", 2) == [{"n": 1}, {"n": 2}]


class Waits:
    """What happens each time a follower has nothing new to read."""

    def __init__(self, *happenings: object) -> None:
        self._happenings = iter(happenings)

    def __call__(self) -> None:
        happening = next(self._happenings, None)
        if happening is None:
            raise KeyboardInterrupt
        happening()  # type: ignore[operator]


def followed(path: Path, last: int, waits: Waits) -> Iterator[str]:
    try:
        yield from journal.follow(path, last, waits)
    except KeyboardInterrupt:
        return


def test_following_survives_growth_rotation_removal_and_truncation(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text("1\n2\n3\n")

    def add(text: str) -> None:
        with path.open("a") as file:
            file.write(text)

    def rotate() -> None:
        add("6\n")
        path.rename(tmp_path / "x.1")
        path.write_text("7\n")

    def cut() -> None:
        os.truncate(path, 0)
        add("9\n")

    waits = Waits(
        lambda: add("4\n5"), lambda: add("\n"), rotate, path.unlink, lambda: path.write_text("8 is long\n"), cut
    )
    assert list(followed(path, 2, waits)) == ["2", "3", "4", "5", "6", "7", "8 is long", "9"]


def test_following_waits_for_a_trail_that_is_not_there_yet(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    assert list(followed(path, 50, Waits(lambda: None, lambda: path.write_text("1\n2\n")))) == ["1", "2"]


# Failures


async def test_another_process_that_holds_the_trail_is_not_waited_for_long(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    with journal.opened(path), pytest.raises(OSError, match="another process holds it"), journal.opened(path, 0.01):
        pass


def open_count(path: Path) -> int:
    """How often this process has a file open."""
    places = (os.path.join("/proc/self/fd", number) for number in os.listdir("/proc/self/fd"))
    return sum(os.path.lexists(place) and os.readlink(place) == str(path) for place in places)


@pytest.mark.skipif(not os.path.exists("/proc/self/fd"), reason="needs to see what is open")
async def test_a_trail_replaced_while_its_lock_is_waited_for_is_written_where_it_is_now(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    path = store.path(JOURNAL)
    with journal.opened(path):
        appending = asyncio.create_task(store.append(JOURNAL, [{"n": 1}]))
        while open_count(path) < 2:
            await asyncio.sleep(0)
        path.rename(tmp_path / "moved")
    await appending
    assert list(store.lines(JOURNAL)) == ['{"n":1}']


FILLING = """
import asyncio, json, resource, sys
from pathlib import Path
from tests.store.writing import entry
from xregistry_tui.store.file import FileStore
from xregistry_tui.store.trail import Trail

async def main():
    news = asyncio.Event()
    trail = Trail(FileStore(Path(sys.argv[1])), news.set, pause=0)
    async def note(first, last):
        for n in range(first, last):
            trail.note(entry(f"r:{n}"), entry(f"r:{n}"))
        await trail.written()
    await note(0, 3)
    room = FileStore(Path(sys.argv[1])).path("audit").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (room + 700, resource.RLIM_INFINITY))
    await note(3, 50)
    assert "File too large" in trail.trouble, trail.trouble
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    while trail.trouble:
        news.clear()
        await news.wait()
    await note(50, 60)
    await trail.close()

asyncio.run(main())
"""


def test_a_disk_that_fills_up_amid_a_batch_leaves_no_record_twice_and_none_out(tmp_path: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", FILLING, str(tmp_path)], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert kept(tmp_path) == [f"r:{n}" for n in range(60)]


async def test_a_trail_that_was_removed_while_it_is_written_goes_on_in_a_new_file(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    trail = Trail(store, lambda: None)
    for name in ("a", "b"):
        trail.note(entry(name), entry(name))
        await trail.written()
        assert [json.loads(line)["text"] for line in store.lines(JOURNAL)] == [name]
        store.path(JOURNAL).unlink()
    await asyncio.gather(trail.close(), trail.close())
