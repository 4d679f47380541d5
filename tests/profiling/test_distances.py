"""Every figure of an alarm is what a plain reckoning by hand makes of the same two looks."""

from __future__ import annotations

import datetime
import math
import random
import statistics
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.enrichment.engine import START, profile_of
from tests.profiling.test_summary import field_of, look_at
from xregistry_tui.profiling.distances import (
    Distribution,
    binned,
    distribution,
    explained_distance,
    explained_index,
    population_stability_index,
    wasserstein,
)
from xregistry_tui.profiling.drift import Alarm, Asked, Thresholds, changed
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.profiling.profile import FieldProfile, Figure, Profile
from xregistry_tui.profiling.summary import Summary, summarised
from xregistry_tui.schema.shape import FieldShape, Kind, Shape

OLDEST = START - datetime.timedelta(days=9)
LATER = START + datetime.timedelta(hours=1)
FEW = st.lists(st.sampled_from("abcd"), min_size=100, max_size=400)
MANY = st.lists(st.integers(0, 300), min_size=100, max_size=400)


USUAL = Thresholds()


def said(before: Summary, after: Summary, thresholds: Thresholds = USUAL) -> dict[str, Alarm]:
    return {alarm.code: alarm for alarm in changed(before, after, Asked(now=LATER, thresholds=thresholds))}


def words(texts: list[str]) -> Summary:
    return summarised(profile_of([{"status": text} for text in texts]))


def numbers(values: list[int]) -> Summary:
    return summarised(look_at(field_of(values)))


def naive_index(before: list[float], after: list[float]) -> float:
    """The index as it is written in books."""
    p = [(count + 0.5) / (sum(before) + 0.5 * len(before)) for count in before]
    q = [(count + 0.5) / (sum(after) + 0.5 * len(after)) for count in after]
    return sum((b - a) * math.log(b / a) for a, b in zip(p, q, strict=True))


@given(FEW, FEW)
def test_the_index_of_categories_is_that_of_their_counts(first: list[str], second: list[str]) -> None:
    alarm = said(words(first), words(second), Thresholds(index=0.0)).get("index")
    counts = Counter(first), Counter(second)
    values = sorted({*counts[0], *counts[1]})
    expected = naive_index(*([float(count[value]) for value in values] for count in counts))
    explained = explained_index(len(values), len(first), len(second))
    assert (alarm is not None) == (expected > explained)
    if alarm is not None:
        assert alarm.figure == pytest.approx(expected)


@settings(max_examples=30, deadline=None)
@given(MANY, MANY, st.integers(0, 200))
def test_the_distance_is_the_mean_distance_of_the_middle_half(first: list[int], second: list[int], by: int) -> None:
    before, after = numbers(first), numbers([value + by for value in second])
    alarm = said(before, after).get("distance")
    a, b = (known(look) for look in (before, after))
    steps = [0.25 + 0.5 * (step + 0.5) / 400 for step in range(400)]
    expected = statistics.fmean(abs(naive_quantile(b, u) - naive_quantile(a, u)) for u in steps)
    assert wasserstein(a, b) == pytest.approx(expected, rel=0.02, abs=0.5)
    if alarm is not None:
        unit = naive_quantile(a, 0.75) - naive_quantile(a, 0.25)
        assert alarm.figure == pytest.approx(wasserstein(a, b) / unit)
        assert alarm.figure > 4 * math.sqrt(1 / len(first) + 1 / len(second))


def known(look: Summary) -> Distribution:
    held = look.fields["total"]
    found = distribution(held.values, held.ranks)
    assert found is not None
    return found


def naive_quantile(held: Distribution, share: float) -> float:
    """The least value whose share is reached, searched by halving."""
    low, high = held.knots[0][0], held.knots[-1][0]
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (low, middle) if held.up_to(middle) >= share else (middle, high)
    return high


