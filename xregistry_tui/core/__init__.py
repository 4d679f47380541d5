"""The registries and the values about them; names are loaded when first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xregistry_tui.core.access import Decision, decide
    from xregistry_tui.core.changes import Changes
    from xregistry_tui.core.functions import FunctionMetadata, FunctionPermission, FunctionRegistry, RegisteredFunction
    from xregistry_tui.core.models import ModelMetadata, ModelPermission, ModelRegistry, ModelSource, RegisteredModel
    from xregistry_tui.core.prototype import XObjPrototype
    from xregistry_tui.core.registry import AmbiguousName, DefinitionConflict, NotRegistered
    from xregistry_tui.core.type_errors import InvalidValue
    from xregistry_tui.core.types import RegisteredType, TypeCategory, TypeMetadata, TypeRegistry

__all__ = [
    "AmbiguousName",
    "Changes",
    "Decision",
    "DefinitionConflict",
    "FunctionMetadata",
    "FunctionPermission",
    "FunctionRegistry",
    "InvalidValue",
    "ModelMetadata",
    "ModelPermission",
    "ModelRegistry",
    "ModelSource",
    "NotRegistered",
    "RegisteredFunction",
    "RegisteredModel",
    "RegisteredType",
    "TypeCategory",
    "TypeMetadata",
    "TypeRegistry",
    "XObjPrototype",
    "decide",
]

_HOMES = {
    "access": ("Decision", "decide"),
    "changes": ("Changes",),
    "functions": ("FunctionMetadata", "FunctionPermission", "FunctionRegistry", "RegisteredFunction"),
    "models": ("ModelMetadata", "ModelPermission", "ModelRegistry", "ModelSource", "RegisteredModel"),
    "prototype": ("XObjPrototype",),
    "registry": ("AmbiguousName", "DefinitionConflict", "NotRegistered"),
    "type_errors": ("InvalidValue",),
    "types": ("RegisteredType", "TypeCategory", "TypeMetadata", "TypeRegistry"),
}
_HOME = {name: f"{__name__}.{home}" for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return __all__
