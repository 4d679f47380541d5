"""The combined pass: one statement counts and sums all columns at once, without telling values apart."""

# ruff: noqa: S608 - names are quoted, values are bound
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING, Any

from xregistry_tui.resources.postgresql.measures import FRACTIONS, NUMBERS, SHOWN, Class, Measure
from xregistry_tui.resources.sql import Check
from xregistry_tui.schema.shape import Kind

if TYPE_CHECKING:
    from xregistry_tui.schema.rules import Rule

BATCH = 100
"""Columns in one statement: an answer has at most 1,664 columns, and each aggregate costs the server memory."""

_JSON = {
    "string": Kind.STRING,
    "number": Kind.NUMBER,
    "boolean": Kind.BOOLEAN,
    "array": Kind.ARRAY,
    "object": Kind.OBJECT,
    "null": Kind.ANY,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A column with the rules to be counted over it, in their order."""

    measure: Measure
    checks: Mapping[Rule, Check] = field(default_factory=dict)


Counts = dict[str, str | None]


def batches(asked: Sequence[Asked]) -> Iterator[Sequence[Asked]]:
    """The columns of one statement after the other."""
    for start in range(0, len(asked), BATCH):
        yield asked[start : start + BATCH]


def statement(source: str, asked: Sequence[Asked], *, guarded: bool = False) -> str:
    """One row: how many records, and by column its aggregates as texts, which `read` reads."""
    arrays = [f"ARRAY[{', '.join(f'({sql})::text' for _, sql in _all(one, guarded))}]" for one in asked]
    return f"SELECT {', '.join(['count(*)', *arrays])} FROM {source}"


def read(asked: Sequence[Asked], row: tuple[Any, ...], *, guarded: bool = False) -> list[Counts]:
    """By column its aggregates by name."""
    named: list[Counts] = []
    for one, values in zip(asked, row[1:], strict=True):
        named.append(dict(zip((name for name, _ in _all(one, guarded)), values, strict=True)))
    return named


def suspect(asked: Sequence[Asked], found: Sequence[Counts]) -> bool:
    """Whether a fraction is none: then all are asked for once more, those that have no number counted apart."""
    return any(
        one.measure.class_ in FRACTIONS and not all(_is_number(counts[name]) for name in ("low", "high", "mean"))
        for one, counts in zip(asked, found, strict=True)
    )


def _is_number(text: str | None) -> bool:
    return text is None or isfinite(float(text))


def _all(asked: Asked, guarded: bool) -> Iterator[tuple[str, str]]:
    measure = asked.measure
    yield "present", f"count(*) FILTER (WHERE {measure.present})" if "num_" in measure.present else _count(measure)
    if measure.class_ in NUMBERS:
        yield from _of_numbers(measure, guarded)
    elif measure.extremes:
        yield from _extremes(measure)
    if measure.class_ in (Class.TEXT, Class.BYTES, Class.ARRAY):
        yield "empty", f"count(*) FILTER (WHERE {_empty(measure)})"
    if measure.class_ is Class.TEXT:
        yield "blank", f"count(*) FILTER (WHERE {measure.blank(measure.value)})"
    if measure.class_ is Class.BOOLEAN:
        yield "true", f"count(*) FILTER (WHERE {measure.value})"
    if measure.class_ is Class.JSON:
        for name in _JSON:
            yield name, f"count(*) FILTER (WHERE {measure.native}_typeof({measure.value}) = '{name}')"
    if measure.length:
        for name, aggregate in (("shortest", "min"), ("longest", "max"), ("length", "avg")):
            yield name, f"{aggregate}({measure.length})"
    for index, check in enumerate(asked.checks.values()):
        yield f"checked {index}", f"count(*) FILTER (WHERE {check.applies})"
        yield f"failed {index}", f"count(*) FILTER (WHERE {check.applies} AND NOT ({check.holds}))"


def _count(measure: Measure) -> str:
    return "count(*)" if measure.not_null else f"count({measure.value})"


def _empty(measure: Measure) -> str:
    return f"{measure.value} = ''" if measure.class_ is not Class.ARRAY else f"cardinality({measure.value}) = 0"


def _extremes(measure: Measure) -> Iterator[tuple[str, str]]:
    for name, aggregate in (("low", "min"), ("high", "max")):
        if measure.class_ is Class.TEXT:
            yield name, f"left({aggregate}({measure.text}), {SHOWN})"
        else:
            yield name, measure.read.whole(f"{aggregate}({measure.value})")


def _of_numbers(measure: Measure, guarded: bool) -> Iterator[tuple[str, str]]:
    value = measure.value
    guarded = guarded and measure.class_ in FRACTIONS
    real = f" FILTER (WHERE {measure.number(value)})" if guarded else ""
    some = f" FILTER (WHERE {measure.finite(value)})" if guarded else ""
    for name, aggregate in (("low", "min"), ("high", "max")):
        yield name, f"{aggregate}({value}){real}"
    for name, aggregate in (("mean", "avg"), ("deviation", "stddev_pop")):
        yield name, f"{aggregate}({value}){some}"
    yield "zeros", f"count(*) FILTER (WHERE {value} = 0)"
    yield "negatives", f"count(*) FILTER (WHERE {value} < 0)"
    if guarded:
        yield "nans", f"count(*) FILTER (WHERE {value} = 'NaN')"
        # before version 14 a numeric had no infinities
        has = measure.class_ is Class.FLOAT or measure.version >= 140_000
        yield "infinities", f"count(*) FILTER (WHERE {value} IN ('Infinity', '-Infinity'))" if has else "0"
        yield "beyond", f"count(*) FILTER (WHERE NOT ({measure.finite(value)}))"


def kinds(measure: Measure, counts: Counts) -> dict[Kind, int]:
    """How many present values are of each kind, dominant first; only documents hold several."""
    present = int(counts["present"] or 0)
    if measure.class_ is not Class.JSON:
        return {measure.kind: present} if present else {}
    found = {kind: int(counts[name] or 0) for name, kind in _JSON.items()}
    return dict(sorted(((kind, n) for kind, n in found.items() if n), key=lambda item: -item[1]))


def json_kinds() -> Mapping[str, Kind]:
    """What documents call their values, as kinds."""
    return _JSON
