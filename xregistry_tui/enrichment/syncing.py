"""Models as a resource has them: discovered there, and brought up to date with what it holds now."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xregistry_tui.core.errors import DefinitionConflict
from xregistry_tui.core.versions import IncompatibleChange
from xregistry_tui.resources.inspector import XInspector

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xregistry_tui.core.models import ModelRegistry, RegisteredModel
    from xregistry_tui.resources.base import XResource
    from xregistry_tui.schema.diff import SchemaChange
    from xregistry_tui.schema.shape import Shape


@dataclass(frozen=True, slots=True)
class Discovery:
    """What a discovery registered (paths) and what it could not read (collection → reason)."""

    registered: tuple[str, ...]
    failed: Mapping[str, str]

    def __iter__(self) -> Iterator[str]:
        return iter(self.registered)

    def __len__(self) -> int:
        return len(self.registered)


@dataclass(frozen=True, slots=True)
class Failed:
    """A collection without a model, and why."""

    collection: str
    reason: str


async def discovered(
    models: ModelRegistry, resource: XResource, namespace: str | None
) -> AsyncIterator[tuple[RegisteredModel, Shape] | Failed]:
    """Register a model for each collection as its shape is found."""
    async for found in XInspector(resource).discover():
        if isinstance(found, tuple):
            yield Failed(found[0], str(found[1]))
            continue
        try:
            # a wide table takes longer to turn into a model than a loop may be held
            model = await asyncio.to_thread(
                models.register_discovered, found, resource=resource.name, namespace=namespace
            )
        except DefinitionConflict as error:  # another model has its path: the others come all the same
            yield Failed(found.name, str(error))
            continue
        if model.path in models:  # else somebody unregistered it
            yield model, found


async def sync(models: ModelRegistry, model: RegisteredModel, resource: XResource, collection: str) -> dict[str, Any]:
    """Make what a collection holds now the next version of a model, where they differ and its mode allows that.

    `{"synced", "changes", "from_version", "to_version"}`; `synced` says whether there is a new version, `refused` (in
    words) why there is none although something changed.
    """
    shape = await resource.shape(collection)
    return await asyncio.to_thread(_synced, models, model, shape, resource.name)


def _synced(models: ModelRegistry, model: RegisteredModel, shape: Shape, resource: str) -> dict[str, Any]:
    from xregistry_tui.schema.diff import compare
    from xregistry_tui.schema.modelgen import generate

    made = generate(shape, model.title)
    held = models.compatibility(model.path)
    changes = compare(model.json_schema, made.model_json_schema(by_alias=True), strict=held.strict).changes
    told: dict[str, Any] = {"changes": list(_told(changes)), "from_version": model.version}
    if not changes:
        return {"synced": False, **told, "to_version": model.version}
    try:
        if (model.resource, model.collection) == (resource, shape.name):
            after = models.register_discovered(shape, resource=resource, namespace=model.metadata.namespace)
        else:
            after = models.update_model(model.path, made)
    except IncompatibleChange as error:
        return {"synced": False, **told, "to_version": model.version, "refused": str(error)}
    return {"synced": after.version != model.version, **told, "to_version": after.version}


def _told(changes: Iterable[SchemaChange]) -> Iterator[dict[str, Any]]:
    for one in changes:
        yield {
            "path": one.path,
            "type": str(one.type),
            "verdict": one.verdict.value,
            "old": one.old,
            "new": one.new,
            "message": one.message,
        }
