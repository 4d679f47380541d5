"""A window of records: conditions pushed down, large values by their head, locators beside."""

# ruff: noqa: S608 - names are quoted, values are bound
from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

from xregistry_tui.profiling.found import Since
from xregistry_tui.profiling.profile import Figure
from xregistry_tui.resources.base import Clipped, CollectionFailed, Condition, Page, RecordQuery, ResourceSlow
from xregistry_tui.resources.sql import Parameters
from xregistry_tui.resources.sqlite.catalogue import Table, failed, table
from xregistry_tui.resources.sqlite.connection import Asker
from xregistry_tui.resources.sqlite.figures import SQLITE, column
from xregistry_tui.schema.shape import Kind

if TYPE_CHECKING:
    from xregistry_tui.schema.shape import Scalar

    _Cells = tuple[Scalar | Clipped, ...]

_RESULT_COLUMNS = 2_000
_COUNT_SECONDS = 0.1
_COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")


def records(ask: Asker, query: RecordQuery, *, blocks_writers: bool) -> Page:
    """The asked-for window; raises `CollectionFailed` for a table or column that is not there."""
    since = Since()
    described = table(ask, query.collection)
    fields = query.fields or tuple(item.name for item in described.columns)
    ordered = (query.order_by,) if query.order_by is not None else ()
    described.require(*fields, *ordered, *(condition.field for condition in query.where))
    try:
        with ask.snapshot(not blocks_writers):
            rows, keys, more = _window(ask, described, query, fields)
            total = _total(ask, described, query, len(rows), more)
    except sqlite3.Error as error:
        raise failed(error, query.collection) from error
    return Page(
        columns=fields,
        rows=rows,
        keys=keys,
        offset=query.offset,
        more=more,
        total=total,
        how=since.how(ask.queries),
    )


