"""Shapes read off JSON Schema (draft 2020-12, as pydantic writes it): what a hand-written model asks for.

What a shape cannot say (formats, cross-field conditions) stays with the model itself; it is never guessed at. Any
mapping has a shape: what is no JSON Schema, or too deep or too much to follow, is taken to allow anything.
"""

from __future__ import annotations

import itertools
import json
import math
import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from xregistry_tui.schema.json_pointer import unescape
from xregistry_tui.schema.rules import Length, OneOf, Pattern, Range, Required, Rule
from xregistry_tui.schema.shape import CollectionKind, FieldShape, Kind, Shape

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic_core.core_schema import DecimalSchema

Json: TypeAlias = Mapping[str, Any]

DEEPEST = 64
MOST_READ = 10_000
_NULL = "null"
_BY_TYPE = {
    "boolean": Kind.BOOLEAN,
    "integer": Kind.INTEGER,
    "number": Kind.NUMBER,
    "string": Kind.STRING,
    "array": Kind.ARRAY,
    "object": Kind.OBJECT,
}
_BY_FORMAT = {
    "date-time": Kind.DATETIME,
    "date": Kind.DATE,
    "time": Kind.TIME,
    "duration": Kind.DURATION,
    "uuid": Kind.UUID,
    "binary": Kind.BYTES,
    "base64url": Kind.BYTES,
}
_MOMENTS = frozenset({Kind.DATETIME, Kind.DATE})
_BOUNDS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}


@dataclass(frozen=True, slots=True)
class _Found:
    """What one schema allows: its kinds, whether null is among them, and what else it says."""

    kinds: tuple[Kind, ...] = ()
    nullable: bool = False
    fields: tuple[FieldShape, ...] = ()
    items: FieldShape | None = None
    values: tuple[Any, ...] | None = None
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class _Reader:
    """The definitions that `$ref` points to, who is the source of rules, how deep we are and how much was read."""

    root: Json
    source: str
    depth: int = 0
    open: tuple[str, ...] = field(default=())
    count: Iterator[int] = field(default_factory=itertools.count)


def shape_of(json_schema: Json, name: str, *, source: str | None = None) -> Shape:
    """The shape that a JSON Schema of an object asks for; `source` names it in rules (`Literal in demo.Order`)."""
    schema, reader = _whole(json_schema, _Reader(json_schema, source if source is not None else name))
    written = schema.get("description")
    return Shape(
        name=name,
        kind=CollectionKind.MODEL,
        fields=_fields(schema, reader),
        description=written if isinstance(written, str) else None,
    )


def shape_of_model(model_class: type[BaseModel], name: str, *, source: str | None = None) -> Shape:
    """The shape that a model asks for: as `shape_of`, and decimals are told from numbers."""
    from pydantic.json_schema import GenerateJsonSchema

    class Generate(GenerateJsonSchema):
        def decimal_schema(self, schema: DecimalSchema) -> dict[str, Any]:
            written: dict[str, Any] = {"type": "number", "format": "decimal"}
            for bound, keyword in _BOUNDS.items():
                if bound in schema:
                    written[keyword] = float(schema[bound])  # type: ignore[literal-required]
            return written

    return shape_of(model_class.model_json_schema(schema_generator=Generate), name, source=source)


def _fields(schema: Json, reader: _Reader) -> tuple[FieldShape, ...]:
    properties = schema.get("properties")
    if not isinstance(properties, Mapping):
        return ()
    required = _names(schema.get("required"))
    return tuple(_field(str(name), one, name in required, reader) for name, one in properties.items())


def _names(listed: Any) -> list[Any]:
    return list(listed) if isinstance(listed, Sequence) and not isinstance(listed, str) else []


