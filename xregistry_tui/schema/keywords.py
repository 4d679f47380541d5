"""The keywords of JSON Schema 2020-12 by what they speak of. A keyword in none of these sets refuses no data."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

KINDS = ("null", "boolean", "number", "string", "array", "object")
UNIONS = frozenset({"anyOf", "oneOf"})
UNEVALUATED = frozenset({"unevaluatedItems", "unevaluatedProperties"})

SPOKEN_OF: Mapping[str, frozenset[str]] = {
    "null": frozenset(),
    "boolean": frozenset(),
    "number": frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "format"}),
    "string": frozenset(
        {"minLength", "maxLength", "pattern", "format", "contentEncoding", "contentMediaType", "contentSchema"}
    ),
    "array": frozenset({"items", "prefixItems", "minItems", "maxItems", "uniqueItems"}),
    "object": frozenset(
        {
            "properties",
            "required",
            "additionalProperties",
            "patternProperties",
            "propertyNames",
            "minProperties",
            "maxProperties",
        }
    ),
}
LISTED = frozenset().union(*SPOKEN_OF.values())

# What is compared as it stands: the same on both sides, or the change is refused.
UNLISTED: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("not", "if", "then", "else", "allOf", "oneOf", "$ref"), frozenset(KINDS)),
    **dict.fromkeys(("$dynamicRef", "$recursiveRef", "nullable", "type", "enum"), frozenset(KINDS)),
    **dict.fromkeys(("contains", "minContains", "maxContains", "additionalItems"), frozenset({"array"})),
    **dict.fromkeys(("dependentRequired", "dependentSchemas", "dependencies"), frozenset({"object"})),
    "unevaluatedItems": frozenset({"array"}),
    "unevaluatedProperties": frozenset({"object"}),
}
ASSERTED = LISTED | UNLISTED.keys() | UNIONS | {"const"}
NEITHER = frozenset({"$defs", "definitions", "$schema", "$id", "$anchor", "$dynamicAnchor", "$vocabulary"})

ONES = frozenset(
    {
        "items",
        "additionalProperties",
        "propertyNames",
        "not",
        "if",
        "then",
        "else",
        "contains",
        "contentSchema",
        "additionalItems",
        *UNEVALUATED,
    }
)
MAPS = frozenset({"properties", "patternProperties", "dependentSchemas"})
LISTS = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})


def number(value: object) -> bool:
    """Whether a JSON value is a finite number; a boolean is none."""
    return (isinstance(value, int) and not isinstance(value, bool)) or (
        isinstance(value, float) and math.isfinite(value)
    )


def kind_of(value: Any) -> str:
    """The kind of a JSON value; anything that is none of the others counts as an object."""
    if value is None or isinstance(value, bool):
        return "null" if value is None else "boolean"
    if isinstance(value, int | float):
        return "number"
    return "string" if isinstance(value, str) else "array" if isinstance(value, list | tuple) else "object"


def _types(value: Any) -> bool:
    names = (value,) if isinstance(value, str) else value
    return _names(names) and all(name in KINDS or name == "integer" for name in names)


def _schema(value: Any) -> bool:
    return isinstance(value, bool | Mapping)


def _schemas(value: Any) -> bool:
    return isinstance(value, Mapping) and all(isinstance(name, str) and _schema(one) for name, one in value.items())


def _names(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(name, str) for name in value)


def _text(value: Any) -> bool:
    return isinstance(value, str)


_FORMS: Mapping[str, Callable[[Any], bool]] = {
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), number),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"), number),
    **dict.fromkeys(("pattern", "format", "contentEncoding", "contentMediaType"), _text),
    **dict.fromkeys(("items", "additionalProperties", "propertyNames", "contentSchema"), _schema),
    **dict.fromkeys(("properties", "patternProperties"), _schemas),
    "multipleOf": lambda value: number(value) and value > 0,
    "prefixItems": lambda value: isinstance(value, list | tuple) and all(_schema(one) for one in value),
    "uniqueItems": lambda value: isinstance(value, bool),
    "required": _names,
    "type": _types,
    "enum": lambda value: isinstance(value, list | tuple),
    "$ref": _text,
}


def well_formed(word: str, value: Any) -> bool:
    """Whether the value of a keyword is what the specification asks for; always so for keywords that are not read."""
    return _FORMS.get(word, lambda _: True)(value)


def notes(schema: Any) -> dict[str, Any]:
    """What a schema says for people and other programs and what refuses no data: title, description, default."""
    if not isinstance(schema, Mapping):
        return {}
    return {word: value for word, value in schema.items() if word not in ASSERTED and word not in NEITHER}
