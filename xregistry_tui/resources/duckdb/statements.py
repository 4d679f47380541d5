"""The SQL of figures: everything about all columns in one pass, and the values of one column where they are few."""

# ruff: noqa: S608 - names are quoted, values are bound
from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from xregistry_tui.resources.duckdb.kinds import MOMENTS, NUMBERS
from xregistry_tui.resources.sql import Check, Dialect, Parameters, check, quote
from xregistry_tui.schema.rules import Length, OneOf, Range, Reference, Rule
from xregistry_tui.schema.shape import FieldShape, Kind, pointer

RESERVOIR = 8_192
POINTS = tuple(step / 32 for step in range(33))
"""The shares of values that are asked for: quartiles, and a histogram between the others."""

SHOWN = 1_024
_EMPTY = "1=0"


@dataclass(frozen=True, slots=True)
class Place:
    """A column, or a field within columns of objects: its path, its SQL, and its parent's where it has one."""

    path: str
    sql: str
    shape: FieldShape
    rules: tuple[Rule, ...] = ()

    @property
    def kind(self) -> Kind:
        """Of its values."""
        return self.shape.kind

    @property
    def points(self) -> str:
        """What quantiles are drawn of, moments as microseconds since 1970; empty where there are none."""
        if self.kind in NUMBERS:
            return self.sql if self.kind is not Kind.DECIMAL else f"CAST({self.sql} AS DOUBLE)"
        if self.kind not in MOMENTS:
            return ""
        moment = f"CAST({self.sql} AS TIMESTAMP)"
        return f"CASE WHEN isfinite({moment}) THEN epoch_us({moment}) END"

    @property
    def comparable(self) -> bool:
        """Whether its values have an order and may be told apart."""
        return self.kind not in (Kind.OBJECT, Kind.MAP, Kind.ARRAY, Kind.ANY)


def places(fields: Sequence[FieldShape], rules: dict[str, tuple[Rule, ...]]) -> list[Place]:
    """All columns and the fields within objects; items of arrays and maps are not looked into."""
    found: list[Place] = []

    def add(segments: tuple[str, ...], sql: str, shape: FieldShape) -> None:
        path = pointer(*segments)
        found.append(Place(path, sql, shape, rules.get(path, ())))
        for child in shape.fields:
            add((*segments, child.name), f"{sql}.{quote(child.name)}", child)

    for shape in fields:
        add((shape.name,), f"t.{quote(shape.name)}", shape)
    return found


@dataclass(slots=True)
class Question:
    """One statement about some places: what is asked, and under which names the answers come."""

    asked: list[str] = field(default_factory=list)
    names: list[tuple[str, Any]] = field(default_factory=list)

    def ask(self, path: str, what: Any, sql: str) -> None:
        """One more answer."""
        self.names.append((path, what))
        self.asked.append(sql)

    def read(self, row: Sequence[Any]) -> dict[str, dict[Any, Any]]:
        """The answers by place."""
        found: dict[str, dict[Any, Any]] = {}
        for (path, what), value in zip(self.names, row, strict=True):
            found.setdefault(path, {})[what] = value
        return found


def overview(found: Sequence[Place], parameters: Parameters) -> Question:
    """What one pass is asked about all places; `rows` stands under the empty path."""
    question = Question()
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
    return question


