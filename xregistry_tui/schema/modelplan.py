"""The neutral plan of a model: what its classes, attributes and annotations are, before it is a class or a text."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from xregistry_tui.schema.names import class_name, safe_fields
from xregistry_tui.schema.rules import Length, OneOf, Pattern, Range, Required
from xregistry_tui.schema.shape import Kind

if TYPE_CHECKING:
    from xregistry_tui.schema.shape import FieldShape, Shape

MOST_VALUES = 100


class Atom(Enum):
    """A type of the language or of its library, by the text that names it in source."""

    NONE = "None"
    ANY = "Any"
    BOOL = "bool"
    INT = "int"
    FLOAT = "float"
    DECIMAL = "Decimal"
    STR = "str"
    BYTES = "bytes"
    DATETIME = "dt.datetime"
    DATE = "dt.date"
    TIME = "dt.time"
    DURATION = "dt.timedelta"
    UUID = "UUID"


@dataclass(frozen=True, slots=True)
class OneValueOf:
    """A closed set."""

    values: tuple[str | int | bool, ...]


@dataclass(frozen=True, slots=True)
class Limited:
    """A type with bounds, as the keyword arguments of `Field`."""

    inner: Atom
    limits: tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True)
class ListOf:
    items: Type


@dataclass(frozen=True, slots=True)
class MapOf:
    values: Type


@dataclass(frozen=True, slots=True)
class Record:
    plan: ClassPlan


@dataclass(frozen=True, slots=True)
class Either:
    """Several types, dominant first."""

    options: tuple[Type, ...]


Type: TypeAlias = Atom | OneValueOf | Limited | ListOf | MapOf | Record | Either


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldPlan:
    """One attribute; `alias` is the true name where it differs; an optional one has the default `None`.

    `default` is the text of the default that the shape knows of, in the language of where the shape is from.
    """

    attribute: str
    alias: str | None
    type: Type
    optional: bool
    description: str | None
    default: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassPlan:
    """One class. `by_attribute` is false where an attribute is another field's true name, and so would mislead."""

    name: str
    title: str | None
    doc: str
    fields: tuple[FieldPlan, ...]
    by_attribute: bool

    @property
    def atoms(self) -> frozenset[Atom]:
        """The plain types in its fields."""
        return frozenset(atom for field in self.fields for atom in _atoms(field.type))


def plan(shape: Shape, name: str) -> ClassPlan:
    """The plan of a shape's model under a class name made of `name`."""
    doc = shape.description or f"One record of the {shape.kind.value} {shape.name}."
    return _class(class_name(name), shape.name, doc, shape.fields, set())


def classes(of: ClassPlan) -> Iterator[ClassPlan]:
    """A plan and those it refers to, what is referred to first."""
    for field in of.fields:
        for record in _records(field.type):
            yield from classes(record)
    yield of


def _records(of: Type) -> Iterator[ClassPlan]:
    if isinstance(of, Record):
        yield of.plan
    elif isinstance(of, ListOf):
        yield from _records(of.items)
    elif isinstance(of, MapOf):
        yield from _records(of.values)
    elif isinstance(of, Either):
        for option in of.options:
            yield from _records(option)


def _atoms(of: Type) -> Iterator[Atom]:
    if isinstance(of, Atom):
        yield of
    elif isinstance(of, Limited):
        yield of.inner
    elif isinstance(of, ListOf):
        yield from _atoms(of.items)
    elif isinstance(of, MapOf):
        yield from _atoms(of.values)
    elif isinstance(of, Either):
        for option in of.options:
            yield from _atoms(option)


def _class(name: str, title: str | None, doc: str, shapes: tuple[FieldShape, ...], used: set[str]) -> ClassPlan:
    by_name = {shape.name: shape for shape in reversed(shapes)}
    attributes = safe_fields(shape.name for shape in shapes)
    used.update(attributes.values())  # a class may not hide behind an attribute where it is referred to
    free = _unused(name, used)
    used.add(free)
    fields = tuple(_field(by_name[true_name], attribute, free, used) for true_name, attribute in attributes.items())
    return ClassPlan(
        name=free,
        title=title if title and title != free else None,
        doc=" ".join(doc.split()) or free,
        fields=fields,
        by_attribute=not any(name in by_name and attributes[name] != name for name in attributes.values()),
    )


def _unused(name: str, used: set[str]) -> str:
    free, count = name, 2
    while free in used:
        free, count = f"{name}{count}", count + 1
    return free


def _field(shape: FieldShape, attribute: str, owner: str, used: set[str]) -> FieldPlan:
    must = any(isinstance(rule, Required) for rule in shape.rules)
    optional = not must and (shape.nullable or not shape.required)
    found = _type(shape, owner, used)
    return FieldPlan(
        attribute=attribute,
        alias=shape.name if attribute != shape.name else None,
        type=_or_none(found) if optional else found,
        optional=optional,
        description=" ".join(shape.description.split()) if shape.description else None,
        default=shape.default,
    )


