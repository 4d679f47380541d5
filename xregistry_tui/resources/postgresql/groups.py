"""Values told apart: how many there are, the most frequent, quantiles, a histogram, formats; of one column each.

The rows of a statement are (column, letter, text, number, number, number): `s` all records and whether some values
were cut, the number of values, of those that occur once, and of records whose value occurs more than once; `t` a
frequent value and its count; `q` a value, the records before it, those up to it, and all; `e` the ends of the scale
and the records on it; `h` a bin and its count; `f` a format and the records that have it; `k` sums over clusters.
"""

# ruff: noqa: S608 - names are quoted, values are bound
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xregistry_tui.profiling.formats import LONGEST, PATTERNS
from xregistry_tui.profiling.interval import Clustered
from xregistry_tui.profiling.profile import Histogram, ValueCount
from xregistry_tui.resources.postgresql.measures import SHOWN, Class, Measure

if TYPE_CHECKING:
    from xregistry_tui.schema.shape import Scalar

QUANTILES = (0.25, 0.5, 0.75)
"""The shares of records that quantiles are given for."""

COARSE, FINE = 4, 400
"""Into how many parts quantiles divide the records: where all are read, and where intervals are read from them."""

Row = tuple[int, str, str | None, float | None, float | None, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked about one column of a source: `formats` to be counted, `parts` of its quantiles."""

    measure: Measure
    number: int
    top: int
    bins: int
    parts: int = COARSE
    formats: tuple[str, ...] = ()


@dataclass(slots=True)
class Groups:
    """What the rows of a statement say about one column; `fraction` of all clusters were drawn, with `records`.

    `clipped`: some values are so long that they were told apart by their beginning.
    """

    values: int = 0
    once: int = 0
    repeated: int = 0
    top: list[ValueCount] = field(default_factory=list)
    grid: list[Scalar] = field(default_factory=list)
    histogram: Histogram | None = None
    formats: list[tuple[str, int]] = field(default_factory=list)
    rates: dict[str, Clustered] = field(default_factory=dict)
    fraction: float = 0.0
    records: int = 0
    clipped: int = 0

    @property
    def quantiles(self) -> tuple[tuple[float, Scalar], ...]:
        """(p, value)."""
        last = len(self.grid) - 1
        return tuple((p, self.grid[round(p * last)]) for p in QUANTILES) if last > 0 else ()


def parts(question: Question, source: str) -> tuple[list[str], list[str]]:
    """(common table expressions, selects) of one column."""
    measure, number = question.measure, question.number
    scale = measure.scale or "NULL::float8"
    on_scale = measure.finite("v") if measure.ordered else "false"
    tables = [
        f"g{number} AS (SELECT {measure.grouped} AS v, count(*)::float8 AS n FROM {source} "
        f"WHERE {measure.present} GROUP BY 1)",
        f"p{number} AS (SELECT v, n, {scale} AS x, {on_scale} AS f FROM g{number})",
    ]
    counts = ("count(*)", "count(*) FILTER (WHERE n = 1)", "sum(n) FILTER (WHERE n > 1)")
    said = f"concat_ws(',', coalesce(sum(n), 0), coalesce(max({measure.cut}), 0))"
    # only those that are taken are written out
    tops = f"SELECT v, n FROM g{number} ORDER BY n DESC, v LIMIT {question.top}"
    selects = [
        _select(number, "s", said, *counts) + f" FROM g{number}",
        _select(number, "t", _shown(measure), "n") + f" FROM ({tops}) AS tops",
    ]
    if measure.ordered:
        tables.append(_quantiles(question))
        selects.append(_select(number, "q", _shown(measure), "before", "upto", "whole") + f" FROM q{number}")
    if measure.scale:
        tables.append(
            f"e{number} AS (SELECT min(x) AS low, max(x) AS high, sum(n) AS n FROM p{number} WHERE x IS NOT NULL)"
        )
        selects.append(_select(number, "e", "NULL", "low", "high", "n") + f" FROM e{number}")
        selects.append(_histogram(question))
    for name in question.formats:
        selects.append(
            _select(number, "f", f"'{name}'", f"sum(n) FILTER (WHERE {has_format(name, 'v')})") + f" FROM g{number}"
        )
    return tables, selects


def statement(tables: Iterable[str], selects: Iterable[str]) -> str:
    """All parts as one statement."""
    return f"WITH {', '.join(tables)} " + " UNION ALL ".join(selects)


def has_format(name: str, value: str) -> str:
    """Whether a text has a format."""
    # between dollars a backslash is one, whatever the server is set to
    return f"(length({value}) <= {LONGEST} AND {value} ~ $re${PATTERNS[name]}$re$)"


def _select(number: int, letter: str, text: str, *numbers: str) -> str:
    cast = [f"({value})::float8" for value in (*numbers, *["NULL"] * (3 - len(numbers)))]
    return f"SELECT {number} AS i, '{letter}' AS l, ({text})::text AS a, {cast[0]} AS b, {cast[1]} AS c, {cast[2]} AS d"


def _shown(measure: Measure) -> str:
    """A grouped value as a text that `_value` reads."""
    if measure.as_text or measure.class_ is Class.TEXT:
        return f"left(v, {SHOWN})"
    if measure.class_ is Class.BYTES:
        return f"encode(substring(v FROM 1 FOR {SHOWN}), 'hex')"
    return f"left(({measure.read.whole('v')})::text, {SHOWN})"


def value(measure: Measure, text: str | None) -> Scalar:
    """A value as the statements write it out."""
    return None if text is None else reader(measure)(text)


def reader(measure: Measure) -> Callable[[str], Scalar]:
    """How the texts of a column's values become values."""
    if measure.as_text or measure.class_ is Class.TEXT:
        return str
    if measure.class_ is Class.FLOAT:
        return float
    if measure.class_ is Class.WHOLE or measure.native == "oid":
        return int
    if measure.class_ is Class.BYTES:
        return bytes.fromhex
    if measure.class_ is Class.BOOLEAN:
        return lambda text: text == "true"
    decode: Callable[[str], Scalar] = measure.read.decode
    return decode


def _quantiles(question: Question) -> str:
    number, many = question.number, question.parts
    # floats are exact for counts, and added up faster than the server's own sums
    whole = f"(SELECT sum(n) FROM p{number} WHERE f)"
    running = f"SELECT v, n, sum(n) OVER (ORDER BY v ROWS UNBOUNDED PRECEDING) AS upto, {whole} AS whole FROM p{number}"
    reached = f"before = 0 OR floor(upto * {many} / whole) > floor(before * {many} / whole)"
    return (
        f"q{number} AS (SELECT v, before, upto, whole FROM "
        f"(SELECT v, upto - n AS before, upto, whole FROM ({running} WHERE f) AS r) AS o WHERE {reached})"
    )


def _histogram(question: Question) -> str:
    number, bins = question.number, question.bins
    place = f"greatest(0, least({bins - 1}, floor((x - low) / (high - low) * {bins})))"
    ends = f"(SELECT low, high FROM e{number}) AS e"
    counted = f"SELECT {place} AS bin, n FROM p{number} CROSS JOIN {ends} WHERE x IS NOT NULL AND high > low"
    return _select(number, "h", "NULL", "bin", "sum(n)") + f" FROM ({counted}) AS h GROUP BY bin"


def read(questions: Sequence[Question], rows: Iterable[Row]) -> dict[int, Groups]:
    """What is said about each column, by its number."""
    by_number = {question.number: question for question in questions}
    found = {number: Groups() for number in by_number}
    spans: dict[int, list[Row]] = {}
    bins: dict[int, dict[int, int]] = {}
    ends: dict[int, Row] = {}
    for row in rows:
        number, letter, text, first, second, third = row
        groups, measure = found[number], by_number[number].measure
        if letter == "s":
            groups.values, groups.once, groups.repeated = int(first or 0), int(second or 0), int(third or 0)
            groups.records, groups.clipped = map(int, (text or "0,0").split(","))
        elif letter == "t":
            groups.top.append(ValueCount(value(measure, text), int(first or 0)))
        elif letter == "q":
            spans.setdefault(number, []).append(row)
        elif letter == "e":
            ends[number] = row
        elif letter == "h":
            bins.setdefault(number, {})[int(first or 0)] = int(second or 0)
        elif letter == "f" and text is not None:
            groups.formats.append((text, int(first or 0)))
        elif letter == "k" and text is not None:
            name, sums = text.split("|")
            groups.rates[name] = Clustered(int(first or 0), *map(float, sums.split(",")))
    for number, question in by_number.items():
        found[number].grid = list(_grid(question, spans.get(number, ())))
        found[number].histogram = _read_histogram(question, ends.get(number), bins.get(number, {}))
    return found


def _grid(question: Question, spans: Sequence[Row]) -> Iterator[Scalar]:
    """The values at 0, 1/parts, 2/parts … of the records."""
    spans = sorted(spans, key=lambda row: row[3] or 0)
    part, many = 0, question.parts
    for _, _, text, _, upto, whole in spans:
        shown = value(question.measure, text)
        while part <= many and part * (whole or 0) <= (upto or 0) * many:
            yield shown
            part += 1


def _read_histogram(question: Question, ends: Row | None, counts: dict[int, int]) -> Histogram | None:
    if ends is None or ends[3] is None or ends[4] is None:
        return None
    low, high = ends[3], ends[4]
    if high <= low:
        return Histogram(low, high, (int(ends[5] or 0),))
    return Histogram(low, high, tuple(counts.get(place, 0) for place in range(question.bins)))
