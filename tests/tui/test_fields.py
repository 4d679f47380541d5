"""A model's fields as lines and one in full: nothing is cut that there is room for, nothing said that says nothing."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.shop_session import NOW, ShopSession, ago
from xregistry_tui.actions.views import ModelView
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.profiling.profile import FieldProfile, Figure, Histogram, Lengths, Profile, ValueCount
from xregistry_tui.schema.shape import FieldShape, Kind, Shape
from xregistry_tui.tui.widgets.columns import fit, needed
from xregistry_tui.tui.widgets.field_detail import detail
from xregistry_tui.tui.widgets.field_rows import GAP, columns, field_rows

if TYPE_CHECKING:
    from xregistry_tui.schema.shape import Scalar


def model(field: FieldShape, seen: FieldProfile, grade: Grade = Grade.EXACT) -> ModelView:
    held = ShopSession().views[0]
    assert held.profile is not None
    profile: Profile = replace(held.profile, fields={field.name: seen}, method=grade, n=seen.looked_at)
    return ModelView(
        path="models.shop.orders",
        title="orders",
        version="1.0.0",
        source="dynamic",
        shape=Shape(name="orders", fields=(field,)),
        bindings=(replace(held, profile=profile, alarms=()),),
    )


def field(kind: Kind, name: str = "it", key: int | None = None) -> FieldShape:
    return FieldShape(name=name, kinds=(kind,), nullable=False, key=key)


def cell(shown: ModelView, key: str, width: int = 85) -> str:
    (row,) = field_rows(shown, NOW, width)
    return str(row.cells[key]).strip()


def full(shown: ModelView, width: int = 88) -> str:
    return "\n".join(text.plain for text in detail(shown, "it", width, 14))


def ranging(low: Scalar, high: Scalar) -> FieldProfile:
    return FieldProfile(name="it", looked_at=9, minimum=low, maximum=high)


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [
        ("2021-01-01 00:00:00", "2025-12-22 00:00:00", "2021-01-01 … 2025-12-22"),
        ("2021-01-01T08:30:00Z", "2025-12-22T09:31:05Z", "2021-01-01 … 2025-12-22"),
        ("2021-01-01 08:30:00", (NOW - datetime.timedelta(seconds=2)).isoformat(), "2021-01-01 … 2 s ago"),
        (ago(86_400 * 9), ago(3 * 3_600), "2026-02-20 … 3 h ago"),
        ("2021-01-01", "2026-03-01", "2021-01-01 … 2026-03-01"),
        ("last week", "tomorrow", "last week … tomorrow"),
    ],
)
def test_moments_are_days_and_the_last_of_today_is_an_age(low: Scalar, high: Scalar, shown: str) -> None:
    assert cell(model(field(Kind.DATETIME), ranging(low, high)), "range") == shown


def test_where_there_is_room_a_moment_has_its_time() -> None:
    shown = model(field(Kind.DATETIME), ranging("2021-01-01 08:30:00", "2025-12-22 00:00:00"))
    assert cell(shown, "range", 140) == "2021-01-01 08:30 … 2025-12-22"


def test_a_truth_held_as_a_number_is_written_as_a_truth() -> None:
    seen = FieldProfile(name="it", looked_at=10, distinct=Figure(value=2), top=(ValueCount(0, 7), ValueCount(1, 3)))
    assert cell(model(field(Kind.BOOLEAN), seen), "range") == "false 70.0"


NAMES = st.text("abcdefghij_", min_size=1, max_size=60)


@given(st.lists(NAMES, min_size=1, max_size=5, unique=True), st.integers(60, 200))
def test_columns_fit_and_a_name_is_cut_only_beyond_its_limit(names: list[str], width: int) -> None:
    fields = tuple(field(Kind.INTEGER, name) for name in names)
    seen = {name: replace(ranging(1, 9), name=name, fill=Figure(value=1)) for name in names}
    shown = model(fields[0], seen[names[0]])
    view = shown.bindings[0]
    assert view.profile is not None
    shown = replace(
        shown,
        shape=Shape(name="orders", fields=fields),
        bindings=(replace(view, profile=replace(view.profile, fields=seen)),),
    )
    made = columns(list(field_rows(shown, NOW, width)), width)
    assert needed([column for column, _ in fit(made, width, gap=GAP)], GAP) <= width
    if width >= 85:
        (name,) = [column for column in made if column.key == "name"]
        assert name.width >= min(22, max(len(name) for name in names))


def unlike(kind: Kind, values: list[Scalar], key: int | None = None, grade: Grade = Grade.EXACT) -> ModelView:
    seen = FieldProfile(
        name="it",
        looked_at=len(values),
        distinct=Figure(value=len(values)),
        minimum=values[0],
        maximum=values[-1],
        quantiles=((0.25, values[1]), (0.5, values[len(values) // 2])),
        histogram=Histogram(0, 9, (1, 1, 1)),
        top=tuple(ValueCount(value, 1) for value in values),
        lengths=Lengths(1, 2, 1.5) if kind is Kind.STRING else None,
    )
    return model(field(kind, key=key), seen, grade)


def test_a_key_is_said_to_occur_once_with_its_ends_and_middle() -> None:
    shown = full(unlike(Kind.INTEGER, list(range(1, 12)), key=1))
    assert "every value occurs once" in shown
    for part in ("least    1", "median   6", "most     11"):
        assert part in shown
    assert "█" not in shown


def test_texts_that_occur_once_are_shown_by_some_examples() -> None:
    shown = full(unlike(Kind.STRING, ["ab", "c", "d", "e", "f"]))
    for part in ("every value occurs once", "such as  ab", "length   1 … 2"):
        assert part in shown
    assert "█" not in shown


def test_of_a_sample_only_what_was_seen_is_said() -> None:
    assert "no value was seen twice" in full(unlike(Kind.INTEGER, list(range(9)), key=1, grade=Grade.SAMPLE))


def test_measurements_of_which_none_is_frequent_are_shown_by_how_they_spread() -> None:
    seen = FieldProfile(
        name="it",
        looked_at=1_000,
        minimum="2021-01-01 00:00:00",
        maximum="2025-12-22 00:00:00",
        histogram=Histogram(0, 9, (1, 2, 3, 4)),
        top=(ValueCount("2021-02-01 00:00:00", 2),),
    )
    shown = full(model(field(Kind.DATETIME), seen))
    assert "how they spread" in shown
    assert "2021-01-01" in shown
    assert "2025-12-22" in shown
    assert "characters" not in shown


def test_what_enter_does_is_said_with_the_order() -> None:
    moments = unlike(Kind.DATETIME, [f"2021-01-0{day} 00:00:00" for day in range(1, 8)])
    assert "records by it, newest first" in full(moments)
    assert "records by it " in full(unlike(Kind.STRING, ["a", "b", "c"]))
