"""Figures of a look, each grade saying how it was got."""

from __future__ import annotations

import datetime
import math
from dataclasses import replace
from statistics import fmean, pstdev
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engines.mongodb import Fresh
from tests.resources.mongodb.conftest import Opened
from xregistry_tui.profiling.plan import Grade, Plan
from xregistry_tui.profiling.profile import Histogram, Lengths, Profile, ValueCount
from xregistry_tui.resources.mongodb import MongodbResource
from xregistry_tui.resources.mongodb.catalogue import Size
from xregistry_tui.schema.rules import Length, OneOf, Pattern, Range, Reference, Required, Rule, Unique, holds
from xregistry_tui.schema.shape import Kind


def day(number: int) -> datetime.datetime:
    return datetime.datetime(2024, 1, number, tzinfo=datetime.UTC)


ROWS: list[dict[str, Any]] = [
    {"_id": 1, "n": 10, "s": "red", "d": day(1), "in": {"city": "x"}},
    {"_id": 2, "n": 20.0, "s": "red", "d": day(2), "in": {"city": "y"}},
    {"_id": 3, "n": -5, "s": "", "d": day(3), "in": {}},
    {"_id": 4, "n": 0, "s": "  ", "d": "soon"},
    {"_id": 5, "n": "x", "s": None, "m": math.nan},
]


async def looked(resource: MongodbResource, rules: dict[str, tuple[Rule, ...]] | None = None, **how: Any) -> Profile:
    return await resource.profile(Plan(shape=await resource.shape("t"), rules=rules or {}, **how))


async def test_exact_figures(mongo: Fresh, opened: Opened) -> None:
    mongo.db["t"].insert_many(ROWS)
    profile = await looked(await opened(mongo.url))
    assert (profile.n, profile.rows.value, profile.method, profile.how.sampling) == (5, 5, Grade.EXACT, "all records")
    assert profile.how.queries
    assert profile.how.milliseconds > 0
    n, s, d, city = (profile.fields[name] for name in ("n", "s", "d", "/in/city"))
    assert n.kinds == {Kind.INTEGER: 3, Kind.NUMBER: 1, Kind.STRING: 1}
    assert (n.minimum, n.maximum, n.zeros, n.negatives, n.nans) == (-5, 20.0, 1, 1, 0)
    assert n.mean == pytest.approx(fmean([10, 20, -5, 0]))
    assert n.deviation == pytest.approx(pstdev([10, 20, -5, 0]))
    assert n.quantiles == ((0.25, -5), (0.5, 0), (0.75, 10))
    assert n.histogram == Histogram(-5.0, 20.0, (1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1))
    assert (s.nulls, s.missing, s.present, s.empty, s.blank, s.once) == (1, 0, 4, 1, 2, 2)
    assert s.top[0] == ValueCount("red", 2)
    assert s.fill.value == 0.8
    assert (s.distinct.value, s.distinct.at_least) == (3, False)
    assert s.lengths == Lengths(0, 3, 2.0)
    assert (d.missing, d.nulls, d.kinds) == (1, 0, {Kind.DATETIME: 3, Kind.STRING: 1})
    assert (d.minimum, d.maximum) == (day(1), day(3))
    assert d.quantiles[1] == (0.5, day(2))
    assert (d.histogram.low, d.histogram.high, sum(d.histogram.counts)) == (1704067200.0, 1704240000.0, 3)
    assert (city.missing, city.present, city.distinct.value) == (3, 2, 2)
    assert profile.fields["m"].nans == 1
    assert profile.fields["m"].missing == 4


