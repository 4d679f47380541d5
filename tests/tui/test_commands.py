"""Commands with arguments: one table for the line and the palette, errors that say how it is written."""

from __future__ import annotations

import asyncio
import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.command import CommandPalette
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from tests.tui.registry_session import EMAIL, ORDERS, PRICE
from tests.tui.test_function import asked, at, pressed
from xregistry_tui.tui.app import XregApp
from xregistry_tui.tui.command_words import NotUnderstood, understood
from xregistry_tui.tui.commands import TABLE, fitting
from xregistry_tui.tui.screens.ask import AskScreen
from xregistry_tui.tui.screens.command_line import CommandLine
from xregistry_tui.tui.widgets.page import Page


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("grant analyst execute", {"role": "analyst", "permissions": ("execute",)}),
        ("GRANT analyst READ, list", {"role": "analyst", "permissions": ("read", "list")}),
        ("revoke 'night shift' read", {"role": "night shift", "permissions": ("read",)}),
        ("tag money #monthly", {"tags": ("money", "monthly")}),
        ("untag money", {"tags": ("money",)}),
        ("deprecate", {}),
        (
            "deprecate by 2027-01-31 for pricing.sum",
            {"removal": datetime.datetime(2027, 1, 31, tzinfo=datetime.UTC), "alternative": "pricing.sum"},
        ),
        ("deprecate for pricing.sum", {"alternative": "pricing.sum"}),
        ("unregister", {}),
        ("restore", {}),
        ("restore functions.price", {"item": "functions.price"}),
        ("rollback v1.1.0", {"version": "1.1.0"}),
    ],
)
def test_a_line_is_a_verb_with_its_arguments(text: str, arguments: dict[str, object]) -> None:
    order = understood(text)
    assert order.command.word == text.split(maxsplit=1)[0].casefold()
    assert order.arguments == arguments


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "for example: grant analyst execute"),
        ("grant analyst", "a role and what it may do are wanted; for example: grant analyst execute"),
        ("tag", "at least one tag is wanted; for example: tag money monthly"),
        ("deprecate by soon", "“soon” is no date like 2027-01-31; for example: deprecate by 2027-01-31"),
        ("deprecate since 2027-01-31", "“since” is not understood"),
        ("rollback", "one version is wanted; for example: rollback 1.1.0"),
        ("unregister it", "it takes nothing more; for example: unregister"),
        ("restore it now", "one path is wanted; for example: restore functions.price"),
        ("grand analyst", "there is no command “grand”"),
        ("re", "there is no command “re”; there are refresh, revoke, restore"),
        ("tag 'x", "a quotation mark is not closed"),
    ],
)
def test_what_is_not_understood_says_what_is_wrong_with_an_example(text: str, words: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        understood(text)
    assert words in str(caught.value)


@given(st.text())
def test_any_line_is_understood_or_says_why_not(text: str) -> None:
    said = "understood"
    try:
        understood(text)
    except NotUnderstood as error:
        said = str(error)
    assert said


def test_every_example_is_understood_and_every_command_can_be_typed() -> None:
    for command in TABLE:
        assert understood(command.example or command.word.rstrip("…")).command is command


def line(app: XregApp) -> str:
    return app.screen.query_one("#command-said", Page).plain


async def test_colon_opens_a_line_that_says_how_each_command_is_written() -> None:
    async with at(ORDERS, "colon") as (app, pilot, session):
        assert isinstance(app.screen, CommandLine)
        assert ORDERS in line(app)
        assert "grant ROLE PERMISSION…" in line(app)
        await pressed(pilot, *"grant analyst read", "enter")
        grant = {"item": ORDERS, "role": "analyst", "permissions": ("read",)}
        assert asked(session, "grant") == [grant]
        assert not isinstance(app.screen, CommandLine)


async def test_a_line_that_is_not_understood_stays_with_the_reason() -> None:
    async with at(ORDERS, "colon", *"grant analyst", "enter") as (app, _, session):
        assert "✗ a role and what it may do are wanted; for example: grant analyst execute" in line(app)
        assert app.screen.query_one(Input).value == "grant analyst"
        assert not asked(session, "grant")


async def test_tab_completes_command_role_and_permission() -> None:
    async with at(ORDERS, "colon", *"gr", "tab", "space", *"an", "tab", "space", *"li", "tab") as (app, _, _session):
        assert app.screen.query_one(Input).value == "grant analyst list"


async def test_what_only_shows_can_be_typed_too() -> None:
    async with at(ORDERS, "colon", *"theme light", "enter") as (app, _, _session):
        assert app.theme == "light"


async def test_unregister_asks_once() -> None:
    async with at(PRICE, "colon", *"unregister", "enter") as (app, pilot, session):
        assert isinstance(app.screen, AskScreen)
        assert "Unregister functions.price?" in app.screen.query_one(Page).plain
        await pressed(pilot, "y")
        assert asked(session, "unregister") == [{"item": PRICE}]


async def test_rollback_asks_and_says_what_it_becomes() -> None:
    async with at(ORDERS, "colon", *"rollback 1.1.0", "enter") as (app, pilot, session):
        assert isinstance(app.screen, AskScreen)
        assert "becomes 3.0.0" in app.screen.query_one(Page).plain
        await pressed(pilot, "y")
        assert asked(session, "rollback") == [{"model": ORDERS, "version": "1.1.0"}]


async def test_what_is_gone_from_the_tree_is_restored_by_its_path() -> None:
    async with at(ORDERS, "colon", *"restore functions.price", "enter") as (_app, _, session):
        assert asked(session, "restore") == [{"item": PRICE}]


async def test_a_branch_has_nothing_to_grant_and_says_so() -> None:
    async with at("functions", "colon", *"grant analyst read", "enter") as (app, _, session):
        assert "choose what it is about in the tree" in line(app)
        assert not asked(session, "grant")


async def test_a_refusal_is_a_word_and_nothing_more() -> None:
    async with at(ORDERS, "colon", *"tag money") as (app, pilot, session):
        session.fails = "role analyst lacks MODIFY on models.shop.orders"
        await pressed(pilot, "enter")
        assert any("lacks MODIFY" in note.message for note in app._notifications)


async def test_the_palette_has_what_fits_the_subject() -> None:
    async with at(PRICE) as (app, pilot, _session):
        titles = {command.title for command in fitting(app)}
        assert {"Call", "Grant…", "Deprecate…", "Preview role…", "Why"} <= titles
        assert not titles & {"Edit source", "Rollback…", "Mark this version", "Next example"}
        app.open_subject(EMAIL)
        await pilot.pause()
        titles = {command.title for command in fitting(app)}
        assert "Next example" in titles
        assert "Call" not in titles


async def choose(app: XregApp, pilot: Pilot[None], title: str) -> None:
    """Pick one from the palette."""
    app.action_command_palette()
    await pilot.pause()
    assert isinstance(app.screen, CommandPalette)
    await pilot.press(*title.casefold().replace("…", ""))
    listed = app.screen.query_one(OptionList)
    async with asyncio.timeout(20):
        while not listed.options or not str(listed.options[0].prompt).startswith(title):
            await pilot.pause()
    listed.highlighted = 0
    await pressed(pilot, "enter")


async def test_the_palette_opens_the_line_with_the_word_that_is_there_already() -> None:
    async with at(ORDERS) as (app, pilot, _session):
        await choose(app, pilot, "Grant…")
        assert isinstance(app.screen, CommandLine)
        assert app.screen.query_one(Input).value == "grant "


async def test_the_palette_calls_a_function() -> None:
    async with at("functions.ping") as (app, pilot, session):
        await choose(app, pilot, "Call")
        assert asked(session, "call") == [{"function": "functions.ping", "arguments": {}}]


async def test_the_palette_does_at_once_what_takes_no_arguments() -> None:
    async with at(PRICE) as (app, pilot, session):
        await choose(app, pilot, "Undeprecate")
        assert asked(session, "undeprecate") == [{"item": PRICE}]


async def test_the_palette_compares_versions() -> None:
    async with at(ORDERS, *("right_square_bracket",) * 3, "right", "down") as (app, pilot, session):
        await choose(app, pilot, "Compare versions")
        assert asked(session, "compare") == [{"model": ORDERS, "older": "1.1.0", "newer": "2.0.0"}]
