"""The kit of a `models/__init__.py`: what of its models the rest of a program may have, asked for by name."""

from __future__ import annotations

import difflib
import sys
import threading
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from xregistry_tui.core.access import EVERYONE, decide
from xregistry_tui.core.discovery import Discovery, discover_models, exports
from xregistry_tui.core.models import without_group
from xregistry_tui.core.registered_model import ModelPermission
from xregistry_tui.core.registry import Clock, NotRegistered, utc_now

if TYPE_CHECKING:
    import datetime

    from pydantic import BaseModel

    from xregistry_tui.core.models import Discoverable, ModelRegistry
    from xregistry_tui.core.registered_model import Permissions, RegisteredModel

    Model: TypeAlias = type[BaseModel]
    Functions: TypeAlias = tuple[
        Callable[[str], Model],
        Callable[..., list[str]],
        Callable[..., Coroutine[Any, Any, Model]],
        Callable[[], Discovery],
        Callable[..., bool],
    ]

CATEGORIES = ("static", "dynamic")
LOG_KEPT = 1_000


class UnknownModel(NotRegistered):
    """No model has this name; the text offers the nearest."""

    def __init__(self, name: str, near: tuple[str, ...]) -> None:
        super().__init__(name)
        self.near = near

    def __str__(self) -> str:
        meant = f"; did you mean {' or '.join(self.near)}?" if self.near else "; list_models() gives all names"
        return f"there is no model {self.args[0]!r}{meant}"


class HasModels(Protocol):
    """What the kit asks of a registry."""

    @property
    def models(self) -> ModelRegistry:
        """Its models."""


@dataclass(frozen=True, slots=True)
class Access:
    """One question whether a role may do something with a model."""

    at: datetime.datetime
    model: str
    operation: str
    role: str
    allowed: bool


