"""A window of records: conditions pushed down, large values by their head, locators beside."""

# ruff: noqa: S608 - names are quoted, values are bound
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import asyncpg

from xregistry_tui.profiling.found import Since
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.profiling.profile import Figure
from xregistry_tui.resources.base import Clipped, Condition, Page, RecordQuery, ResourceSlow
from xregistry_tui.resources.postgresql.catalogue import Catalogue, Table, table
from xregistry_tui.resources.postgresql.conditions import Bound, located, where
from xregistry_tui.resources.postgresql.failures import BadLiteral
from xregistry_tui.resources.postgresql.values import Locator, Reading, locators, reading
from xregistry_tui.resources.sql import quote
from xregistry_tui.schema.shape import Kind

if TYPE_CHECKING:
    from xregistry_tui.resources.postgresql.connection import Asker
    from xregistry_tui.schema.shape import Scalar

    _Row = tuple[Any, ...]
    _Found = tuple[list[_Row], list[_Row], bool]

_BATCH = 800
"""Columns in one statement: an answer has at most 1,664, and a long value takes two."""

_COUNT_SECONDS = 0.1
_CELL_BYTES = 16


@dataclass(frozen=True, slots=True)
class _Asked:
    """One question for records, with what is declared of the relation it is about."""

    described: Table
    known: Catalogue
    query: RecordQuery
    places: tuple[Locator, ...]

    @property
    def limit(self) -> int:
        """How many records at most."""
        return max(0, min(self.query.limit, self.query.budget.rows))

    def readings(self, fields: Sequence[str]) -> list[Reading]:
        """How these fields are read; raises `CollectionFailed` for one that is not there."""
        return [reading(self.known, self.described.column(name).type) for name in fields]

    def chosen(self, bound: Bound) -> str:
        """The records asked for, from ` WHERE` on."""
        conditions = where(self.described, self.known, self.query.where, bound)
        if not self.query.keys:
            return conditions
        keys = located(self.described, self.places, self.query.keys, bound)
        return f"{conditions} {'AND' if conditions else 'WHERE'} {keys}"


async def records(ask: Asker, query: RecordQuery) -> Page:
    """The asked-for window; raises `CollectionFailed` for a table or column that is not there."""
    since = Since()
    described, known = await table(ask, query.collection)
    asked = _Asked(described, known, query, locators(described, known))
    fields = query.fields or tuple(item.name for item in described.columns)
    asked.readings(fields)
    rows, keys, more = await _window(ask, asked, fields)
    return Page(
        columns=fields,
        rows=tuple(rows),
        keys=tuple(keys),
        offset=query.offset,
        more=more,
        total=await _total(ask, asked, len(rows), more=more),
        how=since.how(ask.queries),
    )


async def _window(ask: Asker, asked: _Asked, fields: Sequence[str]) -> _Found:
    """(rows, locators, whether more follow); very wide tables are read in parts of their columns."""
    rows, keys, more = await _part(ask, asked, fields[:_BATCH])
    for start in range(_BATCH, len(fields), _BATCH):
        further, *_ = await _part(ask, asked, fields[start : start + _BATCH])
        more = more or len(further) != len(rows)
        rows = [before + part for before, part in zip(rows, further, strict=False)]
    return rows, keys[: len(rows)], more


async def _part(ask: Asker, asked: _Asked, fields: Sequence[str]) -> _Found:
    readings = asked.readings(fields)
    bound = Bound()
    sql = _statement(asked, fields, readings, bound)
    decode = _decoder(asked.places, readings)
    rows: list[_Row] = []
    keys: list[_Row] = []
    size = 0
    try:
        async for record in ask.stream(sql, bound.values):
            if len(rows) == asked.limit or size > asked.query.budget.bytes:
                return rows, keys, True
            key, cells = decode(record)
            rows.append(cells)
            keys.append(key)
            size += sum(len(cell) if isinstance(cell, str | bytes) else _CELL_BYTES for cell in record)
    except asyncpg.DataError as error:
        await _blame(ask, bound)
        raise error from None
    return rows, keys, False


