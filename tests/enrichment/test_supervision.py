"""Refreshes as a user of the dashboard meets them: fresh as data changes, free while it does not, honest on failure."""

from __future__ import annotations

import asyncio

import pytest

from tests.enrichment.conftest import Shop
from tests.enrichment.engine import START, ListEngine, quiet
from xregistry_tui.core.bindings import Binding, RefreshStatus
from xregistry_tui.enrichment.events import happened
from xregistry_tui.enrichment.watch import LookCancelled
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.resources.base import CollectionFailed, ResourceBusy, ResourceError, ResourceGone


async def opened(shop: Shop, *collections: str) -> list[str]:
    keys = shop.bind(*collections)
    await shop.enriched.settled()
    await quiet()
    return keys


async def test_a_binding_is_looked_at_once_and_is_live(shop: Shop) -> None:
    (key,) = await opened(shop, "orders")
    live = shop.live(key)
    assert live.state.status is RefreshStatus.LIVE
    assert live.state.as_of == shop.clock.now()
    assert live.profile is not None
    assert live.profile.rows.value == 1_000
    assert live.assessment is not None
    assert live.state.refreshes == 1


async def test_unchanged_data_costs_a_question_and_nothing_else(shop: Shop) -> None:
    (key,) = await opened(shop, "orders")
    before = shop.live(key)
    asked = shop.engine.asked
    await shop.clock.advance(60)
    assert shop.engine.looks == ["orders"]
    assert 50 <= shop.engine.asked - asked <= 70
    assert shop.live(key).state == before.state


async def test_one_question_serves_all_bindings_of_a_file(shop: Shop) -> None:
    for name in ("customers", "products", "stock"):
        shop.engine.put(name, [{"id": 1}])
    await opened(shop, "orders", "customers", "products", "stock")
    asked = shop.engine.asked
    await shop.clock.advance(10)
    assert shop.engine.asked - asked <= 12


async def test_a_change_is_seen_within_seconds(shop: Shop) -> None:
    (key,) = await opened(shop, "orders")
    shop.engine.put("orders", shop.orders(1_001))
    await shop.clock.advance(4)
    live = shop.live(key)
    assert live.profile is not None
    assert live.profile.rows.value == 1_001
    assert live.state.status is RefreshStatus.LIVE


async def test_every_new_value_is_followed_by_its_mark(shop: Shop) -> None:
    woken = asyncio.Event()
    (key,) = await opened(shop, "orders")
    subscription = shop.registry.changes.subscribe(woken.set)
    shop.engine.put("orders", shop.orders(5))
    await shop.clock.advance(4)
    assert woken.is_set()
    assert {f"binding:{key}", "model:models.shop.orders", "tree", "work"} <= subscription.take()


async def test_a_busy_writer_does_not_make_us_scan_all_the_time(shop: Shop) -> None:
    shop.engine.milliseconds = 500
    (key,) = await opened(shop, "orders")
    for count in range(120):
        shop.engine.put("orders", shop.orders(100 + count))
        await shop.clock.advance(1)
    spent = (len(shop.engine.looks) - 1) * 0.5
    assert spent <= 0.1 * 120 + 0.5
    assert len(shop.engine.looks) > 5
    assert shop.live(key).state.next_at is not None


async def test_what_moves_is_looked_at_more_often_than_what_stands_still(shop: Shop) -> None:
    shop.engine.milliseconds = 200
    for name in ("products", "stock", "staff"):
        shop.engine.put(name, [{"id": 1}])
    await opened(shop, "orders", "products", "stock", "staff")
    for count in range(240):
        shop.engine.put("orders", shop.orders(100 + count))
        await shop.clock.advance(1)
    looks = {name: shop.engine.looks.count(name) for name in shop.engine.collections}
    assert looks["orders"] > 2 * looks["products"]
    assert min(looks.values()) >= 5


