"""Values told apart: how many there are, the most frequent, quantiles, a histogram, formats; of one column each.

The rows of a statement are (column, letter, text, number, number, number): `h` a bin, its records and whether some of
its values were cut, the number of values, of those that occur once, and of records whose value occurs more than once;
`t` a frequent value and its count; `q` a value, the records before it, those up to it, and all; `e` the ends of the
scale; `f` a format and the records that have it; `k` sums over clusters.
"""

# ruff: noqa: S608 - names are quoted, values are bound
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xregistry_tui.profiling.interval import Clustered
from xregistry_tui.profiling.profile import Histogram, ValueCount
from xregistry_tui.resources.postgresql.measures import SHOWN, Class, Measure, has_format

if TYPE_CHECKING:
    from xregistry_tui.schema.shape import Scalar

QUANTILES = (0.25, 0.5, 0.75)
"""The shares of records that quantiles are given for."""

_FORMAT = "format "
COARSE, FINE = 4, 240
"""Into how many parts quantiles divide the records: where all are read, and where intervals are read from them."""

Row = tuple[int, str, str | None, float | None, float | None, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked about one column of a source: `formats` to be counted, `parts` of its quantiles.

    `ends` of its scale are looked for among the values where they are not known.
    """

    measure: Measure
    number: int
    top: int
    bins: int
    ends: tuple[float, float] | None = None
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
    tables = [
        f"g{number} AS (SELECT {measure.grouped} AS v, count(*)::float8 AS n FROM {source} "
        f"WHERE {measure.present} GROUP BY 1)"
    ]
    # only those that are taken are written out
    tops = f"SELECT v, n FROM g{number} ORDER BY n DESC, v LIMIT {question.top}"
    selects = [_bins(question), _select(number, "t", _shown(measure), "n") + f" FROM ({tops}) AS tops"]
    if measure.ordered:
        tables.append(_quantiles(question, source))
        selects.append(_select(number, "q", _shown(measure), "before", "upto", "whole") + f" FROM q{number}")
    if measure.scaled and question.ends is None:
        selects.append(_select(number, "e", "NULL", *_sought(question)))
    for name in question.formats:
        selects.append(
            _select(number, "f", f"'{name}'", f"sum(n) FILTER (WHERE {has_format(name, 'v')})") + f" FROM g{number}"
        )
    return tables, selects


def statement(tables: Iterable[str], selects: Iterable[str]) -> str:
    """All parts as one statement."""
    return f"WITH {', '.join(tables)} " + " UNION ALL ".join(selects)


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


def _quantiles(question: Question, source: str) -> str:
    return _sorted(question, source) if question.parts > COARSE else _running(question)


def _sorted(question: Question, source: str) -> str:
    """Of a source that is small: its records are sorted once, and asked for all places."""
    measure, number, many = question.measure, question.number, question.parts
    # what a float makes of a place must not lie beyond it
    places = f"ARRAY(SELECT greatest(0, k / {many}.0 - 1e-12) FROM generate_series(0, {many}) AS k)"
    finite = f"{measure.present} AND {measure.finite(measure.grouped)}"
    at = f"SELECT percentile_disc({places}) WITHIN GROUP (ORDER BY {measure.grouped}) AS a FROM {source} WHERE {finite}"
    return (
        f"q{number} AS (SELECT v, min(k) - 2 AS before, max(k) - 1 AS upto, {many} AS whole "
        f"FROM ({at}) AS o, unnest(a) WITH ORDINALITY AS u(v, k) GROUP BY v)"
    )


def _running(question: Question) -> str:
    """Of values that were told apart already: what lies up to each of them is added up."""
    number, many = question.number, question.parts
    some = f"FROM g{number} WHERE {question.measure.finite('v')}"
    # floats are exact for counts, and added up faster than the server's own sums
    running = f"SELECT v, n, sum(n) OVER (ORDER BY v ROWS UNBOUNDED PRECEDING) AS upto, (SELECT sum(n) {some}) AS whole"
    reached = f"before = 0 OR floor(upto * {many} / whole) > floor(before * {many} / whole)"
    return (
        f"q{number} AS (SELECT v, before, upto, whole FROM "
        f"(SELECT v, upto - n AS before, upto, whole FROM ({running} {some}) AS r) AS o WHERE {reached})"
    )


def _bins(question: Question) -> str:
    """All that is counted of the values, by where they lie: one reading of them does for the sums, too."""
    measure, number = question.measure, question.number
    said = f"concat_ws(',', b, sum(n), max({measure.cut}))"
    counts = ("count(*)", "count(*) FILTER (WHERE n = 1)", "sum(n) FILTER (WHERE n > 1)")
    placed = f"SELECT v, n, {_place(question)} AS b FROM g{number}"
    return _select(number, "h", said, *counts) + f" FROM ({placed}) AS placed GROUP BY placed.b"


def _place(question: Question) -> str:
    """The bin of a value, after the last one that of the greatest; -1 off the scale."""
    if not question.measure.scaled:
        return "-1"
    x, bins = question.measure.scale("v"), question.bins
    low, high = _sought(question)
    if question.ends is not None:
        low, high = (f"'{end!r}'::float8" for end in question.ends)
        if question.ends[0] >= question.ends[1]:
            return f"CASE WHEN {x} IS NULL THEN -1 ELSE 0 END"
    some = f"CASE WHEN {low} < {high} THEN width_bucket({x}, {low}, {high}, {bins}) - 1 ELSE ({x} * 0)::int END"
    return f"coalesce({some}, -1)"


def _sought(question: Question) -> tuple[str, str]:
    """The ends of the scale as the values tell them."""
    x = question.measure.scale("v")
    return (f"(SELECT min({x}) FROM g{question.number})", f"(SELECT max({x}) FROM g{question.number})")


def read(questions: Sequence[Question], rows: Iterable[Row]) -> dict[int, Groups]:
    """What is said about each column, by its number."""
    by_number = {question.number: question for question in questions}
    sorted_out: dict[int, dict[str, list[Row]]] = {number: {} for number in by_number}
    for row in rows:
        sorted_out[row[0]].setdefault(row[1], []).append(row)
    return {number: _read(by_number[number], said) for number, said in sorted_out.items()}


def _read(question: Question, said: Mapping[str, Sequence[Row]]) -> Groups:
    measure = question.measure
    found = Groups(
        top=[ValueCount(value(measure, text), int(n or 0)) for _, _, text, n, *_ in said.get("t", ())],
        grid=list(_grid(question, said.get("q", ()))),
        formats=[(text, int(n or 0)) for _, _, text, n, *_ in said.get("f", ()) if text is not None],
        rates=dict(_rates(said.get("k", ()))),
    )
    found.formats += [
        (name.removeprefix(_FORMAT), int(sums.hits)) for name, sums in found.rates.items() if name.startswith(_FORMAT)
    ]
    counts = [0] * question.bins
    for _, _, text, values, once, repeated in said.get("h", ()):
        place, records, clipped = map(int, (text or "-1,0,0").split(","))
        found.values += int(values or 0)
        found.once += int(once or 0)
        found.repeated += int(repeated or 0)
        found.records += records
        found.clipped = max(found.clipped, clipped)
        if place >= 0:
            counts[min(place, question.bins - 1)] += records
    found.histogram = _histogram(question, said.get("e", ()), counts)
    return found


def _rates(said: Sequence[Row]) -> Iterator[tuple[str, Clustered]]:
    for _, _, text, clusters, *_ in said:
        name, sums = (text or "|").split("|")
        yield name, Clustered(int(clusters or 0), *map(float, sums.split(",")))


def _grid(question: Question, spans: Sequence[Row]) -> Iterator[Scalar]:
    """The values at 0, 1/parts, 2/parts … of the records."""
    spans = sorted(spans, key=lambda row: row[3] or 0)
    part, many = 0, question.parts
    for _, _, text, _, upto, whole in spans:
        shown = value(question.measure, text)
        while part <= many and part * (whole or 0) <= (upto or 0) * many:
            yield shown
            part += 1


def _histogram(question: Question, sought: Sequence[Row], counts: Sequence[int]) -> Histogram | None:
    low, high = question.ends or next(((low, high) for _, _, _, low, high, _ in sought), (None, None))
    if low is None or high is None or not sum(counts):
        return None
    return Histogram(low, high, tuple(counts) if low < high else (sum(counts),))
