"""Quality says what share of the records is as it should be, and never more than was looked at."""

from __future__ import annotations

import datetime
from dataclasses import fields, replace
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from tests.enrichment.engine import START, profile_of, shape_of
from xregistry_tui.profiling.interval import wilson
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.profiling.profile import FieldProfile, Figure, Profile, RuleResult
from xregistry_tui.profiling.quality import Quality, assess
from xregistry_tui.profiling.summary import summarised
from xregistry_tui.profiling.timeliness import LEAST_STEPS, Steps, stepped, usual
from xregistry_tui.schema.json_schema import shape_of_model
from xregistry_tui.schema.rules import OneOf, Range, Reference, Required, Unique
from xregistry_tui.schema.shape import FieldShape, Kind, Shape

records = st.lists(
    st.fixed_dictionaries(
        {"a": st.none() | st.integers(0, 3), "b": st.none() | st.sampled_from(["", " ", "x", "y"])},
        optional={"c": st.integers() | st.text(max_size=2)},
    ),
    max_size=30,
)


def dimensions(quality: Quality) -> tuple[Figure | None, ...]:
    """Every dimension of a quality."""
    return tuple(getattr(quality, each.name) for each in fields(Quality))


def shape(*fields: FieldShape, unique: tuple[tuple[str, ...], ...] = ()) -> Shape:
    return Shape(name="orders", fields=fields, unique=unique)


def profile(field: FieldProfile, method: Grade = Grade.EXACT, rows: int | None = None) -> Profile:
    return Profile(
        resource="shop",
        collection="orders",
        rows=Figure(value=rows if rows is not None else field.looked_at),
        n=field.looked_at,
        method=method,
        as_of=START,
        fields=MappingProxyType({field.name: field}),
    )


def test_complete_is_what_is_neither_missing_nor_null_nor_blank() -> None:
    seen = FieldProfile(name="email", looked_at=100, missing=5, nulls=10, blank=5)
    assessed = assess(profile(seen), shape(FieldShape(name="email", nullable=False)), now=START)
    figure = assessed.fields["email"].completeness
    assert figure is not None
    assert figure.value == 0.8
    assert assessed.model.completeness == figure


def test_absence_where_it_is_allowed_does_not_count_against_the_model() -> None:
    seen = FieldProfile(name="coupon", looked_at=100, nulls=75)
    assessed = assess(profile(seen), shape(FieldShape(name="coupon", nullable=True)), now=START)
    assert assessed.fields["coupon"].completeness is not None
    assert assessed.model.completeness is None


def test_valid_is_by_the_rule_that_fails_most() -> None:
    rules = (
        RuleResult(rule=Range(gt=0), checked=100, failed=2),
        RuleResult(rule=Range(lt=9), checked=100, failed=10),
        RuleResult(rule=OneOf((1, 2)), checked=0, failed=None),
    )
    seen = FieldProfile(name="total", looked_at=100, rules=rules)
    figure = assess(profile(seen), shape(FieldShape(name="total")), now=START).fields["total"].validity
    assert figure is not None
    assert figure.value == 0.9


@pytest.mark.parametrize(
    "rules",
    [
        (),
        (RuleResult(rule=Range(gt=0), checked=0, failed=None),),
        (RuleResult(rule=Required(), checked=100, failed=50), RuleResult(rule=Unique(), checked=100, failed=50)),
    ],
)
def test_where_no_rule_of_values_was_checked_validity_is_not_assessed(rules: tuple[RuleResult, ...]) -> None:
    seen = FieldProfile(name="total", looked_at=100, rules=rules)
    assert assess(profile(seen), shape(FieldShape(name="total")), now=START).fields["total"].validity is None


