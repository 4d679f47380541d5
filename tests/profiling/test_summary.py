"""A summary says of many values what it must, in little room, and two of them say the same as one of both."""

from __future__ import annotations

import datetime
import decimal
import json
import math
import statistics
from collections import Counter
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.enrichment.engine import START, profile_of, shape_of
from xregistry_tui.profiling.field_summary import LONGEST, FieldSummary, brief
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.profiling.profile import FieldProfile, Figure, Histogram, Profile, ValueCount
from xregistry_tui.profiling.sketches import Counts, Moments, Ranks, merged_moments
from xregistry_tui.profiling.summary import Summary, merged, summarised
from xregistry_tui.profiling.summary_json import as_json, from_json, read, written
from xregistry_tui.schema.canonical import dumps
from xregistry_tui.schema.rules import OneOf
from xregistry_tui.schema.shape import FieldShape, Kind, Shape

NUMBERS = st.lists(st.integers(-1_000, 1_000) | st.sampled_from([0, 1, 2]), min_size=1, max_size=200)
TEXTS = st.lists(st.sampled_from("abcdef") | st.text(max_size=3), max_size=60)
PARTS = st.lists(NUMBERS, min_size=3, max_size=3)


def field_of(numbers: list[int], bins: int = 12) -> FieldProfile:
    """What an engine counts of whole numbers."""
    ordered, n = sorted(numbers), len(numbers)
    low, high = ordered[0], ordered[-1]
    edges = [float(f"{low + (high - low) * step / bins:.6g}") for step in range(1, bins)]
    below = [0, *(sum(number < edge for number in ordered) for edge in edges), n]
    return FieldProfile(
        name="total",
        looked_at=n,
        kinds=MappingProxyType({Kind.INTEGER: n}),
        distinct=Figure(value=len(set(numbers))),
        once=sum(count == 1 for count in Counter(numbers).values()),
        minimum=low,
        maximum=high,
        mean=statistics.fmean(numbers),
        deviation=statistics.pstdev(numbers),
        quantiles=tuple((p, ordered[math.ceil(p * n) - 1]) for p in (0.25, 0.5, 0.75)),
        histogram=Histogram(low, high, tuple(b - a for a, b in pairwise(below))) if high > low else None,
        top=tuple(ValueCount(value, count) for value, count in Counter(numbers).most_common(100)),
    )


def look_at(field: FieldProfile, **more: Any) -> Profile:
    """A look at one field."""
    return Profile(
        resource="shop",
        collection="orders",
        rows=Figure(value=field.looked_at),
        n=field.looked_at,
        method=Grade.EXACT,
        as_of=START,
        fields=MappingProxyType({field.name: field}),
        **more,
    )


def summary_of(numbers: list[int]) -> FieldSummary:
    return summarised(look_at(field_of(numbers))).fields["total"]


def texts_of(texts: list[str]) -> Summary:
    return summarised(profile_of([{"status": text} for text in texts], fields=["status"]))


def certain(counts: Counts, values: list[Any]) -> bool:
    """Whether every bound that a sketch states of values holds."""
    true = Counter(map(brief, values))
    listed = {entry.value: entry.count for entry in counts.listed}
    return all(listed.get(value, 0) <= true[value] <= listed.get(value, 0) + counts.error for value in {*true, *listed})


def certain_ranks(ranks: Ranks, numbers: list[int]) -> bool:
    return all(
        sum(number < value for number in numbers) <= most and sum(number <= value for number in numbers) >= least
        for value, least, most in ranks.points
    )


@given(NUMBERS)
def test_what_is_kept_of_numbers_holds_of_them(numbers: list[int]) -> None:
    held = summary_of(numbers)
    assert held.extremes == (min(numbers), max(numbers))
    assert held.moments is not None
    assert held.moments.n == len(numbers)
    assert held.moments.mean == pytest.approx(statistics.fmean(numbers))
    assert held.moments.deviation == pytest.approx(statistics.pstdev(numbers))
    assert certain(held.values, numbers)
    assert certain_ranks(held.ranks, numbers)


@given(NUMBERS, NUMBERS)
def test_two_merged_say_of_both_what_one_of_both_would(first: list[int], second: list[int]) -> None:
    a, b = summarised(look_at(field_of(first))), summarised(look_at(field_of(second)))
    both, every = merged(a, b), [*first, *second]
    assert both == merged(b, a)
    assert (both.n, both.rows.value) == (len(every), len(every))
    held = both.fields["total"]
    whole = summary_of(every)
    assert (held.looked_at, dict(held.kinds), held.extremes) == (whole.looked_at, dict(whole.kinds), whole.extremes)
    assert held.moments is not None
    assert held.moments.mean == pytest.approx(statistics.fmean(every), abs=1e-9)
    assert held.moments.deviation == pytest.approx(statistics.pstdev(every), abs=1e-9)
    assert held.distinct is not None
    assert held.distinct[0] <= len(set(every)) <= held.distinct[1]
    assert certain(held.values, every)
    if held.ranks.n == len(every):
        assert certain_ranks(held.ranks, every)


