"""What is known of one binding's past, as one frozen value, and how a look changes it; pure, no store and no clock."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from xregistry_tui.enrichment.breaches import Breach, after_look
from xregistry_tui.profiling.drift import SCHEMA, Asked, Thresholds, changed
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.profiling.timeliness import Steps, declared, stepped, usual

if TYPE_CHECKING:
    from xregistry_tui.profiling.quality import Assessment
    from xregistry_tui.profiling.summary import Summary
    from xregistry_tui.schema.shape import Shape

DAY = datetime.timedelta(days=1)
HOUR = datetime.timedelta(hours=1)
MONTH = datetime.timedelta(days=30)
PARTS = 24
APART = datetime.timedelta(minutes=1)
"""A look that found something new is kept where the last one kept is at least so old; any look after an hour."""

Day = Mapping[str, tuple[float | None, ...]]
Rates = Mapping[str, float]
Hours = Mapping[int, Mapping[str, tuple[float, int]]]
"""Of each hour since 1970, by field, the sum of its overall quality over so many looks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One binding's past.

    `baseline` is what drift is seen against, from `accepted` on as somebody accepted it. `latest` is the last look,
    `kept_at` when one was last kept. `steps` are those of its timestamps.
    """

    baseline: Summary | None = None
    accepted: bool = False
    latest: Summary | None = None
    kept_at: datetime.datetime | None = None
    breaches: tuple[Breach, ...] = ()
    hours: Hours = field(default_factory=lambda: MappingProxyType({}))
    steps: Mapping[str, Steps] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def doubtful(self) -> bool:
        """Whether the next look decides about an alarm."""
        return any(breach.doubtful for breach in self.breaches)


def rates_of(assessment: Assessment) -> dict[str, float]:
    """The overall quality of the model (`""`) and of each field, of what was assessed."""
    every = {"": assessment.model, **assessment.fields}
    return {path: overall for path, quality in every.items() if (overall := quality.overall) is not None}


def looked(past: Past, summary: Summary, asked: Asked) -> Past:
    """The past after one more look, before its quality is known."""
    baseline = past.baseline
    found = changed(baseline, summary, asked) if baseline is not None else ()
    # what an engine's own statistics cannot judge they neither confirm nor end
    stated = summary.method is Grade.CATALOGUE
    unjudged = [breach for breach in past.breaches if stated and breach.alarm.code not in SCHEMA]
    judged = [breach for breach in past.breaches if breach not in unjudged]
    return replace(
        past,
        baseline=baseline if baseline is not None and not poor(baseline) else summary,
        latest=summary,
        breaches=(*after_look(judged, found), *unjudged),
        steps=stepped(past.steps, summary),
    )


def poor(summary: Summary) -> bool:
    """Whether a look is no base to compare with: an engine's own statistics, or no records at all."""
    return summary.method is Grade.CATALOGUE or not any(held.looked_at for held in summary.fields.values())


def limits(past: Past, shape: Shape, thresholds: Thresholds) -> dict[str, float]:
    """How old (seconds) the newest of each timestamp may be: as declared, else several times its longest step."""
    return {path: gap * thresholds.still for path, gap in usual(past.steps).items()} | declared(shape)


def overdue(past: Past, ages: Mapping[str, float], now: datetime.datetime) -> float | None:
    """Seconds until the first timestamp that still moves is too old; `None` where none is going to be."""
    fields = past.latest.fields if past.latest is not None else {}
    known = {breach.alarm.field for breach in past.breaches if breach.alarm.code == "freshness"}
    newest = {path: fields[path].newest for path in ages if path in fields and path not in known}
    left = [ages[path] - (now - at).total_seconds() for path, at in newest.items() if at is not None]
    return max(0.0, min(left)) if left else None


def with_rates(past: Past, rates: Rates, at: datetime.datetime) -> Past:
    """The past with the quality of a look added to that of its hour; a day of hours is kept."""
    hour = _hour(at)
    held = dict(past.hours.get(hour, {}))
    for path, rate in rates.items():
        total, looks = held.get(path, (0.0, 0))
        held[path] = total + rate, looks + 1
    hours = {other: seen for other, seen in past.hours.items() if hour - PARTS < other}
    return replace(past, hours=MappingProxyType({**hours, hour: MappingProxyType(held)}))


def _hour(at: datetime.datetime) -> int:
    return int(at.timestamp() // HOUR.total_seconds())


def day(past: Past, now: datetime.datetime) -> Day:
    """The mean overall quality of each field in each of the last 24 hours of the clock, this one last."""
    hours = range(_hour(now) - PARTS + 1, _hour(now) + 1)
    paths = dict.fromkeys(path for hour in hours for path in past.hours.get(hour, ()))
    return MappingProxyType(
        {path: tuple(_mean(past.hours.get(hour, {}).get(path)) for hour in hours) for path in paths}
    )


def _mean(held: tuple[float, int] | None) -> float | None:
    return held[0] / held[1] if held is not None else None


def worth_keeping(past: Past, summary: Summary) -> bool:
    """Whether a look is to be kept: something new, a minute after the last one; or an hour after it, whatever it is."""
    if past.latest is None or past.kept_at is None:
        return True
    age = summary.as_of - past.kept_at
    same = (past.latest.rows, past.latest.fields) == (summary.rows, summary.fields)
    return age >= HOUR or (age >= APART and not same)


def thinned(moments: Sequence[datetime.datetime], now: datetime.datetime) -> tuple[datetime.datetime, ...]:
    """Which of the moments that were kept stay kept: all of the last day, one an hour of a month, one a day before.

    Of each hour and day (of the clock, UTC) the first one stays, so that thinning again takes nothing more.
    """
    kept: dict[tuple[str, int], datetime.datetime] = {}
    for index, at in enumerate(sorted(moments)):
        age = now - at
        if age <= DAY:
            kept["look", index] = at
        elif age <= MONTH:
            kept.setdefault(("hour", _hour(at)), at)
        else:
            kept.setdefault(("day", _hour(at) // PARTS), at)
    return tuple(kept.values())
