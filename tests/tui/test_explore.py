"""Explore: the subject follows the tree, figures say how good they are, records come from the engine."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from unittest.mock import Mock

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.tui.hearing import app_of, settled
from tests.tui.sessions import COLUMNS, SOURCE, ExploreSession
from tests.tui.shop_session import HOSTILE, NOW
from xregistry_tui.core.bindings import RefreshState, RefreshStatus
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.profiling.profile import Figure, How, Profile
from xregistry_tui.resources.base import Page
from xregistry_tui.tui.app import XregApp
from xregistry_tui.tui.screens.explore import ExploreScreen
from xregistry_tui.tui.screens.explore_looking import Looking
from xregistry_tui.tui.screens.peek import PeekScreen
from xregistry_tui.tui.widgets.grid import Grid
from xregistry_tui.tui.widgets.hints import Hints
from xregistry_tui.tui.widgets.line_list import LineList
from xregistry_tui.tui.widgets.lines import Lines
from xregistry_tui.tui.widgets.record_text import columns, widened
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


def asked_for(session: ExploreSession) -> list[dict[str, object]]:
    return [arguments for verb, arguments in session.asked if verb == "records"]


async def test_s_sorts_by_the_column_under_the_cursor_up_down_and_not_at_all() -> None:
    async with exploring() as (_, pilot, screen, session):
        await pilot.press("right_square_bracket")
        await settled(pilot)
        orders = []
        for keys in (("right", "s"), ("s",), ("s",)):
            await pilot.press(*keys)
            await settled(pilot)
            orders.append((asked_for(session)[-1]["order_by"], asked_for(session)[-1]["descending"]))
            assert screen.query_one(Records).grid.column_key == "1"
        assert orders == [("status", False), ("status", True), (None, False)]
        await pilot.press("s")
        await settled(pilot)
        assert "status ↑" in screen.query_one(Records).grid.render_line(0).text
        assert "by status" in words(screen, "#records-note")


async def test_a_column_grows_with_what_comes_into_view() -> None:
    async with exploring() as (_, pilot, screen, _session):
        await pilot.press("right_square_bracket")
        await settled(pilot)
        grid = screen.query_one(Records).grid
        before = grid.columns[2].width
        shown = Page(
            columns=COLUMNS,
            rows=((200, "paid", "x" * 25),),
            keys=((200,),),
            offset=200,
            more=True,
            total=Figure(value=250),
            how=How(),
        )
        assert [new.width for new in widened(grid.columns, columns(shown))] == [4, 9, 25]
        assert before < 25


async def test_a_click_on_a_label_sorts_too() -> None:
    async with exploring() as (_, pilot, screen, session):
        await pilot.press("right_square_bracket")
        await settled(pilot)
        await pilot.click(screen.query_one(Records).grid, offset=(3, 0))
        await settled(pilot)
        assert asked_for(session)[-1]["order_by"] == "id"


def looked_again(session: ExploreSession, seconds: int) -> None:
    first = session.views[0]
    profile = looked(session)
    as_of = NOW + datetime.timedelta(seconds=seconds)
    session.replace_views((replace(first, profile=replace(profile, as_of=as_of)), *session.views[1:]))


def looked(session: ExploreSession) -> Profile:
    profile = session.views[0].profile
    assert profile is not None
    return profile


async def drawn(pilot: Pilot[None], screen: ExploreScreen, session: ExploreSession) -> None:
    """The screen has heard of what changed."""
    async with asyncio.timeout(10):
        while screen.subject.model is None or screen.subject.model.binding != session.views[0]:
            await pilot.pause()
    await settled(pilot)


async def test_a_changed_table_is_read_again_where_one_is_and_not_at_every_change() -> None:
    async with exploring() as (_, pilot, screen, session):
        await pilot.press("right_square_bracket")
        await settled(pilot)
        await pilot.press("end")
        await settled(pilot)
        before = len(asked_for(session))
        for seconds in (1, 2, 3):
            looked_again(session, seconds)
            await drawn(pilot, screen, session)
        again = asked_for(session)[before:]
        assert {arguments["offset"] for arguments in again} == {200}
        assert len(again) == 1
        assert screen.query_one(Records).grid.cursor_key == "249"


async def test_what_changed_meanwhile_is_read_when_the_last_reading_has_rested(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Records, "REST_SECONDS", 0.2)
    async with exploring() as (_, pilot, screen, session):
        await pilot.press("right_square_bracket")
        await settled(pilot)
        for seconds in (1, 2, 3):
            looked_again(session, seconds)
            await drawn(pilot, screen, session)
        async with asyncio.timeout(10):
            while len(asked_for(session)) < 3:
                await pilot.pause()


async def test_a_state_that_changes_without_the_data_reads_no_records() -> None:
    async with exploring() as (_, pilot, screen, session):
        await pilot.press("right_square_bracket")
        await settled(pilot)
        session.change("models.shop.orders", RefreshState(status=RefreshStatus.REFRESHING))
        await drawn(pilot, screen, session)
        assert len(asked_for(session)) == 1


async def test_a_better_grade_says_its_cost_first_and_the_best_says_nothing() -> None:
    session = ExploreSession()
    first = session.views[0]
    session.views = (replace(first, profile=replace(looked(session), method=Grade.SAMPLE)), *session.views[1:])
    async with exploring(session) as (_, pilot, screen, _session):
        assert "+ exact ≈ 30 ms" in screen.query_one(Hints).plain
        await pilot.press("down")
        await settled(pilot)
        assert "+ " not in screen.query_one(Hints).plain
        await pilot.press("up")
        await settled(pilot)
        assert [verb for verb, _ in session.asked].count("cost") == 1


async def test_the_hint_says_what_enter_does_with_the_field() -> None:
    async with exploring() as (_, pilot, screen, _session):
        await pilot.press("right", "end")
        await settled(pilot)
        assert "enter records by placed_at, newest first" in screen.query_one(Hints).plain


@pytest.mark.parametrize("subject", ["", "models.shop.stock"])
async def test_models_that_come_later_are_not_overtaken_by_where_the_cursor_happened_to_be(subject: str) -> None:
    session = ExploreSession()
    whole, session.tree = session.tree, {"": (*session.tree[""][1:], session.tree[""][0])}
    async with exploring(session, subject=subject) as (app, pilot, screen, _session):
        session.tree = whole
        session.mark("tree")
        async with asyncio.timeout(10):
            while screen.nodes.cursor_key != (subject or "models.shop.orders"):
                await pilot.pause()
        await settled(pilot)
        assert app.subject == screen.nodes.cursor_key


async def test_a_subject_that_goes_leaves_the_one_beside_it() -> None:
    session = ExploreSession()
    async with exploring(session) as (app, pilot, _screen, _session):
        session.tree["models.shop"] = tuple(node for node in session.tree["models.shop"] if node.title != "orders")
        session.mark("tree")
        async with asyncio.timeout(10):
            while app.subject == "models.shop.orders":
                await pilot.pause()


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


def of_a_server(**changed: object) -> ExploreSession:
    """The shop as a server's statistics know it."""
    session = ExploreSession()
    session.views = tuple(
        replace(
            one, profile=replace(one.profile, method=Grade.CATALOGUE), will_run="sampled once, not followed", **changed
        )
        if one.profile is not None
        else one
        for one in session.views
    )
    return session


