"""A registry of models that keeps their versions: how one follows another, and which mode judges it.

A registered model is an immutable value: a new version replaces it, and the versions before stay as they were. Its
class, shape and JSON Schema are made when first asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from xregistry_tui.core.compatibility import Compatibility, Modes
from xregistry_tui.core.definition import Definition, same_class
from xregistry_tui.core.paths import join, with_prefix, without_prefix
from xregistry_tui.core.registered_model import (
    ModelMetadata,
    ModelPermission,
    ModelSource,
    Permissions,
    RegisteredModel,
)
from xregistry_tui.core.registry import NotRegistered, Registry, View
from xregistry_tui.core.versions import IncompatibleChange, Ledger, ModelEvolution, following
from xregistry_tui.schema.change import Change, Verdict
from xregistry_tui.schema.versioning import FIRST, Mode

if TYPE_CHECKING:
    from pydantic import BaseModel

    from xregistry_tui.core.model_conflicts import Origin
    from xregistry_tui.schema.evolution import Judgement


class VersionedModels(Registry[RegisteredModel]):
    """Models by path with every version; `ModelRegistry` says how they come in."""

    group = "models"
    change_key = "model"
    permission_type = ModelPermission

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.default_permissions: Collection[ModelPermission] = (ModelPermission.READ, ModelPermission.LIST)
        self.enable_versioning = True
        self.max_version_history = 10
        self.auto_generate_ui = True
        self._ledger = Ledger()
        self._modes = Modes()

    @property
    def models(self) -> Mapping[str, RegisteredModel]:
        """All of them by path; unambiguous bare names answer too."""
        return View(self._items, self.resolve)

    @property
    def version_history(self) -> Mapping[str, tuple[ModelMetadata, ...]]:
        """Every version of each model, oldest first, by path; unambiguous bare names answer too."""
        return View(self._ledger.history, self.resolve)

    @property
    def evolutions(self) -> Mapping[str, tuple[ModelEvolution, ...]]:
        """The steps from version to version of each model that has any, oldest first."""
        return View(self._ledger.evolutions, self.resolve)

    def version(self, model_name: str, version: str) -> ModelMetadata:
        """One version of a model, of which the body may be gone; raises KeyError, whose text names those there are."""
        return self._ledger.find(self.resolve(model_name), version)

    def update_model(
        self,
        model_name: str,
        new_model_class: type[BaseModel],
        version: str | None = None,
        migration_script: str | None = None,
        *,
        anyway: bool = False,
    ) -> RegisteredModel:
        """Make a class the next version of a model; without `version` the change says which that is.

        Raises ValueError where no such model is, `VersionConflict` for a version that is too low, and
        `IncompatibleChange` where the model's mode refuses the change, unless `anyway`.
        """
        with self._lock:
            there = self._known(model_name)
            definition = Definition(title=there.title, source=without_group(there.path), model_class=new_model_class)
            new = self._version(
                there.path, definition, source=there.metadata.source, namespace=there.metadata.namespace
            )
            if version is None and same_class(there.metadata.body, definition):
                return there
            return self._follow(there, new, version=version, migration=migration_script, anyway=anyway)

    def _known(self, name: str) -> RegisteredModel:
        try:
            return self[name]
        except NotRegistered:
            raise ValueError(f"Model {name} not found") from None

    def judge(self, model_name: str, json_schema: Mapping[str, Any]) -> Judgement:
        """What the model's mode says of a JSON Schema as its next version; nothing is changed."""
        return self._judged(self.resolve(model_name), json_schema)

    def _judged(self, path: str, json_schema: Mapping[str, Any]) -> Judgement:
        from xregistry_tui.schema.evolution import judge

        held = self.compatibility(path)
        return judge(json_schema, self._ledger.bodies(path), held.mode, strict=held.strict)

    def rollback(self, model_name: str, version: str) -> RegisteredModel:
        """Register what an old version asked for as a new, higher version; raises KeyError, `NotKept`."""
        with self._lock:
            there = self[model_name]
            old = self.version(there.path, version)
            new = self._version(there.path, old.body, source=old.source, namespace=old.namespace)
            return self._follow(there, new, anyway=True)

    def instantiate(self, model_name: str, data: Any, version: str | None = None) -> BaseModel:
        """A record checked against a version (default: the newest), by its true names; raises ValueError.

        An old version is made of its stored JSON Schema: Python validators are no part of it, and the class says so.
        """
        there = self[model_name]
        if version in {None, there.version}:
            return there.model_class.model_validate(data)
        from xregistry_tui.schema.external import model_of

        old = self.version(there.path, version or "")
        note = f"version {version}, made of its stored JSON Schema: no Python validators"
        return model_of(old.json_schema, old.name, note=note).model_validate(data)

    def mark_applied(self, model_name: str, to_version: str) -> ModelEvolution:
        """Note that the migration to a version was run; raises KeyError."""
        with self._lock:
            step = self._ledger.mark_applied(self.resolve(model_name), to_version, self._clock())
        self._mark(self.resolve(model_name))
        return step

    def set_compatibility(self, where: str, mode: Mode | str | None, *, strict: bool = False) -> None:
        """Set the mode of a model, or of everything under a namespace; `None` leaves it to what is above."""
        path = without_prefix(where, self._prefix)
        path = path if path.partition(".")[0] == self.group else join(self.group, path)
        self._modes.set(path, None if mode is None else Compatibility(Mode(mode), strict))

    def compatibility(self, path: str) -> Compatibility:
        """What holds for a model: set for it, else for the nearest namespace above, else backward."""
        return self._modes.at(path)

    def get_accessible_models(self, role: str | None, permission: ModelPermission | None = None) -> list[str]:
        """The paths of the models on which a role holds a permission, or any at all where none is named."""
        return sorted(item.path for item in self.get_accessible(role, permission))

    def _amend(self, item: RegisteredModel, **changes: Any) -> RegisteredModel:
        if "permissions" in changes:
            changes["permissions"] = MappingProxyType(dict(changes["permissions"]))
        amended = replace(item, metadata=replace(item.metadata, **changes))
        self._ledger.amend(item.path, amended.metadata)
        return amended

    def _version(
        self,
        path: str,
        definition: Definition,
        *,
        source: ModelSource,
        namespace: str | None,
        permissions: Mapping[str, Collection[ModelPermission]] | None = None,
        tags: Collection[str] = (),
    ) -> ModelMetadata:
        moment = self._clock()
        return ModelMetadata(
            name=definition.title,
            source=source,
            module=definition.module,
            version=FIRST,
            created_at=moment,
            updated_at=moment,
            permissions=_frozen(permissions if permissions is not None else {"*": self.default_permissions}),
            tags=frozenset(tags),
            namespace=namespace,
            ns_path=with_prefix(path, self._prefix),
            description=definition.description,
            definition=definition,
            has_ui=self.auto_generate_ui,
            granted=permissions is not None,
        )

    def _follow(
        self,
        there: RegisteredModel,
        new: ModelMetadata,
        *,
        version: str | None = None,
        migration: str | None = None,
        anyway: bool = False,
        origin: Origin | None = None,
    ) -> RegisteredModel:
        """Put a version after the one that is there: what people gave to the model stays with it."""
        from xregistry_tui.schema.diff import compare

        judgement = self._judged(there.path, new.json_schema)
        if judgement.verdict is not Verdict.COMPATIBLE and not anyway:
            raise IncompatibleChange(str(there), judgement)
        held = there.metadata
        diff = compare(there.json_schema, new.json_schema, strict=judgement.strict)
        # what only the shape tells (a key, a reference) is a patch
        new = _succeeding(held, new, following(held.version, diff.change or Change.DOCUMENTATION, version))
        step = ModelEvolution(
            model_name=there.path,
            from_version=held.version,
            to_version=new.version,
            changes=diff.changes,
            at=new.updated_at,
            mode=judgement.mode,
            verdict=judgement.verdict.value,
            migration_script=migration,
        )
        resource, collection = origin or (there.resource, there.collection)
        registered = RegisteredModel(
            path=there.path,
            metadata=new,
            resource=resource,
            collection=collection,
            found=there.found if origin is None else new.body.given_shape,
        )
        return self._keep(registered, step if new.version != held.version else None)

    def _keep(self, registered: RegisteredModel, step: ModelEvolution | None = None) -> RegisteredModel:
        path, metadata = registered.path, registered.metadata
        self._put(registered)
        if step is None and path in self._ledger.history:
            self._ledger.amend(path, metadata)
        else:
            keep = self.max_version_history if self.enable_versioning else 1
            self._ledger.enter(path, metadata, keep=keep, step=step)
        self._mark(path)
        return registered


def _succeeding(held: ModelMetadata, new: ModelMetadata, version: str) -> ModelMetadata:
    """The new metadata at its version, with what people gave to the model."""
    return replace(
        new,
        version=version,
        created_at=held.created_at,
        permissions=new.permissions if new.granted else held.permissions,
        tags=held.tags | new.tags,
        deprecation=held.deprecation,
    )


def without_group(path: str) -> str:
    """What people call a model in a sentence: `demo.Order`."""
    return path.partition(".")[2]


def _frozen(permissions: Mapping[str, Collection[ModelPermission]]) -> Permissions:
    return MappingProxyType({role: frozenset(granted) for role, granted in permissions.items()})
