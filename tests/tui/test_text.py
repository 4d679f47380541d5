"""Text from outside becomes one line that can do nothing but be read."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from xregistry_tui.tui.text import LONGEST, plain

ANY = st.text(st.characters(), max_size=80) | st.text(
    st.sampled_from("\x1b[31m]8;;\x07\x9b\u202e\u2066\u200b\u200d\ufe0f\u0301\u2028\n\t\r\0\ud800\u3042a[/]"),
    max_size=60,
)
FORBIDDEN = {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"}


@given(ANY)
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    assert not [character for character in plain(text) if unicodedata.category(character) in FORBIDDEN]


@given(ANY, st.integers(-1, 40))
def test_the_width_holds_in_cells(text: str, width: int) -> None:
    assert cell_len(plain(text, width)) <= max(0, width)


@given(ANY, st.none() | st.integers(0, 40))
def test_neutral_text_stays_as_it_is(text: str, width: int | None) -> None:
    once = plain(text, width)
    assert plain(once, width) == once


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60))
def test_ordinary_text_is_not_touched_and_markup_is_ordinary(text: str) -> None:
    assert plain(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", "␛[31mred"),
        ("two\nlines\tand", "two␊lines␉and"),
        ("a\u202eb", "a�b"),
        ("zero\u200bwidth", "zero�width"),
        ("\ud800", "�"),
        ("[/foo]", "[/foo]"),
        ("naïve 日本", "naïve 日本"),
        ("\u0301alone", "◌\u0301alone"),
    ],
)
def test_what_is_replaced_can_be_seen(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_a_tower_of_marks_is_cut_down() -> None:
    assert len(plain("e" + "\u0301" * 500)) <= 4


def test_wide_characters_are_never_cut_in_half() -> None:
    assert plain("日本語", 4) == "日…"


def test_a_long_text_costs_what_is_shown() -> None:
    assert plain("x" * 5_000_000, 10) == "x" * 9 + "…"
    assert len(plain("\u0301" * 200_000)) <= LONGEST


@pytest.mark.parametrize(
    "value",
    [None, 10**5000, b"\x00\xff" * 9000, ["\n"] * 5000, {"a": "\x1b"}, 1.5],
    ids=["none", "huge", "bytes", "list", "dict", "float"],
)
def test_any_value_is_one_line(value: object) -> None:
    shown = plain(value, 30)
    assert shown.isprintable()
    assert 0 < cell_len(shown) <= 30
