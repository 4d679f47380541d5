"""The SQL of figures: one statement for what is stored in all columns, one for everything about one column."""

# ruff: noqa: S608 - names are quoted, values are bound
from __future__ import annotations

import datetime
import decimal
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from xregistry_tui.profiling.formats import LIKELY, PATTERNS, matching
from xregistry_tui.resources.sql import Check, Dialect, quote
from xregistry_tui.resources.sqlite.kinds import Stored, declared_kind, fits, has_form

if TYPE_CHECKING:
    from xregistry_tui.schema.shape import Scalar

CLIP = 4_096
"""Characters or bytes by which longer values are told apart, beside their length."""

SHOWN = 1_024
"""Characters or bytes of a value that a profile keeps."""

QUANTILES = (0.25, 0.5, 0.75)
"""The shares of records that quantiles are given for."""

# so many texts of a column are looked at for their formats
_TEXTS = 200
_RESULT_COLUMNS = 2_000
_PER_COLUMN = 6
_FINITE = "BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308"
_WHITE = "' ' || char(9, 10, 11, 12, 13, 160, 8195, 8239, 12288)"


def bind(value: Scalar) -> Scalar:
    """A value as SQLite keeps it: moments as ISO text, decimals and integers beyond 64 bits as numbers."""
    if isinstance(value, int):
        return int(value) if -(2**63) <= value < 2**63 else float(value)
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return float(value) if isinstance(value, decimal.Decimal) else value


SQLITE = Dialect(
    placeholder=lambda number: f"?{number}",
    bind=bind,
    bare=lambda value: f"+{value}",
    is_number=lambda value: f"typeof({value}) IN ('integer', 'real')",
    is_sized=lambda value: f"typeof({value}) IN ('text', 'blob')",
    length=lambda value: f"length({value})",
)


@dataclass(frozen=True, slots=True)
class Source:
    """Where figures are made from: a relation aliased `t`, and how each field and locator is read from it."""

    relation: str
    fields: dict[str, str]
    locators: tuple[str, ...] = ()


def column(name: str) -> str:
    """A column of the relation; qualified, since SQLite takes an unknown double-quoted name for a text."""
    return f"t.{quote(name)}"


def overviews(source: Source, declared: dict[str, str]) -> Iterator[tuple[Sequence[str], str]]:
    """(fields, statement) in batches: counts by storage class, whose rows `read_overview` reads."""
    names = list(source.fields)
    size = (_RESULT_COLUMNS - 1) // _PER_COLUMN
    for start in range(0, len(names), size):
        batch = names[start : start + size]
        counts = [_counts(source.fields[name], declared.get(name, "")) for name in batch]
        yield batch, f"SELECT count(*), {', '.join(counts)} FROM {source.relation} AS t"


def _counts(value: str, declared: str) -> str:
    kind, meant = f"typeof({value})", declared_kind(declared)
    by_class = (f"count(*) FILTER (WHERE {kind} = '{name}')" for name in ("integer", "real", "text"))
    fitting = f"total({fits(meant, value)})" if has_form(meant) else "0"
    longest = f"max(length({value})) FILTER (WHERE {kind} IN ('text', 'blob'))"
    return f"count({value}), {', '.join(by_class)}, {fitting}, {longest}"


def read_overview(names: Sequence[str], row: tuple[float | None, ...]) -> dict[str, Stored]:
    """What one row of an overview says about each field."""
    rows = int(row[0] or 0)
    found = {}
    for index, name in enumerate(names):
        start = 1 + index * _PER_COLUMN
        present, integers, reals, texts, fitting, longest = (int(n or 0) for n in row[start : start + _PER_COLUMN])
        found[name] = Stored(
            rows=rows,
            nulls=rows - present,
            integers=integers,
            reals=reals,
            texts=texts,
            blobs=present - integers - reals - texts,
            fitting=fitting,
            longest=longest,
        )
    return found


class Measure(StrEnum):
    """What of a value is put on a scale."""

    NUMBER = "number"
    MOMENT = "moment"
    LENGTH = "length"


_IS_NUMBER = "typeof(v) IN ('integer', 'real')"
_IS_TEXT = "typeof(v) = 'text'"