class Kit:
    """What a package of models adopts. `registry` gives the registry when it is asked for; it is not kept.

    `access_log` has the newest answers of `check_model_access`.
    """

    def __init__(self, package: str, registry: Callable[[], HasModels], clock: Clock = utc_now) -> None:
        self.package = package
        self.access_log: deque[Access] = deque(maxlen=LOG_KEPT)
        self._registry = registry
        self._clock = clock
        self._lock = threading.Lock()
        self._exported: Mapping[str, str] = MappingProxyType({})

    @property
    def functions(self) -> Functions:
        """`get_model, list_models, register_dynamic_model, auto_discover_models, check_model_access`, in this order."""
        return (
            self.get_model,
            self.list_models,
            self.register_dynamic_model,
            self.auto_discover_models,
            self.check_model_access,
        )

    @property
    def hooks(self) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
        """The module's `__getattr__` and `__dir__`: what was exported while the program ran is found by them."""
        return self._attribute, self._names

    @property
    def _module(self) -> ModuleType:
        return sys.modules[self.package]

    @property
    def _models(self) -> ModelRegistry:
        return self._registry().models

    def _exports(self) -> dict[str, Model]:
        # what a person unregistered is no export until it is restored
        held = self._models
        dynamic = {name: held[path].model_class for name, path in self._exported.items() if path in held}
        return exports(self._module)[0] | dynamic

    def get_model(self, name: str) -> Model:
        """The model exported under a name, else the registered one; raises KeyError with the nearest names."""
        exported = self._exports().get(name)
        if exported is not None:
            return exported
        found: RegisteredModel | None = self._models.models.get(name)
        if found is None:
            raise UnknownModel(name, tuple(difflib.get_close_matches(name, self.list_models(), n=3)))
        return found.model_class

    def list_models(self, category: str | None = None) -> list[str]:
        """The names that `get_model` answers to, sorted; `category` is `static` (written by hand) or `dynamic`."""
        if category not in (None, *CATEGORIES):
            raise ValueError(f"there is no category {category!r}; give one of {', '.join(CATEGORIES)}, or none")
        exported = self._exports()
        names = {name for name in exported if category in (None, self._category(name))}
        for path, registered in self._models.models.items():
            if category in (None, registered.metadata.source.value) and not _is_exported(exported, registered):
                names.add(self._name(path, registered, exported))
        return sorted(names)

    def _category(self, exported: str) -> str:
        return "dynamic" if exported in self._exported else "static"

    def _name(self, path: str, registered: RegisteredModel, exported: Mapping[str, Model]) -> str:
        """The bare name where it leads to this model, else the path below `models`."""
        title = registered.title
        try:
            bare = title not in exported and self._models.resolve(title) == path
        except KeyError:
            bare = False
        return title if bare else without_group(path)

    async def register_dynamic_model(
        self, resource: Discoverable, collection_name: str, auto_export: bool = False
    ) -> Model:
        """Register what a resource says of a collection, and export it from the package where that is asked for.

        It is exported under the last part of its path; raises ValueError where the package has another such name.
        """
        registered = await self._models.register_from_inspector(resource, collection_name)
        if auto_export:
            self._export(registered.path)
        return registered.model_class

    def _export(self, path: str) -> None:
        name = path.rpartition(".")[2]
        with self._lock:
            held = self._exported.get(name, path)
            if name in vars(self._module) or held != path:
                raise ValueError(
                    f"{self.package} has a name {name!r} already; get_model({without_group(path)!r}) gives this model"
                )
            self._exported = MappingProxyType({**self._exported, name: path})
            names = vars(self._module).get("__all__")
            if names is not None and name not in names:
                self._module.__all__ = [*names, name]  # type: ignore[attr-defined]

    def _attribute(self, name: str) -> Any:
        try:
            path = self._exported[name]
            registered = self._models[path]
        except KeyError:
            raise AttributeError(f"module {self.package!r} has no attribute {name!r}") from None
        return registered.model_class

    def _names(self) -> list[str]:
        return sorted({*vars(self._module), *self._exported})

    def auto_discover_models(self) -> Discovery:
        """Import the package's modules and register what `__all__` exports; without an `__all__` all public models."""
        return discover_models(self._module, self._models)

    def check_model_access(self, model_name: str, operation: str, user_role: str = "anonymous") -> bool:
        """Whether a role may do something with a model; of one that nobody knows nobody may.

        Raises ValueError for an operation that there is none of, and KeyError where several models have the name.
        """
        operations = {permission.name: permission for permission in ModelPermission}
        permission = operations.get(operation.upper())
        if permission is None:
            raise ValueError(f"there is no operation {operation!r}; there are: {', '.join(operations).lower()}")
        grants = self._grants(model_name)
        allowed = grants is not None and self._may(grants, user_role, permission, model_name)
        self.access_log.append(Access(self._clock(), model_name, operation, user_role, allowed))
        return allowed

    def get_accessible_models(self, user_role: str) -> list[str]:
        """The names of the models that a role may do anything with, sorted."""
        return [name for name in self.list_models() if self._may_anything(name, user_role)]

    def _may_anything(self, name: str, role: str) -> bool:
        grants = self._grants(name) or {}
        return any(self._may(grants, role, permission, name) for permission in ModelPermission)

    def _may(self, grants: Permissions, role: str, permission: ModelPermission, name: str) -> bool:
        return decide(grants, role, permission, name, self._models.superuser_roles).allowed

    def _grants(self, name: str) -> Permissions | None:
        """What was granted on a model: of an exported one that nobody registered yet, what every model begins with."""
        exported = self._exports().get(name)
        if exported is None:
            found: RegisteredModel | None = self._models.models.get(name)
            return found.metadata.permissions if found is not None else None
        for registered in self._models.models.values():
            if _is_exported({name: exported}, registered):
                return registered.metadata.permissions
        return {EVERYONE: frozenset(self._models.default_permissions)}


def _is_exported(exported: Mapping[str, Model], registered: RegisteredModel) -> bool:
    """Whether one of the exported classes is that of a registered model; a class not yet made is none of them."""
    definition = registered.metadata.definition
    made = definition.made_class if definition is not None else None
    return made is not None and any(made is model for model in exported.values())
