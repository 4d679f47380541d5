"""A shop with orders that are watched, on a clock that stands still."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from tests.enrichment.engine import ListEngine, StillClock
from xregistry_tui.core.bindings import Binding
from xregistry_tui.enrichment.enriched import EnrichedRegistry
from xregistry_tui.enrichment.live import Live
from xregistry_tui.xregistry import XRegistry

STATUSES = ["paid"] * 6 + ["shipped"] * 3 + ["pending"]


@dataclass
class Shop:
    """The registry, the engine and the clock of a test."""

    registry: XRegistry
    enriched: EnrichedRegistry
    engine: ListEngine
    clock: StillClock

    def orders(self, count: int = 1_000) -> list[dict[str, object]]:
        """Realistic enough records."""
        return [{"id": n, "status": STATUSES[n % 10], "total": n / 4 + 0.99, "note": None} for n in range(count)]

    def bind(self, *collections: str, refresh_interval: float | None = None) -> list[str]:
        """Register and watch collections; their keys."""
        keys = []
        for collection in collections:
            model = self.registry.models.register_discovered(
                self.engine.declared[collection], resource=self.engine.name
            )
            binding = Binding(
                model=model.path,
                resource=self.engine.name,
                collection=collection,
                refresh_interval=refresh_interval,
            )
            self.enriched.bind(binding)
            keys.append(binding.key)
        return keys

    def live(self, key: str) -> Live:
        """How a binding stands."""
        live = self.enriched.live(key)
        assert live is not None
        return live


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    clock = StillClock()
    registry = XRegistry()
    enriched = EnrichedRegistry(
        registry.models, registry.types, registry.functions, changes=registry.changes, clock=clock
    )
    engine = ListEngine(clock=clock)
    made = Shop(registry, enriched, engine, clock)
    engine.put("orders", made.orders())
    await engine.connect()
    enriched.attach(engine)
    yield made
    await enriched.close()
