"""What is kept of too many values is never wrong by more than it says."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xregistry_tui.resources.documents.column import COUNTED, Column
from xregistry_tui.resources.documents.seeing import Seeing
from xregistry_tui.resources.documents.sketches import Moments, Reservoir, TopValues
from xregistry_tui.schema.inference import Observed, every

batches = st.lists(st.lists(st.integers(0, 40), min_size=1, max_size=60), min_size=1, max_size=8)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)
documents = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=5),
    max_leaves=12,
)


@given(st.lists(documents, min_size=1, max_size=8))
def test_seeing_in_place_concludes_what_merging_does(values: list[object]) -> None:
    seeing = Seeing()
    for value in values:
        seeing.see(value)
    assert seeing.observed() == every(Observed.of(value) for value in values)


def test_seeing_objects_with_too_many_names_concludes_what_merging_does() -> None:
    values = [{f"k{n}": {"x": n}} for n in range(450)] * 2
    seeing = Seeing()
    for value in values:
        seeing.see(value)
    assert seeing.observed() == every(Observed.of(value) for value in values)


@given(batches)
def test_top_values_are_low_by_no_more_than_the_error(found: list[list[int]]) -> None:
    top: TopValues[int] = TopValues(5)
    true: Counter[int] = Counter()
    for batch in found:
        top.fold(Counter(batch))
        true.update(batch)
    kept = dict(top.most(5))
    assert all(count <= true[value] <= count + top.error for value, count in kept.items())
    assert top.error <= sum(true.values()) / 6, "the bound of the paper"


@given(batches)
def test_moments_are_those_of_all_values(found: list[list[int]]) -> None:
    moments, values = Moments(), [value for batch in found for value in batch]
    for batch in found:
        moments.fold(Counter(batch))
    mean = sum(values) / len(values)
    assert moments.mean == pytest.approx(mean)
    assert moments.deviation**2 == pytest.approx(sum((v - mean) ** 2 for v in values) / len(values), abs=1e-9)


def test_a_draw_is_fair_however_the_values_arrive() -> None:
    drawn: Reservoir[int] = Reservoir(1_000)
    for start in range(0, 100_000, 2_500):
        drawn.fold(range(start, start + 2_500), [1] * 2_500)
    ordered = sorted(drawn.values)
    assert len(ordered) == 1_000
    for share in (0.25, 0.5, 0.75):
        assert ordered[int(share * 1_000)] == pytest.approx(share * 100_000, abs=2 * drawn.rank_error * 100_000)


def test_a_column_of_many_values_gives_bounds() -> None:
    column = Column(int)
    for value in range(50_000):
        column.batch[value % 25_000] = column.batch.get(value % 25_000, 0) + 1
        if value % 1_000 == 999:
            column.settle()
    column.finish()
    assert column.bounded
    assert COUNTED < column.distinct <= 25_000
    assert (column.low, column.high) == (0, 24_999)
    assert column.moments.mean == pytest.approx(12_499.5)
    assert column.quantiles()[1][1] == pytest.approx(12_500, rel=0.05)
    assert sum(column.histogram(10).counts) == pytest.approx(50_000, rel=0.01)