async def test_two_looks_at_one_binding_are_seconds_apart_however_cheap(shop: Shop) -> None:
    shop.engine.milliseconds = 0.1
    await opened(shop, "orders")
    for count in range(60):
        shop.engine.put("orders", shop.orders(100 + count))
        await shop.clock.advance(0.5)
    assert len(shop.engine.looks) <= 30 / 1.8 + 2


async def test_one_look_at_a_time_reads_a_file(shop: Shop) -> None:
    for name in ("customers", "products", "stock"):
        shop.engine.put(name, [{"id": 1}])
    shop.engine.hold = asyncio.Event()
    shop.bind("orders", "customers", "products", "stock")
    await quiet()
    assert len(shop.engine.looks) == 1
    assert [running.model for running in shop.enriched.running()] == ["models.shop.orders"]
    shop.engine.hold.set()
    await shop.enriched.settled()
    assert sorted(shop.engine.looks) == ["customers", "orders", "products", "stock"]
    assert shop.engine.most_at_once == 1


async def test_asking_while_a_look_is_under_way_joins_it(shop: Shop) -> None:
    shop.engine.hold = asyncio.Event()
    (key,) = shop.bind("orders")
    await quiet()
    asking = [asyncio.create_task(shop.enriched.refresh(key)) for _ in range(3)]
    await quiet()
    shop.engine.hold.set()
    lives = await asyncio.gather(*asking)
    assert shop.engine.looks == ["orders"]
    assert {live.state.refreshes for live in lives} == {1}


async def test_who_asks_is_served_at_once_whatever_the_pace(shop: Shop) -> None:
    shop.engine.milliseconds = 60_000
    (key,) = await opened(shop, "orders")
    shop.engine.put("orders", shop.orders(7))
    live = await shop.enriched.refresh(key)
    assert live.profile is not None
    assert live.profile.rows.value == 7


async def test_a_locked_file_is_stale_with_its_reason_and_the_last_good_figures(shop: Shop) -> None:
    (key,) = await opened(shop, "orders")
    shop.engine.faulty["orders"] = ResourceBusy("database is locked", "it will be tried again")
    shop.engine.put("orders", shop.orders(7))
    await shop.clock.advance(4)
    live = shop.live(key)
    assert live.state.status is RefreshStatus.STALE
    assert live.state.reason == "database is locked; it will be tried again"
    assert live.state.next_at is not None
    assert live.profile is not None
    assert live.profile.rows.value == 1_000
    shop.engine.faulty.clear()
    await shop.clock.advance(70)
    assert shop.live(key).state.status is RefreshStatus.LIVE


async def test_failures_are_retried_after_1_2_4_seconds_up_to_a_minute(shop: Shop) -> None:
    shop.engine.faulty["orders"] = ResourceBusy("database is locked")
    await opened(shop, "orders")
    await shop.clock.advance(10 * 60)
    assert 13 <= len(shop.engine.looks) <= 18


async def test_stale_tells_since_when_through_all_retries(shop: Shop) -> None:
    (key,) = await opened(shop, "orders")
    shop.engine.faulty["orders"] = ResourceBusy("database is locked")
    shop.engine.put("orders", shop.orders(7))
    await shop.clock.advance(4)
    since = shop.live(key).state.since
    await shop.clock.advance(300)
    assert shop.live(key).state.since == since


async def test_trouble_is_told_when_it_begins_and_ends_not_at_every_retry(shop: Shop) -> None:
    (key,) = await opened(shop, "orders")
    told: list[str] = []
    shop.enriched.observe(lambda before, after: told.extend(event.verb for event in happened(before, after)))
    shop.engine.faulty["orders"] = ResourceBusy("database is locked")
    shop.engine.put("orders", shop.orders(1_001))
    await shop.clock.advance(200)
    assert told == ["stale"]
    shop.engine.faulty.clear()
    await shop.clock.advance(70)
    assert shop.live(key).state.status is RefreshStatus.LIVE
    assert told == ["stale", "recovered"]