def _window(
    ask: Asker, described: Table, query: RecordQuery, fields: tuple[str, ...]
) -> tuple[tuple[_Cells, ...], tuple[tuple[Scalar, ...], ...], bool]:
    """(rows, locators, whether more follow); very wide tables are read in parts of their columns."""
    locators = described.locators
    size = max(1, (_RESULT_COLUMNS - len(locators)) // 2)
    limit = max(0, min(query.limit, query.budget.rows))
    keys: list[tuple[Scalar, ...]] = []
    rows: list[_Cells] = []
    for start in range(0, max(1, len(fields)), size):
        found = ask.rows(*_statement(described, query, fields[start : start + size], limit))
        keys = [record[: len(locators)] for record in found]
        cells = [_cells(record[len(locators) :]) for record in found]
        rows = [before + part for before, part in zip(rows, cells, strict=False)] if start else cells
    return tuple(rows[:limit]), tuple(keys[:limit]), len(rows) > limit


def _statement(described: Table, query: RecordQuery, fields: tuple[str, ...], limit: int) -> tuple[str, list[Scalar]]:
    parameters = Parameters(SQLITE)
    cut = parameters.add(query.cell_limit)
    wanted = [column(name) for name in described.locators]
    for name in fields:
        wanted += _cut(column(name), cut)
    where = _where(described, query, parameters)
    order = _order(described, query)
    window = f"LIMIT {parameters.add(limit + 1)} OFFSET {parameters.add(max(0, query.offset))}"
    return f"SELECT {', '.join(wanted)} FROM {described.relation} AS t{where}{order} {window}", parameters.values


def _cut(value: str, limit: str) -> tuple[str, str]:
    """The value or its head, and its whole length where only the head is given."""
    longer = f"typeof({value}) IN ('text', 'blob') AND length({value}) > {limit}"
    return (
        f"CASE WHEN {longer} THEN substr({value}, 1, {limit}) ELSE {value} END",
        f"CASE WHEN {longer} THEN length({value}) END",
    )


def _cells(record: tuple[Any, ...]) -> _Cells:
    return tuple(
        value if length is None else Clipped(value, length, Kind.BYTES if isinstance(value, bytes) else Kind.STRING)
        for value, length in zip(record[::2], record[1::2], strict=True)
    )


def _order(described: Table, query: RecordQuery) -> str:
    """Nulls last either way; the locators settle ties, so that pages do not overlap."""
    direction = " DESC" if query.descending else ""
    last = [column(name) + (direction if query.order_by is None else "") for name in described.locators]
    if query.order_by is not None:
        chosen = column(query.order_by)
        last = [f"{chosen} IS NULL", f"{chosen}{direction}", *last]
    return f" ORDER BY {', '.join(last)}" if last else ""


def _where(described: Table, query: RecordQuery, parameters: Parameters) -> str:
    conditions = [compare(condition, parameters) for condition in query.where]
    if query.keys:
        conditions.append(f"({' OR '.join(_located(described, key, parameters) for key in query.keys)})")
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def _located(described: Table, key: tuple[Scalar, ...], parameters: Parameters) -> str:
    if len(key) != len(described.locators) or not key:
        raise CollectionFailed(f"“{described.name}” has no records located by {len(key)} values")
    parts = (f"{column(name)} IS {parameters.add(value)}" for name, value in zip(described.locators, key, strict=True))
    return f"({' AND '.join(parts)})"


def compare(condition: Condition, parameters: Parameters) -> str:
    """One condition as SQL; a text that reads as a number is compared with numbers as one, with texts as a text."""
    value, operator = column(condition.field), condition.operator
    if operator in ("null", "notnull") or (condition.value is None and operator in ("=", "!=")):
        return f"{value} IS {'NOT ' if operator in ('notnull', '!=') else ''}NULL"
    if operator == "contains":
        return f"instr(lower({value}), lower({parameters.add(_words(condition.value))})) > 0"
    if operator not in _COMPARISONS:
        raise CollectionFailed(f"there is no operator “{operator}”", f"use one of {', '.join(_COMPARISONS)}, contains")
    as_text, as_number = _both(condition.value)
    if as_text is None or as_number is None:
        return _one_sided(value, operator, condition.value, parameters)
    number, text = parameters.add(as_number), parameters.add(as_text)
    return f"CASE WHEN {SQLITE.is_number(value)} THEN +{value} {operator} {number} ELSE {value} {operator} {text} END"


def _one_sided(value: str, operator: str, given: Scalar, parameters: Parameters) -> str:
    """A text that is no number, or bytes: numbers are neither before nor after it."""
    compared = f"{value} {operator} {parameters.add(given)}"
    return compared if operator in ("=", "!=") else f"(NOT {SQLITE.is_number(value)} AND {compared})"


def _both(given: Scalar) -> tuple[str | None, float | int | None]:
    """The value as a text and as a number, where it is both."""
    bound = SQLITE.bind(given)
    if isinstance(bound, int | float):
        return str(bound), bound
    if not isinstance(bound, str):
        return None, None
    for read in (int, float):
        try:
            return bound, read(bound)
        except ValueError:
            continue
    return bound, None


def _words(given: Scalar) -> str:
    return given if isinstance(given, str) else str(given)


def _total(ask: Asker, described: Table, query: RecordQuery, found: int, more: bool) -> Figure | None:
    """How many records match: known at the end, else counted if that is quick."""
    if not more and (found or not query.offset):
        return Figure(value=query.offset + found)
    parameters = Parameters(SQLITE)
    sql = f"SELECT count(*) FROM {described.relation} AS t{_where(described, query, parameters)}"
    try:
        with ask.within(_COUNT_SECONDS):
            return Figure(value=ask.rows(sql, parameters.values)[0][0])
    except ResourceSlow:
        return None


def exists(ask: Asker, collection: str, field: str, value: Scalar) -> bool:
    """Whether any record has this value in this field."""
    described = table(ask, collection)
    described.require(field)
    parameters = Parameters(SQLITE)
    where = compare(Condition(field, "=", value), parameters)
    try:
        found = ask.quiet(f"SELECT EXISTS (SELECT 1 FROM {described.relation} AS t WHERE {where})", parameters.values)
    except sqlite3.Error as error:
        raise failed(error, collection) from error
    return bool(found[0][0])
