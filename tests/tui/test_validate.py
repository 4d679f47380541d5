"""Validate: problems appear as you type, tab takes the fix, and no late answer overwrites a newer one."""

from __future__ import annotations

import json

from textual.pilot import Pilot

from tests.tui.hearing import Heard, settled, showing
from tests.tui.shop_session import HOSTILE, RECORD, ShopSession
from xregistry_tui.schema.report import Severity
from xregistry_tui.tui.app import XregApp
from xregistry_tui.tui.screens.validate import ValidateScreen
from xregistry_tui.tui.widgets.json_editor import JsonEditor
from xregistry_tui.tui.widgets.lines import Lines
from xregistry_tui.tui.widgets.problem_list import ProblemList
from xregistry_tui.tui.widgets.sample_panel import SamplePanel
from xregistry_tui.tui.widgets.suggestion_list import SuggestionList

MISTYPED = {**RECORD, "status": "shiped", "currency": "EURO", "total": "129.90"}
STATUS_LINE = 3


def screen_of(app: XregApp) -> ValidateScreen:
    assert isinstance(app.screen, ValidateScreen)
    return app.screen


async def typed(pilot: Pilot[None], heard: Heard, text: str) -> JsonEditor:
    """The text in the editor, checked."""
    editor = pilot.app.screen.query_one(JsonEditor)
    heard.messages.clear()
    editor.load_text(text)
    await heard.wait(ValidateScreen.Reported)
    await settled(pilot)
    return editor


def mistyped(**changed: object) -> str:
    return json.dumps({**MISTYPED, **changed}, indent=2)


async def test_a_live_record_is_there_to_start_from_and_it_is_valid() -> None:
    async with showing("validate") as (app, _, heard, _):
        said = await heard.wait(ValidateScreen.Reported)
        assert isinstance(said, ValidateScreen.Reported)
        assert said.report.valid
        assert json.loads(screen_of(app).editor.text) == RECORD
        assert "valid" in app.screen.query_one("#validate-verdict", Lines).plain
        assert "live values of" in app.screen.query_one("#validate-subject", Lines).plain


async def test_every_problem_is_listed_with_its_place_and_its_fix() -> None:
    async with showing("validate") as (app, pilot, heard, _):
        editor = await typed(pilot, heard, mistyped())
        text = app.screen.query_one(ProblemList).plain
        assert "✗ /status" in text
        assert "not one of the 5 allowed values" in text
        assert "→ shipped   24.0 % of live values" in text
        assert "! /currency" in text
        assert {line: mark.severity for line, mark in editor.marks.items()} == {3: "error", 4: "note", 5: "warning"}
        assert editor.marks[3].message == "not allowed · shipped?"
        assert editor.marks[3].span == (12, 20)
        verdict = app.screen.query_one("#validate-verdict", Lines).plain
        assert "✗ 1 error   ! 1 warning" in verdict
        assert "checked in 3 ms" in verdict


async def test_tab_takes_the_fix_of_the_line_and_keeps_the_rest_as_typed() -> None:
    async with showing("validate") as (_, pilot, heard, _):
        ragged = mistyped().replace('  "note"', '      "note"')
        editor = await typed(pilot, heard, ragged)
        editor.move_cursor((STATUS_LINE, 0))
        await pilot.press("tab")
        await heard.wait(ValidateScreen.Reported)
        assert editor.text == ragged.replace('"shiped"', '"shipped"')
        await pilot.press("ctrl+z")
        assert editor.text == ragged


async def test_tab_adds_what_is_missing_before_the_closing_brace() -> None:
    async with showing("validate") as (app, pilot, heard, _):
        record = {key: value for key, value in RECORD.items() if key != "placed_at"}
        editor = await typed(pilot, heard, json.dumps(record, indent=2))
        editor.move_cursor((editor.document.line_count - 1, 0))
        assert editor.marks[editor.document.line_count - 1].message == "placed_at missing"
        await pilot.press("tab")
        await heard.wait(ValidateScreen.Reported)
        assert json.loads(editor.text)["placed_at"] == "2026-03-01T14:02:31Z"
        assert screen_of(app).checked is not None


async def test_tab_on_a_line_without_a_fix_indents() -> None:
    async with showing("validate") as (_, pilot, heard, _):
        editor = await typed(pilot, heard, mistyped())
        editor.move_cursor((0, 0))
        await pilot.press("tab")
        assert editor.text.startswith("  {")


async def test_f8_goes_from_problem_to_problem_and_round() -> None:
    async with showing("validate") as (app, pilot, heard, _):
        editor = await typed(pilot, heard, mistyped())
        lines = []
        for _ in range(4):
            await pilot.press("f8")
            lines.append(editor.cursor_location[0])
        assert lines == [3, 4, 5, 3]
        assert app.screen.query_one(ProblemList).cursor == "0"


async def test_text_that_is_no_json_says_where_and_why() -> None:
    async with showing("validate") as (app, pilot, heard, _):
        editor = await typed(pilot, heard, '{\n  "id": 1\n  "status": 2\n}')
        assert editor.marks[1].severity == "error"
        assert "a comma is missing" in app.screen.query_one(ProblemList).plain


