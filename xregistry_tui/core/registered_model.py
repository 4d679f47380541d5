"""A model as the registry holds it: an immutable value at one version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from xregistry_tui.core.paths import safe_fields

if TYPE_CHECKING:
    import datetime

    from pydantic import BaseModel
    from pydantic.fields import FieldInfo

    from xregistry_tui.core.definition import Definition
    from xregistry_tui.core.deprecation import Deprecation
    from xregistry_tui.schema.shape import Shape


class ModelSource(Enum):
    """Where a model comes from."""

    STATIC = "static"
    DYNAMIC = "dynamic"
    EXTERNAL = "external"


class ModelPermission(Enum):
    """What a role may do with a model."""

    CREATE = "create"
    READ = "read"
    UPDATE = "update"
    DELETE = "delete"
    LIST = "list"


Permissions = Mapping[str, frozenset[ModelPermission]]


class NotKept(LookupError):
    """The body of an old version is gone: only its number, fingerprint and date are kept."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModelMetadata:
    """One version of a model. `name` is its true name, `namespace` the part that the caller gave.

    `granted` is whether somebody gave the permissions, which are the registry's default otherwise. Of an old version
    beyond those kept the body is gone: `definition` is `None`, and `spent` its fingerprint.
    """

    name: str
    source: ModelSource
    module: str | None
    version: str
    created_at: datetime.datetime
    updated_at: datetime.datetime
    permissions: Permissions
    tags: frozenset[str]
    namespace: str | None
    ns_path: str
    description: str | None
    definition: Definition | None
    deprecation: Deprecation | None = None
    has_ui: bool = True
    granted: bool = False
    spent: str = ""

    @property
    def body(self) -> Definition:
        """What the version is made of; raises `NotKept` where that is gone."""
        if self.definition is None:
            raise NotKept(f"{self.ns_path} {self.version} is too old: only its number, fingerprint and date are kept")
        return self.definition

    @property
    def json_schema(self) -> dict[str, Any]:
        """The JSON Schema of this version, made on first access; serialised as `schema`. Raises `NotKept`."""
        return self.body.json_schema

    @property
    def ui_schema(self) -> Mapping[str, Any] | None:
        """How a form asks for a record, made on first access; `None` where the registry makes none."""
        return self.definition.ui_schema if self.has_ui and self.definition is not None else None

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the JSON Schema in its canonical form, in hex."""
        return self.spent or self.body.fingerprint

    def as_json(self) -> dict[str, Any]:
        """The version as JSON data."""
        return {
            "name": self.name,
            "source": self.source.value,
            "module": self.module,
            "version": self.version,
            "fingerprint": self.fingerprint,
            "created_at": self.created_at.isoformat(),
            "updated_at": self.updated_at.isoformat(),
            "schema": self.json_schema if self.definition is not None else None,
            "ui_schema": self.ui_schema,
            "permissions": {role: sorted(p.value for p in held) for role, held in self.permissions.items()},
            "tags": sorted(self.tags),
            "ns_path": self.ns_path,
            "description": self.description,
        }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RegisteredModel:
    """A model at its newest version. A discovered one knows the resource and the collection that it came from, and
    what was last `found` there: its newest version may be another, written or brought back by a person.
    """

    path: str
    metadata: ModelMetadata
    resource: str | None = None
    collection: str | None = None
    found: Shape | None = None

    @property
    def ns(self) -> str:
        """The path with its prefix."""
        return self.metadata.ns_path

    @property
    def title(self) -> str:
        """The true name."""
        return self.metadata.name

    @property
    def version(self) -> str:
        """The semantic version."""
        return self.metadata.version

    @property
    def tags(self) -> frozenset[str]:
        """The tags."""
        return self.metadata.tags

    @property
    def permissions(self) -> Permissions:
        """Role → what it may do."""
        return self.metadata.permissions

    @property
    def deprecation(self) -> Deprecation | None:
        """Until when it is to be used, and what instead; `None` where it is not deprecated."""
        return self.metadata.deprecation

    @property
    def model_class(self) -> type[BaseModel]:
        """The Pydantic model; a discovered one's is made on first access."""
        return self.metadata.body.model_class

    @property
    def shape(self) -> Shape:
        """The fields by the names that records have them under, with their rules."""
        return self.metadata.body.shape

    @property
    def json_schema(self) -> dict[str, Any]:
        """The JSON Schema of the newest version."""
        return self.metadata.json_schema

    @property
    def safe_names(self) -> dict[str, str]:
        """Field as records name it → attribute of the class."""
        if self.metadata.source is ModelSource.DYNAMIC:
            return safe_fields(field.name for field in self.shape.fields)
        fields = self.model_class.model_fields
        return {_in_records(attribute, info): attribute for attribute, info in fields.items()}

    def __str__(self) -> str:
        return self.ns

    def __repr__(self) -> str:
        return f"<{self.ns} {self.version}>"


def _in_records(attribute: str, info: FieldInfo) -> str:
    """The name that records have a field under: what pydantic writes into a JSON Schema."""
    alias = info.validation_alias
    first = alias if isinstance(alias, str) else getattr(alias, "choices", [info.alias])[0]
    return first if isinstance(first, str) else attribute
