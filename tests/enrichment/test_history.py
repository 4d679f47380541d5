"""What is remembered of looks: what changed, since when, at which version, and how good each hour of the day was."""

from __future__ import annotations

import datetime
import json
from dataclasses import replace
from itertools import pairwise
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from tests.enrichment.conftest import STATUSES, Shop
from tests.enrichment.engine import START, Record, StillClock, profile_of, shape_of
from xregistry_tui.core.bindings import Binding
from xregistry_tui.enrichment.breaches import Breach, after_look, alarms
from xregistry_tui.enrichment.enriched import EnrichedRegistry
from xregistry_tui.enrichment.history import History
from xregistry_tui.enrichment.live import Live
from xregistry_tui.enrichment.past import Past, day, looked, overdue, thinned, with_rates, worth_keeping
from xregistry_tui.profiling.drift import Alarm, Asked
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.profiling.summary import Summary, summarised
from xregistry_tui.schema.shape import FieldShape, Kind, Shape
from xregistry_tui.store.base import MemoryStore, Point
from xregistry_tui.xregistry import XRegistry

HOUR = datetime.timedelta(hours=1)
ODD = "shiped"


def alarm(code: str = "fill", field: str = "coupon", at: int = 0, *, sure: bool = False) -> Alarm:
    moment = START + datetime.timedelta(minutes=at)
    return Alarm(code=code, field=field, message=f"said at {at}", since=moment, version=f"1.{at}.0", sure=sure)


def through(looks: list[list[Alarm]]) -> list[tuple[Alarm, ...]]:
    """What is said after each look."""
    said: list[tuple[Alarm, ...]] = []
    breaches: tuple[Breach, ...] = ()
    for found in looks:
        breaches = after_look(breaches, found)
        said.append(alarms(breaches))
    return said


def test_two_breaches_in_a_row_raise_an_alarm_that_began_with_the_first() -> None:
    once, twice = through([[alarm(at=1)], [alarm(at=2)]])
    assert once == ()
    (raised,) = twice
    assert (raised.since, raised.version) == (alarm(at=1).since, "1.1.0")
    assert raised.message == "said at 2"


def test_a_breach_that_the_next_look_does_not_find_is_forgotten() -> None:
    assert through([[alarm(at=1)], [], [alarm(at=3)], []]) == [()] * 4


def test_two_fine_looks_in_a_row_end_an_alarm() -> None:
    said = through([[alarm(at=1)], [alarm(at=2)], [], [alarm(at=4)], [], []])
    assert [bool(found) for found in said] == [False, True, True, True, True, False]
    assert said[3][0].since == alarm(at=1).since, "it never ended in between"


def test_what_is_certain_is_said_at_once() -> None:
    assert [len(found) for found in through([[alarm(sure=True)], [], []])] == [1, 1, 0]


@given(st.lists(st.lists(st.sampled_from("abc"), unique=True), max_size=20))
def test_an_alarm_stands_from_two_breaches_until_two_fine_looks(looks: list[list[str]]) -> None:
    said = through([[alarm(field=field, at=at) for field in found] for at, found in enumerate(looks)])
    for name in "abc":
        stands = False
        for at, found in enumerate(said):
            lately = [name in looks[then] for then in (at - 1, at) if then >= 0]
            stands = (stands or lately == [True, True]) and lately != [False, False]
            stands = stands and (at > 0)
            assert any(one.field == name for one in found) == stands


MOMENTS = st.lists(
    st.integers(0, 100 * 24 * 60).map(lambda minutes: START - datetime.timedelta(minutes=minutes)), max_size=200
)


@given(MOMENTS, st.integers(0, 60 * 24 * 40))
def test_thinning_takes_the_same_whether_it_is_done_once_or_often(
    moments: list[datetime.datetime], minutes: int
) -> None:
    later = START + datetime.timedelta(minutes=minutes)
    kept = thinned(moments, START)
    assert set(kept) <= set(moments)
    assert list(kept) == sorted(kept)
    assert thinned(kept, START) == kept
    assert set(thinned(kept, later)) == set(thinned(moments, later)) or len(set(moments)) < len(moments)
    assert [at for at in kept if START - at <= 24 * HOUR] == sorted(at for at in moments if START - at <= 24 * HOUR)


