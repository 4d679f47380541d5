"""A problem that a JSON Schema has with a record, in Pydantic's words where Pydantic has them.

No text repeats the value: values may be large, and may be secrets.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from pydantic_core import InitErrorDetails, PydanticCustomError

_TYPES = {
    "string": "string_type",
    "integer": "int_type",
    "number": "float_type",
    "boolean": "bool_type",
    "array": "list_type",
    "object": "dict_type",
    "null": "none_required",
}
_IN_WORDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
_BOUNDS = {
    "minimum": ("greater_than_equal", "ge"),
    "exclusiveMinimum": ("greater_than", "gt"),
    "maximum": ("less_than_equal", "le"),
    "exclusiveMaximum": ("less_than", "lt"),
    "multipleOf": ("multiple_of", "multiple_of"),
    "minLength": ("string_too_short", "min_length"),
    "maxLength": ("string_too_long", "max_length"),
}
_LENGTHS = {
    "minItems": ("too_short", "List", "min_length"),
    "maxItems": ("too_long", "List", "max_length"),
    "minProperties": ("too_short", "Dictionary", "min_length"),
    "maxProperties": ("too_long", "Dictionary", "max_length"),
}
_TEXTS: dict[Any, Callable[[Any], str]] = {
    None: lambda _: "Nothing is allowed here",
    "format": lambda form: f"Input should be a valid {form}",
    "uniqueItems": lambda _: "Items should all be different",
    "not": lambda what: "Input is what the schema says that it must not be" if what else "Nothing is allowed here",
    "contains": lambda _: "Items of the kind that the list should contain are missing or too many",
    "minContains": lambda least: f"At least {least} items should be of the kind that the list should contain",
    "maxContains": lambda most: f"At most {most} items should be of the kind that the list should contain",
    "anyOf": lambda members: f"Input should match at least one of {len(members)} schemas, and matches none",
    "oneOf": lambda members: f"Input should match exactly one of {len(members)} schemas",
    "unevaluatedItems": lambda _: "The list has items that no part of the schema allows",
    "unevaluatedProperties": lambda _: "There are fields that no part of the schema allows",
    "additionalItems": lambda _: "The list has more items than the schema allows",
}
_MOST_SHOWN = 20
_LONGEST = 200


def problem(error: ValidationError) -> Iterator[InitErrorDetails]:
    """One error of the schema as errors of Pydantic: one for each field that is missing, or is too much."""
    at = tuple(error.absolute_path)
    if error.validator in _FIELDS and isinstance(error.instance, dict):
        kind, named = _FIELDS[error.validator]
        names = list(named(error))
        for name in names:
            yield {"type": kind, "loc": (*at, name), "input": error.instance.get(name, error.instance)}
        if names:
            return
    yield _one(error, at)


def _missing(error: ValidationError) -> Iterator[str]:
    yield from (name for name in error.validator_value if error.message == f"{name!r} is a required property")


def _missing_with(error: ValidationError) -> Iterator[str]:
    for given, needed in error.validator_value.items():
        yield from (name for name in needed if error.message == f"{name!r} is a dependency of {given!r}")


def _unknown(error: ValidationError) -> Iterator[str]:
    """The fields that are too much; the error has them only in its text."""
    known, patterns = error.schema.get("properties", {}), error.schema.get("patternProperties", {})
    for name in error.instance:
        if name not in known and not any(re.search(pattern, name) for pattern in patterns):
            yield name


def _unevaluated(error: ValidationError) -> Iterator[str]:
    if error.validator_value is False:
        yield from (name for name in error.instance if repr(name) in error.message)


_FIELDS: dict[Any, tuple[str, Callable[[Any], Iterator[str]]]] = {
    "required": ("missing", _missing),
    "dependentRequired": ("missing", _missing_with),
    "additionalProperties": ("extra_forbidden", _unknown),
    "unevaluatedProperties": ("extra_forbidden", _unevaluated),
}


def _one(error: ValidationError, at: tuple[str | int, ...]) -> InitErrorDetails:
    keyword, wanted = error.validator, error.validator_value
    context: dict[str, Any] = {}
    if keyword == "type" and isinstance(wanted, str) and wanted in _TYPES:
        kind: Any = _TYPES[wanted]
    elif keyword in _BOUNDS:
        kind, name = _BOUNDS[keyword]
        context = {name: _length(wanted) if "Length" in keyword else wanted}
    elif keyword in _LENGTHS:
        kind, what, name = _LENGTHS[keyword]
        context = {"field_type": what, name: _length(wanted), "actual_length": len(error.instance)}
    elif keyword == "pattern":
        kind, context = "string_pattern_mismatch", {"pattern": wanted}
    elif keyword in ("enum", "const"):
        kind, context = "literal_error", {"expected": _listed(wanted if keyword == "enum" else [wanted])}
    else:
        kind = _custom(error)
    return {"type": kind, "loc": at, "input": error.instance, "ctx": context}


def _length(wanted: float) -> int:
    return min(int(wanted), sys.maxsize)


def _listed(values: list[Any]) -> str:
    """Allowed values as Pydantic lists them; not all of very many.

    >>> _listed(["a", "b", 1])
    "'a', 'b' or 1"
    """
    shown = [repr(value)[:_LONGEST] for value in values[:_MOST_SHOWN]]
    if len(values) > _MOST_SHOWN:
        return f"{', '.join(shown)} or one of {len(values) - _MOST_SHOWN} more"
    return " or ".join((", ".join(shown[:-1]), shown[-1])) if len(shown) > 1 else "".join(shown)


def _custom(error: ValidationError) -> PydanticCustomError:
    from pydantic_core import PydanticCustomError

    return PydanticCustomError(f"json_schema_{error.validator or 'false'}", "{text}", {"text": _said(error)})


def _said(error: ValidationError) -> str:
    if error.validator == "type":
        return f"Input should be {_either(error.validator_value)}"
    kinds = {inner.validator_value for inner in error.context or () if inner.validator == "type" and _simple(inner)}
    if error.validator in ("anyOf", "oneOf") and error.context and len(kinds) == len(error.context):
        return f"Input should be {_either(sorted(kinds))}"
    said = _TEXTS.get(error.validator)
    return said(error.validator_value) if said else f"Input does not obey {error.validator!r} of the schema"


def _simple(error: ValidationError) -> bool:
    return not error.relative_path and isinstance(error.validator_value, str)


def _either(types: Iterable[str]) -> str:
    return " or ".join(_IN_WORDS.get(name, name) for name in types)