@given(MANY, MANY)
def test_the_index_of_numbers_is_that_of_the_bins_between_the_earlier_quartiles(
    first: list[int], second: list[int]
) -> None:
    before, after = numbers(first), numbers(second)
    a, b = known(before), known(after)
    edges = sorted({naive_quantile(a, share) for share in (0.25, 0.5, 0.75)})
    counts = [
        [(high - low) * held.n for low, high in pairwise([0.0, *(held.up_to(edge) for edge in edges), 1.0])]
        for held in (a, b)
    ]
    expected = population_stability_index(*binned(a, b))
    assert expected == pytest.approx(naive_index(*counts), rel=0.02, abs=0.02)
    alarm = said(before, after, Thresholds(distance=math.inf, index=0.0)).get("index")
    if alarm is not None:
        assert alarm.figure == pytest.approx(expected)


@given(st.lists(st.integers(0, 15), min_size=30, max_size=200))
def test_of_few_numbers_the_distribution_is_known_whole(values: list[int]) -> None:
    held = known(numbers(values))
    for value in range(-1, 17):
        on_a_knot = value in values
        share = sum(other <= value for other in values) / len(values)
        assert not on_a_knot or held.up_to(value) == pytest.approx(share)


@given(MANY)
def test_a_distribution_is_at_no_distance_from_itself(values: list[int]) -> None:
    held = known(numbers(values))
    assert wasserstein(held, held) == 0
    assert population_stability_index(*binned(held, held)) == pytest.approx(0)
    shares = [share for knot in held.knots for share in knot[1:]]
    assert shares == sorted(shares)
    assert 0 <= shares[0] <= shares[-1] == pytest.approx(1)


def drawn(seed: int, n: int, centre: float = 3.0) -> list[int]:
    chance = random.Random(seed)
    return [int(chance.lognormvariate(centre, 1) * 10) for _ in range(n)]


@pytest.mark.parametrize("n", [30, 300, 3_000])
def test_what_chance_explains_is_no_drift(n: int) -> None:
    looks = [numbers(drawn(seed, n)) for seed in range(60)]
    assert [code for a, b in pairwise(looks) for code in said(a, b)] == []
    chance = random.Random(1)
    lists = [words(chance.choices("abcd", [60, 30, 9, 1], k=max(n, 100))) for _ in range(60)]
    known_codes = {"new_value", "lost_value"}  # of whole counts these are certain
    assert [code for a, b in pairwise(lists) for code in said(a, b) if code not in known_codes] == []


