"""The base for users' own models that belong to a namespace; only this file of the room needs pydantic to load."""

from __future__ import annotations

from abc import ABCMeta
from typing import Any

from pydantic import BaseModel

from xregistry_tui.core.functions import RegisteredFunction
from xregistry_tui.core.models import RegisteredModel
from xregistry_tui.core.types import RegisteredType


class _Prototype(type(BaseModel)):  # type: ignore[misc]
    """Counts virtual subclasses, which pydantic's own metaclass does not."""

    def __instancecheck__(cls, instance: Any) -> bool:
        return ABCMeta.__instancecheck__(cls, instance)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return ABCMeta.__subclasscheck__(cls, subclass)


class XObjPrototype(BaseModel, metaclass=_Prototype):
    """A model that says which namespace it belongs to."""

    ns: str = ""


for _registered in (RegisteredFunction, RegisteredModel, RegisteredType):
    ABCMeta.register(XObjPrototype, _registered)
