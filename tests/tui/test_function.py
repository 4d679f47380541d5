"""A function on screen: a form from its signature, the call and what came of it, and the calls of the past."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.tui.hearing import Clock, app_of, settled
from tests.tui.registry_session import DEEP, PING, PRICE, RegistrySession
from tests.tui.shop_session import NOW
from xregistry_tui.actions.views import Called
from xregistry_tui.tui.app import XregApp
from xregistry_tui.tui.screens.function import FunctionRoom
from xregistry_tui.tui.screens.peek import PeekScreen
from xregistry_tui.tui.widgets.call_history import CallHistory
from xregistry_tui.tui.widgets.hints import Hints
from xregistry_tui.tui.widgets.line_list import LineList
from xregistry_tui.tui.widgets.lines import Lines
from xregistry_tui.tui.widgets.page import Page
from xregistry_tui.tui.widgets.parameter_form import ParameterForm, ParameterRow
from xregistry_tui.tui.widgets.run_line import RunLine
from xregistry_tui.tui.widgets.tabs import TabLine


@asynccontextmanager
async def at(
    subject: str,
    *keys: str,
    session: RegistrySession | None = None,
    size: tuple[int, int] = (120, 40),
    clock: Clock | None = None,
) -> AsyncIterator[tuple[XregApp, Pilot[None], RegistrySession]]:
    session = session or RegistrySession()
    app = app_of(session, subject, clock)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pressed(pilot, *keys)
        yield app, pilot, session


async def pressed(pilot: Pilot[None], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


def rows(app: XregApp) -> dict[str, ParameterRow]:
    return {row.parameter.name: row for row in app.screen.query_one(ParameterForm).rows if row.parameter}


def said(app: XregApp) -> str:
    return app.screen.query_one("#function-result", LineList).plain


def problem(app: XregApp, name: str) -> str:
    return rows(app)[name].query_one(".row-problem", Lines).plain


def asked(session: RegistrySession, verb: str) -> list[dict[str, object]]:
    return [arguments for name, arguments in session.asked if name == verb]


async def test_the_head_says_what_it_takes_how_it_was_called_and_that_it_is_deprecated() -> None:
    async with at(PRICE) as (app, _, _session):
        head = app.screen.query_one("#function-head", Lines).plain
        for part in ("price(total: Decimal", "1,204 calls", "2 failed", "last 3 s ago", "shop.pricing", "#money"):
            assert part in head
        assert "deprecated  until 2027-01-01; use pricing.sum" in head


async def test_each_parameter_has_its_type_and_says_what_it_is_without_being_given() -> None:
    async with at(PRICE, "right") as (app, _, _session):
        shown = rows(app)
        assert list(shown) == ["total", "tax", "gift", "api_key"]
        assert "Decimal" in shown["total"].query_one(".row-label", Lines).plain
        assert shown["total"].query_one(Input).placeholder == "required"
        assert shown["tax"].query_one(Input).placeholder == "0.2"
        assert "False" in shown["gift"].query_one("Toggle", Lines).plain
        assert shown["api_key"].query_one(Input).password
        assert app.focused is shown["total"].control


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_the_first_parameter_has_the_keys_at_any_size(size: tuple[int, int]) -> None:
    async with at(PRICE, *(("enter",) if size[0] >= 100 else ()), size=size) as (app, pilot, _session):
        assert app.focused is rows(app)["total"].control
        await pressed(pilot, *"12", "escape", "c")
        assert '"15.00"' in said(app)


async def test_enter_goes_through_the_form_and_then_calls_with_what_was_typed() -> None:
    async with at(PRICE, "right", *"12", "enter", "enter", "space", "enter", *"geheim", "enter") as (
        app,
        pilot,
        session,
    ):
        assert isinstance(app.focused, RunLine)
        line = app.screen.query_one(RunLine).plain
        assert "price(total=12, gift=true, api_key=…)" in line
        assert "geheim" not in line
        await pressed(pilot, "enter")
        assert asked(session, "call") == [
            {"function": PRICE, "arguments": {"total": "12", "gift": "true", "api_key": "geheim"}}
        ]
        assert "✓ ok   2 ms" in said(app)
        assert '"15.00"' in said(app)


async def test_c_calls_from_anywhere_outside_an_input_and_y_copies_the_result_as_it_is() -> None:
    async with at(PRICE, "right", *"12", "escape", "c", "y") as (app, _, session):
        assert len(asked(session, "call")) == 1
        assert app.clipboard.startswith('"15.00"\n')
        assert "\x1b" in app.clipboard
        assert "\x1b" not in said(app)


async def test_a_click_on_the_line_calls() -> None:
    async with at(PING) as (app, pilot, session):
        await pilot.click(app.screen.query_one(RunLine))
        await settled(pilot)
        assert asked(session, "call") == [{"function": PING, "arguments": {}}]


async def test_what_is_required_is_asked_for_before_anything_is_called() -> None:
    async with at(PRICE, "right", "escape", "c") as (app, _, session):
        assert not asked(session, "call")
        assert "✗ required" in rows(app)["total"].query_one(".row-problem", Lines).plain
        assert app.focused is rows(app)["total"].control


async def test_a_problem_stands_at_its_parameter_and_what_belongs_to_none_at_the_result() -> None:
    async with at(PRICE, "right", *"many", "escape", "c") as (app, pilot, _session):
        problem = rows(app)["total"].query_one(".row-problem", Lines)
        assert "✗ not a number: “many”" in problem.plain
        assert "✗ invalid" in said(app)
        assert "nothing else was looked at" in said(app)
        await pilot.resize_terminal(80, 24)
        await settled(pilot)
        assert "✗ not a number: “many”" in problem.plain


async def test_a_refusal_says_why() -> None:
    async with at(PING, "right") as (app, pilot, session):
        session.fails = "role analyst lacks EXECUTE on functions.ping; granted to ops"
        await pressed(pilot, "enter")
        assert "✗ not called" in said(app)
        assert "role analyst lacks EXECUTE on functions.ping; granted to ops" in said(app)


async def test_what_runs_says_for_how_long_and_x_ends_it() -> None:
    clock = Clock()
    async with at(PING, "right", clock=clock) as (app, pilot, session):
        session.gate.clear()
        await pilot.press("enter")
        await pilot.pause()
        clock.moment = NOW.replace(second=41)
        app.screen.clock()  # type: ignore[attr-defined]
        assert "⟳ running  10 s   x cancel" in said(app)
        assert "x cancel" in app.screen.query_one(Hints).plain
        await pilot.press("enter")
        await pilot.pause()
        assert len(asked(session, "call")) == 1
        await pressed(pilot, "x")
        assert session.ended == [PING]
        assert "‖ cancelled   10.0 s" in said(app)
        assert not asked(session, "cancel")


async def test_what_was_typed_and_what_came_back_stay_while_other_functions_are_shown() -> None:
    async with at(PRICE, "right", *"12", "escape", "c") as (app, pilot, _session):
        app.open_subject(DEEP)
        await settled(pilot)
        assert list(rows(app)) == ["total"]
        assert rows(app)["total"].value == ""
        assert "What it gives stands here" in said(app)
        app.open_subject(PRICE)
        await settled(pilot)
        assert rows(app)["total"].value == "12"
        assert '"15.00"' in said(app)


async def test_each_problem_stands_at_its_parameter_and_what_belongs_to_none_keeps_its_name() -> None:
    wrong = (("total[2]", "not a number"), ("tax.rate[0]", "too much"), ("gone[1].x", "unknown"))
    session = RegistrySession()
    session.called = Called(outcome="invalid", milliseconds=0.2, problems=wrong)
    async with at(PRICE, "right", *"12", "escape", "c", session=session) as (app, _, _session):
        assert "✗ not a number" in problem(app, "total")
        assert "✗ too much" in problem(app, "tax")
        assert "gone[1].x  unknown" in said(app)
        assert "not a number" not in said(app)


async def test_problems_of_a_function_wait_for_it_while_another_is_shown() -> None:
    async with at(PRICE, "right", *"many", "escape") as (app, pilot, session):
        session.gate.clear()
        await pilot.press("c")
        app.open_subject(DEEP)
        await pilot.pause()
        session.gate.set()
        await settled(pilot)
        assert not problem(app, "total")
        app.open_subject(PRICE)
        await settled(pilot)
        assert "not a number" in problem(app, "total")
        assert "nothing else was looked at" in said(app)


async def test_what_is_typed_into_the_form_of_the_function_before_is_not_taken_for_the_next() -> None:
    async with at(DEEP, "right", "7") as (app, pilot, _session):
        room = app.screen.query_one(FunctionRoom)
        app.open_subject(PRICE)
        room.form.post_message(ParameterForm.Edited())
        await settled(pilot)
        assert "price()" in app.screen.query_one(RunLine).plain
        assert not room.draft.texts


async def test_a_function_without_parameters_has_only_the_line_that_calls_it() -> None:
    async with at(PING, "right") as (app, _, _session):
        assert not app.screen.query_one(ParameterForm).display
        assert isinstance(app.focused, RunLine)
        assert "It has no docstring." in app.screen.query_one("#function-doc", Lines).plain


async def test_a_long_docstring_is_cut_with_the_key_that_shows_it_whole() -> None:
    async with at(DEEP, "right", "escape") as (app, pilot, _session):
        doc = app.screen.query_one("#function-doc", Lines).plain
        assert "⋯ 33 more lines   i reads all" in doc
        await pressed(pilot, "i")
        assert isinstance(app.screen, PeekScreen)
        assert "Line 39." in app.screen.query_one(LineList).plain


async def test_the_history_counts_outcomes_and_shows_each_call_newest_first() -> None:
    async with at(PRICE, "right", "escape", "right_square_bracket") as (app, _, _session):
        history = app.screen.query_one(CallHistory)
        counts = history.query_one("#history-counts", Lines).plain
        for part in ("2 ✓ ok", "1 ✗ failed", "1 ✗ denied", "half within 2 ms"):
            assert part in counts
        cells = [{name: str(cell).strip() for name, cell in row.cells.items()} for row in history.grid.rows]
        assert [row["who"] for row in cells] == ["analyst", "billing", "billing", "guest"]
        assert cells[1]["took"].startswith("████████")
        assert cells[3]["took"] == "—"
        assert "\x1b" not in cells[1]["error"]
        assert app.focused is history.grid


async def test_a_history_without_calls_says_what_would_fill_it() -> None:
    async with at(PING, "right", "right_square_bracket") as (app, _, _session):
        assert "Not called here yet" in app.screen.query_one("#history-empty", Page).plain


async def test_tabs_are_clicked_too() -> None:
    async with at(PRICE) as (app, pilot, _session):
        await pilot.click(app.screen.query_one("#function-tabs", TabLine), offset=(12, 0))
        await settled(pilot)
        assert app.screen.query_one(CallHistory).display


async def test_a_function_that_is_called_elsewhere_is_read_anew_without_touching_the_form() -> None:
    async with at(PRICE, "right", *"12") as (app, pilot, session):
        session.functions[PRICE] = replace(session.functions[PRICE], calls=2000)
        session.mark(f"function:{PRICE}")
        while "2,000 calls" not in app.screen.query_one("#function-head", Lines).plain:
            await pilot.pause()
        assert rows(app)["total"].value == "12"
        assert app.focused is rows(app)["total"].control


async def test_any_size_is_survived_with_the_call_in_view() -> None:
    async with at(PRICE, "right", *"12", "escape", "c") as (app, pilot, _session):
        for size in ((1, 1), (30, 5), (200, 60), (80, 24)):
            await pilot.resize_terminal(*size)
            await settled(pilot)
        room = app.screen.query_one(FunctionRoom)
        assert room.result.region.bottom <= room.region.bottom
        assert room.result.size.height >= 3


async def test_help_lists_the_keys_of_the_room_and_none_that_do_nothing_here() -> None:
    async with at(PRICE, "right", "escape", "question_mark") as (app, _, _session):
        listed = app.screen.query_one(LineList).plain
        assert "function.call" in listed
        for name in ("explore.edit", "versions.mark", "room.leave"):
            assert name not in listed
