"""What many values hold, gathered quickly: the same as `Observed.of` of each, merged, but it changes in place."""

from __future__ import annotations

import functools
from typing import Any

from xregistry_tui.resources.documents.ejson import ObjectId
from xregistry_tui.schema.inference import DEPTH, ITEMS, WIDTH, Observed, every, kind_of_type
from xregistry_tui.schema.shape import Kind

_NOTHING = type(None)


class Seeing:
    """One place in the records; `observed` is what was seen there so far."""

    __slots__ = ("_fields", "_folded", "_items", "_types", "_values")

    def __init__(self) -> None:
        self._types: dict[type, int] = {}
        self._fields: dict[str, Seeing] = {}
        self._values: Seeing | None = None
        self._folded: Observed | None = None
        self._items: Seeing | None = None

    def see(self, value: Any, depth: int = DEPTH) -> None:
        """One more value."""
        kind = type(value)
        self._types[kind] = self._types.get(kind, 0) + 1
        if not depth:
            return
        if kind is dict:
            self._see_object(value, depth - 1)
        elif kind is list and value:
            if self._items is None:
                self._items = Seeing()
            for item in value[:ITEMS]:
                self._items.see(item, depth - 1)

    def _see_object(self, value: dict[str, Any], depth: int) -> None:
        if self._values is not None:
            for item in value.values():
                self._values.see(item, depth)
            return
        fields = self._fields
        for name, item in value.items():
            place = fields.get(name)
            if place is None:
                place = fields[name] = Seeing()
            kind = type(item)
            if kind is dict or kind is list:
                place.see(item, depth)
            else:
                place._types[kind] = place._types.get(kind, 0) + 1
        if len(fields) > WIDTH:
            self._folded = every(place.observed() for place in fields.values())
            self._values, self._fields = Seeing(), {}

    def observed(self) -> Observed:
        """What was seen so far, as the value that merges."""
        kinds: dict[Kind, int] = {}
        for type_, count in self._types.items():
            if type_ is not _NOTHING:
                kind = kind_by_type(type_)
                kinds[kind] = kinds.get(kind, 0) + count
        seen = self._values.observed() if self._values is not None else Observed()
        values = self._folded if self._folded is None or not seen.count else self._folded.merge(seen)
        return Observed(
            count=sum(self._types.values()),
            nulls=self._types.get(_NOTHING, 0),
            kinds=kinds,
            fields={name: place.observed() for name, place in self._fields.items()},
            values=values,
            items=self._items.observed() if self._items is not None else None,
        )


@functools.cache
def kind_by_type(type_: type) -> Kind:
    """The kind of the values of a type that reading gives: no value changes it."""
    return Kind.OBJECT_ID if type_ is ObjectId else kind_of_type(type_)
