"""The registry that sees the data behind its models, as code that uses it meets it."""

from __future__ import annotations

import datetime
from itertools import pairwise
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from tests.enrichment.conftest import Shop
from tests.enrichment.engine import ListEngine, StillClock, quiet
from xregistry_tui.core.bindings import RefreshStatus
from xregistry_tui.enrichment import EnrichedRegistry, InvalidRecord, NoMatch
from xregistry_tui.enrichment.live import RATE_OVER, TREND, Trend, grown, rate
from xregistry_tui.enrichment.matching import alike, overlap
from xregistry_tui.resources.base import CollectionFailed, ResourceError
from xregistry_tui.schema.rules import OneOf
from xregistry_tui.schema.shape import FieldShape, Kind, Shape
from xregistry_tui.store.base import MemoryStore
from xregistry_tui.xregistry import XRegistry


class Order(BaseModel):
    id: int
    status: Literal["paid", "shipped"]
    total: float
    note: str | None = None


class Person(BaseModel):
    name: str
    birthday: datetime.date


async def test_a_model_is_enriched_from_the_collection_of_its_name(shop: Shop) -> None:
    shop.registry.models.register_static_model(Order, namespace="demo")
    enrichment = await shop.enriched.enrich_from_resource(shop.engine, "Order")
    assert enrichment.model_name == "Order"
    assert enrichment.resource_name == "shop"
    assert enrichment.is_live
    assert enrichment.statistics["total_count"] == 1_000
    assert enrichment.statistics["field_statistics"]["note"]["null_count"] == 1_000
    assert enrichment.categorical_fields["status"] == ["paid", "shipped", "pending"]
    assert enrichment.data_quality["completeness"]["status"] == 1.0
    assert enrichment.data_quality["validity"]["status"] == 0.9
    assert enrichment.data_quality["timeliness"]["status"] is None
    assert len(enrichment.sample_data) == 100
    assert enrichment.sample_data[0]["status"] == "paid"


async def test_enrichments_answer_paths_and_bare_names_and_stay_fresh(shop: Shop) -> None:
    shop.registry.models.register_static_model(Order, namespace="demo")
    await shop.enriched.enrich_from_resource(shop.engine, "Order", collection="orders")
    for name in ("Order", "models.demo.Order", "ns.models.demo.Order"):
        assert shop.enriched.enrichments[name].statistics["total_count"] == 1_000
    shop.engine.put("orders", shop.orders(7))
    await shop.clock.advance(4)
    assert shop.enriched.enrichments["Order"].statistics["total_count"] == 7
    assert len(shop.enriched.enrichments["Order"].sample_data) == 7
    assert list(shop.enriched.connected_resources) == ["shop"]


async def test_without_auto_refresh_the_figures_stay(shop: Shop) -> None:
    shop.registry.models.register_static_model(Order, namespace="demo")
    await shop.enriched.enrich_from_resource(shop.engine, "Order", auto_refresh=False)
    shop.engine.put("orders", shop.orders(7))
    await shop.clock.advance(60)
    assert shop.enriched.enrichments["Order"].statistics["total_count"] == 1_000
    assert shop.enriched.lives()[0].state.status is RefreshStatus.PAUSED


async def test_a_collection_finds_its_model_by_the_fields_they_share(shop: Shop) -> None:
    shop.registry.models.register_static_model(Order, namespace="demo")
    shop.registry.models.register_static_model(Person, namespace="demo")
    shop.engine.put("export_2026", shop.orders(10))
    enrichment = await shop.enriched.enrich_from_resource(shop.engine, collection="export_2026")
    assert enrichment.model_name == "Order"


async def test_what_matches_nothing_lists_the_candidates(shop: Shop) -> None:
    shop.registry.models.register_static_model(Person, namespace="demo")
    shop.engine.put("stock", [{"id": 1}])
    with pytest.raises(
        NoMatch, match=r"no collection of shop matches models\.demo\.Person; say which one it is: orders"
    ):
        await shop.enriched.enrich_from_resource(shop.engine, "Person")
    with pytest.raises(NoMatch, match="shop holds 2 collections; say which one it is: orders, stock"):
        await shop.enriched.enrich_from_resource(shop.engine)


