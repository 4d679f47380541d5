"""A password that is written nowhere: asked for above the screen, and seen by nobody."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.engines.fixtures import MakeFresh
from tests.engines.postgres import PASSWORD
from tests.tui.hearing import Clock, app_of, settled
from tests.tui.sessions import ExploreSession
from xregistry_tui.actions.session import Session
from xregistry_tui.cli.opening import open_session
from xregistry_tui.config.places import state_folder
from xregistry_tui.resources.base import SecretNotGiven
from xregistry_tui.tui.app import XregApp
from xregistry_tui.tui.screens.secret import BlindInput, SecretScreen
from xregistry_tui.tui.widgets.hints import Hints
from xregistry_tui.tui.widgets.line_list import LineList
from xregistry_tui.tui.widgets.page import Page

SECRET = "hunter²xyzzy"


@asynccontextmanager
async def asking(
    prompt: str = "Password of ana at db: ",
) -> AsyncIterator[tuple[XregApp, Pilot[None], asyncio.Task[str]]]:
    app = app_of(ExploreSession())
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        task = asyncio.create_task(app.ask_secret(prompt))
        await until(pilot, lambda: isinstance(app.screen, SecretScreen) and app.screen.is_mounted)
        yield app, pilot, task


async def until(pilot: Pilot[None], holds: object) -> None:
    """Let the app go on until something holds."""
    async with asyncio.timeout(20):
        while not holds():  # type: ignore[operator]
            await pilot.pause()


async def typed(pilot: Pilot[None], text: str) -> None:
    for character in text:
        pilot.app.screen.query_one(BlindInput).post_message(_key(character))
    await pilot.pause()


def _key(character: str) -> object:
    from textual.events import Key

    return Key(character, character)


async def test_it_says_what_it_is_for_and_gives_what_is_typed() -> None:
    async with asking("Password of ana at db.example:5432: ") as (app, pilot, task):
        assert app.screen.query_one(Page).plain.strip() == "Password of ana at db.example:5432"
        await typed(pilot, SECRET)
        await pilot.press("enter")
        assert await task == SECRET
        assert not isinstance(app.screen, SecretScreen)


async def test_nothing_of_it_is_drawn_not_even_its_length() -> None:
    async with asking() as (app, pilot, task):
        await typed(pilot, "a")
        one = app.export_screenshot()
        await typed(pilot, SECRET)
        assert app.export_screenshot() == one
        assert "hunter" not in one
        await pilot.press("enter")
        await task
        await settled(pilot)
        assert "hunter" not in app.export_screenshot()


async def test_it_can_be_corrected_and_pasted() -> None:
    async with asking() as (app, pilot, task):
        await typed(pilot, "wrong")
        await pilot.press("ctrl+u")
        app.screen.query_one(BlindInput)._on_paste(_paste("from a file\nand more"))
        await typed(pilot, "xy")
        await pilot.press("backspace", "enter")
        assert await task == "from a filex"


def _paste(text: str) -> object:
    from textual.events import Paste

    return Paste(text)


@pytest.mark.parametrize("key", ["q", "1", "x", "r", "colon", "question_mark", "space"])
async def test_keys_that_do_something_elsewhere_are_typed(key: str) -> None:
    async with asking() as (app, pilot, task):
        await pilot.press(key)
        assert isinstance(app.screen, SecretScreen)
        await pilot.press("enter")
        assert len(await task) == 1


async def test_escape_gives_up_and_the_reason_says_so() -> None:
    async with asking() as (app, pilot, task):
        await typed(pilot, SECRET)
        await pilot.press("escape")
        with pytest.raises(SecretNotGiven, match="password of ana at db was not given; trying again asks again"):
            await task
        assert not isinstance(app.screen, SecretScreen)


async def test_a_second_question_waits_for_the_first() -> None:
    async with asking("Password of ana: ") as (app, pilot, first):
        second = asyncio.create_task(app.ask_secret("Password of bob: "))
        await pilot.pause()
        assert len([screen for screen in app.screen_stack if isinstance(screen, SecretScreen)]) == 1
        await pilot.press("a", "enter")
        assert await first == "a"
        await until(pilot, lambda: isinstance(app.screen, SecretScreen) and "bob" in app.screen.query_one(Page).plain)
        await pilot.press("b", "enter")
        assert await second == "b"


async def test_a_question_nobody_waits_for_any_more_goes_away() -> None:
    async with asking() as (app, pilot, task):
        task.cancel()
        await until(pilot, lambda: not isinstance(app.screen, SecretScreen))


# With a server that asks


@asynccontextmanager
async def opening(url: str, log: Path) -> AsyncIterator[tuple[XregApp, Pilot[None]]]:
    """The dashboard on a target, until it asks for the password."""
    app: XregApp

    async def opener() -> Session:
        return (await open_session(None, {}, [url], ask=app.ask_secret)).session

    handler = logging.FileHandler(log, encoding="utf-8")
    handler.setLevel(logging.DEBUG)
    logging.getLogger().addHandler(handler)
    app = XregApp(opener, "shop", now=Clock())
    try:
        async with app.run_test(size=(120, 40)) as pilot:
            await until(pilot, lambda: isinstance(app.screen, SecretScreen))
            yield app, pilot
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()


@pytest.fixture
def target(fresh: MakeFresh) -> str:
    """A database that asks for the password of who comes."""
    database = fresh("CREATE TABLE orders (id int PRIMARY KEY)")
    return f"postgresql://reader@127.0.0.1:{database.server.port}/{database.name}"


async def test_the_password_of_a_server_is_asked_for_while_it_is_opened(target: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    async with opening(target, log) as (app, pilot):
        assert app.session is None
        await typed(pilot, PASSWORD)
        await pilot.press("enter")
        await until(pilot, lambda: app.session is not None and app.session.children("models"))
        assert PASSWORD not in app.export_screenshot()
    written = [path for path in state_folder().rglob("*") if path.is_file()]
    assert written
    for path in (log, *written):
        assert PASSWORD.encode() not in path.read_bytes()


@pytest.mark.parametrize("answer", ["escape", "wrong"])
async def test_a_password_not_given_or_refused_waits_for_r(
    target: str, tmp_path: Path, answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xregistry_tui.tui.app.RETRY", 0.01)
    async with opening(target, tmp_path / "log") as (app, pilot):
        if answer == "escape":
            await pilot.press("escape")
        else:
            await typed(pilot, "no such password")
            await pilot.press("enter")
        await until(pilot, lambda: app.failure is not None)
        assert app.failure is not None
        assert not app.failure.passing
        await settled(pilot)
        assert not isinstance(app.screen, SecretScreen)
        shown = app.screen.query_one("#page", LineList).plain
        assert ("was not given" if answer == "escape" else "refused the password") in shown
        await pilot.press("r")
        await until(pilot, lambda: isinstance(app.screen, SecretScreen))
        await typed(pilot, PASSWORD)
        await pilot.press("enter")
        await until(pilot, lambda: app.session is not None)


async def test_one_resource_of_several_keeps_its_reason_and_r_asks_again(target: str, tmp_path: Path) -> None:
    """The session stands already when it is asked the second time."""
    import sqlite3

    sqlite3.connect(tmp_path / "other.sqlite").execute("CREATE TABLE notes (id INTEGER PRIMARY KEY)").connection.close()
    app: XregApp

    async def opener() -> Session:
        return (await open_session(None, {}, [str(tmp_path / "other.sqlite"), target], ask=app.ask_secret)).session

    app = XregApp(opener, "both", now=Clock())
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, SecretScreen))
        await pilot.press("escape")
        await until(pilot, lambda: app.session is not None)
        assert app.session is not None
        (name,) = (one.name for one in app.session.overview().resources if one.kind == "postgresql")
        held = app.session.resource(name)
        assert held is not None
        assert (held.status, "was not given" in held.reason) == ("failed", True)
        app.open_subject(f"resources.{name}")
        await settled(pilot)
        assert "r try again" in app.screen.query_one(Hints).plain
        await pilot.press("r")
        await until(pilot, lambda: isinstance(app.screen, SecretScreen))
        await typed(pilot, PASSWORD)
        await pilot.press("enter")
        await until(pilot, lambda: app.session.resource(name).status == "live")  # type: ignore[union-attr]
