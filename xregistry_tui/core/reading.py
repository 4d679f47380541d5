"""How values are read as a type: by pydantic, asked when the first value comes."""

from __future__ import annotations

import builtins
import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

if TYPE_CHECKING:
    from pydantic import TypeAdapter

BARE = "__bare__"
"""The attribute of a class `T(value=…)` that holds the annotation of its bare value."""


class Reader:
    """Reads values as one type. A `T(value=…)` of `create_validated_type` is read as its bare value."""

    __slots__ = ("_adapter", "_python", "type_class")

    def __init__(self, type_class: Any) -> None:
        self.type_class = type_class
        self._adapter: TypeAdapter[Any] | None = None
        self._python: bool | None = None

    @property
    def adapter(self) -> TypeAdapter[Any]:
        """What pydantic checks with; made on first access."""
        if self._adapter is None:
            self._adapter = _adapter(bare(self.type_class))
        return self._adapter

    @property
    def python(self) -> bool:
        """Whether functions written in Python take part, of which nothing is known."""
        if self._python is None:
            self._python = _calls(self.adapter.core_schema)
        return self._python

    def __call__(self, value: Any) -> Any:
        """The value as the type reads it; raises pydantic's ValidationError."""
        return self.adapter.validate_python(self._unwrapped(value))

    def _unwrapped(self, value: Any) -> Any:
        if not hasattr(self.type_class, BARE):
            # pydantic takes a dictionary for a model, and no other mapping
            model = isinstance(value, Mapping) and hasattr(self.type_class, "model_fields")
            return dict(value) if model else value
        if isinstance(value, self.type_class):
            return value.value
        wrapped = isinstance(value, Mapping) and list(value) == ["value"]
        return value["value"] if wrapped and not _takes_mappings(self.type_class) else value


def bare(type_class: Any) -> Any:
    """The annotation of the values themselves: that of the bare value where the class wraps one."""
    return getattr(type_class, BARE, type_class)


@functools.cache
def builtin_reader(name: str) -> Reader | None:
    """Reads values as a type of the language, by its name; `None` where there is none of that name."""
    found = getattr(builtins, name, None)
    return Reader(found) if isinstance(found, type) else None


def _takes_mappings(type_class: Any) -> bool:
    from xregistry_tui.core.annotations import base_type

    return base_type(bare(type_class)) in ("dict", "BaseModel", "Mapping")


def _adapter(annotation: Any) -> TypeAdapter[Any]:
    from pydantic import ConfigDict, PydanticSchemaGenerationError, TypeAdapter

    try:
        return TypeAdapter(annotation)
    except PydanticSchemaGenerationError:
        base = _scalar(annotation) if isinstance(annotation, type) else None
        if base is not None:
            return TypeAdapter(_constructed(annotation, base))
        return TypeAdapter(annotation, config=ConfigDict(arbitrary_types_allowed=True))


def _scalar(found: type) -> type | None:
    return next((base for base in (str, int, float, bytes) if issubclass(found, base)), None)


def _constructed(found: type, base: type) -> Any:
    """A class on top of a builtin, which pydantic does not know: an instance as it is, else made of the builtin."""
    from pydantic import PlainValidator, TypeAdapter

    below: TypeAdapter[Any] = TypeAdapter(base)
    return Annotated[
        found,
        PlainValidator(lambda value: value if isinstance(value, found) else found(below.validate_python(value))),
    ]


def _calls(schema: Any) -> bool:
    if isinstance(schema, Mapping):
        kind = schema.get("type")
        own = isinstance(kind, str) and (kind.startswith("function-") or kind in ("call", "custom-error"))
        return own or "default_factory" in schema or any(map(_calls, schema.values()))
    return isinstance(schema, list | tuple) and any(map(_calls, schema))
