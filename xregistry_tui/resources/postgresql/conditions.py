"""Conditions and keys as SQL: values are bound as texts and cast by the engine to the column's type."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xregistry_tui.resources.base import CollectionFailed, Condition
from xregistry_tui.resources.postgresql.values import Locator, as_text, type_name
from xregistry_tui.resources.sql import quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xregistry_tui.resources.postgresql.catalogue import Catalogue, Table
    from xregistry_tui.schema.shape import Scalar

_COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")


@dataclass(slots=True)
class Bound:
    """The texts bound in one statement; `casts` are (column, its type, text) of those that the engine must read."""

    values: list[str] = field(default_factory=list)
    casts: list[tuple[str, str, str]] = field(default_factory=list)

    def text(self, value: str) -> str:
        """Bind a text and give its placeholder."""
        self.values.append(value)
        return f"${len(self.values)}::text"

    def cast(self, value: str, type_: str, column: str) -> str:
        """Bind a text that is read as a value of a type."""
        self.casts.append((column, type_, value))
        return f"CAST({self.text(value)} AS {type_})"


def where(described: Table, known: Catalogue, conditions: Sequence[Condition], bound: Bound) -> str:
    """A conjunction over the relation aliased `t`, from ` WHERE` on; empty where there is none."""
    parts = [compare(described, known, condition, bound) for condition in conditions]
    return f" WHERE {' AND '.join(parts)}" if parts else ""


def compare(described: Table, known: Catalogue, condition: Condition, bound: Bound) -> str:
    """One condition; what has no order is compared as the text that is shown of it."""
    column, operator = described.column(condition.field), condition.operator
    value = f"t.{quote(column.name)}"
    if operator in ("null", "notnull") or (condition.value is None and operator in ("=", "!=")):
        absent = operator in ("null", "=")
        if known.settled(column.type).form == "c":
            # `IS NULL` of a composite asks whether all in it is null
            return f"num_{'nulls' if absent else 'nonnulls'}({value}) = 1"
        return f"{value} IS {'' if absent else 'NOT '}NULL"
    if operator == "contains":
        return f"position(lower({bound.text(as_text(condition.value))}) IN lower({value}::text)) > 0"
    if operator not in _COMPARISONS:
        raise CollectionFailed(f"there is no operator “{operator}”", f"use one of {', '.join(_COMPARISONS)}, contains")
    sign = "<>" if operator == "!=" else operator
    if not known.sortable(column.type):
        return f"{value}::text {sign} {bound.text(as_text(condition.value))}"
    type_ = type_name(known, column.type)
    if known.types[column.type].form == "d":
        value += f"::{type_}"
    return f"{value} {sign} {bound.cast(as_text(condition.value), type_, column.name)}"


def located(described: Table, parts: Sequence[Locator], keys: Sequence[tuple[Scalar, ...]], bound: Bound) -> str:
    """The records that these keys locate, as one condition."""
    found = []
    for key in keys:
        if len(key) != len(parts) or not key:
            raise CollectionFailed(f"“{described.collection}” has no records located by {len(key)} values")
        equal = (
            f"{part.sql} = {bound.cast(as_text(value), part.type, part.sql)}"
            for part, value in zip(parts, key, strict=True)
        )
        found.append(f"({' AND '.join(equal)})")
    return f"({' OR '.join(found)})"