@given(MOMENTS)
def test_an_hour_of_a_month_and_a_day_before_keep_one_look_each(moments: list[datetime.datetime]) -> None:
    kept = thinned(moments, START)
    hours = {at.replace(minute=0) for at in moments if 24 * HOUR < START - at <= 30 * 24 * HOUR}
    days = {at.date() for at in moments if START - at > 30 * 24 * HOUR}
    assert {at.replace(minute=0) for at in kept} >= hours
    assert len([at for at in kept if 24 * HOUR < START - at <= 30 * 24 * HOUR]) == len(hours)
    assert len([at for at in kept if START - at > 30 * 24 * HOUR]) == len(days)


def test_each_hour_of_the_day_has_the_mean_of_its_looks_and_one_without_looks_has_none() -> None:
    past = Past()
    for minutes, rate in ((-90, 0.5), (-80, 0.7), (0, 1.0), (-60 * 30, 0.1)):
        past = with_rates(past, {"": rate, "status": rate / 2}, START + datetime.timedelta(minutes=minutes))
    held = day(past, START)
    assert held[""] == (*[None] * 21, pytest.approx(0.6), None, 1.0)
    assert held["status"][-3:] == (pytest.approx(0.3), None, 0.5)
    assert day(past, START + 24 * HOUR) == {}


def summary(records: list[Record], at: int = 0, grade: Grade = Grade.EXACT) -> Summary:
    made = summarised(profile_of(records, grade=grade), shape_of("orders", records), "1.0.0")
    return replace(made, as_of=START + datetime.timedelta(seconds=at))


def test_a_look_is_kept_when_it_found_something_new_after_a_minute_or_anything_after_an_hour() -> None:
    few, more = [{"a": 1}], [{"a": 1}, {"a": 2}]
    past = Past(latest=summary(few), kept_at=START)
    assert worth_keeping(Past(), summary(few))
    assert [worth_keeping(past, summary(records, at)) for records, at in ((more, 59), (more, 60), (few, 60))] == [
        False,
        True,
        False,
    ]
    assert worth_keeping(past, summary(few, 3_600))


def test_statistics_of_the_engine_neither_end_nor_confirm_what_looks_found() -> None:
    asked = Asked(now=START)
    breach = Breach(alarm(), seen=2, raised=True)
    past = Past(baseline=summary([{"a": 1}]), breaches=(breach,))
    after = looked(looked(past, summary([], 1, Grade.CATALOGUE), asked), summary([], 2, Grade.CATALOGUE), asked)
    assert after.breaches == (breach,)


def test_when_a_timestamp_is_late_is_known_beforehand() -> None:
    shape = Shape(name="o", fields=(FieldShape(name="at", kinds=(Kind.DATETIME,)),))
    held = summarised(profile_of([{"at": START}]), shape).fields["at"]
    seen = replace(held, extremes=(START, START))
    past = Past(latest=replace(summary([]), fields=MappingProxyType({"at": seen})))
    assert overdue(past, {"at": 60.0}, START + datetime.timedelta(seconds=20)) == 40.0
    assert overdue(past, {"at": 60.0}, START + HOUR) == 0.0
    assert overdue(replace(past, breaches=(Breach(alarm("freshness", "at")),)), {"at": 60.0}, START) is None
    assert overdue(past, {}, START) is None


# as users meet it


def mistaken(shop: Shop, count: int = 1_000, odd: int = 10) -> list[Record]:
    return [*shop.orders(count), *({"id": 5_000 + n, "status": ODD, "total": 1.0, "note": None} for n in range(odd))]


async def watched(shop: Shop) -> str:
    (key,) = shop.bind("orders")
    await shop.enriched.settled()
    return key


