"""One JSON form for every value, that every JSON reader takes."""

from __future__ import annotations

import datetime
import decimal
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xregistry_tui.schema.canonical import dumps, jsonable

UTC = datetime.UTC


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (2**80, str(2**80)),
        (float("nan"), '"NaN"'),
        (float("-inf"), '"-Infinity"'),
        (decimal.Decimal("129.90"), '"129.90"'),
        (b"\x00\xff", '"AP8="'),
        (datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), '"2026-01-02T03:04:05Z"'),
        (datetime.datetime(2026, 1, 2, 3, 4, 5), '"2026-01-02T03:04:05"'),  # noqa: DTZ001 - a naive one on purpose
        (datetime.date(2026, 1, 2), '"2026-01-02"'),
        ({1: ("a", {"b"})}, '{"1":["a",["b"]]}'),
        ("\udcff", '"\\\\udcff"'),
    ],
)
def test_the_canonical_form(value: object, text: str) -> None:
    assert dumps(value) == text


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters(exclude_categories=())),
    st.binary(),
    st.decimals(),
    st.datetimes(timezones=st.just(UTC)),
)


@given(st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20))
def test_every_value_becomes_text_that_reads_back_as_its_json_data(value: object) -> None:
    text = dumps(value)
    assert json.loads(text.encode("utf-8")) == jsonable(value)


@given(st.recursive(SCALARS, lambda inner: st.lists(inner), max_leaves=10))
def test_json_data_is_its_own_canonical_form(value: object) -> None:
    once = jsonable(value)
    assert jsonable(once) == once