def _field(name: str, schema: Any, required: bool, reader: _Reader) -> FieldShape:
    if not isinstance(schema, Mapping):
        return FieldShape(name=name, required=required)
    found = _read(schema, reader)
    rules = found.rules
    if found.values is not None:
        rules = (OneOf(found.values, f"Literal in {reader.source}"), *rules)
    if required and not found.nullable and found.kinds:
        rules = (Required(f"required in {reader.source}"), *rules)
    return FieldShape(
        name=name,
        kinds=found.kinds,
        nullable=found.nullable or not found.kinds,
        required=required,
        default=json.dumps(schema["default"], ensure_ascii=False, default=str) if "default" in schema else None,
        fields=found.fields,
        items=found.items,
        rules=rules,
        description=_description(schema),
        freshness=_freshness(schema, found.kinds),
    )


def _freshness(schema: Json, kinds: tuple[Kind, ...]) -> float | None:
    """`json_schema_extra={"freshness": seconds}` of a field of moments."""
    seconds = _number(schema.get("freshness"))
    return float(seconds) if seconds is not None and seconds > 0 and _MOMENTS & set(kinds) else None


def _description(schema: Json) -> str | None:
    written = schema.get("description")
    form = schema.get("format")
    if written is None and isinstance(form, str) and form not in ("decimal", *_BY_FORMAT):
        return f"format {form}"
    return written if isinstance(written, str) else None


def _whole(schema: Json, reader: _Reader) -> tuple[Json, _Reader]:
    """A schema with all that it must be besides, by `$ref` and `allOf`, as one; its own words come first."""
    own = {key: value for key, value in schema.items() if key not in ("$ref", "allOf")}
    target, others = schema.get("$ref"), _names(schema.get("allOf"))
    if isinstance(target, str):
        found, reader = _referred(target, reader)
        own, reader = _joined(own, found, reader)
    for other in others:
        own, reader = _joined(own, other, reader)
    return own, reader


def _joined(own: dict[str, Any], other: Any, reader: _Reader) -> tuple[dict[str, Any], _Reader]:
    """Two schemas that both hold, as far as one can say it; where both say a thing, the first is heard."""
    if not isinstance(other, Mapping) or reader.depth >= DEEPEST or next(reader.count) >= MOST_READ:
        return own, reader
    more, reader = _whole(other, replace(reader, depth=reader.depth + 1))
    both = {**more, **own}
    if isinstance(more.get("properties"), Mapping) and isinstance(own.get("properties"), Mapping):
        both["properties"] = {**own["properties"], **{**more["properties"], **own["properties"]}}
    if "required" in more and "required" in own:
        both["required"] = [*_names(own["required"]), *_names(more["required"])]
    return both, reader


def _referred(target: str, reader: _Reader) -> tuple[Any, _Reader]:
    """What a `$ref` within the document points to; of a record that holds itself only its type, one level down."""
    if target != "#" and not target.startswith("#/"):
        return {}, reader
    found: Any = reader.root
    for part in urllib.parse.unquote(target[1:]).split("/")[1:]:
        found = _part(found, unescape(part))
    if target in reader.open:
        return {"type": found["type"]} if isinstance(found, Mapping) and "type" in found else {}, reader
    return found, replace(reader, open=(*reader.open, target))


def _part(found: Any, name: str) -> Any:
    if isinstance(found, Mapping):
        return found.get(name)
    if isinstance(found, Sequence) and not isinstance(found, str) and name.isdecimal() and int(name) < len(found):
        return found[int(name)]
    return None


def _read(schema: Any, reader: _Reader) -> _Found:
    if not isinstance(schema, Mapping) or reader.depth >= DEEPEST or next(reader.count) >= MOST_READ:
        return _Found()
    schema, reader = _whole(schema, replace(reader, depth=reader.depth + 1))
    options = schema.get("anyOf") or schema.get("oneOf")
    typed = any(key in schema for key in ("type", "enum", "const"))
    if isinstance(options, Sequence) and options and not typed:
        return _either([_read(option, reader) for option in options])
    return _single(schema, reader)


def _single(schema: Json, reader: _Reader) -> _Found:
    values = _values(schema)
    types = schema.get("type", _types_of(values))
    names = [types] if isinstance(types, str) else [name for name in _names(types) if isinstance(name, str)]
    kinds = tuple(dict.fromkeys(_kind(name, schema) for name in names if name in _BY_TYPE))
    present = tuple(value for value in values or () if value is not None)
    return _Found(
        kinds=kinds,
        nullable=_NULL in names or (values is not None and None in values),
        fields=_fields(schema, reader) if Kind.OBJECT in kinds else (),
        items=_items(schema, reader, kinds),
        values=present if values is not None and _scalars(present) else None,
        rules=_rules(schema, reader.source),
    )


