"""One field in brief: how it is made of what was seen of it, and how two of them become one."""

from __future__ import annotations

import datetime
import decimal
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import ceil, floor, isfinite
from types import MappingProxyType
from typing import TYPE_CHECKING

from xregistry_tui.profiling.categories import named
from xregistry_tui.profiling.profile import ValueCount
from xregistry_tui.profiling.sketches import (
    Counts,
    Moments,
    Ranks,
    merged_counts,
    merged_moments,
    merged_ranks,
    ranks,
    told,
)
from xregistry_tui.schema.canonical import jsonable
from xregistry_tui.schema.rules import OneOf, holds, moment
from xregistry_tui.schema.shape import Kind

if TYPE_CHECKING:
    from xregistry_tui.profiling.profile import FieldProfile
    from xregistry_tui.schema.shape import FieldShape, Scalar

LONGEST = 48
"""Of longer texts the beginning is kept, and a digest that tells them apart."""

_NUMBERS = frozenset({Kind.INTEGER, Kind.NUMBER, Kind.DECIMAL})
_MOMENTS = frozenset({Kind.DATETIME, Kind.DATE})
_FEW = 20  # a number of so few values is told by its values
_FREQUENT = 0.02  # else those are kept that so many of the records have
_MOST_STRAYS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSummary:
    """One field: counts of records, extremes, and sketches (`sketches` says what each is worth).

    `declared` are the kinds of the collection's schema, `firm` whether every record must have the field there.
    `choice`: its values are picked from a list, and `values` are all of them. `identity`: its values name records
    (keys, references), so how they are spread says nothing. `off` counts the values off a declared set (`None`: there
    is none, or it was not checked), `strays` are some of these. `distinct` are bounds.
    """

    declared: tuple[Kind, ...] = ()
    firm: bool = False
    looked_at: int = 0
    missing: int = 0
    nulls: int = 0
    blank: int = 0
    kinds: Mapping[Kind, int] = field(default_factory=lambda: MappingProxyType({}))
    extremes: tuple[Scalar, Scalar] | None = None
    moments: Moments | None = None
    values: Counts = Counts()
    ranks: Ranks = Ranks()
    distinct: tuple[int, int] | None = None
    choice: bool = False
    identity: bool = False
    off: int | None = None
    strays: tuple[Scalar, ...] = ()

    @property
    def present(self) -> int:
        """Records that have a value here."""
        return self.looked_at - self.missing - self.nulls

    @property
    def newest(self) -> datetime.datetime | None:
        """The latest moment, aware UTC, where the field holds moments."""
        latest = self.extremes[1] if self.extremes is not None else None
        return moment(latest) if isinstance(latest, datetime.date) else None


def field_summary(seen: FieldProfile | None, shape: FieldShape | None, names: bool) -> FieldSummary:
    """A field of the collection's schema, of the records looked at, or of both; `names`: its values name records."""
    declared, firm = (shape.kinds, shape.required) if shape is not None else ((), False)
    if seen is None:
        return FieldSummary(declared=declared, firm=firm, identity=names)
    choice = named(seen) is not None
    values = _values(seen, choice)
    names = names or _repeats_never(seen)
    return FieldSummary(
        declared=declared,
        firm=firm,
        looked_at=seen.looked_at,
        missing=seen.missing,
        nulls=seen.nulls,
        blank=seen.blank,
        kinds=MappingProxyType({kind: count for kind, count in sorted(seen.kinds.items()) if count}),
        extremes=_extremes(seen),
        moments=_moments(seen),
        values=values,
        ranks=Ranks() if names or (values.listed and not values.error) else _ranks(seen),
        distinct=_distinct(seen),
        choice=choice,
        identity=names,
        off=_off(seen),
        strays=_strays(seen, values),
    )


