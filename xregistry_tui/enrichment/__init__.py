"""What live data says about the models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xregistry_tui.enrichment.enriched import EnrichedRegistry
    from xregistry_tui.enrichment.matching import NoMatch
    from xregistry_tui.enrichment.projection import ModelEnrichment
    from xregistry_tui.enrichment.syncing import Discovery
    from xregistry_tui.enrichment.validation import InvalidRecord

_HOMES = {
    "Discovery": "syncing",
    "EnrichedRegistry": "enriched",
    "InvalidRecord": "validation",
    "ModelEnrichment": "projection",
    "NoMatch": "matching",
}

__all__ = ["Discovery", "EnrichedRegistry", "InvalidRecord", "ModelEnrichment", "NoMatch"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
