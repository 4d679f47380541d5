"""Models in the registry: written by hand or discovered, each with its versions.

A registered model is an immutable value: a new version replaces it, and the versions before stay as they were. Its
class, shape and JSON Schema are made when first asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from xregistry_tui.core.definition import Definition, same_class, superseded, where
from xregistry_tui.core.paths import join, safe_segments, segment, with_prefix
from xregistry_tui.core.registered_model import (
    DEFAULT_PERMISSIONS,
    ModelMetadata,
    ModelPermission,
    ModelSource,
    Permissions,
    RegisteredModel,
)
from xregistry_tui.core.registry import DefinitionConflict, Registry, View
from xregistry_tui.schema.evolution import FIRST, classify, next_version

if TYPE_CHECKING:
    from pydantic import BaseModel

    from xregistry_tui.schema.shape import Shape

__all__ = ["ModelMetadata", "ModelPermission", "ModelRegistry", "ModelSource", "RegisteredModel", "without_group"]


class Discoverable(Protocol):
    """What `register_from_inspector` asks of a resource."""

    @property
    def name(self) -> str:
        """What the resource is called."""

    def get_type(self) -> str:
        """The kind of its engine."""

    async def list_collections_or_tables(self) -> list[str]:
        """The true names of what holds records."""

    async def shape(self, collection: str) -> Shape:
        """What the records of a collection may be."""


class ModelRegistry(Registry[RegisteredModel]):
    """Models by path (`models.shop.orders`)."""

    group = "models"
    change_key = "model"

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._history: dict[str, tuple[ModelMetadata, ...]] = {}

    @property
    def models(self) -> Mapping[str, RegisteredModel]:
        """All of them by path; unambiguous bare names answer too."""
        return View(self._items, self.resolve)

    @property
    def version_history(self) -> Mapping[str, tuple[ModelMetadata, ...]]:
        """Every version of each model, oldest first, by path; unambiguous bare names answer too."""
        return View(self._history, self.resolve)

    def register(  # noqa: PLR0917 - the order of the specification
        self,
        model_class: type[BaseModel],
        name: str | None = None,
        source: ModelSource = ModelSource.STATIC,
        namespace: str | None = None,
        permissions: Mapping[str, Collection[ModelPermission]] | None = None,
        tags: Collection[str] | None = None,
        *,
        replace: bool = False,
    ) -> RegisteredModel:
        """Register a model class; without a namespace the path comes from its module.

        Raises `DefinitionConflict` where something else has the path, unless `replace` makes it a new version.
        """
        title = name or model_class.__name__
        default = _namespace(model_class.__module__) if source is ModelSource.STATIC else "dynamic"
        path = self._path(join(default if namespace is None else namespace, title))
        return self._enter(
            path,
            self._version(
                path,
                Definition(title=title, source=without_group(path), model_class=model_class),
                source=source,
                namespace=namespace,
                permissions=_frozen(permissions),
                tags=frozenset(tags or ()),
            ),
            replace=replace,
        )

    def register_static_model(
        self,
        model_class: type[BaseModel],
        name: str | None = None,
        namespace: str | None = None,
        permissions: Mapping[str, Collection[ModelPermission]] | None = None,
        tags: Collection[str] | None = None,
        *,
        replace: bool = False,
    ) -> RegisteredModel:
        """Register a model written by hand; see `register`."""
        return self.register(model_class, name, ModelSource.STATIC, namespace, permissions, tags, replace=replace)

    def register_discovered(
        self,
        shape: Shape,
        *,
        resource: str,
        namespace: str | None = None,
        name: str | None = None,
        model_class: type[BaseModel] | None = None,
        tags: Collection[str] = (),
    ) -> RegisteredModel:
        """Register what discovery found, at `models.<resource>.<collection>`; true names are made safe.

        A collection whose name has parts is below those before the last (`models.<resource>.<schema>.<table>`). An
        explicit namespace replaces `<resource>`, `name` the last part. An unchanged shape changes nothing; a
        changed one is a new version, which keeps grants and tags. Raises `DefinitionConflict` where a model of
        another origin has the path.
        """
        with self._lock:
            path = self._discovered_path(shape, resource, namespace, name)
            called = shape.parts[-1] if shape.parts else shape.name
            definition = Definition(title=called, source=without_group(path), shape=shape, model_class=model_class)
            version = self._version(
                path,
                definition,
                source=ModelSource.DYNAMIC,
                namespace=namespace,
                permissions=DEFAULT_PERMISSIONS,
                tags=frozenset({"dynamic", "inspector-generated", *tags}),
            )
            registered = self._enter(path, version, resource=resource, collection=shape.name)
            if namespace is None:
                steps = path.split(".")
                for depth, title in enumerate((resource, *shape.parts[:-1]), start=2):
                    self._tree.entitle(join(*steps[:depth]), title)
        return registered

    async def register_from_inspector(
        self, resource: Discoverable, collection_name: str | None = None, namespace: str | None = None
    ) -> RegisteredModel:
        """Ask a resource for the shape of a collection (default: its only one) and register that."""
        collection = collection_name or await _only_collection(resource)
        return self.register_discovered(
            await resource.shape(collection),
            resource=resource.name,
            namespace=namespace,
            tags=(resource.get_type(),),
        )

    def _discovered_path(self, shape: Shape, resource: str, namespace: str | None, name: str | None) -> str:
        *levels, collection = shape.parts or (shape.name,)
        above = self._path(namespace) if namespace is not None else join(self.group, self._safe(self.group, resource))
        for level in levels:
            above = join(above, self._safe(above, level))
        return join(above, segment(name) if name is not None else self._safe(above, collection))

    def _safe(self, above: str, true_name: str) -> str:
        return safe_segments([true_name], self._tree.segments(above))[true_name]

    def _version(
        self,
        path: str,
        definition: Definition,
        *,
        source: ModelSource,
        namespace: str | None,
        permissions: Permissions,
        tags: frozenset[str],
    ) -> ModelMetadata:
        moment = self._clock()
        return ModelMetadata(
            name=definition.title,
            source=source,
            module=definition.module,
            version=FIRST,
            created_at=moment,
            updated_at=moment,
            permissions=permissions,
            tags=tags,
            namespace=namespace,
            ns_path=with_prefix(path, self._prefix),
            description=definition.description,
            definition=definition,
        )

    def _enter(
        self,
        path: str,
        new: ModelMetadata,
        *,
        replace: bool = False,
        resource: str | None = None,
        collection: str | None = None,
    ) -> RegisteredModel:
        with self._lock:
            there = self._items.get(path)
            if there is not None:
                if _unchanged(there, new, (resource, collection)):
                    return there
                _check(there, new, (resource, collection), replace)
                new = _successor(there, new)
            registered = RegisteredModel(path=path, metadata=new, resource=resource, collection=collection)
            self._put(registered)
            if there is None or there.version != new.version:
                self._history[path] = (*self._history.get(path, ()), new)
            else:
                self._history[path] = (*self._history[path][:-1], new)
        self._mark(path)
        return registered


def without_group(path: str) -> str:
    """What people call a model in a sentence: `demo.Order`."""
    return path.partition(".")[2]


def _frozen(permissions: Mapping[str, Collection[ModelPermission]] | None) -> Permissions:
    if permissions is None:
        return DEFAULT_PERMISSIONS
    return MappingProxyType({role: frozenset(granted) for role, granted in permissions.items()})


def _namespace(module: str) -> str:
    """The whole module, or in a package of models what follows it.

    >>> _namespace("app.models.user"), _namespace("demo.package"), _namespace("__main__")
    ('user', 'demo.package', 'main')
    """
    parts = [part.strip("_") if part.startswith("__") else part for part in module.split(".")]
    if "models" in parts:
        parts = parts[len(parts) - parts[::-1].index("models") :]
    return ".".join(parts)


def _unchanged(there: RegisteredModel, new: ModelMetadata, origin: tuple[str | None, str | None]) -> bool:
    older, newer = there.metadata.definition, new.definition
    if there.metadata.source is not new.source or (there.resource, there.collection) != origin:
        return False
    if new.source is ModelSource.DYNAMIC and origin != (None, None):
        return older.shape == newer.shape
    return same_class(older, newer)


def _check(there: RegisteredModel, new: ModelMetadata, origin: tuple[str | None, str | None], replace: bool) -> None:
    """Whether the new definition may take the place of the one that is there; raises `DefinitionConflict`."""
    if replace:
        return
    if origin != (None, None):
        if (there.resource, there.collection) != origin:
            raise DefinitionConflict(
                f"{there} is {_origin(there)} already; the collection {origin[1]!r} of {origin[0]} needs name="
            )
    elif there.metadata.source is ModelSource.DYNAMIC or not superseded(there.metadata.definition, new.definition):
        raise DefinitionConflict(
            f"{there} is {_origin(there)} already; {where(new.definition)} needs another name= or replace=True"
        )


def _origin(there: RegisteredModel) -> str:
    if there.collection is not None:
        return f"the collection {there.collection!r} of {there.resource}"
    return where(there.metadata.definition)


def _successor(there: RegisteredModel, new: ModelMetadata) -> ModelMetadata:
    """The next version: what people gave to the model before stays with it."""
    held = there.metadata
    change = classify(there.shape, new.definition.shape)
    return replace(
        new,
        version=next_version(held.version, change),
        created_at=held.created_at,
        permissions=new.permissions if new.permissions is not DEFAULT_PERMISSIONS else held.permissions,
        tags=held.tags | new.tags,
    )


async def _only_collection(resource: Discoverable) -> str:
    names = await resource.list_collections_or_tables()
    if len(names) != 1:
        held = ", ".join(names) or "none"
        raise ValueError(f"{resource.name} has {len(names)} collections; give one of: {held}")
    return names[0]