async def test_rules_are_counted_with_the_ids_that_break_them(mongo: Fresh, opened: Opened) -> None:
    mongo.db["t"].insert_many(ROWS)
    rules: dict[str, tuple[Rule, ...]] = {
        "n": (Range(ge=0), Required()),
        "s": (OneOf(("red", "")), Length(least=1), Required(), Unique(), Pattern("^r")),
        "d": (Required(), Reference("other", "x")),
        "_id": (Unique(),),
    }
    fields = (await looked(await opened(mongo.url), rules)).fields
    assert [(r.checked, r.failed, r.keys, r.values) for r in fields["n"].rules] == [
        (4, 1, ((3,),), (-5,)),
        (5, 0, (), ()),
    ]
    found = {type(r.rule): (r.checked, r.failed, r.keys) for r in fields["s"].rules}
    assert found[OneOf] == (4, 1, ((4,),))
    assert found[Length] == (4, 1, ((3,),))
    assert found[Required] == (5, 1, ((5,),))
    assert found[Unique] == (4, 2, ((1,), (2,)))
    assert found[Pattern] == (4, 2, ((3,), (4,)))
    assert [(r.checked, r.failed) for r in fields["d"].rules] == [(5, 1), (0, None)]
    assert [(r.checked, r.failed) for r in fields["_id"].rules] == [(5, 0)]


async def test_a_pattern_that_the_server_cannot_read_is_unchecked(mongo: Fresh, opened: Opened) -> None:
    mongo.db["t"].insert_many(ROWS)
    found = (await looked(await opened(mongo.url), {"s": (Pattern("(?P<a"), Length(least=1))})).fields["s"].rules
    assert [(one.checked, one.failed) for one in found] == [(0, None), (4, 1)]


async def test_no_records_and_no_values(mongo: Fresh, opened: Opened) -> None:
    mongo.db.create_collection("t")
    resource = await opened(mongo.url)
    assert (await looked(resource)).n == 0
    mongo.db["t"].insert_many([{"a": None}, {"a": None}])
    field = (await looked(resource, {"a": (Required(), Range(ge=1))})).fields["a"]
    assert (field.nulls, field.fill.value, field.distinct) == (2, 0.0, None)
    assert [(rule.checked, rule.failed) for rule in field.rules] == [(2, 2), (0, 0)]


async def test_values_that_no_shape_had_seen_have_their_figures(mongo: Fresh, opened: Opened) -> None:
    mongo.db["t"].insert_one({"v": True})
    resource = await opened(mongo.url)
    plan = Plan(shape=await resource.shape("t"))
    mongo.db["t"].insert_many([{"v": -2}, {"v": 4}, {"v": " "}, {"v": [1]}])
    seen = (await resource.profile(plan)).fields["v"]
    assert (seen.mean, seen.minimum, seen.maximum, seen.negatives, seen.blank) == (1.0, -2, 4, 1, 1)
    assert seen.lengths == Lengths(1, 1, 1.0)


@pytest.fixture
def large(mongo: Fresh) -> Fresh:
    many = (
        {"_id": n, "even": n % 2, "gap": "x" if n % 4 else None, "code": f"c{n}", "v": float(n)} for n in range(30_000)
    )
    mongo.db["t"].insert_many(many)
    mongo.db["t"].create_index("code", unique=True)
    return mongo


async def test_a_sample_says_how_far_off_it_may_be(large: Fresh, opened: Opened) -> None:
    resource = await opened(large.url)
    profile = await looked(resource, {"even": (OneOf((0,)), Unique())}, grade=Grade.SAMPLE, sample=1_000)
    assert (profile.n, profile.method, profile.how.sampling) == (1_000, Grade.SAMPLE, "1,000 random records")
    assert (profile.rows.value, profile.rows.approximate) == (30_000, True)
    gap, even, code = (profile.fields[name] for name in ("gap", "even", "code"))
    assert gap.fill.low < gap.fill.value < gap.fill.high
    assert 0.65 < gap.fill.value < 0.85
    assert (even.distinct.value, even.distinct.at_least) == (2, True)
    assert (code.distinct.value, code.distinct.approximate) == (30_000, True)
    listed, unique = even.rules
    assert 400 < listed.failed < 600
    assert all(key[0] % 2 for key in listed.keys)
    assert (unique.checked, unique.failed) == (0, None), "a sample cannot tell"


