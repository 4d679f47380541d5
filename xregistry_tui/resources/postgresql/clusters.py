"""Rates of a sample with their intervals: hits and bases are summed by page, then over pages, in the server."""

# ruff: noqa: S608 - names are quoted, values are bound
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xregistry_tui.resources.postgresql.figures import Asked, json_kinds
from xregistry_tui.resources.postgresql.groups import QUANTILES, Question, has_format
from xregistry_tui.resources.postgresql.measures import NUMBERS, Class

if TYPE_CHECKING:
    from xregistry_tui.resources.postgresql.measures import Measure


@dataclass(frozen=True, slots=True)
class Rate:
    """Which records are hits among which, as SQL conditions; `name` is that of `FieldProfile.rates`."""

    column: int
    name: str
    base: str
    hit: str


def rates(asked: Asked, question: Question) -> Iterator[Rate]:
    """What is a rate of one column."""
    measure, number = asked.measure, question.number
    if not measure.not_null:
        yield Rate(number, "fill", "true", measure.present)
    yield from (Rate(number, name, base, hit) for name, base, hit in _of_class(measure))
    for name in question.formats:
        yield Rate(number, f"format {name}", measure.present, has_format(name, measure.grouped))
    for index, check in enumerate(asked.checks.values()):
        yield Rate(number, f"rule {index}", check.applies, f"{check.applies} AND {check.holds}")
    if measure.ordered:
        finite = f"{measure.present} AND {measure.finite(measure.value)}"
        for index, p in enumerate(QUANTILES):
            at = f"(SELECT v FROM q{number} WHERE before < {p} * whole AND upto >= {p} * whole)"
            yield Rate(number, f"quantile {index}", finite, f"{finite} AND {measure.value} <= {at}")


def _of_class(measure: Measure) -> Iterator[tuple[str, str, str]]:
    value = measure.value
    if measure.class_ is Class.TEXT:
        yield "complete", "true", f"{measure.present} AND NOT ({measure.blank(value)})"
    elif measure.class_ in NUMBERS:
        yield "zeros", measure.present, f"{value} = 0"
        yield "negatives", measure.present, f"{value} < 0"
    elif measure.class_ is Class.BOOLEAN:
        yield "true", measure.present, value
    elif measure.class_ is Class.JSON:
        for name, kind in json_kinds().items():
            yield f"kind {kind}", measure.present, f"{measure.native}_typeof({value}) = '{name}'"


def parts(wanted: Sequence[Rate], source: str) -> tuple[list[str], list[str]]:
    """(common table expressions, selects) of all rates of a statement; `groups.read` reads their rows, letter `k`."""
    bases = list(dict.fromkeys(rate.base for rate in wanted))
    counted = [f"count(*) FILTER (WHERE {base})::float8 AS b{place}" for place, base in enumerate(bases)]
    counted += [f"count(*) FILTER (WHERE {rate.hit})::float8 AS h{place}" for place, rate in enumerate(wanted)]
    table = f"k AS (SELECT b, {', '.join(counted)} FROM {source} GROUP BY b)"
    # one row of texts, told apart again: one scan of the clusters for all rates
    sums = [_sums(f"h{place}", f"b{bases.index(rate.base)}") for place, rate in enumerate(wanted)]
    summed = f"z AS (SELECT count(*)::float8 AS k, ARRAY[{', '.join(sums)}] AS s FROM k)"
    columns = ", ".join(str(rate.column) for rate in wanted)
    names = ", ".join(f"'{rate.name}'" for rate in wanted)
    select = (
        "SELECT i, 'k', name || '|' || sums, k, NULL::float8, NULL::float8 FROM z, "
        f"unnest(ARRAY[{columns}], ARRAY[{names}], s) AS u(i, name, sums)"
    )
    return [table, summed], [select]


def _sums(hits: str, base: str) -> str:
    parts = (f"sum({hits})", f"sum({base})", f"sum({hits} * {hits})", f"sum({hits} * {base})", f"sum({base} * {base})")
    return f"concat_ws(',', {', '.join(f'coalesce({part}, 0)' for part in parts)})"
