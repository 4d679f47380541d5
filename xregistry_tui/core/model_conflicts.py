"""Whether what is registered at a path is the same again, may be followed by another definition, or is in its way."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from xregistry_tui.core.definition import same_class, superseded, where
from xregistry_tui.core.registered_model import ModelSource

if TYPE_CHECKING:
    from xregistry_tui.core.registered_model import ModelMetadata, RegisteredModel

Origin: TypeAlias = tuple[str | None, str | None]
"""The resource and the collection that a discovered model came from."""

NOWHERE: Origin = (None, None)


def unchanged(there: RegisteredModel, new: ModelMetadata, origin: Origin) -> bool:
    """Whether the new definition is the one that is there."""
    older, newer = there.metadata.body, new.body
    if there.metadata.source is not new.source or (there.resource, there.collection) != origin:
        return False
    if origin != NOWHERE:
        return there.found == newer.given_shape
    if new.source is ModelSource.EXTERNAL:
        return older.json_schema == newer.json_schema
    return same_class(older, newer)


def may_follow(there: RegisteredModel, new: ModelMetadata, origin: Origin) -> bool:
    """Whether the new definition may take the place of the one that is there without being told to."""
    if origin != NOWHERE:
        return (there.resource, there.collection) == origin
    return there.metadata.source is ModelSource.STATIC and superseded(there.metadata.body, new.body)


def rivals(there: RegisteredModel, new: ModelMetadata, origin: Origin) -> tuple[str, str, str]:
    """What is there, what is new, and what the new one needs."""
    if origin != NOWHERE:
        return _origin(there), f"the collection {origin[1]!r} of {origin[0]}", "name="
    return _origin(there), where(new.body), "another name= or replace=True"


def _origin(there: RegisteredModel) -> str:
    if there.collection is not None:
        return f"the collection {there.collection!r} of {there.resource}"
    return where(there.metadata.body)
