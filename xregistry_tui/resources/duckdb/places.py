"""What is looked at: columns, and the fields within columns of objects, each as SQL over a row `t`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xregistry_tui.resources.duckdb.kinds import MOMENTS, NUMBERS
from xregistry_tui.resources.sql import Check, Dialect, Parameters, check, quote
from xregistry_tui.schema.rules import Length, OneOf, Range, Reference, Rule
from xregistry_tui.schema.shape import FieldShape, Kind, pointer

SHOWN = 1_024
"""So many characters of a text are shown as a value."""

_EMPTY = "1=0"


@dataclass(frozen=True, slots=True)
class Place:
    """A column, or a field within columns of objects: its path, its SQL, what it holds and must obey."""

    path: str
    sql: str
    shape: FieldShape
    rules: tuple[Rule, ...] = ()

    @property
    def kind(self) -> Kind:
        """Of its values."""
        return self.shape.kind

    @property
    def scaled(self) -> bool:
        """Whether its values are points on a scale."""
        return self.kind in NUMBERS or self.kind in MOMENTS

    @property
    def comparable(self) -> bool:
        """Whether its values have an order and may be told apart."""
        return self.kind not in (Kind.OBJECT, Kind.MAP, Kind.ARRAY, Kind.ANY)

    def shown(self, value: str) -> str:
        """A value as it is shown, in SQL: of a text its beginning."""
        text = self.kind is Kind.STRING and "ENUM" not in (self.shape.native or "")
        return f"left({value}, {SHOWN})" if text else value


def places(fields: Sequence[FieldShape], rules: Mapping[str, tuple[Rule, ...]]) -> list[Place]:
    """All columns and the fields within objects; items of arrays and maps are not looked into."""
    found: list[Place] = []

    def add(segments: tuple[str, ...], sql: str, shape: FieldShape) -> None:
        path = pointer(*segments)
        found.append(Place(path, sql, shape, rules.get(path, ())))
        for child in shape.fields:
            add((*segments, child.name), f"{sql}.{quote(child.name)}", child)

    for shape in fields:
        add((shape.name,), f"t.{quote(shape.name)}", shape)
    return found


def checked(rule: Rule, place: Place, parameters: Parameters) -> Check | None:
    """A rule as SQL over a place; `None` where it cannot be checked so."""
    if isinstance(rule, Reference) or (not place.comparable and isinstance(rule, OneOf | Range | Length)):
        return None
    if isinstance(rule, OneOf):
        if place.kind in NUMBERS and any(isinstance(value, str) for value in rule.values):
            return None
        texts = place.kind is not Kind.STRING and place.kind not in NUMBERS and place.kind is not Kind.BOOLEAN
        return check(rule, f"CAST({place.sql} AS VARCHAR)" if texts else place.sql, parameters)
    return check(rule, place.sql, Parameters(dialect(place), parameters.values))


def dialect(place: Place | None) -> Dialect:
    """How DuckDB writes what SQL leaves open, for the values of a place."""
    number = place is not None and place.kind in NUMBERS
    sized = place is not None and place.kind in (Kind.STRING, Kind.BYTES)
    length = "octet_length({})" if place is not None and place.kind is Kind.BYTES else "length({})"
    return Dialect(
        placeholder=lambda position: f"${position}",
        bind=_bind,
        bare=lambda value: value,
        is_number=lambda value: f"{value} IS NOT NULL" if number else _EMPTY,
        is_sized=lambda value: f"{value} IS NOT NULL" if sized else _EMPTY,
        length=length.format,
    )


def _bind(value: Any) -> Any:
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        return value.astimezone(datetime.UTC).replace(tzinfo=None)
    return value