def _values(seen: FieldProfile, choice: bool) -> Counts:
    """All values of a field of few; else those that many records have, and how often any other may occur."""
    total, present = sum(entry.count for entry in seen.top), max(0, seen.present)
    rest = max(0, present - total)
    unseen = min(rest, seen.top[-1].count) if seen.top else present
    every = choice or (len(seen.top) <= _FEW and not rest)
    least = 0.0 if every else max(2.0, _FREQUENT * present)
    kept = [entry for entry in seen.top if entry.count >= least]
    if kept and not every and len(kept) < len(seen.top):
        unseen = max(unseen, seen.top[len(kept)].count)
    error = unseen if kept else min(present, max(unseen, seen.top[0].count if seen.top else present))
    listed = [ValueCount(brief(entry.value), entry.count) for entry in kept]
    ordered = sorted(listed, key=lambda entry: (-entry.count, told(entry.value)))
    return Counts(tuple(ordered), 0 if every and seen.top and not rest else error)


def brief(value: Scalar) -> Scalar:
    """A value as it is kept: a text in the one JSON form, and no longer than `LONGEST`."""
    if isinstance(value, str):
        text = str(jsonable(value))
        digest = hashlib.sha256(text.encode()).hexdigest()[:8]
        return text if len(text) <= LONGEST else f"{text[: LONGEST - 9]}…{digest}"
    if isinstance(value, bytes) and len(value) > LONGEST:
        return value[: LONGEST - 8] + hashlib.sha256(value).digest()[:8]
    return value


def _extremes(seen: FieldProfile) -> tuple[Scalar, Scalar] | None:
    """The least and the greatest value, of things that are measured; the extremes of texts say nothing."""
    least, greatest = seen.minimum, seen.maximum
    if isinstance(least, str) and isinstance(greatest, str) and seen.kinds and set(seen.kinds) <= _MOMENTS:
        least, greatest = moment(least), moment(greatest)
    if family(least) is None or family(least) != family(greatest):
        return None
    return least, greatest


def family(value: Scalar) -> int | None:
    """Values of one family are ordered among themselves; `None` where a value is not measured."""
    if isinstance(value, bool) or value is None or isinstance(value, str | bytes):
        return None
    if isinstance(value, int | float | decimal.Decimal):
        return 0 if isinstance(value, int) or isfinite(value) else None
    if isinstance(value, datetime.datetime):
        return 1 if value.tzinfo is not None else 2
    return 3 if isinstance(value, datetime.date) else 4 if value.tzinfo is None else None


def _finite(seen: FieldProfile) -> int:
    counted = sum(count for kind, count in seen.kinds.items() if kind in _NUMBERS)
    return max(0, counted - (seen.nans or 0) - (seen.infinities or 0))


def _moments(seen: FieldProfile) -> Moments | None:
    n = _finite(seen)
    if not n or seen.mean is None or seen.deviation is None:
        return None
    squares = seen.deviation * seen.deviation * n
    return Moments(n, float(seen.mean), squares) if isfinite(seen.mean) and isfinite(squares) else None


def _ranks(seen: FieldProfile) -> Ranks:
    """Extremes, quantiles and the edges of a histogram, as far as they are numbers."""
    n, extremes = _finite(seen), _extremes(seen)
    if not n or extremes is None or family(extremes[0]) != 0:
        return Ranks()
    points = [(_number(extremes[0]), 0, 0), (_number(extremes[1]), n, n)]
    for share, value in seen.quantiles:
        if family(value) == 0:
            points.append((_number(value), floor(share * n), ceil(share * n)))
    return ranks(n, (*points, *_edges(seen, n)))


def _number(value: Scalar) -> float:
    return float(value) if isinstance(value, int | float | decimal.Decimal) else float("nan")


