"""A window of records: conditions pushed down, large values by their head; a record's key is its place, from 0."""

# ruff: noqa: S608 - names are quoted, values are bound
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xregistry_tui.profiling.found import Since
from xregistry_tui.profiling.profile import Figure
from xregistry_tui.resources.base import Clipped, CollectionFailed, Condition, Page, RecordQuery
from xregistry_tui.resources.documents.records import cell, weight
from xregistry_tui.resources.duckdb.kinds import MOMENTS, NUMBERS, kind
from xregistry_tui.resources.duckdb.places import dialect
from xregistry_tui.resources.sql import Parameters, quote
from xregistry_tui.schema.shape import Kind

if TYPE_CHECKING:
    from xregistry_tui.resources.duckdb.connection import Asker
    from xregistry_tui.resources.duckdb.relation import Relation
    from xregistry_tui.schema.shape import Scalar

_COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
_COUNTED = 10_000


def records(ask: Asker, relation: Relation, query: RecordQuery) -> Page:
    """The asked-for window; raises `CollectionFailed` for a column or an operator that is not there."""
    since = Since()
    names = query.fields or tuple(relation.columns)
    ordered = (query.order_by,) if query.order_by is not None else ()
    relation.require(*names, *ordered, *(condition.field for condition in query.where))
    limit = max(0, min(query.limit, query.budget.rows))
    rows = ask.rows(*_statement(relation, query, names, limit + 1)) if relation.columns else []
    kept = _within_budget([_cells(row[1:], query.cell_limit) for row in rows[:limit]], query)
    more = len(rows) > len(kept)
    return Page(
        columns=names,
        rows=tuple(kept),
        keys=tuple((row[0],) for row in rows[: len(kept)]),
        offset=query.offset,
        more=more,
        total=_total(ask, relation, query, len(rows), more),
        how=since.how(ask.queries),
    )


def _statement(relation: Relation, query: RecordQuery, names: tuple[str, ...], limit: int) -> tuple[str, list[Scalar]]:
    parameters = Parameters(dialect(None))
    row = f"t.{quote(relation.row)}"
    wanted = [row]
    for name in names:
        wanted += _cut(f"t.{quote(name)}", relation.columns[name], query.cell_limit)
    order = ""
    if query.order_by is not None:
        order = f" ORDER BY t.{quote(query.order_by)} {'DESC' if query.descending else 'ASC'} NULLS LAST, {row}"
    where = _where(relation, query, parameters)
    window = f"LIMIT {limit} OFFSET {max(0, query.offset)}"
    return f"SELECT {', '.join(wanted)} FROM {relation.numbered} AS t{where}{order} {window}", parameters.values


def _cut(value: str, type_: Any, limit: int) -> tuple[str, str]:
    """The value or its head, and its whole length."""
    if str(type_.id) == "varchar":
        return f"left({value}, {limit})", f"length({value})"
    if str(type_.id) == "blob":
        return f"{value}[1:{limit}]", f"octet_length({value})"
    return value, "NULL"


def _cells(row: tuple[Any, ...], limit: int) -> tuple[Any, ...]:
    return tuple(
        cell(value, limit)
        if length is None or length <= limit
        else Clipped(value, length, Kind.BYTES if isinstance(value, bytes) else Kind.STRING)
        for value, length in zip(row[::2], row[1::2], strict=True)
    )


def _within_budget(rows: list[tuple[Any, ...]], query: RecordQuery) -> list[tuple[Any, ...]]:
    """The rows that come before their bytes are spent, at least one."""
    spent = 0
    for at, cells in enumerate(rows):
        if spent > query.budget.bytes:
            return rows[:at]
        spent += sum(map(weight, cells))
    return rows


def _where(relation: Relation, query: RecordQuery, parameters: Parameters) -> str:
    conditions = [compare(condition, relation, parameters) for condition in query.where]
    if query.keys:
        places = ", ".join(parameters.add(key[0]) for key in query.keys)
        conditions.append(f"t.{quote(relation.row)} IN ({places})")
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def compare(condition: Condition, relation: Relation, parameters: Parameters) -> str:
    """One condition as SQL; what is given is read as the column's type, and equals nothing where it is none."""
    value, operator, given = f"t.{quote(condition.field)}", condition.operator, condition.value
    if operator in ("null", "notnull") or (given is None and operator in ("=", "!=")):
        return f"{value} IS {'NOT ' if operator in ('notnull', '!=') else ''}NULL"
    if operator == "contains":
        return f"contains(lower(CAST({value} AS VARCHAR)), lower({parameters.add(str(given))}))"
    if operator not in _COMPARISONS:
        raise CollectionFailed(f"there is no operator “{operator}”", f"use one of {', '.join(_COMPARISONS)}, contains")
    found = kind(relation.columns[condition.field])
    other = parameters.add(given if isinstance(given, str) else str(given))
    if found in NUMBERS:
        target = str(relation.columns[condition.field]) if found is Kind.DECIMAL else "DOUBLE"
        target = "HUGEINT" if found is Kind.INTEGER and str(given).lstrip("+-").isdigit() else target
        other = f"TRY_CAST({other} AS {target})"
    elif found in MOMENTS:
        value, other = f"CAST({value} AS TIMESTAMP)", f"CAST(TRY_CAST({other} AS TIMESTAMPTZ) AS TIMESTAMP)"
    elif found in (Kind.BOOLEAN, Kind.TIME, Kind.UUID):
        other = f"TRY_CAST({other} AS {relation.columns[condition.field]})"
    else:
        value = f"CAST({value} AS VARCHAR)"
    compared = f"{value} {operator} {other}"
    return f"({compared} OR ({other} IS NULL AND {value} IS NOT NULL))" if operator == "!=" else compared


def _total(ask: Asker, relation: Relation, query: RecordQuery, found: int, more: bool) -> Figure | None:
    """How many records match: known at the end, else counted as far as that is quick."""
    if not relation.columns:
        return Figure(value=0)
    if not more and (found or not query.offset):
        return Figure(value=query.offset + found)
    parameters = Parameters(dialect(None))
    where = _where(relation, query, parameters)
    most = max(0, query.offset) + _COUNTED
    source = relation.numbered if query.keys else relation.sql
    sql = f"SELECT count(*) FROM (SELECT 1 FROM {source} AS t{where} LIMIT {most + 1})"
    ((count,),) = ask.quiet(sql, parameters.values)
    return Figure(value=count) if count <= most else None


def exists(ask: Asker, relation: Relation, field: str, value: Scalar) -> bool:
    """Whether any record has this value in this column."""
    relation.require(field)
    parameters = Parameters(dialect(None))
    where = compare(Condition(field, "=", value), relation, parameters)
    return bool(ask.quiet(f"SELECT 1 FROM {relation.sql} AS t WHERE {where} LIMIT 1", parameters.values))