async def test_a_change_is_looked_at_twice_and_its_end_too(shop: Shop) -> None:
    key = await watched(shop)
    shop.engine.put("orders", mistaken(shop))
    await shop.clock.advance(10)
    assert [one.code for one in shop.live(key).alarms] == ["new_value"]
    looks = len(shop.engine.looks)
    await shop.clock.advance(60)
    assert len(shop.engine.looks) == looks, "what is certain needs no more looks"
    shop.engine.put("orders", shop.orders())
    await shop.clock.advance(10)
    assert shop.live(key).alarms == ()
    assert len(shop.engine.looks) == looks + 2


async def test_what_was_gone_before_the_second_look_was_nothing(shop: Shop) -> None:
    key = await watched(shop)
    shop.engine.put("orders", mistaken(shop))
    await shop.clock.advance(3)
    shop.engine.put("orders", shop.orders())
    await shop.clock.advance(10)
    assert shop.live(key).alarms == ()


async def test_an_alarm_names_the_version_of_the_model_when_it_began(shop: Shop) -> None:
    key = await watched(shop)
    shop.engine.put("orders", mistaken(shop))
    await shop.clock.advance(10)
    (raised,) = shop.live(key).alarms
    assert raised.version == shop.registry.models[shop.live(key).binding.model].version


class Strict(BaseModel):
    id: int
    status: str = Field(json_schema_extra={"enum": sorted(set(STATUSES))})


async def test_a_value_off_a_declared_set_is_said_at_once(shop: Shop) -> None:
    shop.registry.models.register_static_model(Strict, namespace="demo")
    binding = Binding(model="models.demo.Strict", resource="shop", collection="orders")
    shop.enriched.bind(binding)
    await shop.enriched.settled()
    shop.engine.put("orders", mistaken(shop))
    await shop.clock.advance(3)
    (raised,) = shop.live(binding.key).alarms
    assert (raised.code, raised.sure) == ("new_value", True)


async def test_a_field_that_is_gone_is_said_at_once(shop: Shop) -> None:
    key = await watched(shop)
    records = [{name: value for name, value in record.items() if name != "note"} for record in shop.orders()]
    shop.engine.put("orders", records, shape_of("orders", records))
    await shop.clock.advance(3)
    assert [one.message for one in shop.live(key).alarms] == ["note: the field is gone"]


async def test_what_is_accepted_is_the_baseline_from_then_on(shop: Shop) -> None:
    key = await watched(shop)
    shop.engine.put("orders", mistaken(shop))
    await shop.clock.advance(10)
    live = await shop.enriched.accept_drift(key)
    assert live.alarms == ()
    shop.engine.version += 1
    await shop.clock.advance(30)
    assert shop.live(key).alarms == ()
    shop.engine.put("orders", shop.orders())
    await shop.clock.advance(30)
    assert [one.message for one in shop.live(key).alarms] == [f"status: “{ODD}” vanished, was 10 of 1,010"]


async def test_a_collection_that_was_emptied_is_said_and_may_be_accepted(shop: Shop) -> None:
    key = await watched(shop)
    shop.engine.put("orders", [])
    await shop.clock.advance(10)
    assert [one.message for one in shop.live(key).alarms] == ["volume: 1,000 → 0 rows"]
    assert (await shop.enriched.accept_drift(key)).alarms == ()
    shop.engine.put("orders", shop.orders())
    await shop.clock.advance(10)
    assert shop.live(key).alarms == ()


async def test_nothing_is_accepted_before_a_look(shop: Shop) -> None:
    (key,) = shop.bind("orders")
    with pytest.raises(LookupError, match="refresh it first"):
        await shop.enriched.accept_drift(key)


