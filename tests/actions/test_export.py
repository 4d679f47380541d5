"""A profile as programs and people read it without a screen."""

from __future__ import annotations

import datetime
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xregistry_tui.actions.export import failures, profile_document
from xregistry_tui.actions.tables import cells, columns, profile_text
from xregistry_tui.actions.views import BindingView, ResourceView
from xregistry_tui.actions.visible import visible
from xregistry_tui.core.bindings import Binding, RefreshState, RefreshStatus
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.profiling.profile import (
    FieldProfile,
    Figure,
    Histogram,
    How,
    Lengths,
    Profile,
    RuleResult,
    ValueCount,
)
from xregistry_tui.profiling.quality import Assessment, Quality
from xregistry_tui.schema.canonical import dumps
from xregistry_tui.schema.rules import OneOf, Unique
from xregistry_tui.schema.shape import Kind

AT = datetime.datetime(2024, 5, 1, 14, 2, 29, tzinfo=datetime.UTC)
SHOP = ResourceView(
    name="shop",
    kind="sqlite",
    location="shop.sqlite",
    level="development",
    status="live",
    failed={"broken": "no such table"},
)
STATUS = FieldProfile(
    name="status",
    looked_at=2000,
    nulls=4,
    kinds={Kind.STRING: 1996},
    fill=Figure(value=0.998, method=Grade.SAMPLE, low=0.995, high=0.9992),
    distinct=Figure(value=6, method=Grade.SAMPLE, at_least=True),
    minimum="cancelled",
    maximum="shipped",
    top=(ValueCount("paid", 1220), ValueCount("shiped", 6)),
    lengths=Lengths(4, 9, 5.5),
    rules=(
        RuleResult(
            rule=OneOf(("paid", "shipped"), "CHECK"), checked=1996, failed=6, keys=((4871,),), values=("shiped",)
        ),
        RuleResult(rule=Unique(), checked=0, failed=None),
    ),
)
TOTAL = FieldProfile(
    name="total",
    looked_at=2000,
    kinds={Kind.NUMBER: 1999, Kind.STRING: 1},
    fill=Figure(value=1.0),
    distinct=Figure(value=5204),
    minimum=0.99,
    maximum=math.inf,
    mean=41.5,
    quantiles=((0.5, 30.0),),
    histogram=Histogram(0, 100, (3, 1)),
)


def view(fields=(STATUS, TOTAL), **changed) -> BindingView:
    profile = Profile(
        resource="shop",
        collection="orders",
        rows=Figure(value=6412.0),
        n=2000,
        method=Grade.SAMPLE,
        as_of=AT,
        fields={field.name: field for field in fields},
        how=How(queries=("SELECT 1",), sampling="blocks", milliseconds=9.2),
    )
    parts = {
        "binding": Binding(model="models.shop.orders", resource="shop", collection="orders"),
        "title": "orders",
        "state": RefreshState(status=RefreshStatus.LIVE),
        "profile": profile,
        "assessment": Assessment(model=Quality(completeness=Figure(value=0.998)), fields={}),
    }
    return BindingView(**{**parts, **changed})


def test_the_document_has_the_published_form():
    document = json.loads(dumps(profile_document(SHOP, [view()])))
    assert document["resource"] == {"name": "shop", "kind": "sqlite"}
    assert document["as_of"] == "2024-05-01T14:02:29Z"
    assert document["failed"] == [{"name": "broken", "reason": "no such table"}]
    (orders,) = document["collections"]
    assert {key: orders[key] for key in ("name", "model", "method", "n")} == {
        "name": "orders",
        "model": "models.shop.orders",
        "method": "sample",
        "n": 2000,
    }
    assert orders["rows"] == {"value": 6412, "method": "exact"}
    assert orders["quality"]["completeness"]["value"] == 0.998
    assert set(orders["quality"]) == {"completeness", "validity", "uniqueness", "consistency", "timeliness"}


def test_a_field_says_how_its_figures_were_got():
    status = profile_document(SHOP, [view()])["collections"][0]["fields"]["status"]
    assert status["types"] == {"string": 1.0}
    assert status["fill"] == {"value": 0.998, "low": 0.995, "high": 0.9992, "method": "sample"}
    assert status["distinct"] == {"value": 6, "method": "sample", "at_least": True}
    assert (status["missing"], status["nulls"]) == (0, 4)
    assert status["top"][0] == {"value": "paid", "count": 1220}
    assert status["rules"][0]["failed"] == 6


def test_what_was_not_looked_for_is_absent_and_what_could_not_be_had_is_null():
    document = profile_document(SHOP, [view()])
    fields = document["collections"][0]["fields"]
    assert "mean" not in fields["status"]
    assert "histogram" not in fields["status"]
    assert fields["status"]["rules"][1]["failed"] is None
    assert document["collections"][0]["quality"]["validity"] is None


def test_what_json_cannot_hold_becomes_text():
    total = json.loads(dumps(profile_document(SHOP, [view()])))["collections"][0]["fields"]["total"]
    assert (total["min"], total["max"]) == (0.99, "Infinity")
    assert total["quantiles"] == [{"p": 0.5, "value": 30.0}]


def test_a_binding_without_figures_is_among_the_failed():
    failed = view(profile=None, state=RefreshState(status=RefreshStatus.FAILED, reason="the disk is gone"))
    document = profile_document(SHOP, [failed])
    assert (document["collections"], document["as_of"]) == ([], None)
    assert {"name": "orders", "reason": "the disk is gone"} in document["failed"]


def test_figures_that_could_not_be_renewed_are_given_and_said():
    stale = view(state=RefreshState(status=RefreshStatus.STALE, reason="locked"))
    assert ("orders", "locked") in failures(SHOP, [stale])
    assert len(profile_document(SHOP, [stale])["collections"]) == 1


def test_people_read_one_line_for_each_field():
    assert profile_text([view()]).splitlines() == [
        "orders   6,412 rows   sample 2,000   quality 99.8   9 ms   models.shop.orders",
        "  FIELD   TYPE                FILL %  DISTINCT  RANGE OR TOP  FAILING",
        "  status  string?          99.8 ±0.3       ≥ 6  paid 61.1     "
        "6 of 1,996: one of 2 values; not checked: unique",
        "  total   number | string        100     5,204  0.99 … ∞",
    ]


@pytest.mark.parametrize("name", ["\x1b[31mred", "two\nlines", "\u202egnp", "[/red]", "", "表" * 60])
def test_names_and_values_from_outside_cannot_speak_to_the_terminal(name):
    hostile = FieldProfile(name=name, looked_at=1, kinds={Kind.STRING: 1}, top=(ValueCount(name, 2),))
    text = profile_text([view(fields=(hostile,))])
    assert len(text.splitlines()) == 3
    assert all(line.isprintable() for line in text.splitlines())


@given(st.lists(st.tuples(st.text(), st.text().map(visible)), min_size=1))
def test_columns_line_up_whatever_is_in_them(rows):
    starts = {cells(line[: line.rindex("┃")]) for line in columns([(a, f"┃{b.replace('┃', '')}") for a, b in rows])}
    assert len(starts) == 1


@given(st.text(st.characters()))
def test_visible_text_is_printable_and_stays_so(text):
    assert visible(text).isprintable()
    assert visible(visible(text)) == visible(text)