@pytest.mark.parametrize(
    "held",
    [
        shape(FieldShape(name="id", key=1)),
        shape(FieldShape(name="id"), unique=(("id",),)),
        shape(FieldShape(name="id", rules=(Unique(),))),
    ],
)
def test_unique_is_asked_of_keys_only(held: Shape) -> None:
    seen = FieldProfile(name="id", looked_at=100, nulls=20, once=60)
    figure = assess(profile(seen), held, now=START).fields["id"].uniqueness
    assert figure is not None
    assert figure.value == 0.75


def test_part_of_a_key_need_not_be_unique() -> None:
    seen = FieldProfile(name="order_id", looked_at=100, once=0)
    held = shape(FieldShape(name="order_id", key=1), FieldShape(name="line", key=2))
    assert assess(profile(seen), held, now=START).fields["order_id"].uniqueness is None


def test_whole_numbers_among_fractions_are_consistent_and_text_is_not() -> None:
    kinds = MappingProxyType({Kind.NUMBER: 60, Kind.INTEGER: 30, Kind.STRING: 10})
    seen = FieldProfile(name="total", looked_at=100, kinds=kinds)
    figure = assess(profile(seen), shape(FieldShape(name="total")), now=START).fields["total"].consistency
    assert figure is not None
    assert figure.value == 0.9


def test_a_sample_gives_an_interval_and_a_count_does_not() -> None:
    seen = FieldProfile(name="email", looked_at=100, nulls=2)
    held = shape(FieldShape(name="email", nullable=False))
    sampled = assess(profile(seen, Grade.SAMPLE, rows=10_000), held, now=START).model.completeness
    assert sampled is not None
    assert (sampled.low, sampled.high) == wilson(98, 100, 10_000)
    counted = assess(profile(seen), held, now=START).model.completeness
    assert counted is not None
    assert counted.low is None


def test_where_nothing_was_looked_at_nothing_is_said() -> None:
    seen = FieldProfile(name="email", looked_at=0)
    assessed = assess(profile(seen), shape(FieldShape(name="email", key=1, nullable=False)), now=START)
    assert assessed.model.overall is None
    assert assessed.fields["email"].overall is None


@given(held=records, method=st.sampled_from([Grade.EXACT, Grade.SAMPLE]))
def test_every_rate_is_a_share_within_its_interval(held: list[dict[str, object]], method: Grade) -> None:
    rules = {"a": (Required(), OneOf((0, 1)), Range(le=2)), "b": (OneOf(("x",)),)}
    looked = profile_of(held, grade=method, rows=len(held) * 3, rules=rules)
    assessed = assess(looked, shape_of("orders", held), now=START)
    for quality in (assessed.model, *assessed.fields.values()):
        for figure in dimensions(quality):
            if figure is not None:
                assert figure.population is not None
                assert 0 < figure.population <= len(held)
                low = figure.value if figure.low is None else figure.low
                high = figure.value if figure.high is None else figure.high
                assert 0 <= low <= figure.value <= high <= 1
    assert set(assessed.fields) == set(looked.fields)


def test_texts_of_another_form_are_inconsistent() -> None:
    kinds = MappingProxyType({Kind.STRING: 99, Kind.INTEGER: 1})
    seen = FieldProfile(name="email", looked_at=100, kinds=kinds, formats=(("email", 0.9),))
    figure = assess(profile(seen), shape(FieldShape(name="email")), now=START).fields["email"].consistency
    assert figure == Figure(value=0.9, population=100)
    apart = replace(seen, spread=Grade.SAMPLE)
    figure = assess(profile(apart), shape(FieldShape(name="email")), now=START).fields["email"].consistency
    assert figure == Figure(value=0.9, method=Grade.SAMPLE, approximate=True, population=100)


def test_a_reference_that_finds_nothing_is_inconsistent_not_invalid() -> None:
    kinds = MappingProxyType({Kind.INTEGER: 100})
    rules = (RuleResult(rule=Reference("customers", "id"), checked=100, failed=20),)
    seen = FieldProfile(name="customer_id", looked_at=100, kinds=kinds, rules=rules)
    quality = assess(profile(seen), shape(FieldShape(name="customer_id")), now=START).fields["customer_id"]
    assert quality.validity is None
    assert quality.consistency is not None
    assert quality.consistency.value == 0.8