async def test_without_any_figures_a_failure_is_failed(shop: Shop) -> None:
    shop.engine.faulty["orders"] = CollectionFailed("no such column: gone")
    (key,) = await opened(shop, "orders")
    assert shop.live(key).state.status is RefreshStatus.FAILED
    assert shop.live(key).profile is None


async def test_what_fails_for_good_is_not_tried_again_until_the_data_changes(shop: Shop) -> None:
    shop.engine.faulty["orders"] = CollectionFailed("no such column: gone")
    (key,) = await opened(shop, "orders")
    await shop.clock.advance(300)
    assert shop.engine.looks == ["orders"]
    shop.engine.faulty.clear()
    shop.engine.put("orders", shop.orders(7))
    await shop.clock.advance(4)
    assert shop.live(key).state.status is RefreshStatus.LIVE


async def test_one_failing_collection_leaves_the_others_alone(shop: Shop) -> None:
    shop.engine.put("broken", [{"id": 1}])
    shop.engine.faulty["broken"] = CollectionFailed("malformed")
    broken, orders = await opened(shop, "broken", "orders")
    assert shop.live(broken).state.status is RefreshStatus.FAILED
    assert shop.live(orders).state.status is RefreshStatus.LIVE


async def test_a_file_that_goes_and_comes_back_recovers_by_itself(shop: Shop) -> None:
    (key,) = await opened(shop, "orders")
    shop.engine.fault = ResourceGone("shop.sqlite is gone", "put it back")
    await shop.clock.advance(20)
    assert shop.live(key).state.status is RefreshStatus.STALE
    assert shop.live(key).state.reason == "shop.sqlite is gone; put it back"
    shop.engine.fault = None
    await shop.clock.advance(6)
    assert shop.live(key).state.status is RefreshStatus.LIVE
    assert shop.engine.looks == ["orders"]


async def test_a_file_that_comes_back_changed_is_looked_at(shop: Shop) -> None:
    (key,) = await opened(shop, "orders")
    shop.engine.fault = ResourceGone("shop.sqlite is gone")
    await shop.clock.advance(3)
    shop.engine.put("orders", shop.orders(3))
    shop.engine.fault = None
    await shop.clock.advance(8)
    live = shop.live(key)
    assert live.profile is not None
    assert live.profile.rows.value == 3


async def test_recovery_does_not_hide_what_had_failed_before(shop: Shop) -> None:
    shop.engine.faulty["orders"] = CollectionFailed("malformed")
    (key,) = await opened(shop, "orders")
    shop.engine.fault = ResourceGone("shop.sqlite is gone")
    await shop.clock.advance(3)
    shop.engine.fault = None
    await shop.clock.advance(8)
    assert shop.live(key).state.reason == "malformed"


async def test_refreshing_what_is_gone_says_so_to_who_asked(shop: Shop) -> None:
    (key,) = await opened(shop, "orders")
    shop.engine.fault = ResourceGone("shop.sqlite is gone")
    await shop.clock.advance(3)
    with pytest.raises(ResourceGone):
        await shop.enriched.refresh(key)


async def test_a_fault_of_ours_is_a_state_and_ends_nothing(shop: Shop) -> None:
    shop.engine.put("odd", [{"id": 1}])
    shop.engine.faulty["odd"] = ZeroDivisionError("division by zero")
    odd, orders = await opened(shop, "odd", "orders")
    assert shop.live(odd).state.status is RefreshStatus.FAILED
    assert "ZeroDivisionError" in shop.live(odd).state.reason
    shop.engine.put("orders", shop.orders(2))
    await shop.clock.advance(4)
    live = shop.live(orders)
    assert live.profile is not None
    assert live.profile.rows.value == 2


