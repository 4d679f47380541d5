"""From the types of BSON to the kinds of a shape, and to the expressions that read a field on the server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xregistry_tui.schema.shape import Kind

UUID_TYPE = "uuid"
"""What we call binary data of the subtype of UUIDs; the server has no name for it."""

ABSENT = ("missing", "null", "undefined")

_KINDS = {
    "double": Kind.NUMBER,
    "string": Kind.STRING,
    "object": Kind.OBJECT,
    "array": Kind.ARRAY,
    "binData": Kind.BYTES,
    UUID_TYPE: Kind.UUID,
    "objectId": Kind.OBJECT_ID,
    "bool": Kind.BOOLEAN,
    "date": Kind.DATETIME,
    "timestamp": Kind.DATETIME,
    "int": Kind.INTEGER,
    "long": Kind.INTEGER,
    "decimal": Kind.DECIMAL,
    "symbol": Kind.STRING,
    "javascript": Kind.STRING,
}

ALIASES = {"number": ("int", "long", "double", "decimal"), "boolean": ("bool",), "integer": ("int", "long")}
"""Names in a `$jsonSchema` for several types, and those of JSON Schema."""


def kind_of(bson_type: str) -> Kind:
    """The kind of a type; `ANY` for those that nothing else has (regular expressions, the least and greatest keys)."""
    return _KINDS.get(bson_type, Kind.ANY)


def field(segments: Sequence[str], of: str = "$$ROOT") -> Any:
    """An expression of a field, whatever is in its name."""
    if all(part and "$" not in part and "." not in part and "\0" not in part for part in segments):
        return ".".join([of, *segments]) if of != "$$ROOT" else "$" + ".".join(segments)
    expression: Any = of
    for part in segments:
        expression = {"$getField": {"field": {"$literal": part.replace("\0", "")}, "input": expression}}
    return expression


def addressable(parts: Sequence[str]) -> bool:
    """Whether a filter can name the field; others are read by an expression."""
    return all(part and not part.startswith("$") and "." not in part for part in parts)