def _or_none(of: Type) -> Type:
    if of is Atom.ANY:
        return of
    return Either((*of.options, Atom.NONE)) if isinstance(of, Either) else Either((of, Atom.NONE))


_ATOMS = {
    Kind.BOOLEAN: Atom.BOOL,
    Kind.INTEGER: Atom.INT,
    Kind.NUMBER: Atom.FLOAT,
    Kind.DECIMAL: Atom.DECIMAL,
    Kind.STRING: Atom.STR,
    Kind.BYTES: Atom.BYTES,
    Kind.DATETIME: Atom.DATETIME,
    Kind.DATE: Atom.DATE,
    Kind.TIME: Atom.TIME,
    Kind.DURATION: Atom.DURATION,
    Kind.UUID: Atom.UUID,
    Kind.OBJECT_ID: Atom.STR,
}


def _type(shape: FieldShape, owner: str, used: set[str]) -> Type:
    """The annotation of what a field's values may be, null apart."""
    if not shape.kinds or Kind.ANY in shape.kinds:
        return Atom.ANY
    closed = _closed(shape)
    if closed is not None:
        return closed
    options = tuple(dict.fromkeys(_of_kind(kind, shape, owner, used) for kind in shape.kinds))
    return options[0] if len(options) == 1 else Either(options)


def _of_kind(kind: Kind, shape: FieldShape, owner: str, used: set[str]) -> Type:
    if kind is Kind.ARRAY:
        return ListOf(_items(shape, owner, used))
    if kind is Kind.MAP or (kind is Kind.OBJECT and not shape.fields):
        return MapOf(_items(shape, owner, used) if kind is Kind.MAP else Atom.ANY)
    if kind is Kind.OBJECT:
        name = class_name(f"{owner}_{shape.name}")
        return Record(
            _class(name, shape.name, shape.description or f"The {shape.name} of {owner}.", shape.fields, used)
        )
    return _limited(_ATOMS[kind], shape)


def _items(shape: FieldShape, owner: str, used: set[str]) -> Type:
    if shape.items is None:
        return Atom.ANY
    item = _type(replace(shape.items, name=shape.name), owner, used)
    return _or_none(item) if shape.items.nullable else item


def _closed(shape: FieldShape) -> OneValueOf | None:
    """A closed set that a `Literal` can hold: few texts, integers or booleans, of the kinds that the field has."""
    rule = next((rule for rule in shape.rules if isinstance(rule, OneOf)), None)
    if rule is None:
        return None
    kinds = {bool: Kind.BOOLEAN, int: Kind.INTEGER, str: Kind.STRING}
    values = [value for value in rule.values if value is not None]
    fitting = [value for value in values if kinds.get(type(value)) in shape.kinds]
    if not 0 < len(values) <= MOST_VALUES or len(fitting) != len(values):
        return None
    return OneValueOf(tuple(dict.fromkeys(values)))  # type: ignore[arg-type]


def _limited(atom: Atom, shape: FieldShape) -> Type:
    limits: dict[str, Any] = {}
    for rule in shape.rules:
        limits |= _limits(atom, rule)
    return Limited(atom, tuple(limits.items())) if limits else atom


def _limits(atom: Atom, rule: Any) -> dict[str, Any]:
    if isinstance(rule, Range) and atom in (Atom.INT, Atom.FLOAT, Atom.DECIMAL):
        bounds = {name: getattr(rule, name) for name in ("ge", "gt", "le", "lt")}
        return {name: _bound(atom, name, value) for name, value in bounds.items() if _usable(value)}
    if isinstance(rule, Length) and atom in (Atom.STR, Atom.BYTES):
        lengths = {"min_length": rule.least, "max_length": rule.most}
        return {name: value for name, value in lengths.items() if value is not None and value >= 0}
    if isinstance(rule, Pattern) and atom is Atom.STR and _compiles(rule.regex):
        return {"pattern": rule.regex}
    return {}


def _usable(bound: float | int | None) -> bool:
    return bound is not None and math.isfinite(bound)


def _bound(atom: Atom, name: str, bound: float | int) -> float | int:
    """A bound of an integer is an integer: `> 0.5` is `> 0`, `≥ 0.5` is `≥ 1`."""
    if atom is Atom.INT:
        return math.ceil(bound) if name in ("ge", "lt") else math.floor(bound)
    return bound


@lru_cache(maxsize=256)
def _compiles(regex: str) -> bool:
    """Whether the engine that models use can read a regular expression; a rule that it cannot stays a rule only."""
    from pydantic_core import SchemaError, SchemaValidator, core_schema

    try:
        SchemaValidator(core_schema.str_schema(pattern=regex))
    except SchemaError:
        return False
    return True