class Order(BaseModel):
    placed_at: datetime.datetime | None = Field(json_schema_extra={"freshness": 600})
    total: float = Field(json_schema_extra={"freshness": 600})


def seen_at(newest: object) -> FieldProfile:
    return FieldProfile(name="placed_at", looked_at=100, minimum=newest, maximum=newest)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("minutes", "rate"), [(-5, 1.0), (0, 1.0), (10, 1.0), (20, 0.5), (100, 0.1)], ids=lambda value: str(value)
)
def test_timely_is_what_is_no_older_than_declared_and_less_so_the_older_it_gets(minutes: int, rate: float) -> None:
    declared = shape_of_model(Order, "orders")
    assert [field.freshness for field in declared.fields] == [600.0, None], "only moments can be fresh"
    newest = START - datetime.timedelta(minutes=minutes)
    for written in (newest, newest.isoformat(), newest.replace(tzinfo=None)):
        assessed = assess(profile(seen_at(written)), declared, now=START)
        assert assessed.model.timeliness == Figure(value=rate, population=100)
        assert assessed.fields["placed_at"].timeliness == assessed.model.timeliness


def test_the_newest_of_a_sample_is_at_least_so_new() -> None:
    figure = assess(profile(seen_at(START), Grade.SAMPLE), shape_of_model(Order, "orders"), now=START).model.timeliness
    assert figure is not None
    assert (figure.method, figure.at_least) == (Grade.SAMPLE, True)


@pytest.mark.parametrize("newest", [None, "yesterday", 12])
def test_what_has_no_moment_is_not_assessed(newest: object) -> None:
    assert assess(profile(seen_at(newest)), shape_of_model(Order, "orders"), now=START).model.timeliness is None


def test_without_a_declared_age_the_usual_gap_of_the_newest_timestamp_counts() -> None:
    held = shape(FieldShape(name="placed_at", kinds=(Kind.DATETIME,)))
    late = START + datetime.timedelta(seconds=120)
    assert assess(profile(seen_at(START)), held, now=late).model.timeliness is None, "nothing is known of its gaps"
    figure = assess(profile(seen_at(START)), held, now=late, gaps={"placed_at": 60.0}).model.timeliness
    assert figure == Figure(value=0.5, population=100)
    future = assess(profile(seen_at(late)), held, now=START, gaps={"placed_at": 60.0})
    assert future.model.timeliness is None, "what lies in the future does not follow the clock"


@given(st.lists(st.integers(1, 1_000), max_size=30))
def test_the_usual_gap_is_the_longest_step_once_there_were_enough(gaps: list[int]) -> None:
    steps: dict[str, Steps] = {}
    at = START
    for gap in (0, *gaps):
        at += datetime.timedelta(seconds=gap)
        for moment in (at, at):  # a look that finds nothing newer is no step
            steps = dict(stepped(steps, summarised(profile(seen_at(moment)))))
    assert usual(steps) == ({"placed_at": float(max(gaps))} if len(gaps) >= LEAST_STEPS else {})


@given(
    newest=st.none() | st.datetimes() | st.datetimes(timezones=st.just(datetime.UTC)) | st.dates() | st.text(),
    gap=st.floats(0.001, 1e9),
    method=st.sampled_from(list(Grade)),
)
def test_timeliness_is_a_share_or_absent(newest: object, gap: float, method: Grade) -> None:
    for asked in (shape_of_model(Order, "orders"), shape(FieldShape(name="placed_at"))):
        figure = assess(profile(seen_at(newest), method), asked, now=START, gaps={"placed_at": gap}).model.timeliness
        assert figure is None or 0 <= figure.value <= 1
