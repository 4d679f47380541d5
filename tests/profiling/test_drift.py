"""An alarm is a change worth saying; noise, and what a sample may have missed, is none."""

from __future__ import annotations

import datetime

from hypothesis import given
from hypothesis import strategies as st

from tests.enrichment.engine import START, Record, profile_of
from tests.profiling.test_quality import records
from xregistry_tui.profiling.drift import carry, compare
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.profiling.profile import Profile

LATER = START + datetime.timedelta(minutes=5)


def orders(paid: int, shipped: int, **more: int) -> list[Record]:
    counts = {"paid": paid, "shipped": shipped, **more}
    return [{"status": status} for status, count in counts.items() for _ in range(count)]


def said(before: Profile, after: Profile) -> list[tuple[str, str]]:
    return [(alarm.code, alarm.message) for alarm in compare(before, after, now=LATER)]


@given(held=records, method=st.sampled_from(list(Grade)))
def test_nothing_changed_says_nothing(held: list[Record], method: Grade) -> None:
    looked = profile_of(held, grade=method)
    assert compare(looked, looked, now=LATER) == ()


@given(before=records, after=records, methods=st.tuples(st.sampled_from(list(Grade)), st.sampled_from(list(Grade))))
def test_any_two_looks_can_be_compared(before: list[Record], after: list[Record], methods: tuple[Grade, Grade]) -> None:
    alarms = compare(profile_of(before, grade=methods[0]), profile_of(after, grade=methods[1]), now=LATER)
    assert all(alarm.since == LATER and alarm.message for alarm in alarms)


def test_a_value_never_seen_before_is_new() -> None:
    before, after = profile_of(orders(1_500, 500)), profile_of(orders(1_500, 494, shiped=6))
    assert said(before, after) == [("new_value", "status: new value “shiped”, 6 of 2,000")]


def test_a_value_that_a_sample_may_have_missed_is_not() -> None:
    before = profile_of(orders(1_500, 500), grade=Grade.SAMPLE, rows=1_000_000)
    after = profile_of(orders(1_500, 498, shiped=2), grade=Grade.SAMPLE, rows=1_000_000)
    assert said(before, after) == []
    often = profile_of(orders(1_500, 480, shiped=20), grade=Grade.SAMPLE, rows=1_000_000)
    assert [code for code, _ in said(before, often)] == ["new_value"]


def test_a_value_that_vanished_is_said_unless_it_was_a_slip() -> None:
    before = profile_of(orders(1_500, 500, refunded=40, shiped=2))
    assert said(before, profile_of(orders(1_500, 542))) == [
        ("lost_value", "status: “refunded” vanished, was 40 of 2,042")
    ]


def test_free_text_and_measures_have_no_new_values() -> None:
    before = profile_of([{"note": f"note {n}", "total": n % 3} for n in range(100)])
    after = profile_of([{"note": f"other {n}", "total": 7} for n in range(100)])
    assert said(before, after) == [
        ("distance", "total: its values moved, median 1 → 7, 3.01 interquartile ranges"),
    ]


def test_a_field_that_empties_is_said_with_both_rates() -> None:
    before = profile_of([{"coupon": "A" if n % 2 else None} for n in range(2_000)])
    after = profile_of([{"coupon": "A" if n % 10 == 0 else None} for n in range(2_000)])
    assert said(before, after) == [("fill", "coupon: filled 50.0 % → 10.0 %")]


def test_a_fill_that_moves_as_samples_do_is_not() -> None:
    before = profile_of([{"coupon": "A" if n < 50 else None} for n in range(100)], grade=Grade.SAMPLE)
    after = profile_of([{"coupon": "A" if n < 58 else None} for n in range(100)], grade=Grade.SAMPLE)
    assert said(before, after) == []


def test_a_type_that_was_not_there_before_is_said() -> None:
    before = profile_of([{"total": n} for n in range(100)])
    after = profile_of([{"total": n} for n in range(97)] + [{"total": "12 EUR"}] * 3)
    assert said(before, after) == [("kind", "total: string appeared, 3 of 100")]


def test_half_of_the_rows_gone_is_said() -> None:
    before, after = profile_of(orders(1_500, 500)), profile_of(orders(66, 22))
    assert said(before, after) == [("volume", "volume: 2,000 → 88 rows")]


def test_an_alarm_that_stands_keeps_its_first_moment() -> None:
    before, after = profile_of(orders(1_500, 500)), profile_of(orders(1_500, 494, shiped=6))
    more = profile_of(orders(1_500, 490, shiped=10))
    first = compare(before, after, now=START)
    again = carry(first, compare(before, more, now=LATER))
    assert [alarm.since for alarm in again] == [START]
    assert "10 of 2,000" in again[0].message
    assert carry(first, ()) == ()
