"""The shape of a table or view: what it declares, corrected by what is stored in it."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Mapping, Sequence

from xregistry_tui.resources.base import CollectionFailed
from xregistry_tui.resources.sqlite import look
from xregistry_tui.resources.sqlite.catalogue import Column, Table, catalogue, table
from xregistry_tui.resources.sqlite.connection import Asker
from xregistry_tui.resources.sqlite.declared import checks
from xregistry_tui.resources.sqlite.kinds import Affinity, Stored, affinity, kinds
from xregistry_tui.schema.rules import Length, OneOf, Reference, Required, Rule, Unique, merged
from xregistry_tui.schema.shape import CollectionKind, FieldShape, Kind, Shape

_TOGETHER_SECONDS = 0.05
_SIZE = re.compile(r"\(\s*(\d+)\s*\)")


def shape(ask: Asker, name: str) -> Shape:
    """What the records of one table or view may be; raises `CollectionFailed`."""
    described = table(ask, name)
    stored, warnings = look.stored(ask, described)
    stated = _stated(ask, described)
    fields = (_field(described, column, stored.get(column.name), stated) for column in described.columns)
    return Shape(
        name=name,
        kind=CollectionKind.VIEW if described.is_view else CollectionKind.TABLE,
        fields=tuple(fields),
        unique=_unique(described),
        warnings=warnings,
    )


def shapes(ask: Asker, names: Sequence[str]) -> list[Shape | CollectionFailed]:
    """The shapes of the first of these, as many as are quickly found, and why one cannot be read in its place.

    It ends before one that fails for another reason, so that this is said of that one alone.
    """
    began = time.monotonic()
    found: list[Shape | CollectionFailed] = []
    for name in names:
        if found and time.monotonic() - began > _TOGETHER_SECONDS:
            break
        try:
            found.append(shape(ask, name))
        except CollectionFailed as error:
            found.append(error)
        except sqlite3.Error:
            if not found:
                raise
            break
    return found


def _unique(described: Table) -> tuple[tuple[str, ...], ...]:
    primary = (described.primary,) if described.primary else ()
    return primary + tuple(columns for columns in described.unique if columns != described.primary)


def _stated(ask: Asker, described: Table) -> Mapping[str, tuple[Rule, ...]]:
    """The rules that CHECK constraints state, read once a schema."""
    if described.is_view or "CHECK" not in described.sql.upper():
        return {}
    known = catalogue(ask).stated
    if described.name not in known:
        affinities = {item.name: affinity(item.declared) for item in described.columns}
        known[described.name] = checks(described.sql, affinities)
    return known[described.name]


def _field(described: Table, item: Column, stored: Stored | None, stated: Mapping[str, tuple[Rule, ...]]) -> FieldShape:
    found = kinds(item.declared, stored)
    never_null = item.not_null or item.name == described.is_row_id
    return FieldShape(
        name=item.name,
        kinds=found,
        nullable=not (never_null or _strict_key(described, item)),
        native=item.declared or None,
        key=item.key,
        default=item.default,
        rules=tuple(_rules(described, item, found, stated.get(item.name, ()))),
    )


def _strict_key(described: Table, item: Column) -> bool:
    """Whether the primary key is one that may not be null (only tables without row ids keep that promise)."""
    return item.key is not None and described.rowid is None and not described.is_view


def _rules(described: Table, item: Column, found: tuple[Kind, ...], stated: tuple[Rule, ...]) -> list[Rule]:
    rules: list[Rule] = []
    if item.not_null:
        rules.append(Required("NOT NULL"))
    elif item.name == described.is_row_id or _strict_key(described, item):
        rules.append(Required("PRIMARY KEY"))
    if (item.name,) == described.primary:
        rules.append(Unique("PRIMARY KEY"))
    elif (item.name,) in described.unique:
        rules.append(Unique("UNIQUE"))
    rules += [rule for rule in stated if not _says_boolean(rule, found)]
    if affinity(item.declared) is Affinity.TEXT and (size := _SIZE.search(item.declared)):
        rules.append(Length(most=int(size.group(1)), source=f"declared {item.declared}"))
    references = (entry for entry in described.references if entry[0].lower() == item.name.lower())
    return merged(rules) + [Reference(parent, key, "FOREIGN KEY") for _, parent, key in references]


def _says_boolean(rule: Rule, found: tuple[Kind, ...]) -> bool:
    return isinstance(rule, OneOf) and found == (Kind.BOOLEAN,) and set(rule.values) == {0, 1}
