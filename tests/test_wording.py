"""How figures, moments, sizes and values are written, on every face alike."""

from __future__ import annotations

import datetime
import decimal
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xregistry_tui.profiling import wording
from xregistry_tui.profiling.interval import wilson
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.profiling.profile import Figure

NOW = datetime.datetime(2024, 5, 1, 14, 2, 31, tzinfo=datetime.UTC)
SHARES = st.floats(0, 1)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals()
    | st.text()
    | st.binary()
    | st.datetimes()
    | st.datetimes(timezones=st.just(datetime.UTC))
    | st.dates()
    | st.times()
    | st.lists(st.integers())
)


@pytest.mark.parametrize(
    ("figure", "written"),
    [
        (None, "—"),
        (Figure(value=math.nan), "—"),
        (Figure(value=1_204_113), "1,204,113"),
        (Figure(value=0), "0"),
        (Figure(value=1_204_113, method=Grade.CATALOGUE), "≈ 1.2 M"),
        (Figure(value=88_123, approximate=True), "≈ 88 k"),
        (Figure(value=1_880, method=Grade.SAMPLE, low=1_800, high=2_000), "≈ 1,880"),
        (Figure(value=1_880, method=Grade.SAMPLE, low=1_880, high=1_880), "1,880"),
        (Figure(value=6, method=Grade.SAMPLE, at_least=True), "≥ 6"),
    ],
)
def test_a_count_says_how_good_it_is(figure, written):
    assert wording.write(figure) == written


@pytest.mark.parametrize(
    ("figure", "written"),
    [
        (None, "—"),
        (Figure(value=1), "100"),
        (Figure(value=0.99999), ">99.9"),
        (Figure(value=0.246), "24.6"),
        (Figure(value=0), "0"),
        (Figure(value=0.982, method=Grade.SAMPLE, low=0.973, high=0.99), "98.2 ±0.9"),
        (Figure(value=1, method=Grade.SAMPLE, low=0.998, high=1), "≥99.8"),
        (Figure(value=0, method=Grade.SAMPLE, low=0, high=0.0019), "≤0.2"),
        (Figure(value=1, method=Grade.SAMPLE, low=1, high=1), "100"),
        (Figure(value=0.997, method=Grade.CATALOGUE, approximate=True), "≈ 99.7"),
    ],
)
def test_a_percentage_says_how_good_it_is(figure, written):
    assert wording.write(figure, percent=True) == written


@given(st.integers(1, 100_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_sampled_share_of_all_is_never_written_as_certain(hits_of_n):
    hits, n = hits_of_n
    low, high = wilson(hits, n)
    written = wording.write(Figure(value=hits / n, method=Grade.SAMPLE, low=low, high=high), percent=True)
    assert any(mark in written for mark in "±≥≤")
    assert len(written) <= 11


@given(SHARES)
def test_only_all_is_a_hundred_and_only_none_is_zero(share):
    written = wording.percent(share)
    assert (written == "100") == (share == 1)
    assert (written == "0") == (share == 0)
    assert len(written) <= 5


@given(st.floats(-1e15, 1e15))
def test_a_compact_number_keeps_its_magnitude(value):
    factors = {"k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
    written = wording.compact(value)
    number, _, unit = written.partition(" ")
    assert float(number.replace(",", "")) * factors.get(unit, 1) == pytest.approx(value, rel=0.051, abs=0.006)
    assert len(written) <= 9


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0.2, "now"), (2, "2 s ago"), (250, "4 min ago"), (3 * 3600, "3 h ago"), (-4, "in 4 s"), (2e8, "6 y ago")],
)
def test_moments_are_told_from_now(seconds, written):
    assert wording.ago(NOW - datetime.timedelta(seconds=seconds), NOW) == written


def test_no_moment_is_a_dash():
    assert (wording.ago(None, NOW), wording.since(None, NOW), wording.duration(None)) == ("—", "—", "—")


@pytest.mark.parametrize(
    ("milliseconds", "written"),
    [(0.01, "0 ms"), (0.3, "0.3 ms"), (0.96, "1 ms"), (9.2, "9 ms"), (1234, "1.2 s"), (125_000, "2 min")],
)
def test_durations_are_in_the_unit_that_reads_best(milliseconds, written):
    assert wording.duration(milliseconds) == written


@pytest.mark.parametrize(
    ("change", "written"),
    [(12, "+12"), (-3.2, "−3"), (0, "0"), (0.04, "0"), (0.4, "+0.4"), (88_000, "+88 k"), (None, "—")],
)
def test_a_change_has_a_sign(change, written):
    assert wording.signed(change) == written


@pytest.mark.parametrize(("count", "written"), [(12, "12 B"), (4_096, "4.1 kB"), (16_000_000, "16 MB")])
def test_sizes_are_in_decimal_units(count, written):
    assert wording.size(count) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, "null"),
        (True, "true"),
        (1204113, "1,204,113"),
        (1284.5, "1,284.5"),
        (decimal.Decimal("1284.50"), "1,284.50"),
        (math.nan, "NaN"),
        (-math.inf, "-∞"),
        (datetime.datetime(2023, 1, 2, tzinfo=datetime.UTC), "2023-01-02"),
        (datetime.datetime(2023, 1, 2, 14, 5, tzinfo=datetime.UTC), "2023-01-02 14:05"),
        (datetime.datetime.fromisoformat("2023-01-02 14:05:09"), "2023-01-02 14:05:09"),
        (datetime.time(14, 5), "14:05"),
        (b"x" * 4096, "b 4.1 kB"),
        ("two\nlines", "two␊lines"),
        ("x" * 99, "x" * 29 + "…"),
        ([1, {"a": None}], '[1, {"a": null}]'),
    ],
)
def test_a_value_is_one_line_of_text(value, written):
    assert wording.scalar(value, 30) == written


def test_an_integer_beyond_all_limits_is_written_with_an_exponent():
    assert wording.scalar(10**6000, 30) == "1.000e+6000"


def test_a_number_that_does_not_fit_keeps_its_magnitude():
    assert [wording.scalar(1_204_113, width) for width in (9, 7, 5)] == ["1,204,113", "1204113", "1.2 M"]


@given(SCALARS, st.integers(0, 40))
def test_a_value_never_exceeds_its_width_and_is_one_line(value, width):
    written = wording.scalar(value, width)
    assert len(written) <= width
    assert len(written.splitlines()) <= 1


@given(st.none() | st.floats(), st.integers(0, 40))
def test_a_bar_has_exactly_its_width(share, width):
    assert len(wording.bar(share, width)) == width


@given(SHARES, st.integers(1, 40))
def test_only_all_fills_a_bar_and_only_none_leaves_it_empty(share, width):
    drawn = wording.bar(share, width)
    assert (drawn == "█" * width) == (share == 1)
    assert (drawn.strip() == "") == (share == 0)


@given(st.lists(st.floats(-1e9, 1e9)), st.integers(0, 40), st.booleans())
def test_a_spark_never_exceeds_its_width(counts, width, from_zero):
    drawn = wording.spark(counts, width, from_zero=from_zero)
    assert len(drawn) == min(len(counts), width)
    assert set(drawn) <= set("▁▂▃▄▅▆▇█")


def test_a_spark_draws_heights_or_a_trend():
    assert wording.spark([8, 4, 0], 3) == "█▅▁"
    assert wording.spark([1000, 1001, 1002], 3, from_zero=False) == "▁▅█"
    assert wording.spark([5, 5], 2, from_zero=False) == "▁▁"
