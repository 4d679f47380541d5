"""What documents are found to hold: values seen one by one, merged in any order, read as a shape at the end.

`Observed.of(value)` sees one value, `a.merge(b)` is what both saw (it commutes and associates, so that parts may be
seen apart), `observed.field_shape(name)` is the conclusion. Names of an object are kept up to `WIDTH`, nesting down to
`DEPTH`; beyond, an object is a map: its values are seen, its names are not.
"""

from __future__ import annotations

import datetime
import decimal
import functools
import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from xregistry_tui.schema.shape import FieldShape, Kind

WIDTH = 400
"""So many different names make any object a map."""

DEPTH = 12
"""So deep objects and arrays are looked into."""

ITEMS = 100
"""So many items of one array are looked at."""

_EMPTY: Mapping[Any, Any] = MappingProxyType({})
_MANY_NAMES = 20
_RARE = 0.3
_FEW_KEYS = 3
_KEY_FORMS = (
    re.compile(r"-?\d+"),
    re.compile(r"\d{4}-\d\d(-\d\d.*)?"),
    re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"),
    re.compile(r"[0-9a-f]{24}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}"),
)

# what is also another comes first: a boolean is an integer, a moment is a day
_KINDS: tuple[tuple[type, Kind], ...] = (
    (bool, Kind.BOOLEAN),
    (int, Kind.INTEGER),
    (float, Kind.NUMBER),
    (decimal.Decimal, Kind.DECIMAL),
    (str, Kind.STRING),
    (bytes, Kind.BYTES),
    (datetime.datetime, Kind.DATETIME),
    (datetime.date, Kind.DATE),
    (datetime.time, Kind.TIME),
    (datetime.timedelta, Kind.DURATION),
    (uuid.UUID, Kind.UUID),
    (Mapping, Kind.OBJECT),
    (list, Kind.ARRAY),
    (tuple, Kind.ARRAY),
)


def kind_of(value: Any) -> Kind:
    """The kind of a present value."""
    if type(value).__name__ == "ObjectId":
        return Kind.OBJECT_ID
    return kind_of_type(type(value))


def kind_of_type(type_: type) -> Kind:
    """The kind of all values of a type."""
    return next((kind for known, kind in _KINDS if issubclass(type_, known)), Kind.ANY)


@dataclass(frozen=True, slots=True)
class Observed:
    """What was seen in one place: `count` values, nulls among them, the others by kind.

    `fields` are what objects have by name, each counting those that have it. `values` are those of objects with too
    many names, `items` those of arrays.
    """

    count: int = 0
    nulls: int = 0
    kinds: Mapping[Kind, int] = field(default_factory=lambda: _EMPTY)
    fields: Mapping[str, Observed] = field(default_factory=lambda: _EMPTY)
    values: Observed | None = None
    items: Observed | None = None

    @classmethod
    def of(cls, value: Any, depth: int = DEPTH) -> Observed:
        """One value."""
        if value is None:
            return cls(count=1, nulls=1)
        kind = kind_of(value)
        seen = cls(count=1, kinds={kind: 1})
        if not depth:
            return seen
        if kind is Kind.ARRAY:
            return cls(1, 0, seen.kinds, items=every(cls.of(item, depth - 1) for item in value[:ITEMS]))
        if kind is Kind.OBJECT:
            return _narrow(seen, {str(name): cls.of(item, depth - 1) for name, item in value.items()}, None)
        return seen

    def merge(self, other: Observed) -> Observed:
        """What both saw."""
        kinds = dict(self.kinds)
        for kind, count in other.kinds.items():
            kinds[kind] = kinds.get(kind, 0) + count
        fields = dict(self.fields)
        for name, seen in other.fields.items():
            fields[name] = fields[name].merge(seen) if name in fields else seen
        both = Observed(
            count=self.count + other.count,
            nulls=self.nulls + other.nulls,
            kinds=kinds,
            items=_both(self.items, other.items),
        )
        return _narrow(both, fields, _both(self.values, other.values))

    @property
    def objects(self) -> int:
        """How many of the values are objects."""
        return self.kinds.get(Kind.OBJECT, 0)

    def field_shape(self, name: str, *, required: bool = True) -> FieldShape:
        """What a field of this name may be, as far as was seen."""
        kinds = _ranked(self.kinds)
        as_map = self._is_map() and Kind.ARRAY not in kinds
        items = self.items
        if as_map:
            kinds = tuple(Kind.MAP if kind is Kind.OBJECT else kind for kind in kinds)
            items = _both(self.values, every(self.fields.values()))
        return FieldShape(
            name=name,
            kinds=kinds,
            nullable=self.nulls > 0 or not kinds,
            required=required,
            fields=() if as_map else self.field_shapes(),
            items=items.field_shape("*") if items is not None and (as_map or Kind.ARRAY in kinds) else None,
        )

    def field_shapes(self) -> tuple[FieldShape, ...]:
        """The fields of the objects seen, in the order in which they were; required are those that all have."""
        return tuple(seen.field_shape(name, required=seen.count == self.objects) for name, seen in self.fields.items())

    def _is_map(self) -> bool:
        """Whether the objects' names are data: too many, each in few objects, or all in the form of a key."""
        if self.values is not None:
            return True
        names = len(self.fields)
        if names >= _FEW_KEYS and any(all(form.fullmatch(name) for name in self.fields) for form in _KEY_FORMS):
            return True
        if names < _MANY_NAMES:
            return False
        shares = sum(seen.count for seen in self.fields.values()) / (names * self.objects)
        alike = {seen.field_shape("").kinds[:1] for seen in self.fields.values() if seen.kinds}
        return shares < _RARE and len(alike) <= 1


def every(seen: Iterable[Observed]) -> Observed | None:
    """All of them merged; `None` of none."""
    return functools.reduce(_both, seen, None)


def _both(one: Observed | None, other: Observed | None) -> Observed | None:
    if one is None or other is None:
        return other if one is None else one
    return one.merge(other)


def _narrow(seen: Observed, fields: Mapping[str, Observed], values: Observed | None) -> Observed:
    """Objects with these fields, or with their values alone where the names are too many."""
    if values is not None or len(fields) > WIDTH:
        fields, values = _EMPTY, _both(values, every(fields.values()))
    return Observed(seen.count, seen.nulls, seen.kinds, fields, values, seen.items)


def _ranked(counts: Mapping[Kind, int]) -> tuple[Kind, ...]:
    """The kinds, dominant first; whole numbers among others are numbers."""
    found = dict(counts)
    if Kind.NUMBER in found and Kind.INTEGER in found:
        found[Kind.NUMBER] += found.pop(Kind.INTEGER)
    return tuple(sorted(found, key=lambda kind: (-found[kind], kind)))
