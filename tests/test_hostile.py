"""Files that a user would rather not have, in the real dashboard: what is said of them, and that it ends well."""

from __future__ import annotations

import asyncio
import os
import pty
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from textual.message import Message
from textual.pilot import Pilot

from xregistry_tui.actions.session import Session
from xregistry_tui.cli.opening import open_session
from xregistry_tui.core.bindings import RefreshStatus
from xregistry_tui.tui.app import Appearance, XregApp
from xregistry_tui.tui.themes import NAMES
from xregistry_tui.tui.widgets.page import Page
from xregistry_tui.tui.widgets.tree import Tree

XREG = [sys.executable, "-m", "xregistry_tui"]
TABLES = ('a"b;--', "", " ", "\x1b[31mred", "new\nline", "\u202ebidi", "[/foo]", "class", "items", "É", "é", "x" * 300)
COLUMNS = ("[/red]", "_id", "model_config", "class", "schema", "", "É", "é", "\x1b[2J", "a\nb", "\u202e", "copy", "1x")
FORBIDDEN = ("\x1b", "\n", "\u202e")


@dataclass
class Desk:
    """The dashboard on real files, and what a user sees of it."""

    app: XregApp
    pilot: Pilot[None]
    news: asyncio.Event

    @property
    def page(self) -> str:
        return self.app.screen.query_one(Page).plain

    @property
    def screen(self) -> str:
        """Everything that is drawn, line by line."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text for strip in strips)

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait for what the dashboard hears next until something is true."""
        async with asyncio.timeout(30):
            while not true():
                self.news.clear()
                await self.news.wait()

    async def show(self, path: str) -> None:
        """Put the cursor of the tree on a path, and wait until it is drawn."""
        tree = self.app.screen.query_one(Tree)
        await self.until(lambda: tree.reveal(path))
        await self.until(lambda: self.app.subject == path)
        await self.pilot.pause()

    def status(self, model: str) -> RefreshStatus:
        assert self.app.session is not None
        view = self.app.session.model(model)
        assert view is not None
        assert view.binding is not None
        return view.binding.state.status


@asynccontextmanager
async def dashboard(*targets: Path, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Desk]:
    """The dashboard as the command line starts it on these targets."""
    news = asyncio.Event()

    def heard(_message: Message) -> None:
        news.set()

    async def opened() -> Session:
        return (await open_session(None, {}, [str(target) for target in targets])).session

    app = XregApp(opened)
    async with app.run_test(size=size, message_hook=heard) as pilot:
        desk = Desk(app, pilot, news)
        await desk.until(lambda: app.session is not None or app.failure is not None)
        if app.session is not None:
            await app.session.settled()
        await pilot.pause()
        yield desk


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return made(tmp_path / "shop.sqlite", "CREATE TABLE t (a INTEGER PRIMARY KEY, b); INSERT INTO t VALUES (1, 2)")


def made(path: Path, sql: str) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(sql)
        connection.commit()
    return path


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@pytest.fixture
def names(tmp_path: Path) -> Path:
    path = tmp_path / "names.sqlite"
    columns = ", ".join(quoted(name) for name in COLUMNS)
    with closing(sqlite3.connect(path)) as connection:
        for table in TABLES:
            connection.execute(f"CREATE TABLE {quoted(table)} ({columns})")
            marks = ", ".join("?" for _ in COLUMNS)
            row = [f"{name}[/x]\x1b[2J\u202e\n" for name in COLUMNS]
            connection.execute(f"INSERT INTO {quoted(table)} VALUES ({marks})", row)
        connection.execute("CREATE TABLE v (blob BLOB, huge TEXT, big TEXT, bad TEXT)")
        connection.execute("INSERT INTO v VALUES (zeroblob(9), ?, ?, CAST(x'ff80' AS TEXT))", ("é" * 10**6, str(2**80)))
        connection.execute("CREATE VIEW broken AS SELECT * FROM nowhere")
        connection.commit()
    return path


# What cannot be opened


