"""What was asked of a column becomes its figures, in each of the three grades."""

from __future__ import annotations

import decimal
from collections.abc import Callable, Mapping
from dataclasses import replace
from math import isfinite
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from xregistry_tui.profiling.formats import LIKELY
from xregistry_tui.profiling.interval import between, clustered
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.profiling.profile import FieldProfile, Figure, Lengths, ValueCount
from xregistry_tui.resources.postgresql import figures, groups
from xregistry_tui.resources.postgresql.failing import results
from xregistry_tui.resources.postgresql.measures import FRACTIONS, NUMBERS, Class, Measure, measure
from xregistry_tui.resources.postgresql.rules import enforced
from xregistry_tui.schema.rules import Unique
from xregistry_tui.schema.shape import Kind

if TYPE_CHECKING:
    from xregistry_tui.profiling.interval import Clustered
    from xregistry_tui.resources.postgresql.asking import Look
    from xregistry_tui.resources.postgresql.figures import Asked, Counts
    from xregistry_tui.resources.postgresql.groups import Groups
    from xregistry_tui.resources.postgresql.sample import Draw
    from xregistry_tui.resources.postgresql.statistics import Stated
    from xregistry_tui.schema.shape import Scalar

_CERTAIN = Figure(value=1.0, method=Grade.SAMPLE, low=1.0, high=1.0)


async def of_all(
    look: Look,
    asked: Asked,
    counts: Counts,
    *,
    told: Groups | None,
    spread: Groups | None,
    distinct: Figure | None,
    n: int,
) -> FieldProfile:
    """Figures over all records; `spread` is of a sample, for what was not `told` apart."""
    known = _counted(asked.measure, counts, n)
    known = replace(known, fill=Figure(value=known.present / n) if n else None)
    if told is not None:
        known = _told(known, asked.measure, told)
        known = replace(known, distinct=Figure(value=told.values, at_least=bool(told.clipped)))
    elif distinct is not None:
        unique = distinct.low is None
        known = replace(known, distinct=distinct, once=known.present if unique else None)
    if spread is not None:
        known = replace(_spread(known, spread, spread.fraction), spread=Grade.SAMPLE)
    repeated = told.repeated if told is not None else None
    rules = await results(look, asked, counts, known, f"{look.described.relation} AS t", repeated=repeated)
    return replace(known, rules=rules)


async def of_sample(look: Look, draw: Draw, asked: Asked, *, counts: Counts, told: Groups, n: int) -> FieldProfile:
    """Figures over a sample, with their intervals where it was drawn by chance."""
    measured = asked.measure
    known = _told(_counted(measured, counts, n), measured, told)
    rates = {name: _rate(sums, draw) for name, sums in told.rates.items()}
    fill = _CERTAIN if measured.not_null else rates.pop("fill", None)
    loose = Figure(value=known.present / n, method=Grade.SAMPLE, approximate=True) if n else None
    known = replace(
        _spread(known, told, draw.fraction),
        fill=fill or loose,
        distinct=_distinct(look, draw, measured, told, known.present / n if n else 0.0),
        once=known.present if enforced(Unique(), measured.name, look.described) else told.once,
        rates=MappingProxyType(_public(measured, rates, fill)),
    )
    source = "s AS t"
    by_rule = {index: rates.get(f"rule {index}") for index in range(len(asked.checks))}
    found = await results(look, asked, counts, known, source, before=draw, rates=by_rule)
    return replace(known, rules=found)


def _public(measured: Measure, rates: Mapping[str, Figure], fill: Figure | None) -> dict[str, Figure]:
    """The rates of a field by the names that a profile has for them."""
    shown = {name: rate for name, rate in rates.items() if not name.startswith(("rule ", "quantile "))}
    if "complete" not in shown and fill is not None:
        shown["complete"] = fill
    if measured.class_ is not Class.JSON:
        # by its type no value is of another kind
        shown[f"kind {measured.kind}"] = _CERTAIN
    return shown


