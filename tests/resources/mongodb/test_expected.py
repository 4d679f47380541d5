"""What a shape leads us to expect decides how figures are got, never what they are."""

from __future__ import annotations

import datetime
import math
import uuid
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import pytest
from bson import Binary, Decimal128, Int64, MaxKey, MinKey, ObjectId, Regex, Timestamp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engines.mongodb import Fresh
from tests.resources.mongodb.conftest import Opened
from xregistry_tui.profiling.plan import Budget, Plan
from xregistry_tui.profiling.profile import FieldProfile, Profile
from xregistry_tui.resources.mongodb import MongodbResource, looking, overview, profile
from xregistry_tui.schema.rules import Range, Required, Unique
from xregistry_tui.schema.shape import Kind

MISSING = object()
NUMBERS = (0, 3, -2, Int64(2**40), 0.5, -0.0, 7.0, Decimal128("1.25"), Decimal128("-3"))
ENDLESS = (math.nan, math.inf, -math.inf, Decimal128("NaN"), Decimal128("Infinity"))
TEXTS = ("", " ", "\t\u00a0", "a", "é", "a@b.org", "~", "x" * 2_000, "\u2003x")
OTHERS = (
    True,
    False,
    Binary(b"ab"),
    Binary(b""),
    Binary(b"u" * 16),
    Binary(uuid.UUID(int=5).bytes, 4),
    ObjectId("0" * 24),
)
MOMENTS = (datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC), datetime.datetime(1969, 5, 5, 1, tzinfo=datetime.UTC))
ODD = ({}, {"a": 1}, [], [1, "a"], Regex("a"), Timestamp(5, 1), MinKey(), MaxKey(), None, MISSING)
ANY = st.sampled_from([*NUMBERS, *ENDLESS, *TEXTS, *OTHERS, *MOMENTS, *ODD])
KINDS = st.sampled_from(
    [None, (), (Kind.ANY,), (Kind.INTEGER,), (Kind.STRING, Kind.NUMBER), (Kind.BYTES,), tuple(Kind)]
)
ALIKE = st.sampled_from([NUMBERS, (*NUMBERS, None, MISSING), TEXTS, (*TEXTS, MISSING), MOMENTS, OTHERS]).flatmap(
    lambda values: st.lists(st.sampled_from(values), min_size=1, max_size=8)
)
RULES = {"v": (Required(), Range(ge=0))}


def documents(values: Sequence[Any]) -> list[dict[str, Any]]:
    return [{"_id": n} if value is MISSING else {"_id": n, "v": value} for n, value in enumerate(values)]


async def looked(resource: MongodbResource, kinds: tuple[Kind, ...] | None = None, **how: Any) -> Profile:
    shape = await resource.shape("t")
    if kinds is not None:
        shape = replace(shape, fields=tuple(replace(one, kinds=kinds) for one in shape.fields))
    return await resource.profile(Plan(shape=shape, **how))


def same(one: FieldProfile, other: FieldProfile) -> None:
    compared = {field.name for field in fields(FieldProfile)} - {"mean", "deviation", "rules", "top"}
    for name in compared:
        assert getattr(one, name) == getattr(other, name), name
    # NaN equals nothing
    assert str((one.rules, one.top)) == str((other.rules, other.top))
    assert (one.mean, one.deviation) == pytest.approx((other.mean, other.deviation))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(ANY, min_size=1, max_size=8) | ALIKE, kinds=KINDS, apart=st.booleans())
async def test_figures_do_not_depend_on_what_was_expected(
    mongo: Fresh, values: list[Any], kinds: tuple[Kind, ...] | None, apart: bool
) -> None:
    mongo.db["t"].delete_many({})
    mongo.db["t"].insert_many([*documents(values), {"_id": len(values), "w": 1}])
    resource = MongodbResource(url=mongo.url)
    await resource.connect()
    try:
        everything = await looked(resource, (Kind.ANY,), rules=RULES)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(looking, "_TOGETHER", -1 if apart else 5_000)
            expected = await looked(resource, kinds, rules=RULES)
    finally:
        await resource.close()
    assert expected.n == everything.n == len(values) + 1
    assert set(expected.fields) == set(everything.fields)
    for path, seen in expected.fields.items():
        same(seen, everything.fields[path])


@pytest.mark.parametrize(
    "make", [float, str, lambda n: datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC) + n * datetime.timedelta(hours=1)]
)
async def test_what_an_index_keeps_unique_has_the_same_figures(
    mongo: Fresh, opened: Opened, monkeypatch: pytest.MonkeyPatch, make: Any
) -> None:
    mongo.db["t"].insert_many([{"_id": n, "v": make((n * 37) % 1_009 + 1)} for n in range(1_009)])
    monkeypatch.setattr(looking, "_TOGETHER", -1)
    resource = await opened(mongo.url)
    before = await looked(resource, rules={"v": (Unique(),)})
    mongo.db["t"].create_index("v", unique=True)
    after = await looked(resource, rules={"v": (Unique(),)})
    assert any('"$sort": {"v": 1}' in query for query in after.how.queries)
    assert after.fields["v"] == before.fields["v"]
    assert after.fields["v"].once == 1_009


@pytest.mark.parametrize("apart", [False, True])
async def test_values_of_other_types_that_come_in_meanwhile_are_no_failure(
    mongo: Fresh, opened: Opened, monkeypatch: pytest.MonkeyPatch, apart: bool
) -> None:
    monkeypatch.setattr(looking, "_TOGETHER", -1 if apart else 5_000)
    resource = await opened(mongo.url)
    for usual, other in ((1, "x"), ("x", 1), (MOMENTS[0], "x")):
        mongo.db["t"].delete_many({})
        mongo.db["t"].insert_many([{"v": usual}, {"v": usual}])
        overviews = profile._typed

        async def meanwhile(look: looking.Look, of: Any = overviews, value: Any = other) -> Any:
            found = await of(look)
            mongo.db["t"].insert_one({"v": value})
            return found

        with monkeypatch.context() as patch:
            patch.setattr(profile, "_typed", meanwhile)
            seen = (await looked(resource)).fields["v"]
        assert (seen.present, seen.distinct.value) == (2, 2)


async def test_where_there_is_room_two_passes_share_the_fields(mongo: Fresh, opened: Opened) -> None:
    mongo.db["t"].insert_many([{f"f{n}": n if n % 2 else f"{number}" for n in range(9)} for number in range(20)])
    resource = await opened(mongo.url)
    roomy, narrow = await looked(resource), await looked(resource, budget=Budget(seconds=10))
    shared = [sum('"c0"' in query or '"c1"' in query for query in one.how.queries) for one in (roomy, narrow)]
    assert shared == [2, 1]
    for path, seen in roomy.fields.items():
        same(seen, narrow.fields[path])
    assert roomy.n == 20


async def test_texts_that_no_group_can_hold_have_their_figures(standalone: Fresh, opened: Opened) -> None:
    standalone.db["t"].insert_many([{"_id": n, f"f{n}": str(n) * 15_000_000} for n in range(7)])
    found = await looked(await opened(standalone.url))
    assert found.n == 7
    assert {(seen.present, seen.lengths.least) for path, seen in found.fields.items() if path != "_id"} == {
        (1, 15_000_000)
    }
    assert found.fields["f3"].minimum == "3" * 1_024


def test_two_counts_share_a_sum() -> None:
    assert overview._both(3 * 2**31 + 5) == (5, 3)