async def test_what_is_no_database_is_said_with_what_to_try(tmp_path: Path) -> None:
    (tmp_path / "logo.sqlite").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(500))
    for name, reason, hint in (
        ("none.sqlite", "there is no file", "check the path"),
        ("", "is a folder", "name a file in it"),
        ("logo.sqlite", "is a PNG image", "name a file that SQLite wrote"),
    ):
        async with dashboard(tmp_path / name, size=(80, 24)) as desk:
            said = " ".join(desk.page.split())
            assert reason in said
            assert hint in said
            assert "try again" in said


async def test_a_reason_longer_than_the_screen_is_folded_not_cut(tmp_path: Path) -> None:
    folder = tmp_path / ("folder " * 12)
    async with dashboard(folder / "none.sqlite", size=(60, 24)) as desk:
        drawn = desk.screen
        assert "none.sqlite" in drawn.replace("\n", "").replace(" ", "")


async def test_an_empty_file_opens_and_says_that_nothing_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "empty.sqlite"
    path.touch()
    async with dashboard(path, size=(80, 24)) as desk:
        await desk.show("resources.empty")
        assert "It holds nothing to look at" in desk.page


async def test_a_locked_file_beside_another_opens_when_its_writer_is_done(shop: Path, tmp_path: Path) -> None:
    busy = tmp_path / "busy.sqlite"
    shutil.copy(shop, busy)
    with closing(sqlite3.connect(busy, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        async with dashboard(shop, busy) as desk:
            await desk.show("resources.busy")
            assert "locked by its writer" in desk.page
            writer.execute("COMMIT")
            session = desk.app.session
            await desk.until(lambda: session.model("models.busy.t") is not None)
            assert session.resource("busy").status == "live"


async def test_a_file_that_comes_later_is_opened_by_looking_again(shop: Path, tmp_path: Path) -> None:
    late = tmp_path / "late.sqlite"
    async with dashboard(shop, late) as desk:
        await desk.show("resources.late")
        assert "there is no file" in desk.page
        shutil.copy(shop, late)
        await desk.pilot.press("r")
        session = desk.app.session
        await desk.until(lambda: session.model("models.late.t") is not None)


# What is inside


async def test_names_from_outside_are_drawn_and_nothing_more(names: Path) -> None:
    async with dashboard(names) as desk:
        tree = desk.app.session.children("models.names")
        assert len(tree) == len(TABLES) + 1
        assert "“”" in [node.title for node in tree]
        for node in tree:
            await desk.show(node.path)
            for _ in range(4):
                drawn = desk.screen
                assert not [mark for mark in FORBIDDEN if mark in drawn.replace("\n", "")], repr(node.title)
                await desk.pilot.press("]")
                await desk.pilot.pause()
        assert "[/foo]" in desk.screen


async def test_a_view_that_errors_is_named_with_its_reason(names: Path) -> None:
    async with dashboard(names) as desk:
        await desk.show("resources.names")
        assert "no such table: main.nowhere" in " ".join(desk.page.split())


async def test_a_record_of_hostile_values_is_offered_to_validate(names: Path) -> None:
    async with dashboard(names) as desk:
        await desk.show("models.names.v")
        result = await desk.app.session.perform("template", model="models.names.v")
        report = (await desk.app.session.perform("validate", model="models.names.v", text=result.value)).value
        assert str(2**80) in result.value
        assert not [problem for problem in report.problems if problem.severity == "error"]


# What happens while it is open


@pytest.mark.parametrize("harm", ["delete", "cut", "replace"])
async def test_a_file_that_is_harmed_is_stale_and_lives_again_once_restored(shop: Path, harm: str) -> None:
    copy = shop.with_suffix(".copy")
    shutil.copy(shop, copy)
    async with dashboard(shop) as desk:
        if harm == "delete":
            shop.unlink()
        elif harm == "cut":
            os.truncate(shop, 5000)
        else:
            shop.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(500))
        await desk.until(lambda: desk.status("models.shop.t") is RefreshStatus.STALE)
        profile = desk.app.session.model("models.shop.t").binding.profile
        assert profile.rows.value == 1, "the last good figures stay"
        shutil.copy(copy, shop)
        await desk.until(lambda: desk.status("models.shop.t") is RefreshStatus.LIVE)


async def test_a_lock_makes_figures_stale_and_its_end_brings_new_ones(shop: Path) -> None:
    async with dashboard(shop) as desk:
        with closing(sqlite3.connect(shop, isolation_level=None)) as writer:
            writer.execute("BEGIN EXCLUSIVE")
            writer.execute("INSERT INTO t VALUES (2, 3)")
            await desk.show("models.shop.t")
            await desk.pilot.press("r")
            await desk.until(lambda: desk.status("models.shop.t") is RefreshStatus.STALE)
            writer.execute("COMMIT")
        model = lambda: desk.app.session.model("models.shop.t").binding  # noqa: E731
        await desk.until(lambda: model().state.status is RefreshStatus.LIVE and model().profile.rows.value == 2)


async def test_resizing_to_one_cell_and_back_harms_nothing(shop: Path) -> None:
    async with dashboard(shop) as desk:
        for mode in ("1", "2", "4"):
            await desk.pilot.press(mode)
            for size in ((1, 1), (3, 60), (200, 2), (120, 40)):
                await desk.pilot.resize_terminal(*size)
                await desk.pilot.pause()
            assert "READ-ONLY" in desk.screen
            assert desk.app.return_code is None


@pytest.mark.parametrize("name", NAMES)
async def test_every_theme_that_comes_with_it_dresses_every_mode(shop: Path, name: str) -> None:
    async with dashboard(shop) as desk:
        desk.app.dress(Appearance(theme=name))
        for mode in ("1", "2", "4", "question_mark"):
            await desk.pilot.press(mode)
            await desk.pilot.pause()
            assert desk.screen.strip()
        assert desk.app.theme == name


# Streams


def run(shop: Path, redirection: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = f'"$0" -m xregistry_tui profile "$1" {redirection}'
    return subprocess.run(
        ["/bin/sh", "-c", command, sys.executable, str(shop)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **env},
    )


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a disk that is always full")
def test_a_full_disk_is_named_as_the_reason(shop: Path) -> None:
    ended = run(shop, ">/dev/full")
    assert ended.returncode == 74
    assert ended.stderr == "xreg-tui: the output cannot be written: No space left on device\n"


def test_a_closed_output_is_said(shop: Path) -> None:
    ended = run(shop, ">&-")
    assert ended.returncode == 74
    assert ended.stderr == "xreg-tui: the output cannot be written: standard output is closed\n"


@pytest.mark.parametrize("closed", ["<&-", "2>&-", "<&- 2>&-"])
def test_other_closed_streams_change_nothing(shop: Path, closed: str) -> None:
    ended = run(shop, closed)
    assert ended.returncode == 0
    assert ended.stdout.startswith("t   1 row   exact")


def test_a_theme_that_is_not_there_is_named_by_the_check(shop: Path) -> None:
    command = [*XREG, "config", "check"]
    ended = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "XREGISTRY_TUI__THEME": "nope"}
    )
    assert ended.stdout == "tui.theme: there is no theme 'nope'; there are contrast, dark, light, terminal\n"


def test_a_terminal_that_cannot_place_text_is_sent_to_the_profile(shop: Path) -> None:
    ours, theirs = pty.openpty()
    ended = subprocess.run(
        [*XREG, str(shop)],
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        env={**os.environ, "TERM": "dumb"},
    )
    os.close(ours)
    os.close(theirs)
    assert ended.returncode == 2
    assert "(TERM is dumb); without one, `xreg-tui profile" in ended.stderr


def test_a_log_that_cannot_be_written_changes_nothing(shop: Path) -> None:
    state = shop.with_name("state") / "xregistry"
    state.mkdir(parents=True)
    (state / "xreg-tui.log").mkdir()
    ended = run(shop, "", XDG_STATE_HOME=str(state.parent))
    assert (ended.returncode, ended.stderr) == (0, "")


def test_a_trail_that_cannot_be_written_ends_nothing_and_is_said_once(shop: Path) -> None:
    ended = run(shop, "", XDG_STATE_HOME=str(shop))
    assert ended.returncode == 0
    assert ended.stdout.startswith("t   1 row   exact")
    assert ended.stderr.count("\n") == 1
    assert ended.stderr.startswith("xreg-tui: the audit trail cannot be written: Not a directory")
