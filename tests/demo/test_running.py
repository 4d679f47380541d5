"""A demo leaves nothing behind: not at its exit, and after a SIGKILL not beyond the next start."""

from __future__ import annotations

import os
import select
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from tests.demo.waiting import ended, until
from xregistry_tui.demo import running_shop, sweep
from xregistry_tui.demo.running import LOCK, PREFIX, _claim_folder

HOLDING = """
import sys
from xregistry_tui.demo import running_shop
with running_shop() as shop:
    print(shop.folder, shop.process.pid, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temporary folder of this test alone, for it and for the processes it starts."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def elsewhere() -> Iterator[tuple[subprocess.Popen[str], Path, int]]:
    """A demo in another process: the process, its folder and the pid of its writer."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert select.select([process.stdout], [], [], 30)[0], "the demo did not start"
        folder, writer = process.stdout.readline().split()
        yield process, Path(folder), int(writer)
        process.kill()


def rows(path: Path) -> int:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as shop:
        return int(shop.execute("SELECT max(id) FROM orders").fetchone()[0])


def test_a_running_shop_has_a_private_folder_and_a_writer(temporary: Path) -> None:
    with running_shop() as shop:
        assert shop.folder.parent == temporary
        assert stat.S_IMODE(shop.folder.stat().st_mode) == 0o700
        assert shop.process is not None
        assert shop.process.poll() is None


def test_nothing_is_left_at_the_exit(temporary: Path) -> None:
    with running_shop() as shop:
        assert rows(shop.path) >= 6_000
    assert list(temporary.iterdir()) == []
    assert shop.process is not None
    assert shop.process.returncode is not None


def test_nothing_is_left_when_what_used_the_shop_fails(temporary: Path) -> None:
    with pytest.raises(LookupError), running_shop():
        raise LookupError
    assert list(temporary.iterdir()) == []


def test_a_shop_can_be_quiet() -> None:
    with running_shop(write=False) as shop:
        assert shop.process is None


def test_it_may_be_entered_in_one_thread_and_left_in_another(temporary: Path) -> None:
    context = running_shop()
    with ThreadPoolExecutor(1) as thread:
        shop = thread.submit(context.__enter__).result()
    before = rows(shop.path)
    until(lambda: rows(shop.path) > before)
    context.__exit__(None, None, None)
    assert list(temporary.iterdir()) == []


def test_two_demos_live_side_by_side(elsewhere: tuple[subprocess.Popen[str], Path, int]) -> None:
    _, theirs, _ = elsewhere
    with running_shop(write=False) as ours:
        assert ours.folder != theirs
        assert (theirs / "shop.sqlite").exists()
    assert (theirs / "shop.sqlite").exists()


def test_a_killed_demo_takes_its_writer_along_and_the_next_start_sweeps(
    elsewhere: tuple[subprocess.Popen[str], Path, int],
) -> None:
    process, folder, writer = elsewhere
    process.send_signal(signal.SIGKILL)
    process.wait()
    until(lambda: ended(writer))
    assert folder.exists()
    with running_shop(write=False):
        assert not folder.exists()


def test_the_sweep_leaves_what_lives_and_what_is_not_ours(
    temporary: Path, elsewhere: tuple[subprocess.Popen[str], Path, int]
) -> None:
    _, alive, _ = elsewhere
    (temporary / "xreg-other").mkdir()
    elsewhere_kept = temporary / "precious"
    elsewhere_kept.mkdir()
    (temporary / f"{PREFIX}link").symlink_to(elsewhere_kept)
    (temporary / f"{PREFIX}file").touch()
    assert sweep() == 0
    assert alive.exists()
    assert {entry.name for entry in temporary.iterdir()} == {
        alive.name,
        "xreg-other",
        "precious",
        f"{PREFIX}link",
        f"{PREFIX}file",
    }


def test_the_sweep_removes_a_folder_that_never_got_its_lock(temporary: Path) -> None:
    (temporary / f"{PREFIX}1-early").mkdir()
    assert sweep() == 1
    assert list(temporary.iterdir()) == []


def test_a_lock_that_points_elsewhere_is_not_followed(temporary: Path) -> None:
    folder = temporary / f"{PREFIX}1-trap"
    folder.mkdir()
    target = temporary / "target"
    (folder / LOCK).symlink_to(target)
    assert sweep() == 0
    assert not target.exists()


def test_starts_and_sweeps_at_the_same_time_do_not_harm_each_other(temporary: Path) -> None:
    stop = threading.Event()

    def sweeping() -> None:
        while not stop.is_set():
            sweep()

    with ThreadPoolExecutor(2) as threads:
        swept = [threads.submit(sweeping), threads.submit(sweeping)]
        for _ in range(50):
            folder, lock = _claim_folder()
            (folder / "shop.sqlite").touch()
            assert (folder / LOCK).exists()
            os.close(lock)
        stop.set()
        assert all(future.exception() is None for future in swept)
    sweep()
    assert list(temporary.iterdir()) == []


def test_the_writer_is_not_reached_by_what_the_terminal_sends() -> None:
    with running_shop() as shop:
        assert shop.process is not None
        assert os.getsid(shop.process.pid) != os.getsid(0)