def test_a_price_that_rises_by_half_is_a_distance_and_one_outlier_is_none() -> None:
    before = drawn(1, 3_000)
    alarm = said(numbers(before), numbers([value * 3 // 2 for value in drawn(2, 3_000)]))["distance"]
    assert alarm.message.startswith("total: its values moved, median 198 → 298, 0.4")
    assert not said(numbers(before), numbers([*drawn(2, 2_999), 10**9]))


def test_a_frequent_value_that_is_no_longer_quite_the_median_is_no_drift() -> None:
    before = [0] * 505 + list(range(1, 496))
    after = [0] * 495 + list(range(1, 506))
    assert not said(numbers(before), numbers(after))


@pytest.mark.parametrize(("bins", "n"), [(2, 200), (5, 500), (12, 3_000)])
def test_the_index_of_samples_stays_below_what_chance_explains(bins: int, n: int) -> None:
    chance = random.Random(7)
    over = 0
    for _ in range(400):
        counts = [Counter(chance.choices(range(bins), k=n)) for _ in range(2)]
        index = population_stability_index(*([count[value] for value in range(bins)] for count in counts))
        over += index > explained_index(bins, n, n)
    assert over <= 2
    assert explained_distance(0, 5) == math.inf


@given(st.integers(100, 5_000), st.integers(0, 5_000), st.data())
def test_fill_and_volume_are_shares_of_what_was_looked_at(n: int, m: int, data: st.DataObject) -> None:
    filled = data.draw(st.integers(0, n)), data.draw(st.integers(0, m))
    looks = [
        summarised(look_at(FieldProfile(name="coupon", looked_at=of, nulls=of - some)))
        for of, some in zip((n, m), filled, strict=True)
    ]
    alarms = said(*looks)
    if "fill" in alarms:
        assert alarms["fill"].figure == pytest.approx(filled[1] / m - filled[0] / n)
        assert abs(alarms["fill"].figure or 0.0) >= 0.01
    assert ("volume" in alarms) == (m <= n / 2)
    if "volume" in alarms:
        assert alarms["volume"].figure == pytest.approx(m / n)


def growing(rows: int, at: datetime.datetime, grown: tuple[float, float] | None = None, **more: object) -> Summary:
    seen = FieldProfile(
        name="placed_at", looked_at=rows, minimum=more.get("oldest", OLDEST), maximum=more.get("newest", at)
    )  # type: ignore[arg-type]
    return replace(summarised(look_at(seen), grown=grown), as_of=at)


def test_rows_that_come_at_a_tenth_of_the_pace_are_said() -> None:
    before, after = growing(10_000, START), growing(10_605, LATER, (5.0, 5.0))
    alarm = said(before, after)["pace"]
    assert alarm.message == "volume: 11 → 1 rows per minute"
    assert alarm.figure == pytest.approx(5 / (600 / 55 * 5))
    assert "pace" not in said(before, growing(10_650, LATER, (48.0, 5.0)))


def test_where_the_oldest_are_taken_away_rows_tell_no_pace() -> None:
    before = growing(10_000, START)
    after = growing(10_605, LATER, (5.0, 5.0), oldest=START - datetime.timedelta(days=8))
    assert "pace" not in said(before, after)


def typed(*fields: FieldShape, method: Grade = Grade.EXACT) -> Summary:
    look = Profile(
        resource="shop", collection="orders", rows=Figure(value=100), n=100, method=method, as_of=START, fields={}
    )
    return summarised(look, Shape(name="orders", fields=fields), "1.0.0")


def test_fields_that_come_and_go_and_change_their_kind_are_said() -> None:
    size, city = FieldShape(name="size", kinds=(Kind.INTEGER,)), FieldShape(name="city", kinds=(Kind.STRING,))
    before = typed(size, city)
    after = typed(replace(size, kinds=(Kind.STRING,)), FieldShape(name="town", kinds=(Kind.STRING,)))
    alarms = said(before, after)
    assert {code: alarm.message for code, alarm in alarms.items()} == {
        "retyped": "size: integer → string",
        "field_gone": "city: the field is gone, was string",
        "field_came": "town: a new field, string",
    }
    assert [code for code, alarm in alarms.items() if alarm.sure] == ["field_gone"]
    assert alarms["retyped"].version == "1.0.0"
    assert said(typed(size, method=Grade.CATALOGUE), after).keys() == {"retyped", "field_came"}


def test_a_field_that_few_documents_have_may_only_be_unseen() -> None:
    rare = FieldShape(name="fax", kinds=(Kind.STRING,), required=False)
    before = replace(
        typed(rare), fields={"fax": replace(typed(rare).fields["fax"], looked_at=1_000, missing=999)}, n=1_000
    )
    assert not said(before, typed(FieldShape(name="x", required=False)))


def test_a_timestamp_that_stands_still_is_said_with_its_age() -> None:
    before, after = growing(10, START), growing(10, LATER, newest=START)
    (alarm,) = changed(before, after, Asked(now=LATER, limits={"placed_at": 600.0}))
    assert (alarm.code, alarm.figure) == ("freshness", 3600.0)
    assert alarm.message == "placed_at: nothing newer for 1 h, expected within 10 min"
    assert changed(before, after, Asked(now=LATER, limits={"placed_at": 3600.0})) == ()
