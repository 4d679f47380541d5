"""DuckDB's types as neutral ones, nested ones field by field."""

from __future__ import annotations

from typing import Any

from xregistry_tui.schema.shape import FieldShape, Kind

_KINDS = {
    "boolean": Kind.BOOLEAN,
    "float": Kind.NUMBER,
    "double": Kind.NUMBER,
    "decimal": Kind.DECIMAL,
    "varchar": Kind.STRING,
    "enum": Kind.STRING,
    "bit": Kind.STRING,
    "blob": Kind.BYTES,
    "date": Kind.DATE,
    "interval": Kind.DURATION,
    "uuid": Kind.UUID,
    "struct": Kind.OBJECT,
    "map": Kind.MAP,
    "list": Kind.ARRAY,
    "array": Kind.ARRAY,
}
_DEPTH = 12

NUMBERS = frozenset({Kind.INTEGER, Kind.NUMBER, Kind.DECIMAL})
MOMENTS = frozenset({Kind.DATE, Kind.DATETIME})


def kind(type_: Any) -> Kind:
    """The kind of the values of a column of this type."""
    name = str(type_.id)
    if name.startswith("timestamp"):
        return Kind.DATETIME
    if name.startswith("time"):
        return Kind.TIME
    return Kind.INTEGER if name.endswith("int") or name.endswith("integer") else _KINDS.get(name, Kind.ANY)


def field(name: str, type_: Any, depth: int = _DEPTH) -> FieldShape:
    """A column as a field; in files every value may be null."""
    found = kind(type_)
    inner = list(type_.children) if depth and found in (Kind.OBJECT, Kind.MAP, Kind.ARRAY) else []
    items = inner[1][1] if found is Kind.MAP and inner else inner[0][1] if found is Kind.ARRAY and inner else None
    return FieldShape(
        name=name,
        kinds=(found,),
        native=str(type_),
        fields=tuple(field(part, of, depth - 1) for part, of in inner) if found is Kind.OBJECT else (),
        items=field("*", items, depth - 1) if items is not None else None,
    )
