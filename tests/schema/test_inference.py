"""What documents hold: seen one by one, merged in any order."""

from __future__ import annotations

import datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from xregistry_tui.schema import modelgen
from xregistry_tui.schema.inference import DEPTH, WIDTH, Observed, every
from xregistry_tui.schema.shape import FieldShape, Kind, Shape, walk

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=3)
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.dates()
)
documents = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=5),
    max_leaves=12,
)


def seen(*values: object) -> FieldShape:
    """The shape of a field that held these values."""
    observed = every(Observed.of(value) for value in values)
    assert observed is not None
    return observed.field_shape("f")


@given(documents, documents, documents)
def test_parts_may_be_seen_apart_and_in_any_order(a: object, b: object, c: object) -> None:
    one, two, three = Observed.of(a), Observed.of(b), Observed.of(c)
    assert one.merge(two) == two.merge(one)
    assert one.merge(two).merge(three) == one.merge(two.merge(three))
    assert one.merge(Observed()) == one


@given(st.lists(documents, min_size=1, max_size=5))
def test_every_shape_makes_a_model_that_takes_what_was_seen(values: list[object]) -> None:
    field = seen(*values)
    model = modelgen.generate(Shape(name="docs", fields=(field,)), "docs")
    for value in values:
        model.model_validate({"f": value})


def test_presence_and_null_are_two_things() -> None:
    field = seen({"a": 1, "b": None}, {"a": None}, {"a": 2})
    a, b = field.fields
    assert (a.required, a.nullable, a.kinds) == (True, True, (Kind.INTEGER,))
    assert (b.required, b.nullable, b.kinds) == (False, True, ())


def test_kinds_are_ranked_and_whole_numbers_are_numbers_among_others() -> None:
    assert seen("x", "y", 1).kinds == (Kind.STRING, Kind.INTEGER)
    assert seen(1, 1.5, 2).kinds == (Kind.NUMBER,)
    assert seen(True, Decimal(1), datetime.date(2020, 1, 1)).kinds == (Kind.BOOLEAN, Kind.DATE, Kind.DECIMAL)


def test_arrays_of_mixed_and_nested() -> None:
    field = seen([1, "a", [True]], [], [{"x": 1}, {"x": 2, "y": 3}])
    assert field.kinds == (Kind.ARRAY,)
    assert field.items is not None
    assert set(field.items.kinds) == {Kind.INTEGER, Kind.STRING, Kind.ARRAY, Kind.OBJECT}
    assert [(inner.name, inner.required) for inner in field.items.fields] == [("x", True), ("y", False)]


def test_names_that_are_data_make_a_map() -> None:
    by_number = seen({"1": {"n": 1}, "2": {"n": 2}, "30": {"n": 3}})
    assert (by_number.kinds, by_number.fields, by_number.items.fields[0].name) == ((Kind.MAP,), (), "n")
    by_day = seen({"2026-01-01": 1, "2026-01-02": 2, "2026-01-03": 3})
    assert by_day.kinds == (Kind.MAP,)
    by_user = seen(*({f"user{n}": n} for n in range(50)))
    assert (by_user.kinds, by_user.items.kinds) == ((Kind.MAP,), (Kind.INTEGER,))
    record = seen(*({f"field{n}": n for n in range(50)} for _ in range(3)))
    assert record.kinds == (Kind.OBJECT,), "all have all names"


def test_width_and_depth_are_bounded() -> None:
    wide = seen({f"n{number}": number for number in range(WIDTH + 1)})
    assert (wide.kinds, wide.items.kinds) == ((Kind.MAP,), (Kind.INTEGER,))
    deep: object = 1
    for _ in range(1_000):
        deep = {"a": deep}
    assert len(list(walk(Shape(name="d", fields=(seen(deep),))))) == DEPTH + 1
