"""What the engine decides of a value is what `rules.holds` decides of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xregistry_tui.resources.sql import Parameters, check
from xregistry_tui.resources.sqlite.figures import SQLITE
from xregistry_tui.resources.sqlite.functions import add_to
from xregistry_tui.schema.rules import Length, OneOf, Pattern, Range, Rule, holds

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6)
NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.integers(-5, 5) | st.floats(allow_nan=False)
VALUES = st.none() | NUMBERS | TEXTS | st.binary(max_size=6) | st.sampled_from(["1", "a", "A", "", 1, 1.0, b"a"])
SIZES = st.none() | st.integers(0, 6)
BOUNDS = st.none() | NUMBERS

RULES: st.SearchStrategy[Rule] = st.one_of(
    st.builds(OneOf, st.lists(VALUES, max_size=4).map(tuple)),
    st.builds(Range, BOUNDS, BOUNDS, BOUNDS, BOUNDS),
    st.builds(Length, SIZES, SIZES),
    st.builds(Pattern, st.sampled_from([r"^a", r"\d$", "^[^a]*$", ".", r"^\s|b{2,}", "(a|B)+c?", ""])),
)


@pytest.fixture(scope="module")
def columns() -> Callable[[Rule, object], set[bool | None]]:
    """What a rule says of one value in columns of each affinity that keeps the value as it is."""
    connection = sqlite3.connect(":memory:")
    add_to(connection)
    connection.execute("CREATE TABLE t (a, b TEXT, c INTEGER, d REAL, e NUMERIC)")

    def judged(rule: Rule, value: object) -> set[bool | None]:
        connection.execute("DELETE FROM t")
        connection.execute("INSERT INTO t VALUES (?1, ?1, ?1, ?1, ?1)", (value,))
        said: set[bool | None] = set()
        for name in "abcde":
            ((kept,),) = connection.execute(f"SELECT {name} FROM t").fetchall()
            if name != "a" and (type(kept) is not type(value) or kept != value):
                continue
            parameters = Parameters(SQLITE)
            made = check(rule, f't."{name}"', parameters)
            assert made is not None
            sql = f"SELECT {made.applies}, {made.holds} FROM t"
            ((applies, obeyed),) = connection.execute(sql, parameters.values).fetchall()
            said.add(bool(obeyed) if applies else None)
        return said

    return judged


@settings(max_examples=400, deadline=None)
@given(rule=RULES, value=VALUES)
def test_the_engine_and_python_agree(columns: Callable[..., set[bool | None]], rule: Rule, value: object) -> None:
    assert columns(rule, value) == {holds(rule, value)}  # type: ignore[arg-type]
