"""Models in the registry: written by hand, discovered, or from a JSON Schema of others, each with its versions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from xregistry_tui.core.definition import Definition
from xregistry_tui.core.model_conflicts import NOWHERE, Origin, may_follow, rivals, unchanged
from xregistry_tui.core.paths import join, plain, safe_segments, segment
from xregistry_tui.core.registered_model import ModelMetadata, ModelPermission, ModelSource, NotKept, RegisteredModel
from xregistry_tui.core.versioned_models import VersionedModels, without_group
from xregistry_tui.core.versions import IncompatibleChange, ModelEvolution, VersionConflict

if TYPE_CHECKING:
    from pydantic import BaseModel

    from xregistry_tui.schema.shape import Shape

__all__ = [
    "IncompatibleChange",
    "ModelEvolution",
    "ModelMetadata",
    "ModelPermission",
    "ModelRegistry",
    "ModelSource",
    "NotKept",
    "RegisteredModel",
    "VersionConflict",
    "without_group",
]


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


class ModelRegistry(VersionedModels):
    """Models by path (`models.shop.orders`)."""

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
                permissions=permissions,
                tags=tags or (),
            ),
            anyway=replace,
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

    def register_external(
        self,
        json_schema: Mapping[str, Any],
        name: str,
        namespace: str | None = None,
        permissions: Mapping[str, Collection[ModelPermission]] | None = None,
        tags: Collection[str] | None = None,
        *,
        replace: bool = False,
    ) -> RegisteredModel:
        """Register a JSON Schema of an object (draft 2020-12) as a model, at `models.external.<name>` by default.

        Raises `InvalidSchema` (a ValueError) for what is none, `DefinitionConflict` as `register` does.
        """
        from xregistry_tui.schema.external_check import checked

        schema, _ = checked(json_schema, name)
        path = self._path(join("external" if namespace is None else namespace, name))
        note = "made of its JSON Schema: no Python validators"
        definition = Definition(title=name, source=without_group(path), json_schema=schema, note=note)
        version = self._version(
            path,
            definition,
            source=ModelSource.EXTERNAL,
            namespace=namespace,
            permissions=permissions,
            tags=tags or (),
        )
        return self._enter(path, version, anyway=replace)

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
        explicit namespace replaces `<resource>`, `name` the last part. A shape that is as it was found before changes
        nothing, whatever a person made of the model since; a changed one is a new version, which keeps grants and
        tags. What somebody unregistered stays so: its path is not in the registry after this. Raises
        `DefinitionConflict` where a model of another origin has the path.
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
                tags={"dynamic", "inspector-generated", *tags},
            )
            registered = self._enter(path, version, origin=(resource, shape.name))
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
        found = self.register_discovered(
            await resource.shape(collection),
            resource=resource.name,
            namespace=namespace,
            tags=(resource.get_type(),),
        )
        # who asks for this one by name wants it back
        return found if found.path in self else self.restore(found.path)

    def _discovered_path(self, shape: Shape, resource: str, namespace: str | None, name: str | None) -> str:
        *levels, collection = shape.parts or (shape.name,)
        above = self._path(namespace) if namespace is not None else join(self.group, self._safe(self.group, resource))
        for level in levels:
            above = join(above, self._safe(above, level))
        return join(above, segment(name) if name is not None else self._safe(above, collection))

    def _safe(self, above: str, true_name: str) -> str:
        # what has its plain form already is found without a look at the whole level
        usual = plain(true_name)
        step = join(above, usual)
        if step in self._tree and self._tree.true_name(step) == true_name:
            return usual
        return safe_segments([true_name], self._tree.segments(above))[true_name]

    def _enter(
        self, path: str, new: ModelMetadata, *, anyway: bool = False, origin: Origin = NOWHERE
    ) -> RegisteredModel:
        with self._lock:
            there = self._held(path)
            if there is None:
                return self._keep(_first(path, new, origin))
            discovered = origin != NOWHERE
            if unchanged(there, new, origin):
                return there if discovered else self._back(there)
            if not anyway and not may_follow(there, new, origin):
                raise self._conflict(there, *rivals(there, new, origin))
            if discovered and path in self._gone:
                return there
            return self._follow(there, new, origin=origin, anyway=True)


def _first(path: str, version: ModelMetadata, origin: Origin) -> RegisteredModel:
    resource, collection = origin
    found = version.body.given_shape
    return RegisteredModel(path=path, metadata=version, resource=resource, collection=collection, found=found)


def _namespace(module: str) -> str:
    """The whole module, or in a package of models what follows it.

    >>> _namespace("app.models.user"), _namespace("demo.package"), _namespace("__main__")
    ('user', 'demo.package', 'main')
    """
    parts = [part.strip("_") if part.startswith("__") else part for part in module.split(".")]
    if "models" in parts:
        parts = parts[len(parts) - parts[::-1].index("models") :]
    return ".".join(parts)


async def _only_collection(resource: Discoverable) -> str:
    names = await resource.list_collections_or_tables()
    if len(names) != 1:
        held = ", ".join(names) or "none"
        raise ValueError(f"{resource.name} has {len(names)} collections; give one of: {held}")
    return names[0]