def _figures(question: Question) -> list[str]:
    """The aggregates over distinct values, in the order of their reader; what cannot be there is not computed."""
    sized = [
        "total(n) FILTER (WHERE v = '')",
        f"total(n) FILTER (WHERE {_IS_TEXT} AND trim(v, {_WHITE}) = '')",
        "min(l)",
        "max(l)",
        "total(l * n) / total(n) FILTER (WHERE l IS NOT NULL)",
        f"substr(min(v) FILTER (WHERE {_IS_TEXT}), 1, {SHOWN})",
        f"substr(max(v) FILTER (WHERE {_IS_TEXT}), 1, {SHOWN})",
    ]
    signs = [f"total(n) FILTER (WHERE {_IS_NUMBER} AND v = 0)", f"total(n) FILTER (WHERE {_IS_NUMBER} AND v < 0)"]
    if not question.sized:
        sized = ["0", "0", *["NULL"] * 5]
    if not question.numbers:
        signs = ["0", "0"]
    mean = "total(CAST(x AS REAL) * n) / total(n) FILTER (WHERE x IS NOT NULL)"
    return [
        *("count(*)", "total(n = 1)", "total(n) FILTER (WHERE n > 1)", "total(n) FILTER (WHERE x IS NOT NULL)"),
        *("min(x)", "max(x)", mean if question.measure is Measure.NUMBER else "NULL"),
        *signs,
        *sized,
    ]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one row of aggregates says: counts of records (`groups`, `once`: of values); lengths; extremes."""

    groups: float
    once: float
    repeated: float
    scaled: float
    low: float | None
    high: float | None
    mean: float | None
    zeros: float
    negatives: float
    empty: float
    blank: float
    shortest: int | None
    longest: int | None
    length: float | None
    first: str | None
    last: str | None


_WIDTH = len(fields(Answer))
_SCALED, _LOW, _HIGH, _MEAN = "f3", "f4", "f5", "f6"


def read_figures(row: tuple[Any, ...]) -> tuple[Answer, list[tuple[int, int]]]:
    """The figures of a statement's `s` row, and (checked, failed) of each check."""
    counts = [int(count) for count in row[_WIDTH:]]
    return Answer(*row[:_WIDTH]), list(zip(counts[::2], counts[1::2], strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked about one column: `checks` are counted over the same groups, in their order.

    `clipped` values are grouped by their beginning; `sized` and `numbers` say whether texts or bytes, and numbers,
    are among them. Quantiles are given for `shares`. `texts`: their formats are looked for.
    """

    value: str
    measure: Measure
    declared: str
    clipped: bool
    sized: bool
    numbers: bool
    top: int
    bins: int
    checks: tuple[Check, ...] = ()
    shares: tuple[float, ...] = QUANTILES
    texts: bool = False


def teach(connection: sqlite3.Connection) -> None:
    """Have a connection know the formats of texts, which it is asked for only of some."""
    connection.create_function("formats_of", 1, _formats_of, deterministic=True)


def _formats_of(text: bytes) -> str:
    return ",".join(matching(text.decode("utf-8", "replace")))


def statement(source: Source, question: Question) -> str:
    """One statement over the distinct values of a column.

    Its rows begin with a letter: `s` the figures and two counts per check, `d` the variance of numbers, `t` (value,
    count), `q` (value, share before, share up to), `h` (bin, count), `f` (formats of a text, count).
    """
    counts = [count for check in question.checks for count in _counted(check)]
    figures = [*_figures(question), *counts]
    width = len(figures)
    parts = [
        f"SELECT 's', {', '.join(f'f{i}' for i in range(width))} FROM s",
        f"SELECT * FROM ({_padded(width, *_top_value())} FROM p ORDER BY n DESC, v LIMIT {question.top})",
    ]
    if question.measure is Measure.NUMBER:
        variance = f"total(n * (x - {_MEAN}) * (x - {_MEAN})) / {_SCALED}"
        parts.append(_padded(width, "'d'", variance) + " FROM p, s WHERE x IS NOT NULL")
    if question.measure is not Measure.LENGTH:
        parts.append(_padded(width, "'q'", "v", "before", "upto") + f" FROM ({_quantiles(question.shares)})")
    if question.texts:
        parts.append(
            _padded(width, "'f'", "formats_of(CAST(v AS BLOB))", "total(n)") + f" FROM ({_SOME_TEXTS}) GROUP BY 2"
        )
    parts.append(_padded(width, "'h'", "b", "total(n)") + f" FROM ({_bins(question.bins)}) GROUP BY b")
    named = ", ".join(f"f{i}" for i in range(width))
    return (
        f"WITH {_groups(source, question)},\n"
        f" p AS (SELECT v, n, l, {_scale(question)} AS x FROM g WHERE v IS NOT NULL),\n"
        f" s({named}) AS (SELECT {', '.join(figures)} FROM p)\n" + "\nUNION ALL ".join(parts)
    )


def _top_value() -> tuple[str, str, str]:
    cut = f"CASE WHEN typeof(v) IN ('text', 'blob') AND length(v) > {SHOWN} THEN substr(v, 1, {SHOWN}) ELSE v END"
    return "'t'", cut, "n"


def _groups(source: Source, question: Question) -> str:
    value, relation = question.value, source.relation
    sized = "NULL" if not question.sized else "CASE WHEN typeof({v}) IN ('text', 'blob') THEN length({v}) END"
    if not question.clipped:
        grouped = f"SELECT {value} COLLATE BINARY AS v, count(*) AS n FROM {relation} AS t GROUP BY 1"
        return f"g AS (SELECT v, n, {sized.format(v='v')} AS l FROM ({grouped}))"
    cut = f"CASE WHEN length({value}) > {CLIP} THEN substr({value}, 1, {CLIP}) ELSE {value} END"
    measured = f"SELECT {cut} AS v, {sized.format(v=value)} AS l FROM {relation} AS t"
    return f"g AS (SELECT v, count(*) AS n, l FROM ({measured}) GROUP BY v COLLATE BINARY, l)"


def _scale(question: Question) -> str:
    if question.measure is Measure.NUMBER:
        return f"CASE WHEN typeof(v) IN ('integer', 'real') AND +v {_FINITE} THEN +v END"
    if question.measure is Measure.MOMENT:
        fitting = fits(declared_kind(question.declared), "v")
        return f"CASE WHEN {fitting} THEN (julianday(v) - 2440587.5) * 86400.0 END"
    return "l"


_RUNNING = "sum(n) OVER (ORDER BY x ROWS UNBOUNDED PRECEDING) AS c"
# every so manieth record of those with a text, in the order of the texts: the same ones each time
_SOME_TEXTS = (
    f"SELECT v, CAST(c * {_TEXTS} / total AS INTEGER) - CAST((c - n) * {_TEXTS} / total AS INTEGER) AS n "
    "FROM (SELECT v, n, sum(n) OVER (ROWS UNBOUNDED PRECEDING) AS c, sum(n) OVER () * 1.0 AS total "
    f"FROM p WHERE {_IS_TEXT} AND v <> '')"
)


def _quantiles(shares: Sequence[float]) -> str:
    reached = " OR ".join(f"(before < {p!r} AND upto >= {p!r})" for p in shares)
    return (
        f"SELECT v, (c - n) / {_SCALED} AS before, c / {_SCALED} AS upto "
        f"FROM (SELECT v, n, {_RUNNING} FROM p WHERE x IS NOT NULL), s WHERE {reached}"
    )


def read_quantiles(rows: list[tuple[Any, ...]], shares: Sequence[float] = QUANTILES) -> list[tuple[float, Scalar]]:
    """(p, value) from the rows `q`: values with the share of records before them and up to them."""
    return [(p, value) for p in shares for value, before, upto, *_ in rows if before < p <= upto]


def read_formats(rows: list[tuple[Any, ...]]) -> tuple[tuple[str, float], ...]:
    """(format, share of the texts looked at), most frequent first, of those that are likely."""
    texts = sum(count for _, count, *_ in rows)
    shares = (
        {name: sum(count for found, count, *_ in rows if name in found.split(",")) / texts for name in PATTERNS}
        if texts
        else {}
    )
    return tuple(sorted(((n, share) for n, share in shares.items() if share >= LIKELY), key=lambda one: -one[1]))


def _bins(bins: int) -> str:
    place = f"CAST((CAST(x AS REAL) - {_LOW}) / ({_HIGH} * 1.0 - {_LOW}) * {bins} AS INTEGER)"
    return f"SELECT n, max(0, min({bins - 1}, {place})) AS b FROM p, s WHERE x IS NOT NULL AND {_HIGH} > {_LOW}"


def _counted(check: Check) -> tuple[str, str]:
    applies = f"total(n) FILTER (WHERE {check.applies})"
    return applies, f"total(n) FILTER (WHERE {check.applies} AND NOT ({check.holds}))"


def _padded(width: int, *values: str) -> str:
    return "SELECT " + ", ".join([*values, *["NULL"] * (width + 1 - len(values))])