async def test_paused_looks_no_more_until_resumed(shop: Shop) -> None:
    (key,) = await opened(shop, "orders")
    shop.enriched.pause(key)
    shop.engine.put("orders", shop.orders(7))
    await shop.clock.advance(60)
    assert shop.live(key).state.status is RefreshStatus.PAUSED
    assert shop.engine.looks == ["orders"]
    shop.enriched.resume(key)
    await quiet()
    live = shop.live(key)
    assert live.state.status is RefreshStatus.LIVE
    assert live.profile is not None
    assert live.profile.rows.value == 7


async def test_a_cancelled_look_keeps_the_figures_and_waits_for_a_change(shop: Shop) -> None:
    (key,) = await opened(shop, "orders")
    shop.engine.hold = asyncio.Event()
    asking = asyncio.create_task(shop.enriched.refresh(key))
    await quiet()
    assert shop.live(key).state.status is RefreshStatus.REFRESHING
    shop.enriched.cancel(key)
    with pytest.raises(LookCancelled):
        await asking
    live = shop.live(key)
    assert live.state.status is RefreshStatus.STALE
    assert "cancelled" in live.state.reason
    assert live.profile is not None
    shop.engine.hold = None
    await shop.clock.advance(30)
    assert shop.live(key).state.status is RefreshStatus.STALE
    shop.engine.put("orders", shop.orders(7))
    await shop.clock.advance(4)
    assert shop.live(key).state.status is RefreshStatus.LIVE


async def test_a_look_cancelled_before_its_first_step_is_armed_again_too(shop: Shop) -> None:
    (key,) = await opened(shop, "orders")
    asking = asyncio.create_task(shop.enriched.refresh(key))
    for _ in range(20):
        await asyncio.sleep(0)
        if shop.live(key).state.status is RefreshStatus.REFRESHING:
            break
    shop.enriched.cancel(key)
    with pytest.raises(LookCancelled):
        await asking
    assert (await shop.enriched.refresh(key)).state.status is RefreshStatus.LIVE


async def test_who_stops_waiting_does_not_stop_the_look(shop: Shop) -> None:
    shop.engine.hold = asyncio.Event()
    (key,) = shop.bind("orders")
    await quiet()
    asking = asyncio.create_task(shop.enriched.refresh(key))
    await quiet()
    asking.cancel()
    await quiet()
    shop.engine.hold.set()
    await shop.enriched.settled()
    assert shop.live(key).state.status is RefreshStatus.LIVE


async def test_without_a_token_age_decides(shop: Shop) -> None:
    engine = ListEngine("warehouse", clock=shop.clock, has_token=False)
    engine.put("stock", [{"id": 1}])
    shop.enriched.attach(engine)
    model = shop.registry.models.register_discovered(engine.declared["stock"], resource="warehouse")
    shop.enriched.bind(Binding(model=model.path, resource="warehouse", collection="stock", refresh_interval=30))
    await shop.enriched.settled()
    await shop.clock.advance(100)
    assert 3 <= len(engine.looks) <= 4
    (live,) = shop.enriched.lives(model.path)
    assert live.state.next_at is not None


async def test_small_collections_are_counted_and_large_ones_sampled(shop: Shop) -> None:
    shop.engine.put("events", [{"id": n} for n in range(10)])
    shop.engine.estimate = 400_001
    (key,) = await opened(shop, "events")
    assert shop.engine.grades == [Grade.CATALOGUE, Grade.SAMPLE]
    shop.engine.estimate = 100_000
    await opened(shop, "orders")
    assert shop.engine.grades[-1] is Grade.EXACT
    live = await shop.enriched.sharpen(key)
    assert live.profile is not None
    assert live.profile.method is Grade.EXACT


