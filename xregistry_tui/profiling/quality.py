"""Data quality in five dimensions, each a rate with the population it is over; `None` where nothing was looked at.

Accuracy, a sixth that others name, is whether values are true of the world: no engine can tell, and none is claimed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from statistics import fmean
from types import MappingProxyType
from typing import TYPE_CHECKING

from xregistry_tui.profiling.interval import wilson
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.profiling.profile import Figure
from xregistry_tui.profiling.timeliness import timeliness
from xregistry_tui.schema.rules import Reference, Required, Unique
from xregistry_tui.schema.shape import Kind, pointer, walk

if TYPE_CHECKING:
    import datetime

    from xregistry_tui.profiling.profile import FieldProfile, Profile, RuleResult
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
_OF_OTHERS = (Required, Unique, Reference)
_UNKNOWN: Mapping[str, float] = MappingProxyType({})


def assess(
    profile: Profile, shape: Shape, *, now: datetime.datetime, gaps: Mapping[str, float] = _UNKNOWN
) -> Assessment:
    """What one look says about quality, judged by `shape` (whose required, unique and fresh fields count).

    Rates of samples carry their 95 % interval. `now` is what ages are measured against, `gaps` (seconds by field) how
    long the newest moment usually stands still; of what has neither that nor a declared age timeliness is not assessed.
    """
    shapes = dict(walk(shape))
    unique = _unique(shape)
    timely = timeliness(profile, shape, gaps, now)
    fields = {
        name: Quality(
            completeness=_completeness(profile, field),
            validity=_validity(profile, field),
            uniqueness=_uniqueness(profile, field) if name in unique else None,
            consistency=_consistency(profile, field),
            timeliness=timely.get(name),
        )
        for name, field in profile.fields.items()
    }
    required = [quality for name, quality in fields.items() if name in shapes and is_required(shapes[name])]
    model = Quality(
        completeness=_mean([quality.completeness for quality in required]),
        validity=_mean([quality.validity for quality in fields.values()]),
        uniqueness=_mean([quality.uniqueness for quality in fields.values()]),
        consistency=_mean([quality.consistency for quality in fields.values()]),
        timeliness=_mean([quality.timeliness for quality in fields.values()]),
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
    told = _over(field.rates.get("complete"), field.looked_at)
    return told or _rate(profile, field.present - field.blank, field.looked_at)


def _validity(profile: Profile, field: FieldProfile) -> Figure | None:
    """By the rule that fails most; absence, repetition and references are judged by dimensions of their own."""
    return _worst(profile, [result for result in field.rules if not isinstance(result.rule, _OF_OTHERS)])


def _worst(profile: Profile, results: list[RuleResult]) -> Figure | None:
    checked = [
        _over(result.rate, result.checked) or _rate(profile, result.checked - result.failed, result.checked)
        for result in results
        if result.failed is not None and result.checked > 0
    ]
    return min((rate for rate in checked if rate is not None), key=lambda rate: rate.value, default=None)


def _uniqueness(profile: Profile, field: FieldProfile) -> Figure | None:
    if field.once is None or field.present <= 0:
        return None
    # that a value does not repeat in a sample says little about the rest: no interval would be honest
    sampled = profile.method is not Grade.EXACT
    share = min(1.0, field.once / field.present)
    return Figure(value=share, method=profile.method, approximate=sampled, population=field.present)


def _consistency(profile: Profile, field: FieldProfile) -> Figure | None:
    """The share of the dominant type and, of texts, of their dominant form; or that which finds its record elsewhere.

    The least of them: a value that is of another type, of another form or points nowhere is inconsistent by that alone.
    """
    references = _worst(profile, [result for result in field.rules if isinstance(result.rule, Reference)])
    found = (_alike(profile, field), _formed(profile, field), references)
    return min((rate for rate in found if rate is not None), key=lambda rate: rate.value, default=None)


def _alike(profile: Profile, field: FieldProfile) -> Figure | None:
    total = sum(field.kinds.values())
    if not total:
        return None
    dominant = max(field.kinds, key=lambda kind: field.kinds[kind])
    alike = {dominant}
    if dominant in (Kind.NUMBER, Kind.DECIMAL):
        alike = set(_NUMBERS)  # whole numbers among fractions are no other type
    told = field.rates.get(f"kind {dominant}") if len(alike) == 1 else None
    hits = sum(count for kind, count in field.kinds.items() if kind in alike)
    return _over(told, total) or _rate(profile, hits, total)


def _formed(profile: Profile, field: FieldProfile) -> Figure | None:
    """The share of the texts' dominant form, where they have one."""
    if not field.formats or field.present <= 0:
        return None
    name, share = max(field.formats, key=lambda form: form[1])
    told = _over(field.rates.get(f"format {name}"), field.present) or _rate(
        profile, round(share * field.present), field.present
    )
    apart = field.spread is not None and field.spread is not profile.method  # forms were read off a sample of their own
    return replace(told, method=field.spread or told.method, approximate=True) if told and apart else told


def _over(rate: Figure | None, population: int) -> Figure | None:
    return replace(rate, population=population) if rate is not None else None


def _rate(profile: Profile, hits: int, n: int) -> Figure | None:
    if n <= 0:
        return None
    hits = min(max(hits, 0), n)
    if profile.method is Grade.EXACT:
        return Figure(value=hits / n, population=n)
    if not profile.random:
        return Figure(value=hits / n, method=profile.method, approximate=True, population=n)
    population = int(profile.rows.value) if profile.rows.value >= profile.n else None
    low, high = wilson(hits, n, population)
    return Figure(value=hits / n, method=profile.method, low=low, high=high, population=n)


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
        at_least=any(figure.at_least for figure in known),
        population=max(figure.population or 0 for figure in known),
    )


def _mean_of(ends: list[float | None], values: list[float]) -> float | None:
    if all(end is None for end in ends):
        return None
    return fmean(value if end is None else end for end, value in zip(ends, values, strict=True))
