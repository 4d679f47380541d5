"""A sampled rate comes with the range that the whole may lie in."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from xregistry_tui.profiling.interval import wilson


@given(n=st.integers(1, 10_000), data=st.data())
def test_the_rate_lies_in_its_interval_and_the_interval_in_zero_to_one(n: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, n))
    population = data.draw(st.none() | st.integers(1, 100_000))
    low, high = wilson(hits, n, population)
    assert 0 <= low <= hits / n <= high <= 1


@given(n=st.integers(1, 1_000), data=st.data())
def test_more_of_the_population_is_never_less_certain(n: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, n))
    small, large = sorted(data.draw(st.tuples(st.integers(n, 5_000), st.integers(n, 5_000))))
    near, far = wilson(hits, n, small), wilson(hits, n, large)
    assert near[1] - near[0] <= far[1] - far[0] + 1e-12


def test_all_looked_at_is_certain_and_nothing_looked_at_says_nothing() -> None:
    assert wilson(3, 4, 4) == (0.75, 0.75)
    assert wilson(0, 0) == (0.0, 1.0)
