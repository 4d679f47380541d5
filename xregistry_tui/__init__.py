"""A registry of functions, models and types that sees the data behind them.

Importing this package loads nothing; each public name is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xregistry_tui.core import (
        FunctionPermission,
        FunctionRegistry,
        ModelPermission,
        ModelRegistry,
        ModelSource,
        RegisteredFunction,
        RegisteredModel,
        RegisteredType,
        TypeCategory,
        TypeRegistry,
        XObjPrototype,
    )
    from xregistry_tui.enrichment import EnrichedRegistry, ModelEnrichment
    from xregistry_tui.inspector import InspectionResult, XInspector
    from xregistry_tui.resources import ResourceFactory, XResource
    from xregistry_tui.xregistry import XRegistry, register_function, registry

__all__ = [
    "EnrichedRegistry",
    "FunctionPermission",
    "FunctionRegistry",
    "InspectionResult",
    "ModelEnrichment",
    "ModelPermission",
    "ModelRegistry",
    "ModelSource",
    "RegisteredFunction",
    "RegisteredModel",
    "RegisteredType",
    "ResourceFactory",
    "TypeCategory",
    "TypeRegistry",
    "XInspector",
    "XObjPrototype",
    "XRegistry",
    "XResource",
    "register_function",
    "registry",
]

_HOMES = {
    "enrichment": ("EnrichedRegistry", "ModelEnrichment"),
    "inspector": ("InspectionResult", "XInspector"),
    "resources": ("ResourceFactory", "XResource"),
    "xregistry": ("XRegistry", "register_function", "registry"),
}
_HOME = {name: f"{__name__}.{home}" for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME.get(name, f"{__name__}.core")), name)


def __dir__() -> list[str]:
    return __all__