async def test_a_resource_that_is_not_open_is_opened(shop: Shop) -> None:
    engine = ListEngine("archive", clock=shop.clock)
    engine.put("orders", shop.orders(3))
    report = await shop.enriched.discover_and_register(engine)
    assert engine.open
    assert list(report) == ["models.archive.orders"]


async def test_discovery_reports_what_it_could_not_read(shop: Shop) -> None:
    shop.engine.put("view", [{"id": 1}])
    del shop.engine.declared["view"]
    report = await shop.enriched.discover_and_register(shop.engine)
    assert report.registered == ("models.shop.orders",)
    assert dict(report.failed) == {"view": "there is no view"}
    await shop.enriched.settled()
    assert len(shop.enriched.lives()) == 1


async def test_a_path_that_another_model_has_is_reported_and_the_others_come(shop: Shop) -> None:
    shop.engine.put("people", [{"name": "a"}])
    shop.registry.models.register_static_model(Order, name="orders", namespace="shop")
    report = await shop.enriched.discover_and_register(shop.engine)
    assert report.registered == ("models.shop.people",)
    assert "models.shop.orders" in report.failed["orders"]


async def test_a_model_that_somebody_unregisters_is_said_and_looked_at_again_once_it_is_back(shop: Shop) -> None:
    (key,) = shop.bind("orders")
    await shop.enriched.settled()
    model = shop.live(key).binding.model
    shop.registry.models.unregister(model)
    with pytest.raises(ResourceError, match="its model is unregistered"):
        await shop.enriched.refresh(key)
    shop.registry.models.restore(model)
    assert (await shop.enriched.refresh(key)).state.status is RefreshStatus.LIVE


async def test_discovering_again_changes_nothing(shop: Shop) -> None:
    await shop.enriched.discover_and_register(shop.engine)
    await shop.enriched.settled()
    before = shop.enriched.lives()
    await shop.enriched.discover_and_register(shop.engine)
    await quiet()
    assert shop.enriched.lives() == before


async def test_creation_checks_the_model_and_what_is_live(shop: Shop) -> None:
    shop.registry.models.register_static_model(Order, namespace="demo")
    await shop.enriched.enrich_from_resource(shop.engine, "Order")
    data = {"id": 1, "status": "paid", "total": 5.0}
    assert await shop.enriched.create_with_validation("Order", data) == Order(id=1, status="paid", total=5.0)
    with pytest.raises(ValueError, match=r"^Invalid value for status"):
        await shop.enriched.create_with_validation("Order", {**data, "status": "shiped"})
    with pytest.raises(ValueError, match="Model Nothing not found"):
        await shop.enriched.create_with_validation("Nothing", data)


async def test_live_values_matter_only_where_asked_for(shop: Shop) -> None:
    (key,) = shop.bind("orders")
    await shop.enriched.settled()
    assert shop.live(key).profile is not None
    data = {"id": 1, "status": "lost", "total": 5.0}
    await shop.enriched.create_with_validation("orders", data)
    with pytest.raises(InvalidRecord, match="not among the 3 values seen in 1,000"):
        await shop.enriched.create_with_validation("orders", data, strict=True)
    await shop.enriched.create_with_validation("orders", data, False, strict=True)


async def test_values_and_figures_of_a_field_can_be_asked_for(shop: Shop) -> None:
    shop.bind("orders")
    assert await shop.enriched.suggest_values("orders", "status") is None
    assert shop.enriched.get_field_statistics("orders", "status") is None
    await shop.enriched.settled()
    assert await shop.enriched.suggest_values("orders", "status") == ["paid", "shipped", "pending"]
    figures = shop.enriched.get_field_statistics("orders", "status")
    assert figures is not None
    assert (figures["null_count"], figures["unique_count"]) == (0, 3)
    assert figures["quality"]["completeness"] == 1.0
    assert shop.enriched.get_field_statistics("orders", "nowhere") is None