async def test_a_model_that_the_cursor_rests_on_is_sampled_once() -> None:
    async with exploring(of_a_server(), size=(200, 60)) as (_, pilot, screen, session):
        async with asyncio.timeout(10):
            while ("look", {"model": "models.shop.orders"}) not in session.asked:
                await pilot.pause(0.05)
        assert "sampled once, not followed" in words(screen, "#subject-head")
        await pilot.press("down", "up")
        await settled(pilot)
        assert [verb for verb, _ in session.asked].count("look") == 1


@pytest.mark.parametrize(("pinned", "verb"), [(False, "pin"), (True, "unpin")])
async def test_f_follows_the_data_of_a_model_or_no_more(pinned: bool, verb: str) -> None:
    async with exploring(of_a_server(pinned=pinned)) as (_, pilot, _, session):
        await pilot.press("f")
        await settled(pilot)
        assert (verb, {"model": "models.shop.orders"}) in session.asked


async def test_keys_are_heard_while_a_model_is_being_followed() -> None:
    session = of_a_server(pinned=False)
    session._pin = lambda model: session.gate.wait()  # type: ignore[method-assign, assignment, return-value]
    async with exploring(session) as (app, pilot, _, _session):
        session.gate.clear()
        await pilot.press("f", "down")
        assert ("pin", {"model": "models.shop.orders"}) in session.asked
        assert app.subject == "models.shop.stock"
        session.gate.set()


async def test_a_model_that_the_cursor_left_is_not_opened() -> None:
    looking, session = Looking(), of_a_server()
    seen, left = (session.model(f"models.shop.{name}") for name in ("orders", "stock"))
    later = [Mock(), Mock()]
    looking.rest_on(seen, lambda: later[0])
    await looking.open(session)
    looking.rest_on(left, lambda: later[1])
    looking.rest_on(seen, Mock(side_effect=AssertionError("it was opened already")))
    later[1].stop.assert_called_once()
    await looking.open(session)
    assert [arguments["model"] for verb, arguments in session.asked if verb == "look"] == ["models.shop.orders"]
