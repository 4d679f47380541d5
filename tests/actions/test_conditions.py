"""What people type into the filter becomes conditions, or an error that shows how to write it."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xregistry_tui.actions.base import ActionError
from xregistry_tui.actions.conditions import read_conditions
from xregistry_tui.resources.base import Condition

FIELDS = ("id", "status", "First Name", "total")


@pytest.mark.parametrize(
    ("text", "conditions"),
    [
        ("", ()),
        ("   ", ()),
        ("status=paid", (Condition("status", "=", "paid"),)),
        ("status = paid", (Condition("status", "=", "paid"),)),
        ("STATUS=paid", (Condition("status", "=", "paid"),)),
        ("total>=100 status!=paid", (Condition("total", ">=", "100"), Condition("status", "!=", "paid"))),
        ("total>1, id<5", (Condition("total", ">", "1"), Condition("id", "<", "5"))),
        ("total>1 and id<5", (Condition("total", ">", "1"), Condition("id", "<", "5"))),
        ('"First Name"~"van der"', (Condition("First Name", "contains", "van der"),)),
        ("status=null", (Condition("status", "null"),)),
        ("status!=NULL", (Condition("status", "notnull"),)),
        ('status="null"', (Condition("status", "=", "null"),)),
        ('status="say ""hi"""', (Condition("status", "=", 'say "hi"'),)),
        ("status=", (Condition("status", "=", ""),)),
    ],
)
def test_conditions_as_people_type_them(text: str, conditions: tuple[Condition, ...]) -> None:
    assert read_conditions(text, FIELDS) == conditions


def test_an_unknown_field_names_those_there_are() -> None:
    with pytest.raises(ActionError, match="there is no field 'stat'; there are: id, status"):
        read_conditions("stat=paid", FIELDS)


@pytest.mark.parametrize("text", ["paid", "status=paid nonsense", '"status=paid', "=5"])
def test_what_cannot_be_read_is_answered_with_an_example(text: str) -> None:
    with pytest.raises(ActionError, match="write conditions as field=value"):
        read_conditions(text, FIELDS)


@given(st.lists(st.text(max_size=20), max_size=4))
def test_any_quoted_value_comes_through_whole(values: list[str]) -> None:
    text = " ".join('status="{}"'.format(value.replace('"', '""')) for value in values)
    assert read_conditions(text, FIELDS) == tuple(Condition("status", "=", value) for value in values)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_with_words(text: str) -> None:
    with contextlib.suppress(ActionError):
        assert all(condition.field in FIELDS for condition in read_conditions(text, FIELDS))
