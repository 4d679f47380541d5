"""A sampled figure comes with the range that the whole may lie in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xregistry_tui.profiling.distinct import hashed
from xregistry_tui.profiling.formats import matching
from xregistry_tui.profiling.interval import Clustered, between, clustered, wilson


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


def clusters_of(pages: list[list[bool]]) -> Clustered:
    hits = [sum(page) for page in pages]
    sizes = [len(page) for page in pages]
    return Clustered(
        len(pages),
        sum(hits),
        sum(sizes),
        sum(h * h for h in hits),
        sum(h * b for h, b in zip(hits, sizes, strict=True)),
        sum(b * b for b in sizes),
    )


PAGES = st.lists(st.lists(st.booleans(), min_size=1, max_size=30), min_size=1, max_size=40)


@given(PAGES)
def test_a_rate_by_pages_lies_in_its_interval_which_is_never_narrower_than_by_records(pages: list[list[bool]]) -> None:
    sums = clusters_of(pages)
    low, high = clustered(sums)
    alone = wilson(sums.hits, sums.base)
    assert 0 <= low <= sums.share + 1e-12
    assert sums.share - 1e-12 <= high <= 1
    assert high - low >= alone[1] - alone[0] - 1e-9


def test_pages_that_are_alike_within_count_once_each() -> None:
    sums = clusters_of([[bool(page % 2)] * 30 for page in range(100)])
    assert 90 < sums.effective < 110, "3,000 records say as much as 100"
    assert clusters_of([[True] * 30] * 100).effective == 100, "what never varied may vary by page"
    single = clusters_of([[bool(number % 2)] for number in range(1000)])
    assert 990 < single.effective <= 1000, "records drawn one by one count one by one"


def test_the_values_around_a_quantile_are_read_from_a_grid() -> None:
    grid = list(range(401))
    assert between(grid, 0.49, 0.51) == (196, 204)
    assert between(grid, -1.0, 2.0) == (0, 400)


@given(st.integers(0, 30_000), st.integers(0, 8))
def test_distinct_values_counted_by_a_share_of_hashes_lie_in_their_interval(kept: int, bits: int) -> None:
    figure = hashed(kept, 2.0**-bits, 10**9)
    assert (figure.low is None) == (bits == 0)
    if figure.low is not None and figure.high is not None:
        assert kept <= figure.low <= figure.value <= figure.high


@pytest.mark.parametrize(
    ("name", "texts"),
    {
        "email": ["a@b.org", "a.b+c@d-e.co.uk"],
        "uuid": ["123e4567-e89b-12d3-a456-426614174000"],
        "url": ["https://example.org/a?b=c", "http://localhost:8000"],
        "date": ["2024-02-29"],
        "date-time": ["2024-02-29T10:11:12Z", "2024-02-29 10:11:12.5+02:00"],
        "time": ["10:11", "23:59:59"],
        "phone": ["+49 30 123456", "(555) 123-4567", "030 / 1234567", "555-123-4567"],
        "ipv4": ["10.0.0.255"],
        "ipv6": ["2001:db8::1", "::1", "1:2:3:4:5:6:7:8"],
        "json": ['{"a": [1]}', "[\n1]"],
        "integer": ["-12", "007"],
        "number": ["1.5", "-.5e3"],
    }.items(),
)
def test_formats_are_told_by_the_whole_text(name: str, texts: list[str]) -> None:
    for text in texts:
        assert name in matching(text)
        assert name not in matching(f"see {text} there")
    assert not set(matching("")) | set(matching("plain words")) | set(matching("2024-02-29x"))


def test_a_day_is_no_phone_number_and_a_time_no_address() -> None:
    assert list(matching("2024-01-01")) == ["date"]
    assert list(matching("12:34:56")) == ["time"]
