"""`xreg-tui` with nothing to open: what was found is listed, and enter opens it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.actions.conftest import make_shop
from tests.tui.hearing import Clock, settled
from tests.tui.test_function import pressed
from tests.tui.test_secret import until
from xregistry_tui.actions.session import Session
from xregistry_tui.cli.opening import open_session
from xregistry_tui.tui.app import XregApp
from xregistry_tui.tui.screens.welcome import NOTHING
from xregistry_tui.tui.widgets.hints import Hints
from xregistry_tui.tui.widgets.line_list import LineList
from xregistry_tui.tui.widgets.page import Page


@asynccontextmanager
async def bare(size: tuple[int, int] = (120, 40)) -> AsyncIterator[tuple[XregApp, Pilot[None]]]:
    app: XregApp

    async def opener() -> Session:
        return (await open_session(None, {}, [], ask=app.ask_secret)).session

    app = XregApp(opener, "", now=Clock())
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.session is not None)
        await settled(pilot)
        yield app, pilot


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_what_is_found_is_listed_and_enter_opens_it(folder: Path, size: tuple[int, int]) -> None:
    make_shop(folder / "shop.sqlite")
    (folder / "broken.sqlite").write_bytes(b"nothing of the kind" * 100)
    async with bare(size) as (app, pilot):
        listing = app.screen.query_one("#welcome-places", LineList)
        assert [line.text.plain.split()[0] for line in listing.lines] == ["broken.sqlite", "shop.sqlite"]
        assert listing.has_focus
        assert "enter open" in app.screen.query_one(Hints).plain
        assert "xreg-tui demo" in app.screen.query_one("#welcome-otherwise", Page).plain
        await pressed(pilot, "enter")
        assert any("broken" in str(note.message) for note in app._notifications)
        assert listing.has_focus
        await pressed(pilot, "down", "enter")
        await until(pilot, lambda: app.subject == "models.shop.customers")
        assert not listing.is_on_screen


async def test_where_nothing_is_found_it_says_what_was_looked_for(folder: Path) -> None:
    async with bare() as (app, pilot):
        assert NOTHING in " ".join(app.screen.query_one("#welcome-said", Page).plain.split())
        make_shop(folder / "shop.sqlite")
        await pressed(pilot, "r")
        assert "shop.sqlite" in app.screen.query_one("#welcome-places", LineList).plain


async def test_names_from_outside_are_neutralised(folder: Path) -> None:
    make_shop(folder / "[red]\x1b[31m.sqlite")
    async with bare() as (app, pilot):
        await settled(pilot)
        assert "\x1b" not in app.screen.query_one("#welcome-places", LineList).plain
