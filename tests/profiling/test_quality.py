"""Quality says what share of the records is as it should be, and never more than was looked at."""

from __future__ import annotations

from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.enrichment.engine import START, profile_of, shape_of
from xregistry_tui.profiling.interval import wilson
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.profiling.profile import FieldProfile, Figure, Profile, RuleResult
from xregistry_tui.profiling.quality import assess
from xregistry_tui.schema.rules import OneOf, Range, Required, Unique
from xregistry_tui.schema.shape import FieldShape, Kind, Shape

records = st.lists(
    st.fixed_dictionaries(
        {"a": st.none() | st.integers(0, 3), "b": st.none() | st.sampled_from(["", " ", "x", "y"])},
        optional={"c": st.integers() | st.text(max_size=2)},
    ),
    max_size=30,
)


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
        for figure in (quality.completeness, quality.validity, quality.uniqueness, quality.consistency):
            if figure is not None:
                low = figure.value if figure.low is None else figure.low
                high = figure.value if figure.high is None else figure.high
                assert 0 <= low <= figure.value <= high <= 1
    assert set(assessed.fields) == set(looked.fields)