async def test_every_large_collection_has_a_figure_before_any_is_sampled(shop: Shop) -> None:
    shop.engine.estimate = 400_001
    for name in ("events", "visits"):
        shop.engine.put(name, [{"id": n} for n in range(10)])
    await opened(shop, "events", "visits")
    assert shop.engine.grades == [Grade.CATALOGUE] * 2 + [Grade.SAMPLE] * 2
    assert shop.engine.looks == ["events", "visits", "events", "visits"]
    assert {live.state.status for live in shop.enriched.lives()} == {RefreshStatus.LIVE}


async def test_a_grade_once_chosen_stays(shop: Shop) -> None:
    (key,) = await opened(shop, "orders")
    await shop.enriched.refresh(key, Grade.SAMPLE)
    shop.engine.put("orders", shop.orders(7))
    await shop.clock.advance(6)
    # a third look by itself makes sure that so many rows are gone
    assert shop.engine.grades == [Grade.EXACT, Grade.SAMPLE, Grade.SAMPLE, Grade.SAMPLE]


async def test_columns_that_came_and_went_are_read_anew(shop: Shop) -> None:
    (key,) = await opened(shop, "orders")
    records = [{"id": 1, "state": "paid"}]
    shop.engine.declared.pop("orders")
    shop.engine.put("orders", records)
    await shop.clock.advance(4)
    live = shop.live(key)
    assert live.state.status is RefreshStatus.LIVE
    assert live.profile is not None
    assert set(live.profile.fields) == {"id", "state"}


async def test_detaching_forgets_the_bindings_and_ends_their_looks(shop: Shop) -> None:
    shop.engine.hold = asyncio.Event()
    shop.bind("orders")
    await quiet()
    await shop.enriched.detach("shop")
    assert shop.enriched.lives() == ()
    assert shop.enriched.running() == ()
    assert shop.engine.at_once == 0
    assert "shop" not in shop.enriched.connected_resources
    await shop.enriched.settled()


async def test_closing_leaves_no_task(shop: Shop) -> None:
    shop.engine.hold = asyncio.Event()
    (key,) = shop.bind("orders")
    asking = asyncio.create_task(shop.enriched.refresh(key))
    await quiet()
    await shop.enriched.close()
    with pytest.raises(ResourceError):
        await asking
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_binding_what_is_not_attached_is_refused_by_name(shop: Shop) -> None:
    with pytest.raises(ValueError, match="no resource named 'nowhere' is attached; attached: shop"):
        shop.enriched.bind(Binding(model="models.x", resource="nowhere", collection="x"))
    assert shop.enriched.lives() == ()


async def test_trend_and_rate_follow_the_rows(shop: Shop) -> None:
    (key,) = await opened(shop, "orders")
    assert shop.live(key).per_minute is None
    for minute in range(1, 4):
        shop.engine.put("orders", shop.orders(1_000 + 12 * minute))
        await shop.clock.advance(60)
    live = shop.live(key)
    assert [rows for _, rows in live.trend] == [1_000, 1_012, 1_024, 1_036]
    assert live.per_minute == pytest.approx(12, rel=0.05)
    await shop.clock.advance(600)
    assert shop.live(key).per_minute == 0
    assert shop.live(key).spent_ms_per_minute == 0


async def test_what_drifts_is_said_once_with_its_first_moment(shop: Shop) -> None:
    (key,) = await opened(shop, "orders")
    shop.engine.put(
        "orders", [*shop.orders(), *({"id": 2_000 + n, "status": "shiped", "total": 1.0} for n in range(6))]
    )
    await shop.clock.advance(3)
    assert shop.live(key).alarms == (), "one look may have fallen into the middle of something"
    first = shop.live(key).state.as_of
    assert first is not None
    assert first > START
    await shop.clock.advance(4)
    (alarm,) = shop.live(key).alarms
    assert alarm.message == "status: new value “shiped”, 6 of 1,006"
    assert alarm.since == first, "it began with the first breach"
    await shop.clock.advance(30)
    shop.engine.version += 1
    await shop.clock.advance(6)
    assert shop.live(key).alarms == (alarm,)