def _rate(sums: Clustered, draw: Draw) -> Figure:
    low, high = clustered(sums, draw.fraction)
    return Figure(value=sums.share, method=Grade.SAMPLE, low=low, high=high)


def _counted(measured: Measure, counts: Counts, n: int) -> FieldProfile:
    """What the combined pass says."""
    whole = {
        name: int(counts[name] or 0) for name in ("present", "empty", "blank", "zeros", "negatives") if name in counts
    }
    low, high = _extremes(measured, counts)
    finite = measured.class_ in NUMBERS and not int(counts.get("beyond") or 0) - _none(counts)
    return FieldProfile(
        name=measured.name,
        looked_at=n,
        nulls=n - whole["present"],
        empty=whole.get("empty", 0),
        blank=whole.get("blank", 0),
        kinds=MappingProxyType(figures.kinds(measured, counts)),
        minimum=low,
        maximum=high,
        mean=_number(counts.get("mean")) if finite else None,
        deviation=_number(counts.get("deviation")) if finite else None,
        lengths=_lengths(counts),
        zeros=whole.get("zeros"),
        negatives=whole.get("negatives"),
        nans=_missing(measured, counts, "nans"),
        infinities=_missing(measured, counts, "infinities"),
    )


def _none(counts: Counts) -> int:
    """Values that are no finite numbers by their own word; those beyond all reckoning are not among them."""
    return int(counts.get("nans") or 0) + int(counts.get("infinities") or 0)


def _missing(measured: Measure, counts: Counts, name: str) -> int | None:
    return int(counts.get(name) or 0) if measured.class_ in FRACTIONS else None


def _number(text: str | None) -> float | None:
    value = float(text) if text is not None else None
    return value if value is not None and isfinite(value) else None


def _extremes(measured: Measure, counts: Counts) -> tuple[Scalar, Scalar]:
    return groups.value(measured, counts.get("low")), groups.value(measured, counts.get("high"))


def _lengths(counts: Counts) -> Lengths | None:
    shortest, longest, length = (counts.get(name) for name in ("shortest", "longest", "length"))
    if shortest is None or longest is None or length is None:
        return None
    return Lengths(int(shortest), int(longest), float(length))


def _told(known: FieldProfile, measured: Measure, told: Groups) -> FieldProfile:
    """What values told apart say of the same records."""
    return replace(
        known,
        once=told.once,
        top=tuple(told.top),
        quantiles=told.quantiles,
        histogram=told.histogram,
        formats=_formats(told.formats, known.present),
    )


def _formats(hits: list[tuple[str, int]], present: int) -> tuple[tuple[str, float], ...]:
    shares = [(name, count / present) for name, count in hits if present and count >= LIKELY * present]
    return tuple(sorted(shares, key=lambda share: -share[1]))


def _spread(known: FieldProfile, told: Groups, fraction: float) -> FieldProfile:
    """Quantiles with their intervals, histogram and formats, of a sample."""
    seen = sum(told.histogram.counts) if told.histogram is not None else 0
    present = max(told.records, 1)
    return replace(
        known,
        quantiles=told.quantiles,
        quantile_intervals=_intervals(told, fraction),
        histogram=told.histogram if seen else None,
        formats=_formats(told.formats, present),
    )


def _intervals(told: Groups, fraction: float) -> tuple[tuple[Scalar, Scalar], ...]:
    """Woodruff's: the interval of the share of records up to a quantile, read back as values."""
    names = [f"quantile {index}" for index in range(len(groups.QUANTILES))]
    if not told.grid or any(name not in told.rates for name in names):
        return ()
    found = []
    for p, one in zip(groups.QUANTILES, map(told.rates.__getitem__, names), strict=True):
        low, high = clustered(one, fraction)
        # a value that many records share makes the share up to it greater than p: what counts is the width around p
        below, above = one.share - low, high - one.share
        found.append(between(told.grid, max(0.0, p - below), min(1.0, p + above)))
    return tuple(found)


