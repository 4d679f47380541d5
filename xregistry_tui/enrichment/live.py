"""What is known of one binding now, as one frozen value, and how a new look changes it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from xregistry_tui.core.bindings import Binding, RefreshState
from xregistry_tui.enrichment.breaches import alarms
from xregistry_tui.enrichment.past import Day, Past, limits, looked, rates_of, with_rates
from xregistry_tui.profiling import quality
from xregistry_tui.profiling.drift import Asked, Thresholds
from xregistry_tui.profiling.plan import Grade, Plan
from xregistry_tui.profiling.summary import summarised
from xregistry_tui.profiling.timeliness import usual
from xregistry_tui.schema.rules import Required

if TYPE_CHECKING:
    from xregistry_tui.profiling.drift import Alarm
    from xregistry_tui.profiling.profile import Profile
    from xregistry_tui.profiling.quality import Assessment
    from xregistry_tui.schema.rules import Rule
    from xregistry_tui.schema.shape import FieldShape, Shape

Trend = tuple[tuple[datetime.datetime, float], ...]

TREND = datetime.timedelta(minutes=30)
TREND_POINTS = 240
RATE_OVER = datetime.timedelta(minutes=5)
# fewer seconds than this say nothing about a minute
RATE_LEAST = datetime.timedelta(seconds=5)
TOP = 100
_USUAL = Thresholds()


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A binding with its state and the last good figures.

    `shape` is the collection's as it was last read. `trend` is rows at moments, oldest first; `per_minute` how the
    rows grow; `spent_ms_per_minute` what looking cost within the last minute. `missing` are required fields of the
    model that the collection has not. `will_run` says what will run by itself, `pinned` whether changes are followed.
    `day` is the overall quality of each field (`""`: of the model) in equal parts of the last 24 hours, oldest first,
    `None` where nobody looked.
    """

    binding: Binding
    state: RefreshState = field(default_factory=RefreshState)
    profile: Profile | None = None
    assessment: Assessment | None = None
    alarms: tuple[Alarm, ...] = ()
    trend: Trend = ()
    per_minute: float | None = None
    spent_ms_per_minute: float = 0.0
    shape: Shape | None = None
    missing: tuple[str, ...] = ()
    pinned: bool = False
    will_run: str = ""
    day: Day = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A look under way."""

    key: str
    model: str
    since: datetime.datetime
    grade: Grade


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one look brought: the part of a `Live` that it replaces, and what is known of the past then."""

    profile: Profile
    assessment: Assessment
    past: Past
    trend: Trend
    shape: Shape
    missing: tuple[str, ...] = ()

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """What two looks in a row found."""
        return alarms(self.past.breaches)


def judged(collection: Shape, model: Shape) -> tuple[Shape, tuple[str, ...]]:
    """The collection's shape with the model's demands on its fields, and the model's fields that it has not.

    Fields match by true name, else without regard to case. What the engine itself demands is no news: the rules are
    the model's.
    """
    exact = {held.name: held for held in collection.fields}
    folded = {held.name.casefold(): held for held in collection.fields}
    demands: dict[str, FieldShape] = {}
    missing = []
    for wanted in model.fields:
        found = exact.get(wanted.name) or folded.get(wanted.name.casefold())
        if found is not None:
            demands.setdefault(found.name, wanted)
        elif quality.is_required(wanted):
            missing.append(wanted.name)
    fields = tuple(_demanding(held, demands.get(held.name)) for held in collection.fields)
    return replace(collection, fields=fields), tuple(missing)


def _demanding(held: FieldShape, demand: FieldShape | None) -> FieldShape:
    if demand is None:
        return replace(held, rules=())
    rules = demand.rules
    if quality.is_required(demand) and not any(isinstance(rule, Required) for rule in rules):
        rules = (Required("required by the model"), *rules)
    return replace(held, rules=rules, required=demand.required, nullable=demand.nullable, freshness=demand.freshness)


def plan_of(shape: Shape, grade: Grade, sample: int) -> Plan:
    """One look at a collection, with every rule of its (judged) shape."""
    rules: dict[str, tuple[Rule, ...]] = {held.name: held.rules for held in shape.fields if held.rules}
    return Plan(shape=shape, grade=grade, rules=rules, sample=sample, top=TOP)


def figures(
    profile: Profile,
    collection: Shape,
    model: Shape,
    *,
    past: Past,
    before: Live,
    now: datetime.datetime,
    version: str = "",
    thresholds: Thresholds = _USUAL,
) -> Figures:
    """What a profile means for a model (at a version of it) beside what was known and what was long ago."""
    demanded, missing = judged(collection, model)
    trend = grown(before.trend, profile.as_of, profile.rows.value)
    summary = summarised(profile, collection, version, lately(trend) if _counted(profile) else None)
    asked = Asked(now=now, thresholds=thresholds, limits=limits(past, demanded, thresholds))
    past = looked(past, summary, asked)
    assessment = quality.assess(profile, demanded, now=now, gaps=usual(past.steps))
    return Figures(
        profile=profile,
        assessment=assessment,
        past=with_rates(past, rates_of(assessment), profile.as_of),
        trend=trend,
        shape=collection,
        missing=missing,
    )


def _counted(profile: Profile) -> bool:
    return profile.rows.method is not Grade.CATALOGUE and not profile.rows.approximate


def lately(trend: Trend) -> tuple[float, float] | None:
    """Rows gained within the last minutes of a trend, and how many minutes that were; `None` of less than one."""
    at, rows = trend[-1]
    since = max(at - RATE_OVER, trend[0][0])
    if at - since < datetime.timedelta(minutes=1):
        return None
    first, before = [point for point in trend if point[0] <= since][-1]
    return rows - before, (at - first) / datetime.timedelta(minutes=1)


def grown(trend: Trend, at: datetime.datetime, rows: float) -> Trend:
    """A trend with one more moment: 30 minutes, at most 240 points, evenly thinned."""
    kept = [point for point in trend if point[0] > at - TREND and point[0] < at]
    step = TREND / TREND_POINTS
    if len(kept) >= 2 and at - kept[-2][0] < step:
        kept.pop()
    return (*kept[-(TREND_POINTS - 1) :], (at, rows))


def rate(trend: Trend, now: datetime.datetime) -> float | None:
    """Rows gained (or lost) per minute within the last five minutes; `None` until there is enough to tell."""
    if not trend or now - trend[0][0] < RATE_LEAST:
        return None
    since = max(now - RATE_OVER, trend[0][0])
    before = [rows for at, rows in trend if at <= since][-1]
    return (trend[-1][1] - before) / ((now - since) / datetime.timedelta(minutes=1))
