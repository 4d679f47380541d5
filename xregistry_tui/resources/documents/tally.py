"""What many records hold, place by place of a shape: counted as they pass, read as figures at the end."""

from __future__ import annotations

import decimal
from collections.abc import Iterator, Mapping
from typing import Any

from xregistry_tui.resources.documents.column import SHOWN, Column, counted_as
from xregistry_tui.schema.inference import ITEMS
from xregistry_tui.schema.rules import Rule
from xregistry_tui.schema.shape import FieldShape, pointer

LATE = 100
"""So many fields of one object are counted that no shape has."""

_NOTHING = type(None)
# what compares as one: 1 and 1.0 are one value
_NUMBERS = {int: float, decimal.Decimal: float}


class Tally:
    """One place: how many values of which type there were, and their figures by type.

    `per_value` is true where a record may have many values here (items of arrays, entries of maps). `late` counts the
    fields of objects here that the shape does not have, and that are not `passed` over knowingly.
    """

    __slots__ = (
        "children", "columns", "items", "late", "nans", "passed", "path", "per_value", "rules", "sizes", "types"
    )  # fmt: skip

    def __init__(self, path: str, rules: tuple[Rule, ...] = (), *, per_value: bool = False) -> None:
        self.path = path
        self.passed: frozenset[str] = frozenset()
        self.late: dict[str, int] = {}
        self.per_value = per_value
        self.rules = rules
        self.types: dict[type, int] = {}
        self.columns: dict[type, Column] = {}
        self.children: dict[str, Tally] = {}
        self.items: Tally | None = None
        self.sizes: tuple[int, int, int] | None = None
        self.nans = 0

    def add(self, value: Any) -> None:
        """One more value."""
        type_ = type(value)
        self.types[type_] = self.types.get(type_, 0) + 1
        if value is None:
            return
        if type_ is dict:
            self._add_object(value)
        elif type_ is list:
            self._add_array(value)
        else:
            self._count(type_, value)

    def _count(self, type_: type, value: Any) -> None:
        if value != value:  # noqa: PLR0124 - only a NaN is not itself
            self.nans += 1
            return
        column = self.columns.get(type_)
        if column is None:
            column = self._column(type_)
        batch = column.batch
        if column.texts and len(value) > SHOWN:
            value = counted_as(value)
        batch[value] = batch.get(value, 0) + 1

    def _column(self, type_: type) -> Column:
        shared = _NUMBERS.get(type_, type_)
        if shared not in self.columns:
            self.columns[shared] = Column(shared, self.rules)
        self.columns[type_] = self.columns[shared]
        return self.columns[type_]

    def _add_object(self, value: dict[str, Any]) -> None:
        if self.items is not None and not self.children:
            for item in value.values():
                self.items.add(item)
            return
        known = 0
        for name, child in self.children.items():
            if name in value:
                child.add(value[name])
                known += 1
        if self.children and known < len(value):
            self._note_late(value)

    def _note_late(self, value: dict[str, Any]) -> None:
        for name in value:
            if name not in self.children and name not in self.passed and (name in self.late or len(self.late) < LATE):
                self.late[name] = self.late.get(name, 0) + 1

    def _add_array(self, value: list[Any]) -> None:
        size = len(value)
        least, most, total = self.sizes or (size, size, 0)
        self.sizes = min(least, size), max(most, size), total + size
        if self.items is not None:
            for item in value[:ITEMS]:
                self.items.add(item)

    @property
    def seen(self) -> int:
        """How many values there were, nulls among them."""
        return sum(self.types.values())

    @property
    def nulls(self) -> int:
        """How many of them are null."""
        return self.types.get(_NOTHING, 0)

    def each(self) -> Iterator[Tally]:
        """The place itself and all below."""
        yield self
        for child in self.children.values():
            yield from child.each()
        if self.items is not None:
            yield from self.items.each()

    def settle(self) -> None:
        """Make room here and below."""
        for place in self.each():
            for column in place.columns.values():
                column.settle()

    def finish(self) -> None:
        """The last record is in."""
        for place in self.each():
            for column in set(place.columns.values()):
                column.finish()


def tally(
    fields: tuple[FieldShape, ...], rules: Mapping[str, tuple[Rule, ...]], passed: frozenset[str] = frozenset()
) -> Tally:
    """The places of these fields, empty; `rules` by path. Fields named in `passed` are not looked at."""
    root = Tally("")
    root.passed = passed
    for field in fields:
        root.children[field.name] = _place((field.name,), field, rules, per_value=False)
    return root


def _place(
    segments: tuple[str, ...], field: FieldShape, rules: Mapping[str, tuple[Rule, ...]], *, per_value: bool
) -> Tally:
    path = pointer(*segments)
    place = Tally(path, rules.get(path, ()), per_value=per_value)
    for child in field.fields:
        place.children[child.name] = _place((*segments, child.name), child, rules, per_value=per_value)
    if field.items is not None:
        place.items = _place((*segments, "*"), field.items, rules, per_value=True)
    return place