def _values(schema: Json) -> tuple[Any, ...] | None:
    if "const" in schema:
        return (schema["const"],)
    closed = schema.get("enum")
    return tuple(closed) if isinstance(closed, Sequence) and not isinstance(closed, str) else None


def _scalars(values: tuple[Any, ...]) -> bool:
    return bool(values) and all(isinstance(value, str | int | float | bool) for value in values)


def _types_of(values: tuple[Any, ...] | None) -> list[str]:
    names = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): _NULL}
    return list(dict.fromkeys(names[type(value)] for value in values or () if type(value) in names))


def _kind(name: str, schema: Json) -> Kind:
    if name == "string":
        return _BY_FORMAT.get(str(schema.get("format")), Kind.STRING)
    if name == "number" and schema.get("format") == "decimal":
        return Kind.DECIMAL
    if name == "object" and not schema.get("properties") and isinstance(schema.get("additionalProperties"), Mapping):
        return Kind.MAP
    return _BY_TYPE[name]


def _items(schema: Json, reader: _Reader, kinds: tuple[Kind, ...]) -> FieldShape | None:
    inner = schema.get("items" if Kind.ARRAY in kinds else "additionalProperties")
    if not ({Kind.ARRAY, Kind.MAP} & set(kinds)) or not isinstance(inner, Mapping) or "prefixItems" in schema:
        return None
    return _field("*", inner, False, reader)


def _rules(schema: Json, source: str) -> tuple[Rule, ...]:
    where = f"constraint in {source}"
    bounds = {bound: _number(schema.get(keyword)) for bound, keyword in _BOUNDS.items()}
    least, most = _whole_number(schema.get("minLength")), _whole_number(schema.get("maxLength"))
    rules: list[Rule] = []
    if any(bound is not None for bound in bounds.values()):
        rules.append(Range(**bounds, source=where))
    if least is not None or most is not None:
        rules.append(Length(least, most, where))
    if isinstance(schema.get("pattern"), str):
        rules.append(Pattern(schema["pattern"], where))
    return tuple(rules)


def _number(bound: Any) -> int | float | None:
    return bound if isinstance(bound, int | float) and not isinstance(bound, bool) else None


def _whole_number(length: Any) -> int | None:
    """A length, which may be written `2.0`."""
    number = _number(length)
    return int(number) if number is not None and math.isfinite(number) else None


def _either(found: Sequence[_Found]) -> _Found:
    """Several ways to be valid as one; a rule of one way holds for all only where it speaks of its own kind alone."""
    present = [one for one in found if one.kinds or not one.nullable]
    if any(not one.kinds for one in present):
        return _Found(nullable=any(one.nullable for one in found))
    closed = all(one.values is not None for one in present) and bool(present)
    return _Found(
        kinds=tuple(dict.fromkeys(kind for one in present for kind in one.kinds)),
        nullable=any(one.nullable for one in found),
        fields=next((one.fields for one in present if one.fields), ()),
        items=next((one.items for one in present if one.items is not None), None),
        values=tuple(value for one in present for value in one.values or ()) if closed else None,
        rules=_shared(present),
    )


def _shared(present: Sequence[_Found]) -> tuple[Rule, ...]:
    """The rules that hold whichever way is taken."""
    if len(present) == 1:
        return present[0].rules
    return tuple(
        rule
        for one in present
        for rule in one.rules
        if all(other is one or not (_spoken_of(rule) & set(other.kinds)) for other in present)
    )


def _spoken_of(rule: Rule) -> set[Kind]:
    if isinstance(rule, Range):
        return {Kind.INTEGER, Kind.NUMBER, Kind.DECIMAL}
    return {Kind.STRING, Kind.BYTES, Kind.DATETIME, Kind.DATE, Kind.TIME, Kind.UUID, Kind.DURATION}
