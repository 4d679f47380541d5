"""Explore: the subject follows the tree, figures say how good they are, records come from the engine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.tui.hearing import app_of, settled
from tests.tui.sessions import SOURCE, ExploreSession
from tests.tui.shop_session import HOSTILE
from xregistry_tui.core.bindings import RefreshState, RefreshStatus
from xregistry_tui.tui.app import XregApp
from xregistry_tui.tui.screens.explore import ExploreScreen
from xregistry_tui.tui.screens.peek import PeekScreen
from xregistry_tui.tui.widgets.grid import Grid
from xregistry_tui.tui.widgets.line_list import LineList
from xregistry_tui.tui.widgets.lines import Lines
from xregistry_tui.tui.widgets.records import Records


@asynccontextmanager
async def exploring(
    session: ExploreSession | None = None, size: tuple[int, int] = (120, 40), subject: str = ""
) -> AsyncIterator[tuple[XregApp, Pilot[None], ExploreScreen, ExploreSession]]:
    session = session or ExploreSession()
    app = app_of(session, subject)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        screen = app.screen
        assert isinstance(screen, ExploreScreen)
        yield app, pilot, screen, session


def words(screen: ExploreScreen, selector: str) -> str:
    return screen.query_one(selector, Lines).plain


def cells(grid: Grid, key: str) -> dict[str, str]:
    row = next(row for row in grid.rows if row.key == key)
    return {name: str(cell).strip() for name, cell in row.cells.items()}


async def test_the_first_model_is_the_subject_and_moving_in_the_tree_moves_it() -> None:
    async with exploring() as (app, pilot, screen, _):
        assert app.subject == "models.shop.orders"
        await pilot.press("down")
        await settled(pilot)
        assert app.subject == "models.shop.stock"
        assert "stock" in words(screen, "#subject-head")


async def test_the_head_has_version_state_and_the_countdown_runs() -> None:
    async with exploring() as (_, _pilot, screen, _session):
        head = words(screen, "#subject-head")
        for part in ("v1.2.0", "● live", "next in 4 s", "6,412 rows", "+12/min", "quality 97.1", "drift ▲ 1"):
            assert part in head


async def test_a_stale_binding_says_why_and_keeps_its_figures() -> None:
    async with exploring(subject="models.shop.stock") as (_, _pilot, screen, _session):
        head = words(screen, "#subject-head")
        assert "◐ stale 4 min" in head
        assert "database is locked   figures of 4 min ago" in head
        assert cells(screen.query_one("#fields", Grid), "status")["distinct"] == "5"


async def test_fields_have_type_fill_distinct_and_what_is_most_frequent() -> None:
    async with exploring() as (_, _pilot, screen, _session):
        grid = screen.query_one("#fields", Grid)
        status = cells(grid, "status")
        assert status["type"] == "enum 5"
        assert status["fill"] == "100"
        assert status["range"] == "paid 61.0"
        assert status["drift"] == "▲"
        assert cells(grid, "id")["mark"] == "pk"
        assert cells(grid, "customer_id")["range"] == "→ customers.id"
        assert cells(grid, "note")["fill"] == "—"


async def test_the_cursors_field_opens_below_with_how_it_was_got() -> None:
    async with exploring() as (_, pilot, screen, _session):
        await pilot.press("right", "down", "down")
        await settled(pilot)
        detail = words(screen, "#detail")
        for part in (
            "status   top values",
            "paid",
            "1,220",
            "one of 5 values",
            "▲ status: new value",
            "how   all 2,000",
        ):
            assert part in detail


async def test_a_change_elsewhere_is_not_drawn_and_one_here_is() -> None:
    async with exploring() as (_, pilot, screen, session):
        stale = RefreshState(status=RefreshStatus.FAILED, reason="no such table: orders")
        session.views = (replace(session.views[0], state=stale), *session.views[1:])
        session.mark("binding:models.shop.stock@shop::stock")
        await settled(pilot)
        session.mark(f"binding:{session.views[0].binding.key}")
        async with asyncio.timeout(10):
            while "no such table" not in words(screen, "#subject-head"):
                await pilot.pause()


async def test_records_come_in_windows_and_a_filter_goes_to_the_engine() -> None:
    async with exploring() as (_, pilot, screen, session):
        await pilot.press("right_square_bracket")
        await settled(pilot)
        panel = screen.query_one(Records)
        assert panel.grid.row_count == 250
        assert words(screen, "#records-note").strip() == "250 records · 2 ms"
        await pilot.press("end")
        await settled(pilot)
        assert panel.grid.cursor_key == "249"
        assert [arguments["offset"] for verb, arguments in session.asked if verb == "records"] == [0, 200]
        await pilot.press("slash", *"id=7", "enter")
        await settled(pilot)
        assert panel.grid.row_count == 1
        assert session.asked[-1][1]["where"] == "id=7"


async def test_a_filter_that_is_none_says_how_to_write_one() -> None:
    async with exploring() as (_, pilot, screen, _session):
        await pilot.press("right_square_bracket", "slash", *"bad", "enter")
        await settled(pilot)
        assert "write field=value" in words(screen, "#records-note")


async def test_a_record_opens_in_full_and_is_copied_as_json() -> None:
    async with exploring() as (app, pilot, _screen, _session):
        await pilot.press("right_square_bracket")
        await settled(pilot)
        await pilot.press("enter")
        await settled(pilot)
        peek = app.screen
        assert isinstance(peek, PeekScreen)
        shown = peek.query_one(LineList).plain
        assert "[/foo]␛[31m�red" in shown
        assert "\x1b" not in shown
        await pilot.press("y")
        await settled(pilot)
        assert '"status": "paid"' in app.clipboard
        await pilot.press("escape")
        assert app.screen is not peek


async def test_enter_on_a_field_shows_its_records_in_its_order() -> None:
    async with exploring() as (_, pilot, screen, session):
        await pilot.press("right", "enter")
        await settled(pilot)
        assert screen.tab == "records"
        assert session.asked[-1][1]["order_by"] == "id"


async def test_code_is_shown_and_copied_as_it_is() -> None:
    async with exploring() as (app, pilot, screen, _session):
        await pilot.press("left_square_bracket")
        await settled(pilot)
        assert "class orders(BaseModel):" in screen.query_one("#tab-code", LineList).plain
        screen.query_one("#tab-code").focus()
        await pilot.press("y")
        await settled(pilot)
        assert app.clipboard == SOURCE


async def test_the_query_behind_the_figures_can_be_read() -> None:
    async with exploring() as (app, pilot, _screen, session):
        first = session.views[0]
        assert first.profile is not None
        how = replace(first.profile.how, queries=(f"SELECT '{HOSTILE}'",))
        session.views = (replace(first, profile=replace(first.profile, how=how)), *session.views[1:])
        app.screen.read()  # type: ignore[attr-defined]
        await pilot.press("i")
        await settled(pilot)
        assert isinstance(app.screen, PeekScreen)
        assert "SELECT '[/foo]␛[31m�red'" in app.screen.query_one(LineList).plain
        assert app.screen.copied == f"SELECT '{HOSTILE}'"


@pytest.mark.parametrize(
    ("subject", "parts"),
    [
        ("functions.price", ("tax: float = 0.2", "What a customer pays.", "1,204", "3 s ago", "money")),
        ("types.email", ("annotated", "max_length", "120", '"ana@example.org"')),
        ("resources.shop", ("● live", "READ-ONLY", "3 collections", "1 failed", "✗ broken   no such column: x")),
        ("functions", ("price",)),
    ],
)
async def test_other_subjects_have_a_page_to_read(subject: str, parts: tuple[str, ...]) -> None:
    async with exploring(subject=subject) as (_, _pilot, screen, _session):
        page = screen.query_one("#page", LineList)
        assert page.display
        for part in parts:
            assert part in page.plain
        assert "\x1b" not in page.plain


async def test_nothing_registered_says_what_to_do_next() -> None:
    session = ExploreSession()
    session.tree = {"": ()}
    async with exploring(session) as (_, _pilot, screen, _session):
        assert "xreg-tui demo" in screen.query_one("#page", LineList).plain


async def test_on_a_narrow_screen_tree_and_subject_take_turns() -> None:
    async with exploring(size=(80, 24)) as (app, pilot, screen, _):
        tree, subject = screen.query_one("#explore-tree"), screen.query_one("#explore-subject")
        assert (tree.display, subject.display) == (False, True)
        await pilot.press("left")
        await settled(pilot)
        assert (tree.display, subject.display) == (True, False)
        await pilot.press("down", "enter")
        await settled(pilot)
        assert (tree.display, subject.display) == (False, True)
        assert app.subject == "models.shop.stock"


async def test_escape_leaves_the_input_then_the_panel_and_ends_nothing() -> None:
    async with exploring() as (app, pilot, screen, session):
        await pilot.press("slash", *"stock")
        await settled(pilot)
        assert [row.key for row in screen.nodes.rows] == ["models", "models.shop", "models.shop.stock"]
        await pilot.press("escape")
        await settled(pilot)
        assert screen.query_one("#tree-filter", Input).value == ""
        assert screen.focused is screen.nodes
        await pilot.press("escape")
        assert app.is_running
        assert not [verb for verb, _ in session.asked if verb == "cancel"]
