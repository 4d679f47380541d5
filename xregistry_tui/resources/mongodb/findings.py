"""What the server's rows say about a field, as figures."""

from __future__ import annotations

import datetime
import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from xregistry_tui.profiling.interval import wilson
from xregistry_tui.profiling.plan import Grade, Plan
from xregistry_tui.profiling.profile import FieldProfile, Figure, Histogram, Lengths, ValueCount
from xregistry_tui.resources.mongodb.figures import CLIP, FINE, FORMATS, NUMBERS, QUANTILES, Measure, Question
from xregistry_tui.resources.mongodb.kinds import ABSENT, kind_of
from xregistry_tui.schema.shape import Kind

if TYPE_CHECKING:
    from xregistry_tui.resources.mongodb.profile import Look
    from xregistry_tui.schema.shape import Scalar

_CONTAINERS = ("object", "array")
_SIZED = ("string", "binData", "array")
_FORMED = 0.5


@dataclass(frozen=True, slots=True)
class Typed:
    """One row for each type of a field's values."""

    rows: Mapping[str, Mapping[str, Any]]

    def total(self, name: str, types: Sequence[str] | None = None) -> int:
        """A count, over all types or some."""
        return sum(int(row.get(name) or 0) for kind, row in self.rows.items() if types is None or kind in types)

    def some(self, name: str, types: Sequence[str]) -> list[Any]:
        """What these types say, where they say anything."""
        return [row[name] for kind, row in self.rows.items() if kind in types and row.get(name) is not None]

    @property
    def present(self) -> int:
        """Records that have a value."""
        return self.total("n") - self.total("n", ABSENT)

    @property
    def dominant(self) -> tuple[str, ...]:
        """The types of one scale that most values are of."""
        groups: dict[tuple[str, ...], int] = {}
        for kind in self.rows:
            if kind not in ABSENT:
                group = NUMBERS if kind in NUMBERS else (kind,)
                groups[group] = groups.get(group, 0) + self.total("n", (kind,))
        return max(groups, key=lambda group: groups[group], default=())


def question_of(value: Any, typed: Typed, plan: Plan) -> Question | None:
    """What is asked about a field's distinct values; `None` where it has none that can be told apart."""
    if typed.present == typed.total("n", _CONTAINERS):
        return None
    dominant = typed.dominant
    measure, low, high = Measure.LENGTH, None, None
    scaled = 0
    if dominant == NUMBERS:
        measure, low, high, scaled = Measure.NUMBER, *_ends(typed), typed.total("finite")
    elif dominant == ("date",):
        measure, scaled = Measure.MOMENT, typed.total("n", ("date",))
        low, high = (_milliseconds(typed.rows["date"][name]) for name in ("low", "high"))
    else:
        lengths = typed.some("shortest", ("string", "binData")), typed.some("longest", ("string", "binData"))
        low, high = (min(lengths[0]), max(lengths[1])) if lengths[0] else (None, None)
    return Question(
        value=value,
        measure=measure,
        low=low,
        high=high,
        scaled=scaled,
        clipped=max(typed.some("longest", ("string",)), default=0) > CLIP,
        texts="string" in typed.rows,
        top=plan.top,
        bins=plan.bins,
    )


def _ends(typed: Typed) -> tuple[float | None, float | None]:
    """The least and greatest number, where their distance is one too."""
    lows, highs = typed.some("low", NUMBERS), typed.some("high", NUMBERS)
    if not lows:
        return None, None
    low, high = float(min(lows)), float(max(highs))
    return (low, high) if math.isfinite(high - low) else (None, None)


def _milliseconds(moment: Any) -> float | None:
    """A moment as the server counts it; beyond Python's years there is no scale."""
    return float(moment.timestamp() * 1000) if isinstance(moment, datetime.datetime) else None