async def test_a_model_demands_by_its_own_rules_of_fields_in_any_case(shop: Shop) -> None:
    records = [{"ID": n, "Status": "paid" if n else "lost", "Total": 1.0} for n in range(10)]
    shop.engine.put("legacy", records)
    shop.registry.models.register_static_model(Order, namespace="demo")
    await shop.enriched.enrich_from_resource(shop.engine, "Order", collection="legacy")
    (live,) = shop.enriched.lives("models.demo.Order")
    assert live.profile is not None
    results = live.profile.fields["Status"].rules
    assert [result.failed for result in results if isinstance(result.rule, OneOf)] == [1]
    assert live.state.status is RefreshStatus.LIVE


async def test_what_the_model_requires_and_the_collection_has_not_is_partial(shop: Shop) -> None:
    shop.registry.models.register_static_model(Person, namespace="demo")
    await shop.enriched.enrich_from_resource(shop.engine, "Person", collection="orders")
    (live,) = shop.enriched.lives("models.demo.Person")
    assert live.state.status is RefreshStatus.PARTIAL
    assert live.state.reason == "not in orders: name, birthday"


async def test_the_trend_is_remembered_by_the_store(shop: Shop) -> None:
    store = MemoryStore()
    for rows in (10, 20):
        registry = XRegistry()
        enriched = EnrichedRegistry(registry.models, registry.types, registry.functions, clock=shop.clock, store=store)
        shop.engine.put("orders", shop.orders(rows))
        await enriched.discover_and_register(shop.engine)
        await enriched.settled()
        (live,) = enriched.lives()
        await enriched.close()
        await shop.clock.advance(60)
    assert [count for _, count in live.trend] == [10, 20]


async def test_a_failure_while_enriching_is_the_callers(shop: Shop) -> None:
    shop.registry.models.register_static_model(Order, namespace="demo")
    shop.engine.faulty["orders"] = CollectionFailed("malformed")
    with pytest.raises(CollectionFailed):
        await shop.enriched.enrich_from_resource(shop.engine, "Order")


@given(steps=st.lists(st.tuples(st.floats(0.1, 300), st.integers(0, 10**6)), min_size=1, max_size=400))
def test_a_trend_is_bounded_ordered_and_ends_with_the_newest(steps: list[tuple[float, int]]) -> None:
    trend: Trend = ()
    now = StillClock().now()
    for seconds, rows in steps:
        now += datetime.timedelta(seconds=seconds)
        trend = grown(trend, now, rows)
        assert trend[-1] == (now, rows)
        assert len(trend) <= 240
        assert all(a[0] < b[0] for a, b in pairwise(trend))
        assert now - trend[0][0] <= TREND
    later = now + 2 * RATE_OVER
    assert rate(trend, later) == 0


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("Order", "orders", True),
        ("OrderItem", "order_items", True),
        ("Category", "categories", True),
        ("Box", "boxes", True),
        ("Address", "addresses", True),
        ("User", "orders", False),
        ("News", "new", True),
        ("bus", "bu", False),
        ("Order", "public.orders", True),
        ("sales.Order", "public.invoices", False),
    ],
)
def test_names_are_alike_whatever_their_case_and_number(first: str, second: str, same: bool) -> None:
    assert alike(first, second) is same
    assert alike(second, first) is same


def test_fields_of_another_type_count_half() -> None:
    def shape(**kinds: Kind) -> Shape:
        return Shape(name="x", fields=tuple(FieldShape(name=name, kinds=(kind,)) for name, kind in kinds.items()))

    ours = shape(a=Kind.STRING, b=Kind.INTEGER)
    assert overlap(ours, ours) == 1
    assert overlap(ours, shape(A=Kind.STRING, B=Kind.STRING)) == 0.75
    assert overlap(ours, shape(c=Kind.STRING)) == 0
