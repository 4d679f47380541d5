"""A model's source in the user's own editor: what comes back is judged, and becomes a version only when it is said."""

from __future__ import annotations

import contextlib
import errno
import stat
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from unittest.mock import Mock

import pytest
from textual.pilot import Pilot

from tests.tui.hearing import Clock, settled
from tests.tui.registry_session import ORDERS, RegistrySession
from tests.tui.test_function import asked, pressed
from xregistry_tui.tui import app as app_module
from xregistry_tui.tui.app import XregApp
from xregistry_tui.tui.editor import NotEdited, command, edited
from xregistry_tui.tui.screens.ask import AskScreen
from xregistry_tui.tui.screens.peek import PeekScreen
from xregistry_tui.tui.screens.proposal import ProposalScreen
from xregistry_tui.tui.widgets.diff_list import DiffList
from xregistry_tui.tui.widgets.hints import Hints
from xregistry_tui.tui.widgets.page import Page

DRAFT = "class orders(BaseModel):\n    id: int\n"


class LendingApp(XregApp):
    """A terminal that can be lent: that of a test has nothing to give away."""

    CSS_PATH = Path(app_module.__file__).with_name("app.tcss")

    @contextlib.contextmanager
    def lend_terminal(self) -> Iterator[None]:
        yield


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with what the editor does to the text, as Python over `text` and `path`."""
    does = tmp_path / "does.py"
    script = tmp_path / "editor.py"
    script.write_text(
        "import sys, os, signal\nfrom pathlib import Path\n"
        f"path = Path(sys.argv[-1]); text = path.read_text()\nPath({str(tmp_path / 'seen')!r}).write_text(str(path))\n"
        f"exec(Path({str(does)!r}).read_text())\npath.write_text(text)\n"
    )
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f"{sys.executable} '{script}' --wait")
    does.write_text("text += '    note: str | None = None\\n'")
    return does


@asynccontextmanager
async def editing(
    session: RegistrySession | None = None, kind: type[XregApp] = LendingApp
) -> AsyncIterator[tuple[XregApp, Pilot[None], RegistrySession]]:
    session = session or RegistrySession()

    async def opened() -> RegistrySession:
        return session

    app = kind(opened, "shop", now=Clock())
    app.subject = ORDERS
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pressed(pilot, "E")
        yield app, pilot, session


def said(app: XregApp, selector: str = "#proposal-head") -> str:
    return app.screen.query_one(selector, Page).plain


def told(app: XregApp) -> list[str]:
    return [note.message for note in app._notifications]


async def test_what_comes_back_is_shown_as_a_diff_with_its_verdict_and_version(editor: Path) -> None:
    async with editing() as (app, _, session):
        assert isinstance(app.screen, ProposalScreen)
        assert asked(session, "propose")[0]["source"] == DRAFT + "    note: str | None = None\n"
        for part in ("orders", "2.0.0 → 2.1.0", "backward ✓ compatible", "5 changes, 1 breaking"):
            assert part in said(app)
        assert "+ /note" in app.screen.query_one(DiffList).plain
        assert "a accept    e edit again    esc drop it" in app.screen.query_one(Hints).plain


async def test_a_accepts_it(editor: Path) -> None:
    async with editing() as (app, pilot, session):
        await pressed(pilot, "a")
        assert asked(session, "accept") == [{"model": ORDERS, "source": DRAFT + "    note: str | None = None\n"}]
        assert not isinstance(app.screen, ProposalScreen)
        assert "orders is 2.1.0 now." in told(app)


async def test_a_click_accepts_it_too(editor: Path) -> None:
    async with editing() as (_, pilot, session):
        await pilot.click(Hints, offset=(2, 0))
        await settled(pilot)
        assert len(asked(session, "accept")) == 1


async def test_what_breaks_says_so_and_is_accepted_only_when_it_is_said_twice(editor: Path) -> None:
    session = RegistrySession()
    session.verdict = "incompatible"
    async with editing(session) as (app, pilot, _session):
        assert "✗ incompatible" in said(app)
        await pressed(pilot, "a")
        assert not asked(session, "accept")
        assert "a once more accepts it anyway" in said(app, "#proposal-warning")
        assert "a accept anyway" in app.screen.query_one(Hints).plain
        await pressed(pilot, "a")
        assert asked(session, "accept")[0]["anyway"] is True


async def test_problems_are_said_with_their_line_and_nothing_can_be_accepted(editor: Path) -> None:
    editor.write_text("text = 'syntax error'")
    async with editing() as (app, pilot, session):
        assert "✗ line 2: invalid syntax" in said(app)
        assert "\x1b" not in said(app)
        await pressed(pilot, "a")
        assert not asked(session, "accept")
        assert "accept" not in app.screen.query_one(Hints).plain


async def test_e_edits_the_same_text_again(editor: Path) -> None:
    editor.write_text("text = 'syntax error'")
    async with editing() as (app, pilot, session):
        editor.write_text("text = text.replace('syntax error', 'class orders: ...')")
        await pressed(pilot, "e")
        assert asked(session, "propose")[-1]["source"] == "class orders: ..."
        assert "2.0.0 → 2.1.0" in said(app)


async def test_an_editor_that_fails_the_second_time_loses_nothing(editor: Path) -> None:
    async with editing() as (app, pilot, session):
        editor.write_text("sys.exit(3)")
        await pressed(pilot, "e")
        assert any("ended with 3: nothing was taken over" in text for text in told(app))
        assert isinstance(app.screen, ProposalScreen)
        await pressed(pilot, "a")
        assert asked(session, "accept")[0]["source"] == DRAFT + "    note: str | None = None\n"


async def test_escape_asks_before_it_drops(editor: Path) -> None:
    async with editing() as (app, pilot, session):
        await pressed(pilot, "escape")
        assert isinstance(app.screen, AskScreen)
        await pressed(pilot, "n")
        assert isinstance(app.screen, ProposalScreen)
        await pressed(pilot, "escape", "y")
        assert not isinstance(app.screen, ProposalScreen)
        assert not asked(session, "accept")


async def test_a_change_opens_in_full(editor: Path) -> None:
    async with editing() as (app, pilot, _session):
        await pressed(pilot, "enter")
        assert isinstance(app.screen, PeekScreen)


async def test_what_is_not_accepted_says_why_and_stays(editor: Path) -> None:
    async with editing() as (app, pilot, session):
        session.fails = "role analyst lacks UPDATE on models.shop.orders"
        await pressed(pilot, "a")
        assert "It was not accepted: role analyst lacks UPDATE" in said(app)
        session.fails = ""
        await pressed(pilot, "a")
        assert not isinstance(app.screen, ProposalScreen)


@pytest.mark.parametrize("does", ["", "text = ''", "text = ' \\n'"], ids=["unchanged", "emptied", "blank"])
async def test_unchanged_or_emptied_is_nothing_changed(editor: Path, does: str) -> None:
    editor.write_text(does)
    async with editing() as (app, _, session):
        assert told(app) == ["Nothing changed."]
        assert not asked(session, "propose")


@pytest.mark.parametrize(
    ("does", "words"),
    [("sys.exit(3)", "ended with 3"), ("os.kill(os.getpid(), signal.SIGKILL)", "was ended by SIGKILL")],
)
async def test_an_editor_that_fails_or_is_killed_is_said(editor: Path, does: str, words: str) -> None:
    editor.write_text(does)
    async with editing() as (app, _, session):
        assert any(words in text for text in told(app))
        assert not asked(session, "propose")


async def test_without_an_editor_it_says_to_set_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    async with editing() as (app, _, _session):
        assert told(app) == ["There is no editor: set EDITOR, for example EDITOR=nano."]


async def test_a_terminal_that_cannot_be_lent_is_said(editor: Path) -> None:
    async with editing(kind=XregApp) as (app, _, session):
        assert any("cannot be lent to an editor" in text for text in told(app))
        assert not asked(session, "propose")


async def test_a_draft_that_is_refused_says_why(editor: Path) -> None:
    session = RegistrySession()
    session.fails = "role guest lacks LIST on models.shop.orders"
    async with editing(session) as (app, _, _session):
        assert any("lacks LIST" in text for text in told(app))


async def test_the_file_is_named_after_the_model_lies_in_a_private_folder_and_is_gone_afterwards(
    tmp_path: Path, editor: Path
) -> None:
    mode = tmp_path / "mode"
    editor.write_text(f"Path({str(mode)!r}).write_text(str(os.stat(path.parent).st_mode))")
    words = command()
    with contextlib.nullcontext() as terminal:
        assert await edited(DRAFT, "shop/../orders", words, contextlib.nullcontext(terminal)) == DRAFT
    seen = Path((tmp_path / "seen").read_text())
    assert seen.name == "shop____orders.py"
    assert stat.S_IMODE(int(mode.read_text())) == 0o700
    assert not seen.parent.exists()


async def test_the_file_is_gone_after_a_failure_too(tmp_path: Path, editor: Path) -> None:
    editor.write_text("sys.exit(1)")
    with pytest.raises(NotEdited, match="ended with 1"):
        await edited(DRAFT, "orders", command(), contextlib.nullcontext())
    assert not Path((tmp_path / "seen").read_text()).parent.exists()


@pytest.mark.parametrize("fails", ["tempfile.mkdtemp", "pathlib.Path.write_text"])
async def test_a_text_that_cannot_be_put_into_a_file_is_said_and_leaves_no_folder(
    fails: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(fails, Mock(side_effect=OSError(errno.ENOSPC, "No space left on device")))
    with pytest.raises(NotEdited, match="no place for a file to edit: No space left on device"):
        await edited(DRAFT, "orders", ("true",), contextlib.nullcontext())
    assert not list(tmp_path.iterdir())


async def test_what_came_back_and_cannot_be_read_is_said(tmp_path: Path, editor: Path) -> None:
    editor.write_text("path.unlink(); path.mkdir(); os._exit(0)")
    with pytest.raises(NotEdited, match=r"cannot be read: Is a directory\. Nothing was taken over"):
        await edited(DRAFT, "orders", command(), contextlib.nullcontext())
    assert not Path((tmp_path / "seen").read_text()).parent.exists()


def test_the_editor_is_visual_then_editor_with_its_arguments_then_one_that_is_there(tmp_path: Path) -> None:
    assert command({"VISUAL": "code --wait", "EDITOR": "vi"}) == ("code", "--wait")
    assert command({"EDITOR": "'my editor' -n"}) == ("my editor", "-n")
    vi = tmp_path / "vi"
    vi.touch(mode=0o755)
    assert command({"PATH": str(tmp_path)}) == ("vi",)
    with pytest.raises(NotEdited, match="not understood"):
        command({"EDITOR": "vi '"})


async def test_an_editor_that_is_not_there_is_said() -> None:
    with pytest.raises(NotEdited, match="did not start: No such file or directory"):
        await edited(DRAFT, "orders", ("/no/such/editor",), contextlib.nullcontext())
