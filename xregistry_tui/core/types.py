"""Types in the registry: what single values may be, and the checks on them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

from xregistry_tui.core.annotations import base_type, constraints
from xregistry_tui.core.paths import PREFIX, with_prefix
from xregistry_tui.core.registry import NotRegistered, Registry, View

if TYPE_CHECKING:
    import datetime

    from pydantic import TypeAdapter


class TypeCategory(Enum):
    """What kind of type it is."""

    CONSTRAINT = "constraint"
    COMPOSITE = "composite"
    VALIDATOR = "validator"
    TRANSFORMER = "transformer"


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeMetadata:
    """What is known of a type. `base_type` and `constraints` are read off its annotation."""

    name: str
    category: TypeCategory
    base_type: str
    constraints: Mapping[str, Any]
    description: str | None
    examples: tuple[Any, ...]
    namespace: str | None
    ns_path: str
    tags: frozenset[str]
    registered_at: datetime.datetime


@dataclass(frozen=True, slots=True)
class RegisteredValidator:
    """A check on values of a type: gives the value (perhaps another) or raises ValueError."""

    name: str
    type_name: str
    func: Callable[[Any], Any]
    description: str | None = None

    @property
    def _name(self) -> str:
        """The name, as the specification's sketch calls it."""
        return self.name

    @property
    def _description(self) -> str | None:
        """The description, as the specification's sketch calls it."""
        return self.description

    def __call__(self, value: Any) -> Any:
        return self.func(value)


class RegisteredType:
    """A registered type: a class or an annotation, and how values are checked against it."""

    __slots__ = ("_adapter", "_prefix", "deprecation", "metadata", "path", "type_class", "usage_count")

    def __init__(self, path: str, type_class: Any, metadata: TypeMetadata, prefix: str = PREFIX) -> None:
        self.path = path
        self.type_class = type_class
        self.metadata = metadata
        self.usage_count = 0
        self.deprecation: Any = None
        self._prefix = prefix
        self._adapter: TypeAdapter[Any] | None = None

    @property
    def ns(self) -> str:
        """The path with its prefix."""
        return with_prefix(self.path, self._prefix)

    @property
    def title(self) -> str:
        """Its name."""
        return self.metadata.name

    @property
    def tags(self) -> frozenset[str]:
        """Its tags."""
        return self.metadata.tags

    def check(self, value: Any) -> Any:
        """The value as the type reads it; raises ValueError (pydantic's ValidationError)."""
        if self._adapter is None:
            self._adapter = _adapter(self.type_class)
        return self._adapter.validate_python(value)

    def __str__(self) -> str:
        return self.ns

    def __repr__(self) -> str:
        return f"<{self.ns}>"


class TypeRegistry(Registry[RegisteredType]):
    """Types by path (`types.constraint.PositiveInt`), and validators by the name of the type they check."""

    group = "types"
    change_key = "type"

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._validators: dict[str, tuple[RegisteredValidator, ...]] = {}

    @property
    def types(self) -> Mapping[str, RegisteredType]:
        """All of them by path; unambiguous bare names answer too."""
        return View(self._items, self.resolve)

    @property
    def validators(self) -> Mapping[str, Sequence[RegisteredValidator]]:
        """Validators by the name of the type that they were registered for."""
        return View(self._validators, lambda name: name)

    def register_type(  # noqa: PLR0917 - the order of the specification
        self,
        type_class: Any,
        name: str | None = None,
        category: TypeCategory = TypeCategory.CONSTRAINT,
        namespace: str | None = None,
        description: str | None = None,
        examples: Collection[Any] | None = None,
        tags: Collection[str] | None = None,
        *,
        replace: bool = False,
    ) -> RegisteredType:
        """Register a class, an Enum, a model, or an annotation (`Annotated[int, Field(gt=0)]`, which needs `name`).

        Raises `DefinitionConflict` where another type has the path, unless `replace`.
        """
        title = name or getattr(type_class, "__name__", None)
        if title is None or (name is None and hasattr(type_class, "__metadata__")):
            raise ValueError(f"{type_class} has no name to register it by: give name=")
        path = self._path(category.value if namespace is None else namespace, title)
        metadata = TypeMetadata(
            name=title,
            category=category,
            base_type=base_type(type_class),
            constraints=constraints(type_class),
            description=description or _docstring(type_class),
            examples=tuple(examples or ()),
            namespace=namespace,
            ns_path=with_prefix(path, self._prefix),
            tags=frozenset(tags or ()),
            registered_at=self._clock(),
        )
        return self._enter(RegisteredType(path, type_class, metadata, self._prefix), replace)

    def _enter(self, new: RegisteredType, replace: bool) -> RegisteredType:
        with self._lock:
            there = self._held(new.path)
            if there is not None and not replace:
                if _same(there.type_class, new.type_class):
                    return self._back(there)
                if not _reloaded(there.type_class, new.type_class):
                    held, other = repr(there.type_class), repr(new.type_class)
                    raise self._conflict(there, held, other, "another name= or replace=True")
            self._put(new)
        self._mark(new.path)
        return new

    def _amend(self, item: RegisteredType, **changes: Any) -> RegisteredType:
        if "deprecation" in changes:
            item.deprecation = changes["deprecation"]
        if "tags" in changes:
            item.metadata = replace(item.metadata, tags=changes["tags"])
        return item

    def register_validator(
        self,
        type_name: str,
        validator_func: Callable[[Any], Any],
        name: str | None = None,
        description: str | None = None,
    ) -> RegisteredValidator:
        """Register a check for a type. Those of a registered type run whenever it is validated, those of a builtin
        only when asked for by their own name.
        """
        own = name or str(getattr(validator_func, "__name__", type(validator_func).__name__))
        validator = RegisteredValidator(own, type_name, validator_func, description)
        with self._lock:
            others = tuple(held for held in self._validators.get(type_name, ()) if held.name != own)
            self._validators[type_name] = (*others, validator)
        self.changes.mark("tree")
        return validator

    def validate(self, name: str, value: Any) -> Any:
        """The value as a type (or a validator, by its name) reads it; raises ValueError, or KeyError for the name."""
        registered = View(self._items, self.resolve).get(name, None)
        if registered is None:
            return self._validator(name)(value)
        checked = registered.check(value)
        for key in (registered.path, registered.title):
            for validator in self._validators.get(key, ()):
                checked = validator(checked)
        return checked

    def _validator(self, name: str) -> RegisteredValidator:
        for held in tuple(self._validators.values()):
            for validator in held:
                if validator.name == name:
                    return validator
        raise NotRegistered(name)


def _adapter(type_class: Any) -> TypeAdapter[Any]:
    from pydantic import ConfigDict, PydanticSchemaGenerationError, TypeAdapter

    try:
        return TypeAdapter(type_class)
    except PydanticSchemaGenerationError:
        return TypeAdapter(type_class, config=ConfigDict(arbitrary_types_allowed=True))


def _docstring(type_class: Any) -> str | None:
    return type_class.__doc__ if isinstance(type_class, type) else None


def _same(there: Any, new: Any) -> bool:
    """Whether two are one definition; `Field(…)` knows no equality, so annotations are compared as written."""
    if isinstance(there, type) or isinstance(new, type):
        return there is new
    return bool(there == new) or repr(there) == repr(new)


def _reloaded(there: Any, new: Any) -> bool:
    if not (isinstance(there, type) and isinstance(new, type)) or "<locals>" in new.__qualname__:
        return False
    return (there.__module__, there.__qualname__) == (new.__module__, new.__qualname__)
