"""What the server's rows say about a field, as figures."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from xregistry_tui.profiling.interval import wilson
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.profiling.profile import FieldProfile, Figure, Lengths, ValueCount
from xregistry_tui.resources.mongodb.kinds import ABSENT, kind_of
from xregistry_tui.resources.mongodb.questions import FORMATS, Measure, Question
from xregistry_tui.resources.mongodb.spread import histogram
from xregistry_tui.resources.mongodb.typed import CONTAINERS, NUMBERS, QUANTILES, SIZED, Typed
from xregistry_tui.schema.shape import Kind

if TYPE_CHECKING:
    from xregistry_tui.resources.mongodb.looking import Look
    from xregistry_tui.schema.shape import Scalar

_FORMED = 0.5


def known_of(look: Look, path: str, typed: Typed) -> FieldProfile:
    """The figures that need no telling apart of values."""
    n = typed.total("n")
    kinds: dict[Kind, int] = {}
    for name, row in typed.rows.items():
        if name not in ABSENT:
            kinds[kind_of(name)] = kinds.get(kind_of(name), 0) + int(row["n"])
    numeric = any(name in NUMBERS for name in typed.rows)
    low, high = _extremes(typed)
    return FieldProfile(
        name=path,
        looked_at=n,
        missing=typed.total("n", ("missing",)),
        nulls=typed.total("n", ("null", "undefined")),
        empty=typed.total("empty"),
        blank=typed.total("blank"),
        kinds=MappingProxyType(kinds),
        fill=_share(look, typed.present, n),
        distinct=_lower_bound(look, path, typed),
        minimum=low,
        maximum=high,
        mean=_mean(typed),
        deviation=_deviation(typed),
        quantiles=_percentiles(typed),
        lengths=_lengths(typed),
        zeros=typed.total("zeros", NUMBERS) if numeric else None,
        negatives=typed.total("negatives", NUMBERS) if numeric else None,
        nans=typed.total("nans", NUMBERS) if numeric else None,
    )


def _extremes(typed: Typed) -> tuple[Scalar, Scalar]:
    """Of the types that most values are of."""
    lows, highs = typed.some("low", typed.dominant), typed.some("high", typed.dominant)
    return (min(lows), max(highs)) if lows and highs else (None, None)


def _share(look: Look, hits: int, n: int) -> Figure | None:
    if n == 0:
        return None
    if look.grade is not Grade.SAMPLE:
        return Figure(value=hits / n)
    if not look.drawn.random:
        # how far off the first records are nobody can say
        return Figure(value=hits / n, method=Grade.SAMPLE, approximate=True)
    low, high = wilson(hits, n, max(n, int(look.drawn.rows.value)) if not look.drawn.rows.at_least else None)
    return Figure(value=hits / n, method=Grade.SAMPLE, low=low, high=high)


def _lower_bound(look: Look, path: str, typed: Typed) -> Figure | None:
    """Where values were not told apart: as many as there are records, if the server keeps them unique."""
    if (path,) not in look.plan.shape.unique:
        return None
    if look.grade is Grade.EXACT:
        return Figure(value=typed.present)
    share = typed.present / max(1, typed.total("n"))
    return Figure(value=round(look.drawn.rows.value * share), method=Grade.SAMPLE, approximate=True)


def _mean(typed: Typed) -> float | None:
    """Of all finite numbers, whatever their type."""
    total = typed.total("finite")
    if not total:
        return None
    parts = [float(row["mean"]) * int(row["finite"]) for row in typed.rows.values() if row.get("finite")]
    mean = sum(parts) / total
    return mean if math.isfinite(mean) else None


def _deviation(typed: Typed) -> float | None:
    """Of all finite numbers: within each type, and between the means of the types."""
    total, mean = typed.total("finite"), _mean(typed)
    if mean is None:
        return None
    parts = [row for row in typed.rows.values() if row.get("finite") and row.get("deviation") is not None]
    try:
        spread = sum(int(r["finite"]) * (float(r["deviation"]) ** 2 + (float(r["mean"]) - mean) ** 2) for r in parts)
    except OverflowError:
        return None
    return math.sqrt(spread / total) if math.isfinite(spread) else None


def _percentiles(typed: Typed) -> tuple[tuple[float, Scalar], ...]:
    """Where the server makes them, and the numbers are of one type."""
    told = [row["quantiles"] for row in typed.rows.values() if row.get("finite") and row.get("quantiles")]
    return tuple(zip(QUANTILES, told[0], strict=True)) if len(told) == 1 else ()


def _lengths(typed: Typed) -> Lengths | None:
    rows = [row for kind, row in typed.rows.items() if kind in SIZED and row.get("length") is not None]
    if not rows:
        return None
    mean = sum(float(row["length"]) * int(row["n"]) for row in rows) / sum(int(row["n"]) for row in rows)
    return Lengths(min(int(row["shortest"]) for row in rows), max(int(row["longest"]) for row in rows), mean)


def valued(look: Look, seen: FieldProfile, question: Question, row: Mapping[str, Any], typed: Typed) -> FieldProfile:
    """The figures with those of the distinct values."""
    if not row:
        return seen
    quantiles = [(share, row.get(f"q{index}")) for index, share in enumerate(QUANTILES)]
    told = tuple((share, value) for share, value in quantiles if value is not None)
    whole = not typed.total("n", CONTAINERS)
    return replace(
        seen,
        distinct=_distinct(look, seen, int(row["distinct"]), certain=whole and not question.clipped),
        once=int(row["once"]) if whole else None,
        quantiles=told if question.measure is not Measure.LENGTH else (),
        histogram=histogram(question, [int(row.get(f"b{place}", 0)) for place in range(question.bins)]),
        top=tuple(ValueCount(one.get("v"), int(one["n"])) for one in row["top"]),
        formats=_formats(row, typed.total("n", ("string",))),
    )


def _distinct(look: Look, seen: FieldProfile, found: int, *, certain: bool) -> Figure | None:
    if look.grade is Grade.EXACT:
        return Figure(value=found, at_least=not certain)
    # the server keeps it unique: more is known than was seen
    return seen.distinct or Figure(value=found, method=Grade.SAMPLE, at_least=True)


def _formats(row: Mapping[str, Any], texts: int) -> tuple[tuple[str, float], ...]:
    shares = ((name, int(row.get(name, 0)) / texts) for name in FORMATS) if texts else ()
    return tuple(sorted(((n, share) for n, share in shares if share >= _FORMED), key=lambda pair: -pair[1]))
