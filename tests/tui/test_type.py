"""A type on screen: a value tried as it is typed, examples to take, and who uses it."""

from __future__ import annotations

import asyncio

from textual.widgets import Input

from tests.tui.registry_session import EMAIL, ORDERS, RegistrySession
from tests.tui.test_function import asked, at, pressed
from xregistry_tui.tui.screens.type import TypeRoom
from xregistry_tui.tui.widgets.fields_panel import FieldsPanel
from xregistry_tui.tui.widgets.grid import Grid
from xregistry_tui.tui.widgets.line_list import LineList
from xregistry_tui.tui.widgets.lines import Lines
from xregistry_tui.tui.widgets.page import Page


def verdict(app: object) -> str:
    return app.screen.query_one("#try-verdict", Page).plain  # type: ignore[attr-defined, no-any-return]


async def test_the_head_says_what_it_is_made_of() -> None:
    async with at(EMAIL) as (app, _, _session):
        head = app.screen.query_one("#type-head", Lines).plain
        for part in ("Email", "annotated of str", "max_length 120", "validators lowercase", "An address", "#contact"):
            assert part in head
        assert "\x1b" not in head


async def test_a_value_is_tried_as_it_is_typed_and_says_what_it_is_read_as() -> None:
    async with at(EMAIL, "right", *"ANA@b") as (app, _, _session):
        async with asyncio.timeout(10):
            while '✓ valid   read as  "ana@b"' not in verdict(app):
                await asyncio.sleep(0)


async def test_all_problems_are_said() -> None:
    async with at(EMAIL, "right", *"ana", "enter") as (app, _, _session):
        for part in ("✗ not valid   2 problems", "there is no @ in it", "too short"):
            assert part in verdict(app)
        assert "\x1b" not in verdict(app)


async def test_an_answer_to_what_is_no_longer_typed_is_dropped() -> None:
    async with at(EMAIL, "right") as (app, pilot, session):
        session.gate.clear()
        room, value = app.screen.query_one(TypeRoom), app.screen.query_one("#try-value", Input)
        for text in ("a", "b", "c@d"):
            value.value = text
            room.ask_now()
            await pilot.pause()
        session.gate.set()
        async with asyncio.timeout(10):
            while "✓ valid" not in verdict(app):
                await pilot.pause()
        assert [one["text"] for one in asked(session, "try_type")] == ["a", "c@d"]


async def test_tab_takes_one_example_after_the_other_and_enter_the_one_under_the_cursor() -> None:
    async with at(EMAIL, "right", "tab") as (app, pilot, _session):
        value = app.screen.query_one("#try-value", Input)
        assert value.value == "ana@example.org"
        await pressed(pilot, "tab")
        assert value.value == "bo@example.org"
        await pressed(pilot, "escape", "up", "enter")
        assert value.value == "ana@example.org"
        assert app.focused is value


async def test_a_click_takes_an_example() -> None:
    async with at(EMAIL) as (app, pilot, _session):
        await pilot.click("#try-examples", offset=(5, 2))
        await settled_value(app, pilot, "bo@example.org")


async def settled_value(app: object, pilot: object, text: str) -> None:
    async with asyncio.timeout(10):
        while app.screen.query_one("#try-value", Input).value != text:  # type: ignore[attr-defined]
            await pilot.pause()  # type: ignore[attr-defined]


async def test_what_is_copied_is_the_value_as_it_is_read() -> None:
    async with at(EMAIL, "right", *"ANA@b", "enter", "escape", "y") as (app, _, _session):
        assert app.clipboard == '"ana@b"'


async def test_enter_goes_to_the_field_that_uses_it() -> None:
    async with at(EMAIL, "right", "escape", "right_square_bracket") as (app, pilot, _session):
        uses = app.screen.query_one("#uses", Grid)
        assert [str(row.cells["model"]) for row in uses.rows] == ["shop.orders", "shop.stock"]
        await pressed(pilot, "enter")
        assert app.subject == ORDERS
        assert app.screen.query_one(FieldsPanel).grid.cursor_key == "status"


async def test_models_are_looked_through_only_for_a_type_that_is_rested_on() -> None:
    async with at(EMAIL) as (app, pilot, session):
        assert not asked(session, "used_by")
        async with asyncio.timeout(10):
            while "Used by 2" not in app.screen.query_one("#type-tabs", Lines).plain:
                await pilot.pause()
        assert asked(session, "used_by") == [{"type": EMAIL}]


async def test_a_type_that_nobody_uses_says_what_would_be_there() -> None:
    session = RegistrySession()
    session.uses = ()
    async with at(EMAIL, "right", "escape", "right_square_bracket", session=session) as (app, _, _session):
        assert "No model uses it" in app.screen.query_one("#uses-said", Page).plain


async def test_what_cannot_be_tried_says_why() -> None:
    session = RegistrySession()
    async with at(EMAIL, "right", session=session) as (app, pilot, _session):
        session.fails = "role guest lacks VIEW on types.email"
        await pressed(pilot, *"a", "enter")
        assert "not tried: role guest lacks VIEW" in verdict(app)


async def test_examples_that_are_hostile_are_only_read() -> None:
    async with at(EMAIL) as (app, _, _session):
        assert "\x1b" not in app.screen.query_one("#try-examples", LineList).plain