def _distinct(look: Look, draw: Draw, measured: Measure, told: Groups, fill: float) -> Figure:
    if enforced(Unique(), measured.name, look.described):
        return Figure(value=round(draw.rows.value * fill), method=Grade.SAMPLE, approximate=True)
    if measured.labels is not None:
        high = float(max(measured.labels, told.values))
        return Figure(value=told.values, method=Grade.SAMPLE, low=told.values, high=high, at_least=told.values < high)
    return Figure(value=told.values, method=Grade.SAMPLE, at_least=True)


def of_catalogue(look: Look, told: Mapping[str, Stated], rows: Figure) -> dict[str, FieldProfile]:
    """What the server's statistics say of each column that they know."""
    return {name: _stated(look, name, told[name], rows) for name in look.names if name in told}


def _stated(look: Look, name: str, said: Stated, rows: Figure) -> FieldProfile:
    """Counts are of the records that the server looked at when it made its statistics."""
    measured = measure(look.known, look.described.column(name), "v", look.ask.version)
    looked_at = max(1, min(said.sample, round(rows.value)))
    nulls = round(said.nulls * looked_at)
    present = looked_at - nulls
    unique = enforced(Unique(), name, look.described)
    share = 1 - said.nulls
    values = rows.value * share if unique else said.values if said.values > 0 else -said.values * rows.value
    certain = Figure(value=1.0, method=Grade.CATALOGUE)
    common = list(zip(_decoded(measured, said.frequent()), said.shares(), strict=False))
    return FieldProfile(
        name=name,
        looked_at=looked_at,
        nulls=0 if measured.not_null else nulls,
        kinds=MappingProxyType({measured.kind: present} if present and measured.kind is not Kind.ANY else {}),
        fill=certain if measured.not_null else Figure(value=share, method=Grade.CATALOGUE, approximate=True),
        distinct=Figure(value=round(values), method=Grade.CATALOGUE, approximate=True),
        once=present if unique else None,
        top=tuple(ValueCount(value, round(each * looked_at)) for value, each in common[: look.plan.top]),
        quantiles=quantiles_of(common, _decoded(measured, said.quantiles()), share) if measured.ordered else (),
    )


def quantiles_of(
    common: list[tuple[Any, float]], bounds: list[Any], present: float
) -> tuple[tuple[float, Scalar], ...]:
    """Quantiles of a column, from its most common values with their shares and evenly spaced bounds of the others.

    Never the extremes: the first and the last bound are not those.
    """
    rest = present - sum(often for _, often in common)
    parts = max(1, len(bounds) - 1)
    # each part of the others is taken to lie at its upper bound
    weighted = [*common, *((bound, max(0.0, rest) / parts) for bound in bounds[1:])]
    weighted = sorted((one for one in weighted if _on_scale(one[0])), key=lambda one: one[0])
    found: list[tuple[float, Scalar]] = []
    total, running = sum(often for _, often in weighted), 0.0
    for value, often in weighted:
        running += often
        while len(found) < len(groups.QUANTILES) and running >= groups.QUANTILES[len(found)] * total - 1e-9:
            found.append((groups.QUANTILES[len(found)], value))
    return tuple(found)


def _on_scale(value: Any) -> bool:
    """Whether a value can be sorted here: what Python has no value for came as a text, in an order of its own."""
    return not isinstance(value, str) and not (isinstance(value, float | decimal.Decimal) and not isfinite(value))


def _decoded(measured: Measure, texts: list[str]) -> list[Scalar]:
    """Values as the server's statistics write them; what cannot be read stays a text."""
    if measured.class_ is Class.BOOLEAN:
        return [text in ("t", "true") for text in texts]
    if measured.class_ is Class.BYTES:
        texts = [text.removeprefix("\\x") for text in texts]
    decode = groups.reader(measured)
    try:
        return list(map(decode, texts))
    except (ValueError, ArithmeticError):
        return [_readable(decode, text) for text in texts]


def _readable(decode: Callable[[str], Scalar], text: str) -> Scalar:
    try:
        return decode(text)
    except (ValueError, ArithmeticError):
        return text