def _values(question: Question, place: Place) -> None:
    sql, path = place.sql, place.path
    shown = f"left({{}}, {SHOWN})" if place.kind is Kind.STRING and "ENUM" not in (place.shape.native or "") else "{}"
    if place.kind is not Kind.BOOLEAN:
        question.ask(path, "minimum", shown.format(f"min({sql})"))
        question.ask(path, "maximum", shown.format(f"max({sql})"))
    question.ask(path, "distinct", f"approx_count_distinct({sql})")
    if place.points:
        shares = ", ".join(map(str, POINTS))
        question.ask(path, "points", f"reservoir_quantile({place.points}, [{shares}], {RESERVOIR})")
    if place.kind in NUMBERS:
        finite = "" if place.kind is Kind.INTEGER else f" FILTER (isfinite(CAST({sql} AS DOUBLE)))"
        question.ask(path, "mean", f"avg({sql}){finite}")
        question.ask(path, "deviation", f"stddev_pop(CAST({sql} AS DOUBLE)){finite}")
        question.ask(path, "zeros", f"count(*) FILTER ({sql} = 0)")
        question.ask(path, "negatives", f"count(*) FILTER ({sql} < 0)")
    if place.kind is Kind.NUMBER:
        question.ask(path, "nans", f"count(*) FILTER (isnan({sql}))")
    if place.kind is Kind.STRING:
        _lengths(question, place, f"length({sql}::VARCHAR)")
        question.ask(path, "empty", f"count(*) FILTER ({sql}::VARCHAR = '')")
        question.ask(path, "blank", f"count(*) FILTER (trim({sql}::VARCHAR) = '')")


def _lengths(question: Question, place: Place, size: str) -> None:
    for what, made in (("shortest", "min"), ("longest", "max"), ("length", "avg")):
        question.ask(place.path, what, f"{made}({size})")


def values(place: Place, relation: str, top: int) -> str:
    """How many values there are, how many occur once, and the most frequent ones with their counts."""
    shown = f"left(v, {SHOWN})" if place.kind is Kind.STRING and "ENUM" not in (place.shape.native or "") else "v"
    return (
        f"WITH g AS (SELECT {place.sql} AS v, count(*) AS n FROM {relation} AS t WHERE {place.sql} IS NOT NULL "
        f"GROUP BY 1) SELECT (SELECT count(*) FROM g), (SELECT count(*) FROM g WHERE n = 1), {shown}, n FROM g "
        f"ORDER BY n DESC, v LIMIT {top}"
    )


def groups(found: Sequence[Place], relation: str) -> str:
    """Which place (by its position), a value, and how often it occurs: all values of all these places, in one pass."""
    names = [f"v{at}" for at in range(len(found))]
    columns = ", ".join(f"{place.sql} AS {name}" for place, name in zip(found, names, strict=True))
    sets = ", ".join(f"({name})" for name in names)
    source = f"(SELECT {columns} FROM {relation} AS t)"
    asked = f"{', '.join(names)}, {_position(names)}, count(*)"
    return f"SELECT {asked} FROM {source} GROUP BY GROUPING SETS ({sets})"


def _position(names: Sequence[str]) -> str:
    """Which of the names a row is grouped by."""
    cases = " ".join(f"WHEN GROUPING({name}) = 0 THEN {at}" for at, name in enumerate(names))
    return f"CASE {cases} END"


def checked(rule: Rule, place: Place, parameters: Parameters) -> Check | None:
    """A rule as SQL over a place; `None` where it cannot be checked so."""
    if isinstance(rule, Reference) or (not place.comparable and isinstance(rule, OneOf | Range | Length)):
        return None
    if isinstance(rule, OneOf):
        if place.kind in NUMBERS and any(isinstance(value, str) for value in rule.values):
            return None
        texts = place.kind is not Kind.STRING and place.kind not in NUMBERS and place.kind is not Kind.BOOLEAN
        return check(rule, f"CAST({place.sql} AS VARCHAR)" if texts else place.sql, parameters)
    return check(rule, place.sql, Parameters(dialect(place), parameters.values))


def dialect(place: Place | None) -> Dialect:
    """How DuckDB writes what SQL leaves open, for the values of a place."""
    number = place is not None and place.kind in NUMBERS
    sized = place is not None and place.kind in (Kind.STRING, Kind.BYTES)
    length = "octet_length({})" if place is not None and place.kind is Kind.BYTES else "length({})"
    return Dialect(
        placeholder=lambda position: f"${position}",
        bind=_bind,
        bare=lambda value: value,
        is_number=lambda value: f"{value} IS NOT NULL" if number else _EMPTY,
        is_sized=lambda value: f"{value} IS NOT NULL" if sized else _EMPTY,
        length=length.format,
    )


def _bind(value: Any) -> Any:
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        return value.astimezone(datetime.UTC).replace(tzinfo=None)
    return value