@pytest.mark.parametrize("name", ["v", "t"])
async def test_the_first_records_are_not_taken_for_random_ones(
    large: Fresh, opened: Opened, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    async def unknown(*_: Any) -> Size:
        return Size()

    large.db.create_collection("v", viewOn="t", pipeline=[])
    monkeypatch.setattr("xregistry_tui.resources.mongodb.drawing.size", unknown)
    resource = await opened(large.url)
    plan = Plan(shape=await resource.shape(name), grade=Grade.SAMPLE, sample=1_000)
    profile = await resource.profile(plan)
    assert (profile.n, profile.method, profile.random) == (1_000, Grade.SAMPLE, False)
    assert profile.how.sampling == "the first 1,000 records, not random"
    assert (profile.rows.value, profile.rows.at_least) == (1_000, True)
    fill = profile.fields["gap"].fill
    assert (fill.approximate, fill.low, fill.high) == (True, None, None)
    assert fill.value == 0.75
    assert (await resource.profile(replace(plan, sample=40_000))).random, "all there are"


@pytest.mark.parametrize("wanted", [10_000, 50_000])
async def test_a_large_part_is_drawn_without_sorting_documents(large: Fresh, opened: Opened, wanted: int) -> None:
    profile = await looked(await opened(large.url), grade=Grade.SAMPLE, sample=wanted)
    assert abs(profile.n - min(wanted, 30_000)) < 1_000
    assert profile.method is (Grade.SAMPLE if wanted == 10_000 else Grade.EXACT)


async def test_an_exact_look_at_many_records(large: Fresh, opened: Opened) -> None:
    profile = await looked(await opened(large.url))
    assert (profile.n, profile.method) == (30_000, Grade.EXACT)
    v = profile.fields["v"]
    assert (v.distinct.value, v.once, v.quantiles) == (
        30_000,
        30_000,
        ((0.25, 7_499.0), (0.5, 14_999.0), (0.75, 22_499.0)),
    )


async def test_too_many_values_to_tell_apart_are_placed_in_bins(
    large: Fresh, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xregistry_tui.resources.mongodb.profile._ENTRIES", 1_000)
    profile = await looked(await opened(large.url))
    v, code = profile.fields["v"], profile.fields["code"]
    assert (v.distinct, v.once, v.top) == (None, None, ())
    assert [share for share, _ in v.quantiles] == [0.25, 0.5, 0.75]
    assert v.quantiles[1][1] == pytest.approx(15_000, abs=60)
    assert sum(v.histogram.counts) == 30_000
    assert code.distinct.value == 30_000, "the server keeps it unique"
    assert profile.fields["even"].distinct.value == 2


async def test_the_catalogue_reads_no_record(large: Fresh, opened: Opened) -> None:
    profile = await looked(await opened(large.url), grade=Grade.CATALOGUE)
    assert (profile.n, profile.fields, profile.rows.value) == (0, {}, 30_000)


async def test_forms_of_text(mongo: Fresh, opened: Opened) -> None:
    mongo.db["t"].insert_many([{"mail": f"a{n}@b.org", "at": f"2024-01-0{n + 1}", "no": "x"} for n in range(9)])
    fields = (await looked(await opened(mongo.url))).fields
    assert fields["mail"].formats == (("email", 1.0),)
    assert fields["at"].formats == (("date", 1.0),)
    assert fields["no"].formats == ()


VALUES = (
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats() | st.text("ab é", max_size=4) | st.binary(max_size=3)
)
RULES = (Range(ge=0), Range(lt=3, gt=-2), Range(le=5), Length(1, 2), OneOf((1, "a", True)), OneOf(()), Pattern("^a"))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(VALUES, min_size=1, max_size=12))
async def test_the_server_judges_as_we_do(mongo: Fresh, values: list[Any]) -> None:
    mongo.db["t"].delete_many({})
    mongo.db["t"].insert_many([{"_id": number, "v": value} for number, value in enumerate(values)])
    resource = MongodbResource(url=mongo.url)
    await resource.connect()
    try:
        seen = (await looked(resource, {"v": (*RULES, Required())})).fields["v"]
    finally:
        await resource.close()
    for result in seen.rules:
        judged = [holds(result.rule, value) for value in values]
        expected = [key for key, verdict in enumerate(judged) if verdict is False]
        assert (result.checked, result.failed) == (sum(v is not None for v in judged), len(expected)), result.rule
        assert [key for (key,) in result.keys] == expected
