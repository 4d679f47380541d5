"""`e` on a model: four forms, to the clipboard or to a file that was not there before."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.actions.conftest import make_shop
from tests.tui.hearing import Clock, settled
from tests.tui.test_function import pressed
from xregistry_tui.actions.local import LocalSession
from xregistry_tui.config.model import Settings
from xregistry_tui.tui.app import XregApp
from xregistry_tui.tui.screens.export import ExportScreen
from xregistry_tui.tui.widgets.hints import Hints
from xregistry_tui.tui.widgets.line_list import LineList
from xregistry_tui.tui.widgets.lines import Lines
from xregistry_tui.workspace import open_workspace


@asynccontextmanager
async def at_orders(folder: Path, size: tuple[int, int] = (120, 40)) -> AsyncIterator[tuple[XregApp, Pilot[None]]]:
    """The dashboard on the orders of a real shop."""
    session = LocalSession(open_workspace(Settings()), "admin")
    await session.perform("connect", target=str(make_shop(folder / "shop.sqlite")))
    await session.settled()

    async def opened() -> LocalSession:
        return session

    app = XregApp(opened, "shop", now=Clock())
    app.subject = "models.shop.orders"
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        yield app, pilot


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (40, 12)])
async def test_it_offers_the_four_forms_and_enter_copies(tmp_path: Path, size: tuple[int, int]) -> None:
    async with at_orders(tmp_path, size) as (app, pilot):
        await pressed(pilot, "e")
        forms = app.screen.query_one(LineList)
        assert [one.key for one in forms.lines] == ["pydantic", "json-schema", "ui-schema", "markdown"]
        assert "enter copy" in app.screen.query_one(Hints).plain
        await pressed(pilot, "enter")
        assert "class Orders(BaseModel):" in app.clipboard
        assert not isinstance(app.screen, ExportScreen)
        await pressed(pilot, "e", "down", "down", "down", "enter")
        assert app.clipboard.startswith("# orders 1.0.0\n")


async def test_a_file_is_asked_for_by_name_and_never_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "orders.schema.json").write_text("mine")
    async with at_orders(tmp_path) as (app, pilot):
        await pressed(pilot, "e", "down", "f")
        await pressed(pilot, "enter")
        assert "orders.schema.json is there already" in app.screen.query_one("#export-said", Lines).plain
        await pressed(pilot, "2", "enter")
        assert (tmp_path / "orders.schema.json").read_text() == "mine"
        assert '"First Name"' not in (tmp_path / "orders.schema.json2").read_text()
        assert '"placed_at"' in (tmp_path / "orders.schema.json2").read_text()
        assert any("Written to" in str(note.message) for note in app._notifications)


async def test_escape_leaves_the_name_then_the_offer(tmp_path: Path) -> None:
    async with at_orders(tmp_path) as (app, pilot):
        await pressed(pilot, "e", "f", "q")
        assert isinstance(app.screen, ExportScreen)
        await pressed(pilot, "escape")
        assert isinstance(app.screen, ExportScreen)
        await pressed(pilot, "escape")
        assert not isinstance(app.screen, ExportScreen)


async def test_a_place_that_cannot_be_written_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with at_orders(tmp_path) as (app, pilot):
        await pressed(pilot, "e", "f")
        for character in "/x":
            await pilot.press(character if character != "/" else "slash")
        await pressed(pilot, "enter")
        assert any("was not written" in str(note.message) for note in app._notifications)


@pytest.mark.parametrize("name", ["~nosuchuser/orders.py", "x" * 300], ids=["nobody", "long"])
async def test_a_name_that_cannot_be_one_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    async with at_orders(tmp_path) as (app, pilot):
        await pressed(pilot, "e", "f")
        app.screen.query_one(Input).value = name
        await pressed(pilot, "enter")
        assert any("was not written" in str(note.message) for note in app._notifications)


async def test_there_is_nothing_to_export_where_there_is_no_model(tmp_path: Path) -> None:
    async with at_orders(tmp_path) as (app, pilot):
        app.open_subject("resources.shop")
        await settled(pilot)
        await pressed(pilot, "e")
        assert not isinstance(app.screen, ExportScreen)
