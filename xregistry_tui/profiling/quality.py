"""Data quality in five dimensions, each a rate with the population it is over; `None` where nothing was looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean
from types import MappingProxyType
from typing import TYPE_CHECKING

from xregistry_tui.profiling.interval import wilson
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.profiling.profile import Figure
from xregistry_tui.schema.rules import Required, Unique
from xregistry_tui.schema.shape import Kind, pointer, walk

if TYPE_CHECKING:
    import datetime

    from xregistry_tui.profiling.profile import FieldProfile, Profile
    from xregistry_tui.schema.shape import FieldShape, Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Rates between 0 and 1, by the definitions of each dimension; `overall` is the mean of those assessed."""

    completeness: Figure | None = None
    validity: Figure | None = None
    uniqueness: Figure | None = None
    consistency: Figure | None = None
    timeliness: Figure | None = None

    @property
    def overall(self) -> float | None:
        """The mean of what was assessed, `None` when nothing was."""
        parts = (self.completeness, self.validity, self.uniqueness, self.consistency, self.timeliness)
        values = [part.value for part in parts if part is not None]
        return sum(values) / len(values) if values else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """The quality of a model and of each of its fields (by true name)."""

    model: Quality
    fields: Mapping[str, Quality]


_NUMBERS = frozenset({Kind.INTEGER, Kind.NUMBER, Kind.DECIMAL})


def assess(profile: Profile, shape: Shape, *, now: datetime.datetime) -> Assessment:
    """What one look says about quality, judged by `shape` (whose required and unique fields count).

    Rates of samples carry their 95 % interval. `now` is what ages are measured against; no shape declares a
    timestamp that must be fresh yet, so timeliness is not assessed.
    """
    shapes = dict(walk(shape))
    unique = _unique(shape)
    fields = {
        name: Quality(
            completeness=_completeness(profile, field),
            validity=_validity(profile, field),
            uniqueness=_uniqueness(profile, field) if name in unique else None,
            consistency=_consistency(profile, field),
        )
        for name, field in profile.fields.items()
    }
    required = [quality for name, quality in fields.items() if name in shapes and is_required(shapes[name])]
    model = Quality(
        completeness=_mean([quality.completeness for quality in required]),
        validity=_mean([quality.validity for quality in fields.values()]),
        uniqueness=_mean([quality.uniqueness for quality in fields.values()]),
        consistency=_mean([quality.consistency for quality in fields.values()]),
    )
    return Assessment(model=model, fields=MappingProxyType(fields))


def is_required(field: FieldShape) -> bool:
    """Whether a record without a value here is incomplete."""
    return (field.required and not field.nullable) or any(isinstance(rule, Required) for rule in field.rules)


def _unique(shape: Shape) -> frozenset[str]:
    """The paths of the fields that must not repeat by themselves; a set of several fields does not count."""
    declared = {names[0] for names in (*shape.unique, shape.key) if len(names) == 1}
    ruled = {path for path, field in walk(shape) if any(isinstance(rule, Unique) for rule in field.rules)}
    return frozenset({pointer(name) for name in declared} | ruled)


def _completeness(profile: Profile, field: FieldProfile) -> Figure | None:
    return field.rates.get("complete") or _rate(profile, field.present - field.blank, field.looked_at)


def _validity(profile: Profile, field: FieldProfile) -> Figure | None:
    """By the rule that fails most; absence and repetition are judged by dimensions of their own."""
    checked = [
        result.rate or _rate(profile, result.checked - result.failed, result.checked)
        for result in field.rules
        if result.failed is not None and result.checked > 0 and not isinstance(result.rule, Required | Unique)
    ]
    return min((rate for rate in checked if rate is not None), key=lambda rate: rate.value, default=None)


def _uniqueness(profile: Profile, field: FieldProfile) -> Figure | None:
    if field.once is None or field.present <= 0:
        return None
    # that a value does not repeat in a sample says little about the rest: no interval would be honest
    sampled = profile.method is not Grade.EXACT
    return Figure(value=field.once / field.present, method=profile.method, approximate=sampled)


def _consistency(profile: Profile, field: FieldProfile) -> Figure | None:
    total = sum(field.kinds.values())
    if not total:
        return None
    dominant = max(field.kinds, key=lambda kind: field.kinds[kind])
    alike = {dominant}
    if dominant in (Kind.NUMBER, Kind.DECIMAL):
        alike = set(_NUMBERS)  # whole numbers among fractions are no other type
    told = field.rates.get(f"kind {dominant}") if len(alike) == 1 else None
    return told or _rate(profile, sum(count for kind, count in field.kinds.items() if kind in alike), total)


def _rate(profile: Profile, hits: int, n: int) -> Figure | None:
    if n <= 0:
        return None
    hits = min(max(hits, 0), n)
    if profile.method is Grade.EXACT:
        return Figure(value=hits / n)
    if not profile.random:
        return Figure(value=hits / n, method=profile.method, approximate=True)
    population = int(profile.rows.value) if profile.rows.value >= profile.n else None
    low, high = wilson(hits, n, population)
    return Figure(value=hits / n, method=profile.method, low=low, high=high)


def _mean(figures: list[Figure | None]) -> Figure | None:
    """The mean rate; fields of one record move together, so the interval's ends are averaged, not narrowed."""
    known = [figure for figure in figures if figure is not None]
    if not known:
        return None
    return Figure(
        value=fmean(figure.value for figure in known),
        method=known[0].method,
        low=_mean_of([figure.low for figure in known], [figure.value for figure in known]),
        high=_mean_of([figure.high for figure in known], [figure.value for figure in known]),
        approximate=any(figure.approximate for figure in known),
    )


def _mean_of(ends: list[float | None], values: list[float]) -> float | None:
    if all(end is None for end in ends):
        return None
    return fmean(value if end is None else end for end, value in zip(ends, values, strict=True))