async def test_a_change_may_be_asked_for_since_any_moment(shop: Shop) -> None:
    key = await watched(shop)
    await shop.clock.advance(120)
    shop.engine.put("orders", mistaken(shop))
    await shop.clock.advance(120)
    shop.engine.put("orders", mistaken(shop, odd=0))
    await shop.clock.advance(120)
    assert await shop.enriched.compare_since(key, START) == ()
    (since,) = await shop.enriched.compare_since(key, START + datetime.timedelta(seconds=200))
    assert since.message == f"status: “{ODD}” vanished, was 10 of 1,010"
    assert await shop.enriched.compare_since(key, START - HOUR) == (), "the first one kept"


async def test_the_quality_of_the_last_day_is_filled_look_by_look(shop: Shop) -> None:
    key = await watched(shop)
    shop.clock.elapsed += 2 * 3_600
    shop.engine.put("orders", [{**record, "note": "x"} for record in shop.orders()])
    await shop.clock.advance(10)
    held = shop.live(key).day
    assert {len(parts) for parts in held.values()} == {24}
    assert [rate is not None for rate in held["note"]] == [*[False] * 21, True, False, True]
    assert held["note"][-1] == 1.0
    assert held[""][-1] is not None
    shop.clock.elapsed += 25 * 3_600
    assert shop.live(key).day == {}, "nobody looked within the last day"


async def again(shop: Shop, store: MemoryStore, records: list[Record], *, seconds: float = 60) -> Live:
    """The program started anew on the same store, and after a look at these records."""
    registry = XRegistry()
    enriched = EnrichedRegistry(registry.models, registry.types, registry.functions, clock=shop.clock, store=store)
    shop.engine.put("orders", records)
    await enriched.discover_and_register(shop.engine)
    await enriched.settled()
    await shop.clock.advance(10)
    (live,) = enriched.lives()
    await enriched.close()
    await shop.clock.advance(seconds)
    return live


async def test_the_past_is_read_again_at_the_next_start(shop: Shop) -> None:
    store = MemoryStore()
    await again(shop, store, shop.orders(), seconds=3_600)
    live = await again(shop, store, mistaken(shop))
    assert [one.code for one in live.alarms] == ["new_value"], "the baseline is the first look of the last day"
    assert [rate is not None for rate in live.day[""]][-2:] == [True, True]


async def test_what_stood_for_a_day_is_how_it_is(shop: Shop) -> None:
    store = MemoryStore()
    await again(shop, store, shop.orders())
    await again(shop, store, mistaken(shop), seconds=26 * 3_600)
    assert (await again(shop, store, mistaken(shop))).alarms == ()


async def test_what_somebody_accepted_stays_the_baseline_however_old(shop: Shop) -> None:
    clock, store = StillClock(), MemoryStore()
    history = History(clock, store)
    first = looked(await history.past("k"), summary(shop.orders()), Asked(now=START))
    await history.keep("k", first, {})
    await history.accept("k")
    await clock.advance(40 * 24 * 3_600)
    renewed = await History(clock, store).past("k")
    assert (renewed.accepted, renewed.baseline) == (True, first.latest)


async def test_the_series_is_thinned_as_it_grows(shop: Shop) -> None:
    clock, store = StillClock(), MemoryStore()
    history = History(clock, store)
    for turn in range(24 * 60):
        await clock.advance(180)
        at = clock.now()
        made = replace(summary([{"a": turn}]), as_of=at)
        past = await history.past("k")
        await history.keep("k", replace(past, latest=made), {"": 1.0})
    kept = [point.at for point in await store.points("profile:k", START)]
    assert kept == sorted(kept)
    assert len(kept) < 24 * 20 + 2 * 24 + 25
    assert all(later - earlier <= 2 * HOUR for earlier, later in pairwise(kept))


async def test_what_another_version_kept_is_passed_over(shop: Shop) -> None:
    store = MemoryStore()
    texts = ["{}", "no json", json.dumps({"summary": {"form": 0}, "quality": {}})]
    await store.add_points("profile:k", [Point(START, {"look": text}) for text in texts])
    await store.add_points("profile:k", [Point(START, {})])
    assert await History(StillClock(), store).past("k") == Past()