def known_of(look: Look, path: str, typed: Typed, n: int) -> FieldProfile:
    """The figures that need no telling apart of values."""
    kinds: dict[Kind, int] = {}
    for name, row in typed.rows.items():
        if name not in ABSENT:
            kinds[kind_of(name)] = kinds.get(kind_of(name), 0) + int(row["n"])
    numeric = any(name in NUMBERS for name in typed.rows)
    low, high = _extremes(typed)
    return FieldProfile(
        name=path,
        looked_at=n,
        missing=n - typed.total("n") + typed.total("n", ("missing",)),
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
    rows = [row for kind, row in typed.rows.items() if kind in _SIZED and row.get("length") is not None]
    if not rows:
        return None
    mean = sum(float(row["length"]) * int(row["n"]) for row in rows) / sum(int(row["n"]) for row in rows)
    return Lengths(min(int(row["shortest"]) for row in rows), max(int(row["longest"]) for row in rows), mean)


def told(rows: Sequence[Mapping[str, Any]], question: Question) -> dict[str, Any]:
    """The rows of bins and forms as one; empty where there is no value."""
    if not rows:
        return {}
    found: dict[str, Any] = {name: sum(int(row[name]) for row in rows) for name in ("n", "distinct", "once")}
    found["repeated"] = found["n"] - found["once"]
    tops = [one for row in rows for one in row["top"]]
    found["top"] = heapq.nlargest(question.top, tops, key=lambda one: one["n"])
    for index in range(len(QUANTILES)):
        reached = [row[f"q{index}"] for row in rows if row.get(f"q{index}") is not None]
        found[f"q{index}"] = min(reached, default=None)
    for row in rows:
        place, form = row["_id"].get("b"), row["_id"].get("f")
        for name in (None if place is None else f"b{int(place)}", form):
            if name is not None:
                found[name] = found.get(name, 0) + int(row["n"])
    return found


def valued(look: Look, seen: FieldProfile, question: Question, row: Mapping[str, Any], typed: Typed) -> FieldProfile:
    """The figures with those of the distinct values."""
    if not row:
        return seen
    quantiles = [(share, row.get(f"q{index}")) for index, share in enumerate(QUANTILES)]
    told = tuple((share, value) for share, value in quantiles if value is not None)
    whole = not typed.total("n", _CONTAINERS)
    return replace(
        seen,
        distinct=_distinct(look, seen, int(row["distinct"]), certain=whole and not question.clipped),
        once=int(row["once"]) if whole else None,
        quantiles=told if question.measure is not Measure.LENGTH else (),
        histogram=_histogram(question, [int(row.get(f"b{place}", 0)) for place in range(question.bins)]),
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


def _histogram(question: Question, counts: Sequence[int]) -> Histogram | None:
    low, high = question.low, question.high
    if low is None or high is None:
        return None
    unit = 1000.0 if question.measure is Measure.MOMENT else 1.0
    if high == low:
        return Histogram(low / unit, high / unit, (sum(counts),))
    return Histogram(low / unit, high / unit, tuple(counts))


def spread_of(seen: FieldProfile, question: Question, rows: Sequence[Mapping[str, Any]], typed: Typed) -> FieldProfile:
    """The figures with those of fine bins: quantiles are as good as a bin is narrow."""
    low, high = question.low, question.high
    if low is None or high is None or high == low:
        return seen
    counts = [0] * (question.bins * FINE)
    for row in rows:
        if row["_id"] is not None:
            counts[int(row["_id"])] += int(row["n"])
    width = (high - low) / len(counts)
    coarse = [sum(counts[start : start + FINE]) for start in range(0, len(counts), FINE)]
    quantiles = seen.quantiles or tuple((p, _at(counts, p, low, width, question)) for p in QUANTILES)
    return replace(seen, quantiles=quantiles, histogram=_histogram(question, coarse))


def _at(counts: Sequence[int], share: float, low: float, width: float, question: Question) -> Scalar:
    wanted, passed = share * sum(counts), 0
    for place, count in enumerate(counts):
        if count and passed + count >= wanted:
            value = low + (place + (wanted - passed) / count) * width
            if question.measure is Measure.MOMENT:
                return datetime.datetime.fromtimestamp(value / 1000, datetime.UTC)
            return value
        passed += count
    return None
