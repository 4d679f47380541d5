"""A regular expression means the same wherever it is asked."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, ValidationError, create_model

from xregistry_tui.schema.regex import modelled, rewritten, searched
from xregistry_tui.schema.rules import Pattern, holds

ATOMS = st.sampled_from(["a", "b", r"\d", r"\s", ".", "[a-c]", r"[^\d]", r"[\s.]", "^", "$", "(?:ab)", "é", r"\."])
REPEATS = st.sampled_from(["", "*", "+", "?", "{2}", "{1,3}"])
REGEXES = st.lists(st.tuples(ATOMS, REPEATS).map("".join), max_size=4).map("".join)
TEXTS = st.text(st.sampled_from("abc1\u06639 .\n\u2003é\x1c"), max_size=6)


@given(regex=REGEXES, text=TEXTS)
def test_rewritten_it_says_the_same_in_another_engine(regex: str, text: str) -> None:
    search = modelled(regex)
    written = rewritten(regex, any=r"[^\n]", end=r"\Z")
    if search is None or written is None:
        return
    assert search(text) == (re.search(written, text) is not None)


@given(regex=REGEXES, text=TEXTS)
def test_a_rule_holds_where_a_model_accepts(regex: str, text: str) -> None:
    if modelled(regex) is None:
        return
    model: type[BaseModel] = create_model("Model", value=(str, Field(pattern=regex)))
    try:
        model(value=text)
    except ValidationError:
        accepted = False
    else:
        accepted = True
    assert holds(Pattern(regex), text) == accepted


@pytest.mark.parametrize(
    ("regex", "text", "matches"), [("a$", "a\n", False), (r"^\d$", "\u0663", True), ("(?=a)a", "a", True)]
)
def test_the_end_is_the_end_and_a_digit_any_digit(regex: str, text: str, matches: bool) -> None:
    search = searched(regex)
    assert search is not None
    assert search(text) is matches


def test_what_nobody_can_read_is_judged_by_nobody() -> None:
    assert (searched("("), modelled("(?=a)"), holds(Pattern("("), "a")) == (None, None, None)