async def test_only_the_newest_text_is_checked_after_a_slow_check_and_its_report_stays() -> None:
    async with showing("validate") as (app, pilot, heard, session):
        await heard.wait(ValidateScreen.Reported)
        editor, screen = screen_of(app).editor, screen_of(app)
        session.asked.clear()
        session.gate.clear()
        for status in ("first", "second", "third"):
            editor.load_text(mistyped(status=status))
            screen.check()
            await pilot.pause()
        session.gate.set()
        await heard.wait(ValidateScreen.Reported)
        asked = [json.loads(arguments["text"])["status"] for verb, arguments in session.asked if verb == "validate"]
        assert asked == ["first", "third"]
        assert screen.checked is not None
        assert json.loads(screen.checked.text)["status"] == "third"


async def test_the_field_under_the_cursor_shows_its_values_rule_and_live_facts() -> None:
    async with showing("validate") as (app, pilot, heard, _):
        editor = await typed(pilot, heard, mistyped())
        editor.move_cursor((STATUS_LINE, 14))
        await settled(pilot)
        text = app.screen.query_one(SuggestionList).plain
        assert "status" in text
        assert "closed, 5 values" in text
        assert "one of 5 values, CHECK" in text
        assert "100 % filled" in text
        assert text.index("paid") < text.index("shipped") < text.index("refunded")


async def test_a_chosen_value_is_written_into_the_field() -> None:
    async with showing("validate") as (app, pilot, heard, _):
        editor = await typed(pilot, heard, mistyped())
        editor.move_cursor((STATUS_LINE, 14))
        await settled(pilot)
        await pilot.press("escape", "f9", "down", "enter")
        await settled(pilot)
        assert json.loads(editor.text)["status"] == "shipped"
        assert app.focused is editor


async def test_the_live_sample_says_how_many_pass_and_where_they_fail() -> None:
    async with showing("validate") as (app, pilot, heard, session):
        await heard.wait(ValidateScreen.Reported)
        panel = app.screen.query_one(SamplePanel)
        assert not panel.display
        await pilot.press("ctrl+l")
        await settled(pilot)
        assert ("validate_sample", {"model": "models.shop.orders", "limit": 200}) in session.asked
        assert "200 records   197 pass   98.5 %" in panel.plain
        assert "/status" in panel.plain
        assert "3 fail" in panel.plain


async def test_escape_leaves_the_text_so_that_single_keys_act() -> None:
    async with showing("validate") as (app, pilot, heard, _):
        await heard.wait(ValidateScreen.Reported)
        text = screen_of(app).editor.text
        await pilot.press("escape", "2")
        assert app.current_mode == "live"
        await pilot.press("4")
        await settled(pilot)
        assert screen_of(app).editor.text == text


async def test_each_model_keeps_its_text() -> None:
    async with showing("validate") as (app, pilot, heard, _):
        await typed(pilot, heard, '{"id": 1}')
        app.subject = "models.shop.stock"
        screen_of(app).read()
        await settled(pilot)
        assert json.loads(screen_of(app).editor.text) == RECORD
        app.subject = "models.shop.orders"
        screen_of(app).read()
        assert screen_of(app).editor.text == '{"id": 1}'


async def test_without_a_model_it_says_how_to_choose_one() -> None:
    async with showing("validate", subject="") as (app, _, _, session):
        assert "Choose a model first" in app.screen.query_one("#validate-empty", Lines).plain
        assert not session.asked


async def test_what_cannot_be_had_is_said_in_words() -> None:
    session = ShopSession()
    session.fails = f"role analyst lacks READ on models.shop.orders {HOSTILE}"
    async with showing("validate", session=session) as (app, pilot, _, _):
        said = app.screen.query_one(ProblemList).plain
        assert "No record to start from" in said
        assert "lacks READ" in said
        assert "\x1b" not in said
        await pilot.press("ctrl+l")
        await settled(pilot)
        assert "not checked: role analyst lacks READ" in app.screen.query_one(SamplePanel).plain


async def test_what_changes_live_is_checked_against_anew() -> None:
    async with showing("validate") as (_, _, heard, session):
        await heard.wait(ValidateScreen.Reported)
        session.asked.clear()
        session.changes.mark("model:models.shop.orders")
        await heard.wait(ValidateScreen.Reported)
        assert [verb for verb, _ in session.asked] == ["validate"]


async def test_hostile_values_are_escapes_in_the_text_and_stay_what_they_are() -> None:
    async with showing("validate") as (app, _, heard, _):
        await heard.wait(ValidateScreen.Reported)
        text = screen_of(app).editor.text
        assert "\\u001b[31m" in text
        assert json.loads(text)["note"] == HOSTILE


async def test_any_size_is_survived() -> None:
    async with showing("validate") as (app, pilot, heard, _):
        await typed(pilot, heard, mistyped())
        for size in ((1, 1), (30, 5), (200, 60), (80, 24)):
            await pilot.resize_terminal(*size)
            await settled(pilot)
        assert app.screen.query_one(ProblemList).problems[0].severity is Severity.ERROR
