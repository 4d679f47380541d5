"""A declared set takes every value that is in it; one that was only counted never makes an error, whatever comes."""

from __future__ import annotations

import datetime
from typing import Any, Literal

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import create_model

from tests.enrichment.engine import START, Record, profile_of
from xregistry_tui.core.bindings import Binding
from xregistry_tui.core.models import ModelRegistry, RegisteredModel
from xregistry_tui.enrichment.live import Live
from xregistry_tui.enrichment.validation import validate_record
from xregistry_tui.profiling.categories import named
from xregistry_tui.schema.report import Problem, Severity
from xregistry_tui.schema.rules import OneOf, Required
from xregistry_tui.schema.shape import FieldShape, Kind, Shape

VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.BOOLEAN: st.booleans(),
    Kind.INTEGER: st.integers(-(2**63), 2**63 - 1),  # of a larger one pydantic's own `Literal` rejects what it lists
    Kind.NUMBER: st.floats(allow_nan=False, allow_infinity=False),
    Kind.DECIMAL: st.decimals(-(10**9), 10**9, places=2),
    Kind.STRING: st.text(st.characters(codec="utf-8"), max_size=12),
    Kind.BYTES: st.binary(max_size=8),
    Kind.DATE: st.dates(),
    Kind.DATETIME: st.datetimes(timezones=st.just(datetime.UTC)),
    Kind.TIME: st.times(),
    Kind.UUID: st.uuids().map(str),
}
KINDS = st.sampled_from(list(VALUES))


@st.composite
def sets(draw: st.DrawFn) -> tuple[Kind, list[Any]]:
    """A kind, and some different values of it."""
    kind = draw(KINDS)
    return kind, draw(st.lists(VALUES[kind], min_size=1, max_size=5, unique=True))


def model_of(kind: Kind, *rules: OneOf, nullable: bool = False) -> RegisteredModel:
    """A model as it is discovered of a table with one column."""
    field = FieldShape(name="x", kinds=(kind,), nullable=nullable, rules=rules if nullable else (Required(), *rules))
    return ModelRegistry().register_discovered(Shape(name="t", fields=(field,)), resource="shop")


def live_of(model: RegisteredModel, records: list[Record]) -> Live:
    """The same table after a look at some records."""
    binding = Binding(model=model.path, resource="shop", collection="t")
    return Live(binding=binding, profile=profile_of(records, collection="t", fields=["x"]), shape=model.found)


def problems(model: RegisteredModel, live: Live | None, value: Any) -> list[Problem]:
    report, _ = validate_record({"x": value}, model, live, now=START)
    return [problem for problem in report.problems if problem.severity is not Severity.NOTE]


@settings(max_examples=200, deadline=None)
@given(sets(), st.data())
def test_a_declared_set_never_rejects_what_is_in_it(declared: tuple[Kind, list[Any]], data: st.DataObject) -> None:
    kind, values = declared
    model = model_of(kind, OneOf(tuple(values), "CHECK"))
    seen = data.draw(st.lists(st.sampled_from(values) | VALUES[kind], max_size=30))
    live = data.draw(st.sampled_from([None, live_of(model, [{"x": value} for value in seen])]))
    for value in values:
        assert problems(model, live, value) == []


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=5) | VALUES[Kind.INTEGER] | st.booleans(), min_size=1, max_size=5))
def test_nor_does_a_literal_of_a_hand_written_model(values: list[Any]) -> None:
    made = create_model("Made", x=(Literal[tuple(values)], ...))  # type: ignore[call-overload]
    model = ModelRegistry().register_static_model(made, namespace="demo")
    for value in values:
        report, instance = validate_record({"x": value}, model, live_of(model, [{"x": value}]), now=START)
        assert report.problems == ()
        assert instance is not None


@settings(max_examples=200, deadline=None)
@given(KINDS, st.data())
def test_a_counted_set_never_makes_an_error(kind: Kind, data: st.DataObject) -> None:
    assume(kind is not Kind.BOOLEAN)  # declared by its kind
    model = model_of(kind)
    seen = data.draw(st.lists(VALUES[kind], min_size=1, max_size=3, unique=True))
    live = live_of(model, [{"x": value} for value in seen] * 50)
    value = data.draw(VALUES[kind])
    found = problems(model, live, value)
    assert all(problem.severity is Severity.WARNING and problem.code == "unseen" for problem in found)
    assert live.profile is not None
    listed = named(live.profile.fields["x"]) is not None
    assert bool(found) == (listed and value not in seen)
