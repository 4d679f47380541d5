"""The preview of a role: it shows what the role may do and why not, and never does anything with its rights."""

from __future__ import annotations

import pytest

from tests.tui.registry_session import ORDERS, PRICE
from tests.tui.test_function import at, pressed
from xregistry_tui.tui.app import XregApp
from xregistry_tui.tui.screens.peek import PeekScreen
from xregistry_tui.tui.screens.roles import RolesScreen
from xregistry_tui.tui.widgets.header import Header
from xregistry_tui.tui.widgets.hints import Hints
from xregistry_tui.tui.widgets.line_list import LineList
from xregistry_tui.tui.widgets.lines import Lines

AS_ANALYST = ("R", "down", "enter")


def header(app: XregApp) -> str:
    return app.screen.query_one(Header).plain


def rights(app: XregApp) -> str:
    return app.screen.query_one("#subject-rights", Lines).plain


async def test_the_roles_are_offered_and_one_that_holds_more_says_why_it_is_not() -> None:
    async with at(ORDERS, "R") as (app, pilot, _session):
        assert isinstance(app.screen, RolesScreen)
        shown = app.screen.query_one(LineList).plain
        assert [line.split()[0] for line in shown.splitlines()] == ["admin", "analyst", "ops"]
        assert "your own role" in shown
        assert "holds more than admin: it cannot be previewed" in shown
        await pressed(pilot, "down", "down", "enter")
        assert isinstance(app.screen, RolesScreen)
        assert any("cannot be previewed" in note.message for note in app._notifications)
        assert app.preview == ""


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_the_header_says_as_whom_and_the_subject_what_that_role_may_do(size: tuple[int, int]) -> None:
    async with at(ORDERS, *AS_ANALYST, size=size) as (app, _, _session):
        assert "admin as analyst" in header(app)
        line = rights(app)
        for part in ("as analyst", "✓ list", "✓ read", "✗ update", "✗ delete", "w why"):
            assert part in line


async def test_w_gives_the_reason_of_each() -> None:
    async with at(ORDERS, *AS_ANALYST, "w") as (app, _, _session):
        assert isinstance(app.screen, PeekScreen)
        shown = app.screen.query_one(LineList).plain
        assert "✗ update   refused  role analyst lacks UPDATE on models.shop.orders" in shown
        assert "✓ read     allowed  granted to analyst" in shown
        assert "\x1b" not in shown


async def test_hints_of_what_the_role_may_not_do_are_gone_and_come_back() -> None:
    async with at(PRICE, "right", "escape") as (app, pilot, session):
        assert "enter call" in app.screen.query_one(Hints).plain
        await pressed(pilot, *AS_ANALYST)
        assert "enter call" not in app.screen.query_one(Hints).plain
        await pressed(pilot, "R", "up", "enter")
        assert app.preview == ""
        assert "enter call" in app.screen.query_one(Hints).plain
        assert "as analyst" not in header(app)
        assert rights(app) == ""
        assert session.role == "admin"


async def test_a_click_on_the_role_offers_them_too() -> None:
    async with at(ORDERS) as (app, pilot, _session):
        place = header(app).splitlines()[0].index("admin")
        await pilot.click(Header, offset=(place + 1, 0))
        await pilot.pause()
        assert isinstance(app.screen, RolesScreen)


async def test_the_preview_is_seen_in_every_mode_and_only_shows() -> None:
    async with at(ORDERS, *AS_ANALYST, "2") as (app, pilot, session):
        assert "admin as analyst" in header(app)
        await pressed(pilot, "4")
        assert "admin as analyst" in header(app)
        assert not [verb for verb, arguments in session.asked if "role" in arguments]


async def test_why_is_there_without_a_preview() -> None:
    async with at(ORDERS, "w") as (app, _, _session):
        assert "admin is a superuser" in app.screen.query_one(LineList).plain
