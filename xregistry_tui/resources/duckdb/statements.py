"""The SQL of figures: everything about all columns in one pass.

Of each column on a scale some values are drawn on the way; quantiles are theirs. What is known already is not asked.
"""

# ruff: noqa: S608 - names are quoted, values are bound
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from xregistry_tui.resources.duckdb.footers import SQUARED
from xregistry_tui.resources.duckdb.kinds import MOMENTS, NUMBERS
from xregistry_tui.resources.duckdb.places import Place, checked
from xregistry_tui.resources.sql import Parameters, quote
from xregistry_tui.schema.shape import Kind

DRAWN = 9_000
"""About so many rows are drawn for quantiles: never fewer than 8,192 of more."""

POINTS = tuple(step / 32 for step in range(33))
"""The shares of values that are asked for: quartiles, and a histogram between the others."""

_WHITE = "".join(map(chr, (*range(9, 14), *range(28, 33), 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B))))
_WHITE += "".join(map(chr, (0x2028, 0x2029, 0x202F, 0x205F, 0x3000)))


@dataclass(slots=True)
class Question:
    """One statement about some places: what is asked, and under which names the answers come.

    `known` are answers that need not be asked. `chance` is SQL that is true for the rows that are drawn.
    """

    known: Mapping[str, Mapping[Any, Any]]
    chance: str = ""
    asked: list[str] = field(default_factory=list)
    concluded: list[str] = field(default_factory=list)
    drawn: list[str] = field(default_factory=list)
    spread: list[str] = field(default_factory=list)
    names: list[tuple[str, Any]] = field(default_factory=list)

    def ask(self, path: str, what: Any, sql: str, shown: Callable[[str], str] = str) -> None:
        """One more answer, unless it is known; `shown` is what is made of it at the end."""
        if what in self.known.get(path, {}):
            return
        name = f"a{len(self.names)}"
        self.names.append((path, what))
        self.asked.append(f"{sql} AS {name}")
        self.concluded.append(shown(name))

    def draw(self, path: str, what: Any, sql: str, conclusion: Callable[[str], str]) -> None:
        """One more answer, that is concluded of the values in the rows drawn."""
        name = f"c{len(self.drawn)}"
        self.drawn.append(f"{name} := {sql}")
        self.spread.append(f"{conclusion(f'x.{name}')} AS {name}")
        self.names.append((path, what))
        self.concluded.append(name)

    def statement(self, relation: str, taken: str) -> str:
        """The SQL; `taken` is a name that no column has."""
        source, of = f"{relation} AS t", ""
        if self.chance:
            source = f"(SELECT *, {self.chance} AS {quote(taken)} FROM {relation}) AS t"
            of = f" FILTER (t.{quote(taken)})"
        asked, told = [*self.asked, f"count(*){of} AS drawn"], "a"
        if self.drawn:
            # the values of a row in one struct: each aggregate with a filter costs as much as all of them in one
            asked.append(f"list(struct_pack({', '.join(self.drawn)})){of} AS taken")
            told = f"a, (SELECT {', '.join(self.spread)} FROM (SELECT unnest(taken) AS x FROM a)) AS s"
        once = f"WITH a AS MATERIALIZED (SELECT {', '.join(asked)} FROM {source})"
        return f"{once} SELECT {', '.join((*self.concluded, 'drawn'))} FROM {told}"

    def read(self, row: Sequence[Any]) -> dict[str, dict[Any, Any]]:
        """The answers by place."""
        found: dict[str, dict[Any, Any]] = {path: dict(known) for path, known in self.known.items()}
        for (path, what), value in zip((*self.names, ("", "drawn")), row, strict=True):
            found.setdefault(path, {})[what] = value
        return found


