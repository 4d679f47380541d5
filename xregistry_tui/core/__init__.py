"""The registries and the values about them; names are loaded when first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xregistry_tui.core.access import Decision, Denied, decide
    from xregistry_tui.core.arguments import InvalidArguments
    from xregistry_tui.core.calls import Call
    from xregistry_tui.core.changes import Changes
    from xregistry_tui.core.definitions import TargetFailed
    from xregistry_tui.core.deprecation import Deprecation
    from xregistry_tui.core.errors import AmbiguousName, DefinitionConflict, NotRegistered
    from xregistry_tui.core.functions import FunctionMetadata, FunctionPermission, FunctionRegistry, RegisteredFunction
    from xregistry_tui.core.models import ModelMetadata, ModelPermission, ModelRegistry, ModelSource, RegisteredModel
    from xregistry_tui.core.prototype import XObjPrototype
    from xregistry_tui.core.registered_model import NotKept
    from xregistry_tui.core.type_errors import InvalidValue
    from xregistry_tui.core.types import RegisteredType, TypeCategory, TypeMetadata, TypeRegistry
    from xregistry_tui.core.versions import IncompatibleChange, ModelEvolution, UnknownVersion, VersionConflict

__all__ = [
    "AmbiguousName",
    "Call",
    "Changes",
    "Decision",
    "DefinitionConflict",
    "Denied",
    "Deprecation",
    "FunctionMetadata",
    "FunctionPermission",
    "FunctionRegistry",
    "IncompatibleChange",
    "InvalidArguments",
    "InvalidValue",
    "ModelEvolution",
    "ModelMetadata",
    "ModelPermission",
    "ModelRegistry",
    "ModelSource",
    "NotKept",
    "NotRegistered",
    "RegisteredFunction",
    "RegisteredModel",
    "RegisteredType",
    "TargetFailed",
    "TypeCategory",
    "TypeMetadata",
    "TypeRegistry",
    "UnknownVersion",
    "VersionConflict",
    "XObjPrototype",
    "decide",
]

_HOMES = {
    "access": ("Decision", "Denied", "decide"),
    "arguments": ("InvalidArguments",),
    "calls": ("Call",),
    "changes": ("Changes",),
    "definitions": ("TargetFailed",),
    "deprecation": ("Deprecation",),
    "errors": ("AmbiguousName", "DefinitionConflict", "NotRegistered"),
    "functions": ("FunctionMetadata", "FunctionPermission", "FunctionRegistry", "RegisteredFunction"),
    "models": ("ModelMetadata", "ModelPermission", "ModelRegistry", "ModelSource", "RegisteredModel"),
    "prototype": ("XObjPrototype",),
    "registered_model": ("NotKept",),
    "type_errors": ("InvalidValue",),
    "types": ("RegisteredType", "TypeCategory", "TypeMetadata", "TypeRegistry"),
    "versions": ("IncompatibleChange", "ModelEvolution", "UnknownVersion", "VersionConflict"),
}
_HOME = {name: f"{__name__}.{home}" for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return __all__
