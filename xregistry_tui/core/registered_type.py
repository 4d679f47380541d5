"""A type as the registry holds it: a class or an annotation, what is known of it, and how values are read as it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

from xregistry_tui.core.reading import Reader, bare
from xregistry_tui.core.signatures import looks_secret
from xregistry_tui.schema.canonical import jsonable

if TYPE_CHECKING:
    import datetime

    from xregistry_tui.core.deprecation import Deprecation
    from xregistry_tui.core.transformers import Transformer


class TypeCategory(Enum):
    """What kind of type it is."""

    CONSTRAINT = "constraint"
    COMPOSITE = "composite"
    VALIDATOR = "validator"
    TRANSFORMER = "transformer"


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeMetadata:
    """What is known of a type. `base_type` and `constraints` are read off its annotation.

    `validators` are the checks built into a validated type; `transformer_func` is that of a transformer, whose
    `base_type` is that of the values it takes.
    """

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
    validators: tuple[Callable[[Any], Any], ...] = ()
    transformer_func: Callable[[Any], Any] | None = None

    @property
    def validator_func(self) -> Callable[[Any], Any] | None:
        """The checks of a validated type as one, in their order."""
        return self._validated if self.validators else None

    def _validated(self, value: Any) -> Any:
        for validator in self.validators:
            value = validator(value)
        return value

    def as_json(self) -> dict[str, Any]:
        """What is known as JSON data; functions are left out."""
        return {
            "name": self.name,
            "category": self.category.value,
            "base_type": self.base_type,
            "constraints": jsonable(self.constraints),
            "description": self.description,
            "examples": jsonable(self.examples),
            "namespace": self.namespace,
            "ns_path": self.ns_path,
            "tags": sorted(self.tags),
            "registered_at": jsonable(self.registered_at),
        }


class RegisteredType:
    """A registered type: a class, an annotation or a `Transformer`, and how values are read as it.

    `pure` says that its own checks are functions of the value alone, `secret` that its values are neither shown nor
    remembered: its name or a tag says so (`password`, `secret`), or what it is made of. `usage_count` counts the models
    that use it now.
    """

    __slots__ = ("_reader", "_users", "deprecation", "metadata", "path", "pure", "secret", "type_class")

    def __init__(
        self,
        path: str,
        type_class: Any,
        metadata: TypeMetadata,
        *,
        pure: bool = False,
        secret: bool = False,
        reads: Any = None,
        users: Callable[[str], int] | None = None,
    ) -> None:
        self.path = path
        self.type_class = type_class
        self.metadata = metadata
        self.pure = pure
        self.secret = secret or any(map(looks_secret, (metadata.name, *metadata.tags)))
        self.deprecation: Deprecation | None = None
        self._reader = Reader(type_class if reads is None else reads)
        self._users = users

    @property
    def ns(self) -> str:
        """The path with its prefix."""
        return self.metadata.ns_path

    @property
    def title(self) -> str:
        """Its name."""
        return self.metadata.name

    @property
    def tags(self) -> frozenset[str]:
        """Its tags."""
        return self.metadata.tags

    @property
    def usage_count(self) -> int:
        """How many models use it, counted when asked."""
        return self._users(self.path) if self._users is not None else 0

    @property
    def reads(self) -> Any:
        """The annotation of the values that it takes: what a transformer starts from, a validated type's bare value."""
        return bare(self._reader.type_class)

    @property
    def transformer(self) -> Transformer | None:
        """What it does, where it is a transformer."""
        return self.type_class if self.metadata.category is TypeCategory.TRANSFORMER else None

    @property
    def runs_python(self) -> bool:
        """Whether functions written in Python take part in its own check."""
        return self._reader.python

    def check(self, value: Any) -> Any:
        """The value as the type reads it; raises ValueError (pydantic's ValidationError)."""
        return self._reader(value)

    def amended(self, **changes: Any) -> RegisteredType:
        """The same type with other `tags`, another `deprecation` or `ns_path`."""
        metadata = replace(
            self.metadata,
            tags=frozenset(changes.get("tags", self.tags)),
            ns_path=changes.get("ns_path", self.metadata.ns_path),
        )
        copy = RegisteredType(
            self.path,
            self.type_class,
            metadata,
            pure=self.pure,
            secret=self.secret,
            reads=self._reader.type_class,
            users=self._users,
        )
        copy.deprecation = changes.get("deprecation", self.deprecation)
        return copy

    def __str__(self) -> str:
        return self.ns

    def __repr__(self) -> str:
        return f"<{self.ns}>"