def overview(question: Question, found: Sequence[Place], parameters: Parameters) -> None:
    """What one pass is asked about all places; `rows` and `drawn` stand under the empty path."""
    question.ask("", "rows", "count(*)")
    for place in found:
        question.ask(place.path, "present", f"count({place.sql})")
        if place.comparable:
            _values(question, place)
        elif place.kind in (Kind.ARRAY, Kind.MAP):
            size = f"len({place.sql})" if place.kind is Kind.ARRAY else f"cardinality({place.sql})"
            _lengths(question, place, size)
        for rule in place.rules:
            made = checked(rule, place, parameters)
            if made is not None:
                question.ask(place.path, ("checked", rule), f"count(*) FILTER ({made.applies})")
                question.ask(place.path, ("failed", rule), f"count(*) FILTER ({made.applies} AND NOT ({made.holds}))")


def _values(question: Question, place: Place) -> None:
    sql, path = place.sql, place.path
    if place.kind is not Kind.BOOLEAN:
        question.ask(path, "minimum", f"min({sql})", place.shown)
        question.ask(path, "maximum", f"max({sql})", place.shown)
        question.ask(path, "distinct", f"approx_count_distinct({sql})")
    if place.scaled:
        question.draw(path, "points", sql, lambda name: _quantiles(place, name))
    if place.kind in NUMBERS:
        _moments(question, place)
    if place.kind is Kind.STRING:
        _texts(question, place)


def _quantiles(place: Place, drawn: str) -> str:
    """What is concluded of the values drawn: moments as microseconds since 1970, only what is finite."""
    value, kept = drawn, "true"
    if place.kind is Kind.DECIMAL:
        value = f"CAST({drawn} AS DOUBLE)"
    elif place.kind is Kind.NUMBER:
        kept = f"isfinite({drawn})"
    elif place.kind in MOMENTS:
        value, kept = f"epoch_us(CAST({drawn} AS TIMESTAMP))", f"isfinite({drawn})"
    # written as floats: 33 decimals in each of many columns would be cast one by one, for longer than it takes to count
    shares = ", ".join(f"{share:e}" for share in POINTS)
    return f"quantile_disc({value}, [{shares}]) FILTER ({kept})"


def _moments(question: Question, place: Place) -> None:
    sql, path = place.sql, place.path
    real = place.kind is Kind.NUMBER
    middle = question.known.get(path, {}).get("middle")
    if middle is not None:
        # between known ends sums of distances from the middle lose no digits, and are summed three times as fast
        distance = f"(CAST({sql} AS DOUBLE) - ({middle!r}))"
        question.ask(path, "distances", f"sum({distance})")
        question.ask(path, "squares", f"sum({distance} * {distance})")
    else:
        for what, asked in zip(("mean", "deviation"), moments(place), strict=True):
            question.ask(path, what, asked)
    question.ask(path, "zeros", f"count_if({sql} = 0)")
    question.ask(path, "negatives", f"count_if({sql} < 0)")
    if real:
        question.ask(path, "nans", f"count_if(isnan({sql}))")
        question.ask(path, "infinities", f"count_if(isinf({sql}))")


def moments(place: Place) -> tuple[str, str]:
    """Mean and deviation of finite numbers, in SQL."""
    sql, real = place.sql, place.kind is Kind.NUMBER
    mean = f"avg({sql}){f' FILTER (isfinite({sql}))' if real else ''}"
    return mean, f"stddev_pop(CAST({sql} AS DOUBLE)){f' FILTER (abs({sql}) < {SQUARED})' if real else ''}"


def _texts(question: Question, place: Place) -> None:
    text = f"{place.sql}::VARCHAR"
    _lengths(question, place, f"length({text})")
    question.ask(place.path, "empty", f"count_if({text} = '')")
    # what begins with a letter, a digit or a mark is not looked at: that is quickly seen
    blank = f"CASE WHEN {text} >= '!' AND {text} <= '~' THEN false ELSE trim({text}, '{_WHITE}') = '' END"
    question.ask(place.path, "blank", f"count_if({blank})")


def _lengths(question: Question, place: Place, size: str) -> None:
    for what, made in (("shortest", "min"), ("longest", "max"), ("length", "avg")):
        question.ask(place.path, what, f"{made}({size})")
