"""Whether what is registered at a path is the same again, may be followed by another definition, or is in its way."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from xregistry_tui.core.definition import same_class, superseded, where
from xregistry_tui.core.registered_model import ModelSource
from xregistry_tui.core.registry import DefinitionConflict

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
    if origin != NOWHERE and older.given_shape is not None:
        return older.given_shape == newer.given_shape
    if new.source is ModelSource.EXTERNAL:
        return older.json_schema == newer.json_schema
    return same_class(older, newer)


def check(there: RegisteredModel, new: ModelMetadata, origin: Origin) -> None:
    """Whether the new definition may take the place of the one that is there; raises `DefinitionConflict`."""
    if origin != NOWHERE:
        if (there.resource, there.collection) != origin:
            raise DefinitionConflict(
                f"{there} is {_origin(there)} already; the collection {origin[1]!r} of {origin[0]} needs name="
            )
    elif there.metadata.source is not ModelSource.STATIC or not superseded(there.metadata.body, new.body):
        raise DefinitionConflict(
            f"{there} is {_origin(there)} already; {where(new.body)} needs another name= or replace=True"
        )


def _origin(there: RegisteredModel) -> str:
    if there.collection is not None:
        return f"the collection {there.collection!r} of {there.resource}"
    return where(there.metadata.body)
