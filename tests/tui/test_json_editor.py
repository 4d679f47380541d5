"""The JSON editor: what is typed stays, what is hidden shows, marks stand where the problem is, undo goes back."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from xregistry_tui.schema.shape import FieldShape, Kind, Shape
from xregistry_tui.tui.widgets.json_cursor import field_at, path_at
from xregistry_tui.tui.widgets.json_editor import JsonEditor, Mark, escaped

RECORD = '{\n  "id": 6413,\n  "status": "shiped",\n  "address": {\n    "city": "Lyon"\n  },\n  "tags": ["a", "b"]\n}'


class EditorApp(App[None]):
    """An app of nothing but the editor; it remembers what the editor said."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def compose(self) -> ComposeResult:
        yield JsonEditor()

    def on_json_editor_accept_requested(self) -> None:
        self.said.append("accept")

    def on_json_editor_left(self) -> None:
        self.said.append("left")


@asynccontextmanager
async def editing(text: str, size: tuple[int, int] = (80, 24)) -> AsyncIterator[tuple[JsonEditor, Pilot[None]]]:
    app = EditorApp()
    async with app.run_test(size=size) as pilot:
        editor = app.query_one(JsonEditor)
        editor.load_text(text)
        editor.focus()
        await pilot.pause()
        yield editor, pilot


def drawn(editor: JsonEditor, line: int) -> str:
    return editor.render_line(line).text.rstrip()


async def test_lines_are_numbered_and_drawn_as_typed() -> None:
    async with editing(RECORD) as (editor, _):
        assert drawn(editor, 2) == '    3    "status": "shiped",'


async def test_a_mark_shows_its_glyph_in_the_gutter_and_its_message_at_the_end_of_the_line() -> None:
    async with editing(RECORD) as (editor, _):
        editor.set_marks({2: Mark(severity="error", message="not allowed · shipped?", span=(12, 20))})
        text = drawn(editor, 2)
        assert text.startswith(" ✗  3")
        assert text.endswith("not allowed · shipped?")
        underlined = [s.text for s in editor.render_line(2) if s.style is not None and s.style.underline]
        assert "".join(underlined) == '"shiped"'


async def test_a_message_that_does_not_fit_is_left_out_and_the_glyph_stays() -> None:
    async with editing(RECORD, size=(30, 10)) as (editor, _):
        editor.set_marks({2: Mark(severity="warning", message="never seen in 2,000 values")})
        assert drawn(editor, 2).startswith(" !  3")
        assert "never" not in drawn(editor, 2)


async def test_marks_move_along_with_the_lines_that_are_typed_above_them() -> None:
    async with editing(RECORD) as (editor, pilot):
        editor.set_marks({2: Mark(severity="error", message="not allowed")})
        editor.move_cursor((0, 1))
        await pilot.press("enter")
        assert list(editor.marks) == [3]


async def test_enter_keeps_the_indentation_and_steps_in_after_a_brace() -> None:
    async with editing("{") as (editor, pilot):
        editor.move_cursor((0, 1))
        await pilot.press("enter", "1", "enter", "2")
        assert editor.text == "{\n  1\n  2"


async def test_a_written_fix_is_one_step_back() -> None:
    async with editing(RECORD) as (editor, pilot):
        editor.move_cursor((2, 4))
        await pilot.press("x")
        editor.write('"shipped"', (2, 13), (2, 21))
        assert '"sxtatus": "shipped"' in editor.text
        await pilot.press("ctrl+z")
        assert '"sxtatus": "shiped"' in editor.text
        await pilot.press("ctrl+z")
        assert editor.text == RECORD


async def test_tab_asks_for_the_fix_and_escape_leaves() -> None:
    async with editing(RECORD) as (editor, pilot):
        await pilot.press("tab", "escape")
        assert pilot.app.said == ["accept", "left"]  # type: ignore[attr-defined]
        assert editor.text == RECORD


async def test_pasted_escape_sequences_become_json_escapes() -> None:
    hostile = '{"name": "[/foo]\x1b[31mred\u202egnp.exe\u2028"}'
    async with editing(hostile) as (editor, _):
        assert editor.document.line_count == 1
        assert "\x1b" not in editor.text
        assert json.loads(editor.text)["name"] == "[/foo]\x1b[31mred\u202egnp.exe\u2028"


async def test_hostile_text_in_a_mark_is_drawn_harmless() -> None:
    async with editing(RECORD) as (editor, _):
        editor.set_marks({2: Mark(severity="error", message="[/x]\x1b[2J")})
        assert drawn(editor, 2).endswith("[/x]␛[2J")


@pytest.mark.parametrize("size", [(1, 1), (4, 2), (200, 60)])
async def test_any_size_is_survived(size: tuple[int, int]) -> None:
    async with editing(RECORD) as (editor, pilot):
        editor.set_marks({2: Mark(severity="error", message="not allowed", span=(12, 20))})
        await pilot.resize_terminal(*size)
        await pilot.resize_terminal(80, 24)
        assert drawn(editor, 2).startswith(" ✗  3")


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda kids: st.dictionaries(st.text(), kids))
)
def test_escaping_never_changes_what_the_json_says(value: object) -> None:
    for text in (json.dumps(value, ensure_ascii=False), json.dumps(value, indent=2)):
        assert json.loads(escaped(text)) == value
        assert "\x1b" not in escaped(text)


@pytest.mark.parametrize(
    ("line", "column", "path"),
    [
        (1, 4, ("id",)),
        (2, 16, ("status",)),
        (2, 0, ("status",)),
        (3, 14, ("address",)),
        (4, 8, ("address", "city")),
        (5, 3, ("address",)),
        (6, 17, ("tags", "1")),
        (7, 0, ()),
    ],
)
def test_the_cursor_knows_its_field(line: int, column: int, path: tuple[str, ...]) -> None:
    assert path_at(RECORD, line, column) == path


def test_half_typed_text_has_a_field_too() -> None:
    assert path_at('{"a": 1, "status": "sh', 0, 21) == ("status",)
    assert path_at('{"tags": [1, ', 0, 12) == ("tags", "0")
    assert path_at("}}}", 0, 1) == ()


@given(st.text(alphabet='{}[],:"ab\\ \n1', max_size=40), st.integers(0, 5), st.integers(0, 20))
def test_any_text_has_some_field_or_none(text: str, line: int, column: int) -> None:
    assert isinstance(path_at(text, line, column), tuple)


def test_a_path_finds_its_field_in_the_shape() -> None:
    city = FieldShape(name="city", kinds=(Kind.STRING,))
    tag = FieldShape(name="*", kinds=(Kind.STRING,))
    shape = Shape(
        name="orders",
        fields=(
            FieldShape(name="address", kinds=(Kind.OBJECT,), fields=(city,)),
            FieldShape(name="tags", kinds=(Kind.ARRAY,), items=tag),
        ),
    )
    assert field_at(shape, ("address", "city")) == ("/address/city", city)
    assert field_at(shape, ("tags", "3")) == ("/tags/*", tag)
    assert field_at(shape, ("address", "nothing")) == ("address", shape.fields[0])
    assert field_at(shape, ("nothing",)) is None