def _edges(seen: FieldProfile, n: int) -> Iterable[tuple[float, int, int]]:
    """The inner edges of a histogram, written short: a millionth of a value moves no rank that matters."""
    held = seen.histogram
    if held is None or not sum(held.counts) or not isfinite(held.high - held.low):
        return
    counted, scale = 0, n / sum(held.counts)
    for index, count in enumerate(held.counts[:-1], 1):
        counted += count
        edge = held.low + (held.high - held.low) * index / len(held.counts)
        yield float(f"{edge:.6g}"), floor(counted * scale), ceil(counted * scale)


def _distinct(seen: FieldProfile) -> tuple[int, int] | None:
    if seen.distinct is None:
        return None
    low = seen.distinct.value if seen.distinct.low is None else seen.distinct.low
    high = seen.distinct.value if seen.distinct.high is None else seen.distinct.high
    most = max(seen.present, high) if seen.distinct.at_least or seen.distinct.approximate else high
    return round(low), round(most)


def _repeats_never(seen: FieldProfile) -> bool:
    whole = Kind.INTEGER in seen.kinds and set(seen.kinds) <= {Kind.INTEGER}
    return whole and seen.once is not None and seen.present > _FEW and seen.once == seen.present


def _sets(seen: FieldProfile) -> list[OneOf]:
    return [result.rule for result in seen.rules if isinstance(result.rule, OneOf)]


def _off(seen: FieldProfile) -> int | None:
    failed = [result.failed for result in seen.rules if isinstance(result.rule, OneOf) and result.failed is not None]
    return max(failed, default=None)


def _strays(seen: FieldProfile, values: Counts) -> tuple[Scalar, ...]:
    sets = _sets(seen)
    if not sets:
        return ()
    listed = {told(entry.value) for entry in values.listed}
    off = [entry.value for entry in seen.top if any(holds(rule, entry.value) is False for rule in sets)]
    return tuple(sorted((value for value in map(brief, off) if told(value) in listed), key=told)[:_MOST_STRAYS])


def merged_fields(a: FieldSummary, b: FieldSummary) -> FieldSummary:
    """What was seen of a field in two sets of records."""
    present = a.present + b.present
    values = merged_counts(a.values, b.values, present)
    kinds = {kind: a.kinds.get(kind, 0) + b.kinds.get(kind, 0) for kind in sorted({*a.kinds, *b.kinds})}
    chosen = all(part.choice or not part.present for part in (a, b)) and present > 0
    return FieldSummary(
        declared=tuple(sorted({*a.declared, *b.declared})),
        firm=a.firm and b.firm,
        looked_at=a.looked_at + b.looked_at,
        missing=a.missing + b.missing,
        nulls=a.nulls + b.nulls,
        blank=a.blank + b.blank,
        kinds=MappingProxyType(kinds),
        extremes=_further(a.extremes, b.extremes),
        moments=merged_moments(a.moments, b.moments),
        values=values,
        ranks=merged_ranks(a.ranks, b.ranks),
        distinct=_either(a, b),
        choice=chosen and not values.error,
        identity=a.identity or b.identity,
        off=a.off if b.off is None else b.off if a.off is None else a.off + b.off,
        strays=tuple(sorted({told(v): v for v in (*a.strays, *b.strays)}.values(), key=told)[:_MOST_STRAYS]),
    )


def _further(a: tuple[Scalar, Scalar] | None, b: tuple[Scalar, Scalar] | None) -> tuple[Scalar, Scalar] | None:
    """The extremes of both; where they are of two families those of the first one in order."""
    if a is None or b is None:
        return a or b
    if family(a[0]) != family(b[0]):
        return min(a, b, key=lambda pair: family(pair[0]) or 0)
    return min(a[0], b[0]), max(a[1], b[1])  # type: ignore[type-var]


def _either(a: FieldSummary, b: FieldSummary) -> tuple[int, int] | None:
    known = [part.distinct for part in (a, b) if part.distinct is not None]
    if not known or any(part.distinct is None and part.present for part in (a, b)):
        return None
    return max(low for low, _ in known), sum(high for _, high in known)
