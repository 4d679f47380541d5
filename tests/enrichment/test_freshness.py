"""A timestamp that used to move and stands still is noticed, though nothing changes that would cause a look."""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator
from dataclasses import replace
from types import MappingProxyType

import pytest
from pydantic import BaseModel, Field

from tests.enrichment.conftest import Shop
from tests.enrichment.engine import ListEngine, Record, StillClock
from xregistry_tui.core.bindings import Binding
from xregistry_tui.enrichment.enriched import EnrichedRegistry
from xregistry_tui.profiling.plan import Plan
from xregistry_tui.profiling.profile import FieldProfile, Profile
from xregistry_tui.profiling.timeliness import LEAST_STEPS
from xregistry_tui.xregistry import XRegistry


class Dated(ListEngine):
    """An engine that tells the first and the last moment of its records."""

    def _profile(self, plan: Plan) -> Profile:
        profile = super()._profile(plan)
        fields = {path: self._dated(plan.collection, seen) for path, seen in profile.fields.items()}
        return replace(profile, fields=MappingProxyType(fields))

    def _dated(self, collection: str, seen: FieldProfile) -> FieldProfile:
        moments = [record[seen.name] for record in self.collections[collection]]
        dated = [moment for moment in moments if isinstance(moment, datetime.datetime)]
        return replace(seen, minimum=min(dated), maximum=max(dated)) if dated else seen


class Order(BaseModel):
    id: int
    placed_at: datetime.datetime = Field(json_schema_extra={"freshness": 60})


@pytest.fixture
async def dated() -> AsyncIterator[Shop]:
    clock = StillClock()
    registry = XRegistry()
    enriched = EnrichedRegistry(
        registry.models, registry.types, registry.functions, changes=registry.changes, clock=clock
    )
    made = Shop(registry, enriched, Dated(clock=clock), clock)
    made.engine.put("orders", [order(made)])
    await made.engine.connect()
    enriched.attach(made.engine)
    yield made
    await enriched.close()


def order(shop: Shop) -> Record:
    held = shop.engine.collections.get("orders", [])
    return {"id": len(held), "placed_at": shop.clock.now()}


async def ordering(shop: Shop, times: int) -> None:
    """Somebody orders every ten seconds."""
    for _ in range(times):
        await shop.clock.advance(10)
        shop.engine.put("orders", [*shop.engine.collections["orders"], order(shop)])
    await shop.clock.advance(3)


def codes(shop: Shop, key: str) -> list[str]:
    return [alarm.code for alarm in shop.live(key).alarms]


def timely(shop: Shop, key: str) -> float | None:
    assessment = shop.live(key).assessment
    assert assessment is not None
    return assessment.model.timeliness.value if assessment.model.timeliness is not None else None


async def test_what_stands_still_for_longer_than_ever_is_said_without_a_change(dated: Shop) -> None:
    (key,) = dated.bind("orders")
    await dated.enriched.settled()
    await ordering(dated, LEAST_STEPS - 1)
    assert timely(dated, key) is None, "its usual gap is not known yet"
    await ordering(dated, 2)
    assert timely(dated, key) == 1.0
    looks = len(dated.engine.looks)
    await dated.clock.advance(20)
    assert (codes(dated, key), len(dated.engine.looks)) == ([], looks)
    await dated.clock.advance(60)
    assert codes(dated, key) == ["freshness"]
    assert len(dated.engine.looks) == looks + 2
    late = timely(dated, key)
    assert late is not None
    assert 0 < late < 0.4
    await dated.clock.advance(600)
    assert len(dated.engine.looks) == looks + 2, "it is said, and nothing more is to be learned"
    await ordering(dated, 1)
    await dated.clock.advance(6)
    assert codes(dated, key) == []
    assert timely(dated, key) == 1.0


async def test_a_declared_age_needs_no_history(dated: Shop) -> None:
    dated.registry.models.register_static_model(Order, namespace="demo")
    binding = Binding(model="models.demo.Order", resource="shop", collection="orders")
    dated.enriched.bind(binding)
    await dated.enriched.settled()
    assert timely(dated, binding.key) == 1.0
    await dated.clock.advance(50)
    assert codes(dated, binding.key) == []
    await dated.clock.advance(20)
    assert codes(dated, binding.key) == ["freshness"]
    (alarm,) = dated.live(binding.key).alarms
    assert alarm.message == "placed_at: nothing newer for 1 min, expected within 1 min"
