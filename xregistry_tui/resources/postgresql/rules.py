"""Rules over columns as SQL; what the server itself enforces need not be counted."""

# ruff: noqa: S608 - names are quoted, values are bound
from __future__ import annotations

import decimal
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from xregistry_tui.resources.postgresql.measures import FRACTIONS, NUMBERS, Class, Measure
from xregistry_tui.resources.postgresql.values import as_text
from xregistry_tui.resources.sql import Check, Dialect, Parameters, check, counted_by_groups, quote
from xregistry_tui.schema.rules import Length, OneOf, Range, Reference, Required, Rule, Unique

if TYPE_CHECKING:
    from xregistry_tui.resources.postgresql.catalogue import Catalogue, Table
    from xregistry_tui.schema.shape import Scalar

# no name and no text of a server has it
_MARK = "\0"
_SIZED = frozenset({Class.TEXT, Class.BYTES})
_OPAQUE = frozenset({Class.ARRAY, Class.JSON})


@dataclass(slots=True)
class Typed(Parameters):
    """Bound as texts, and read by the server as texts or numbers; in SQL a mark stands for each, until it is sent."""

    numbers: bool = field(default=False)

    def add(self, value: Scalar) -> str:
        """See `Parameters.add`."""
        self.values.append(as_text(value))
        return f"{_MARK}{len(self.values) - 1}{_MARK}{'::numeric' if self.numbers else ''}"

    def settled(self, sql: str) -> tuple[str, list[Scalar]]:
        """A statement as it is sent, and the values of those marks that are in it."""
        parts = sql.split(_MARK)
        places = {number: f"${place}::text" for place, number in enumerate(dict.fromkeys(parts[1::2]), 1)}
        parts[1::2] = [places[number] for number in parts[1::2]]
        return "".join(parts), [self.values[int(number)] for number in places]


def enforced(rule: Rule, name: str, described: Table) -> bool:
    """Whether the server keeps every record to this rule."""
    if isinstance(rule, Unique):
        return (name,) == described.primary or (name,) in described.unique
    if isinstance(rule, Required):
        return described.column(name).not_null
    if isinstance(rule, Reference):
        return ((name,), rule.collection, (rule.field,)) in described.references
    return False


def checked(rule: Rule, measure: Measure, known: Catalogue, bound: Typed) -> Check | None:
    """A rule as SQL that agrees with `schema.rules.holds`; `None` where it is counted otherwise or cannot be."""
    if isinstance(rule, Required) or counted_by_groups(rule):
        return None
    if isinstance(rule, Reference):
        return _reference(rule, measure, known)
    if measure.class_ in _OPAQUE:
        return None
    numbers = measure.class_ in NUMBERS
    if isinstance(rule, OneOf):
        rule = replace(rule, values=tuple(value for value in rule.values if _comparable(value, measure)))
    bound.numbers = numbers or isinstance(rule, Length)
    bound.dialect = Dialect(
        placeholder=lambda number: f"${number}",
        bind=lambda value: value,
        bare=lambda value: value if numbers else f"{value}::text",
        is_number=lambda value: f"{value} IS NOT NULL" if numbers else "false",
        is_sized=lambda value: f"{value} IS NOT NULL" if measure.class_ in _SIZED else "false",
        length=lambda value: measure.length or "0",
    )
    made = check(rule, measure.value, bound)
    if made is not None and isinstance(rule, Range) and measure.class_ in FRACTIONS:
        # no number is neither below nor above one; the server sorts it above all
        return Check(made.applies, f"{made.holds} AND {measure.value} <> 'NaN'")
    return made


def _comparable(value: Scalar, measure: Measure) -> bool:
    if measure.class_ in NUMBERS:
        return isinstance(value, int | float | decimal.Decimal) and not isinstance(value, bool)
    if measure.class_ is Class.BOOLEAN:
        return isinstance(value, bool)
    return value is not None and not isinstance(value, int | float | decimal.Decimal)


def _reference(rule: Reference, measure: Measure, known: Catalogue) -> Check | None:
    """By `EXISTS`: for a few records the server asks the parent's index, for many it reads the parent once."""
    parent = known.tables.get(rule.collection)
    if parent is None or all(item.name != rule.field for item in parent.columns):
        return None
    key = f"p.{quote(rule.field)}"
    far = known.settled(parent.column(rule.field).type).name
    equal = f"{key} = {measure.value}" if far == measure.native else f"{key}::text = {measure.value}::text"
    return Check(measure.present, f"EXISTS (SELECT 1 FROM {parent.relation} AS p WHERE {equal})")


def nothing() -> Typed:
    """No values bound yet."""
    same = lambda value: value  # noqa: E731 - a dialect is replaced before it is asked
    return Typed(Dialect(placeholder=str, bind=same, bare=same, is_number=same, is_sized=same, length=same))
