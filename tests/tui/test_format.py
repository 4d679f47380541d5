"""Lines folded to a width: nothing is lost, nothing is wider than there is room."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from xregistry_tui.tui.format import chopped, folded

WORDS = st.lists(st.text("ab日é.", min_size=1, max_size=12), max_size=12).map(" ".join)


@given(WORDS, st.integers(0, 6), st.integers(4, 40))
def test_folding_loses_no_letter_and_keeps_the_width(words: str, indent: int, width: int) -> None:
    parts = folded(Text(" " * indent + words), width)
    assert "".join("".join(part.plain.split()) for part in parts) == "".join(words.split())
    assert all(part.cell_len <= width for part in parts)


@given(st.text("ab日é. ", min_size=1), st.integers(2, 40))
def test_chopping_loses_nothing_and_keeps_the_width(data: str, width: int) -> None:
    parts = chopped(Text(data), width)
    assert "".join(part.plain for part in parts) == data
    assert all(0 < part.cell_len <= width for part in parts)


def test_a_line_breaks_between_words_and_goes_on_under_the_first() -> None:
    assert [part.plain for part in folded(Text("  one two three"), 9)] == ["  one two", "  three"]


def test_styles_stay_with_their_words() -> None:
    last = folded(Text.assemble("one two ", ("three", "bold")), 8)[-1]
    assert last.plain == "three"
    assert [str(span.style) for span in last.spans] == ["bold"]