def _statement(asked: _Asked, fields: Sequence[str], readings: Sequence[Reading], bound: Bound) -> str:
    """The window first, then what is made of its values: nothing is made of those before it."""
    inner = [f"{part.sql} AS k{index}" for index, part in enumerate(asked.places)]
    inner += [f"t.{quote(name)} AS c{index}" for index, name in enumerate(fields)]
    cut = str(max(1, asked.query.cell_limit))
    outer = [part.reading.entire(f"w.k{index}") for index, part in enumerate(asked.places)]
    for index, read in enumerate(readings):
        outer.append(read.cut(f"w.c{index}", cut))
        if read.long:
            outer.append(read.length(f"w.c{index}", cut))
    window = f" LIMIT {asked.limit + 1} OFFSET {max(0, asked.query.offset)}"
    rest = f"{asked.chosen(bound)}{_order(asked)}{window}"
    source = f"SELECT {', '.join(inner) or 'NULL'} FROM {asked.described.relation} AS t{rest}"
    return f"SELECT {', '.join(outer) or 'NULL'} FROM ({source}) AS w"


def _order(asked: _Asked) -> str:
    """Nulls last either way; the locators settle ties, so that pages do not overlap.

    A table without a key that is read as it lies comes in the order of its row ids by itself, without sorting.
    """
    query, places = asked.query, asked.places
    direction = " DESC" if query.descending else ""
    if query.order_by is None:
        if not asked.described.primary and not query.where and not query.keys and not query.descending:
            return ""
        return _by([part.sql + direction for part in places])
    column = asked.described.column(query.order_by)
    value = f"t.{quote(column.name)}"
    if not asked.known.sortable(column.type):
        value += "::text"
    return _by([f"{value}{direction} NULLS LAST", *(part.sql for part in places)])


def _by(parts: Sequence[str]) -> str:
    return f" ORDER BY {', '.join(parts)}" if parts else ""


def _decoder(places: Sequence[Locator], readings: Sequence[Reading]) -> Callable[[_Row], tuple[_Row, _Row]]:
    """A row of an answer as (locators, cells)."""

    def decode(record: _Row) -> tuple[_Row, _Row]:
        left = iter(record)
        key = tuple(part.reading.decode(part.reading.told(next(left))) for part in places)
        cells = []
        for read in readings:
            value = read.told(next(left))
            length = next(left) if read.long else None
            kind = Kind.BYTES if read.kind is Kind.BYTES else Kind.STRING
            cells.append(read.decode(value) if length is None else Clipped(value, length, kind))
        return key, tuple(cells)

    return decode


async def _blame(ask: Asker, bound: Bound) -> None:
    """Find the text that its column's type does not know, and raise `BadLiteral` for it.

    The transaction has failed already: what is asked here is asked in another.
    """
    await ask.connection.execute("ROLLBACK")
    for column, type_, value in bound.casts:
        try:
            await ask.connection.fetch(f"SELECT CAST($1::text AS {type_})::text", value)
        except asyncpg.PostgresError as error:
            shown = type_.rpartition(".")[2].strip('"')
            said = str(error.args[0] if error.args else error).splitlines()[0]
            raise BadLiteral(f"“{column}” is of type {shown}: {said}", f"write a value of type {shown}") from error


async def _total(ask: Asker, asked: _Asked, found: int, *, more: bool) -> Figure | None:
    """How many records match: known at the end, else counted if that is quick, else as the engine estimates."""
    offset, described = asked.query.offset, asked.described
    if not more and (found or not offset):
        return Figure(value=offset + found)
    bound = Bound()
    chosen = asked.chosen(bound)
    try:
        async with ask.within(_COUNT_SECONDS):
            rows = await ask.rows(f"SELECT count(*) FROM {described.relation} AS t{chosen}", bound.values)
            return Figure(value=rows[0][0])
    except ResourceSlow:
        if chosen or described.rows is None:
            return None
        return Figure(value=max(described.rows, offset + found), method=Grade.CATALOGUE, approximate=True)


async def exists(ask: Asker, collection: str, field: str, value: Scalar) -> bool:
    """Whether any record has this value in this field; a value that its type does not know is in none."""
    described, known = await table(ask, collection)
    bound = Bound()
    chosen = where(described, known, [Condition(field, "=", value)], bound)
    sql = f"SELECT EXISTS (SELECT 1 FROM {described.relation} AS t{chosen})"
    try:
        return bool((await ask.quiet(sql, bound.values))[0][0])
    except asyncpg.DataError:
        try:
            await _blame(ask, bound)
        except BadLiteral:
            return False
        raise
