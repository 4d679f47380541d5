"""The shell: painted before anything opens, one subscription, and no error that ends it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from dataclasses import replace

import pytest

from tests.tui.hearing import Clock, Heard, app_of, settled
from tests.tui.sessions import ExploreSession, busy
from xregistry_tui.actions.base import ActionError
from xregistry_tui.resources.base import ResourceGone
from xregistry_tui.tui.app import Appearance, XregApp
from xregistry_tui.tui.screens.base import ItemsChanged
from xregistry_tui.tui.screens.help import HelpScreen
from xregistry_tui.tui.widgets.header import Header
from xregistry_tui.tui.widgets.hints import MOST, Hints
from xregistry_tui.tui.widgets.line_list import LineList
from xregistry_tui.tui.widgets.work_line import WorkLine


def text_of(app: XregApp, kind: type[Header] | type[WorkLine] | type[Hints]) -> str:
    return app.screen.query_one(kind).plain


async def test_it_is_painted_while_the_session_is_still_opening() -> None:
    may_open = asyncio.Event()
    session = ExploreSession()

    async def slowly() -> ExploreSession:
        await may_open.wait()
        return session

    app = XregApp(slowly, "shop.sqlite", now=Clock())
    async with app.run_test() as pilot:
        await pilot.pause()
        assert app.session is None
        assert "opening shop.sqlite" in app.screen.query_one("#page", LineList).plain
        may_open.set()
        await settled(pilot)
        assert app.subject == "models.shop.orders"


@pytest.mark.parametrize(
    ("error", "reason", "hint"),
    [
        (ResourceGone("there is no file x.sqlite", "check the path"), "there is no file x.sqlite", "check the path"),
        (ActionError("settings.toml: unknown key [/red]"), "unknown key [/red]", ""),
        (RuntimeError("nobody thought of this"), "RuntimeError: nobody thought of this", "log"),
    ],
)
async def test_what_does_not_open_is_stated_and_can_be_tried_again(error: Exception, reason: str, hint: str) -> None:
    session, errors = ExploreSession(), [error]

    async def at_second_try() -> ExploreSession:
        if errors:
            raise errors.pop()
        return session

    app = XregApp(at_second_try, "x.sqlite", now=Clock())
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        said = app.screen.query_one("#page", LineList).plain
        assert reason in said
        assert hint in said
        await pilot.press("r")
        await settled(pilot)
        assert app.session is session


async def test_what_may_pass_is_tried_again_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xregistry_tui.tui.app.RETRY", 0.01)
    session, errors, opened = ExploreSession(), [ResourceGone("it is not there yet")] * 3, asyncio.Event()

    async def at_fourth_try() -> ExploreSession:
        if errors:
            raise errors.pop()
        opened.set()
        return session

    app = XregApp(at_fourth_try, "x.sqlite", now=Clock())
    async with app.run_test(size=(120, 40)) as pilot:
        async with asyncio.timeout(20):
            await opened.wait()
        await settled(pilot)
        assert app.session is session
        assert app.failure is None


async def test_what_cannot_be_opened_can_be_left() -> None:
    async def never() -> ExploreSession:
        raise ResourceGone("it is not there")

    app = XregApp(never, now=Clock())
    async with app.run_test() as pilot:
        await settled(pilot)
        await pilot.press("q")
    assert app.return_code == 3


async def test_marks_of_many_threads_become_few_messages_with_all_keys() -> None:
    session, heard = ExploreSession(), Heard()
    app = app_of(session)
    async with app.run_test(message_hook=heard.hook) as pilot:
        await settled(pilot)
        heard.messages.clear()

        def mark(part: int) -> None:
            for number in range(500):
                session.mark(f"model:models.m{part}.{number}")

        threads = [threading.Thread(target=mark, args=(part,)) for part in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            await asyncio.to_thread(thread.join)
        seen: set[str] = set()
        messages = 0
        while len(seen) < 1000:
            message = await heard.wait(ItemsChanged)
            assert isinstance(message, ItemsChanged)
            seen |= message.keys
            messages += 1
        assert messages < 100


async def test_the_header_says_what_is_open_how_it_stands_and_that_nothing_is_written() -> None:
    app = app_of(ExploreSession())
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        header = text_of(app, Header)
        for part in ("2 resources", "READ-ONLY", "1 PRODUCTION", "analyst", "● 4", "◐ 1", "[1 Explore]", "2 Live"):
            assert part in header
        assert "3 Quality" not in header
        assert "models › shop › orders" in header


async def test_the_work_line_is_blank_until_something_runs_and_x_ends_it() -> None:
    session = ExploreSession()
    app = app_of(session)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        assert text_of(app, WorkLine).strip("─\n ") == ""
        session.works = (busy(),)
        app.screen.post_message(ItemsChanged(frozenset({"work"})))
        await settled(pilot)
        assert "orders   ███████░░░ 68 %   exact pass   4 s   x cancel" in text_of(app, WorkLine)
        await pilot.press("x")
        await settled(pilot)
        assert ("cancel", {"work": "w1"}) in session.asked


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (200, 60)])
async def test_there_are_never_more_than_six_hints_and_help_is_among_them(size: tuple[int, int]) -> None:
    app = app_of(ExploreSession())
    async with app.run_test(size=size) as pilot:
        for key in ("1", "l", "right_square_bracket", "2", "4"):
            await settled(pilot)
            hints = text_of(app, Hints)
            assert len(hints.split("    ")) <= MOST
            assert "? keys" in hints
            await pilot.press(key)


async def test_keys_of_the_settings_replace_the_others_everywhere() -> None:
    async def opened() -> ExploreSession:
        return ExploreSession()

    looks = Appearance(theme="light", keymap={"mode.live": "f2"})
    app = XregApp(opened, now=Clock(), appearance=lambda: looks)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        assert app.theme == "light"
        await pilot.press("2")
        assert app.current_mode == "explore"
        await pilot.press("f2")
        assert app.current_mode == "live"


async def test_help_lists_the_keys_that_act_here_with_their_names() -> None:
    app = app_of(ExploreSession())
    async with app.run_test(size=(120, 50)) as pilot:
        await settled(pilot)
        await pilot.press("question_mark")
        await settled(pilot)
        assert isinstance(app.screen, HelpScreen)
        listed = app.screen.query_one(LineList).plain
        for part in ("explore.zoom", "mode.live", "ctrl+q", "≈ 1.2 M"):
            assert part in listed
        await pilot.press("escape")
        assert not isinstance(app.screen, HelpScreen)


async def test_one_cell_and_back_in_every_mode_harms_nothing() -> None:
    app = app_of(ExploreSession())
    async with app.run_test(size=(120, 40)) as pilot:
        for key in ("1", "2", "4"):
            await pilot.press(key)
            await settled(pilot)
            await pilot.resize_terminal(1, 1)
            await pilot.resize_terminal(120, 40)
            await settled(pilot)
            assert "READ-ONLY" in text_of(app, Header)
            await pilot.press("escape", "escape")


async def test_leaving_closes_what_was_opened() -> None:
    session = ExploreSession()
    app = app_of(session)
    async with app.run_test() as pilot:
        await settled(pilot)
        await pilot.press("ctrl+q")
    assert session.closed


def test_nothing_heavy_is_imported_before_the_first_paint() -> None:
    heavy = ("pydantic", "dynaconf", "sqlite3", "asyncpg", "motor", "pygments.lexers.python")
    code = f"import sys, xregistry_tui.tui.app; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (40, 12)])
@pytest.mark.parametrize("mode", ["explore", "live", "validate"])
async def test_production_is_the_word_and_two_rules_in_the_alarm_colour(mode: str, size: tuple[int, int]) -> None:
    session = ExploreSession()
    seen = session.overview()
    calm, alarmed = (
        replace(seen, resources=tuple(replace(one, level=level) for one in seen.resources))
        for level in ("staging", "production")
    )
    session.overview = lambda: calm  # type: ignore[method-assign]
    app = app_of(session)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        app.show_mode(mode)
        await settled(pilot)
        assert rules(app) == ["rule", "rule"]
        session.overview = lambda: alarmed  # type: ignore[method-assign]
        app.tell_screen()
        await settled(pilot)
        assert rules(app) == ["bad", "bad"]
        assert "PRODUCTION" in text_of(app, Header)


def rules(app: XregApp) -> list[str]:
    """The colours of the rules below the header and above the work line."""
    lines = (app.screen.query_one(Header).lines[-1], app.screen.query_one(WorkLine).lines[0])
    return [str(text.spans[0].style) if text.spans else str(text.style) for text in lines]