@given(PARTS)
def test_in_which_order_three_are_merged_changes_nothing_beyond_the_stated_bounds(parts: list[list[int]]) -> None:
    a, b, c = (summarised(look_at(field_of(part))) for part in parts)
    left, right = merged(merged(a, b), c).fields["total"], merged(a, merged(b, c)).fields["total"]
    every = [number for part in parts for number in part]
    for one in (left, right):
        assert certain(one.values, every)
        if one.ranks.n == len(every):
            assert certain_ranks(one.ranks, every)
    same = ("looked_at", "missing", "nulls", "blank", "kinds", "extremes", "distinct", "choice", "identity", "off")
    assert [getattr(left, name) for name in same] == [getattr(right, name) for name in same]
    assert left.moments is not None
    assert right.moments is not None
    assert left.moments.mean == pytest.approx(right.moments.mean, abs=1e-9)
    assert left.moments.squares == pytest.approx(right.moments.squares, abs=1e-6)


@given(st.lists(TEXTS, min_size=3, max_size=3))
def test_the_values_of_lists_merge_in_any_order_and_none_is_lost_unsaid(parts: list[list[str]]) -> None:
    a, b, c = map(texts_of, parts)
    left, right = merged(merged(a, b), c), merged(a, merged(b, c))
    assert left == right
    assert certain(left.fields["status"].values, [text for part in parts for text in part])


def test_more_values_than_are_kept_leave_the_rest_to_the_error() -> None:
    parts = [[f"v{n}" for n in range(start, start + 80) for _ in range(20 + n)] for start in (0, 60)]
    both = merged(*map(texts_of, parts)).fields["status"]
    assert len(both.values.listed) == 100
    assert both.values.error == 59, "the most frequent of those dropped"
    assert not both.choice
    assert certain(both.values, [text for part in parts for text in part])


def test_the_bound_of_ranks_is_stated() -> None:
    held = summary_of(list(range(1_000)) * 2)
    assert held.ranks.bound == pytest.approx(0.167)
    assert merged_moments(None, Moments(1, 2.0, 0.0)) == Moments(1, 2.0, 0.0)
    assert Ranks().bound == 1.0


def test_extremes_of_two_kinds_are_those_of_numbers_first() -> None:
    numbers = look_at(FieldProfile(name="x", looked_at=2, minimum=1, maximum=2))
    moments = look_at(FieldProfile(name="x", looked_at=2, minimum=START, maximum=START))
    for pair in ((numbers, moments), (moments, numbers)):
        assert merged(*map(summarised, pair)).fields["x"].extremes == (1, 2)


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.decimals(allow_nan=False)
    | st.datetimes()
    | st.datetimes(timezones=st.just(datetime.UTC))
    | st.dates()
    | st.times()
)


@given(SCALARS)
def test_a_value_comes_back_as_it_was_kept(value: Any) -> None:
    kept = brief(value)
    again = read(json.loads(dumps(written(kept))))
    assert (type(again), again) == (type(kept), kept)


@given(st.lists(st.fixed_dictionaries({"a": SCALARS.filter(lambda v: v != ""), "b": st.integers(0, 3)}), max_size=20))
def test_a_summary_comes_back_from_its_json(records: list[dict[str, Any]]) -> None:
    assume(all(value == value for record in records for value in record.values()))
    look = summarised(profile_of(records), shape_of("orders", records), "1.2.0", (12.0, 5.0))
    assert from_json(json.loads(dumps(as_json(look)))) == look


@given(NUMBERS, NUMBERS)
def test_a_merged_summary_comes_back_too(first: list[int], second: list[int]) -> None:
    both = merged(summarised(look_at(field_of(first))), summarised(look_at(field_of(second))))
    assert from_json(json.loads(dumps(as_json(both)))) == both


@pytest.mark.parametrize("data", [{}, {"form": 0}, {"form": 1}, {"form": 1, "rows": [1]}])
def test_what_is_no_summary_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"summary|version"):
        from_json(data)


def test_long_texts_are_told_apart_and_kept_short() -> None:
    first, second = (brief("x" * 100 + end) for end in "ab")
    assert first != second
    assert len(str(first)) == len(str(second)) == LONGEST
    assert brief(decimal.Decimal("1.50")) == decimal.Decimal("1.50")


def test_twenty_fields_take_less_than_three_kilobytes() -> None:
    numbers = [n * n % 997 for n in range(5_000)]
    fields = {f"number_{n}": field_of(numbers) for n in range(8)}
    words = profile_of([{f"word_{n}": "abcde"[row % 5] for n in range(12)} for row in range(1_000)]).fields
    look = look_at(field_of(numbers))
    shape = Shape(
        name="orders",
        fields=tuple(FieldShape(name=name, kinds=(Kind.INTEGER,)) for name in fields)
        + tuple(FieldShape(name=name, kinds=(Kind.STRING,)) for name in words),
    )
    whole = Profile(
        resource="shop",
        collection="orders",
        rows=look.rows,
        n=5_000,
        method=Grade.EXACT,
        as_of=START,
        fields=MappingProxyType({**fields, **words}),
    )
    assert len(dumps(as_json(summarised(whole, shape, "1.0.0")))) < 3_000


def test_keys_and_references_are_told_from_measures() -> None:
    shape = Shape(
        name="orders",
        fields=(FieldShape(name="id", kinds=(Kind.INTEGER,), key=1), FieldShape(name="size", kinds=(Kind.INTEGER,))),
    )
    records = [{"id": n, "size": n % 7} for n in range(100)]
    held = summarised(profile_of(records), shape).fields
    assert (held["id"].identity, held["size"].identity) == (True, False)
    assert held["id"].ranks == Ranks()


def test_values_off_a_declared_set_are_counted_and_named() -> None:
    records = [{"status": "paid"}] * 90 + [{"status": "payd"}] * 10
    held = summarised(profile_of(records, rules={"status": (OneOf(("paid", "lost")),)})).fields["status"]
    assert (held.off, held.strays) == (10, ("payd",))
