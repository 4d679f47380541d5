"""What changed in one field between two looks: its values, fill, kinds, and how its values are spread."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from xregistry_tui.profiling import wording
from xregistry_tui.profiling.alarms import Alarm, Thresholds
from xregistry_tui.profiling.distances import (
    QUARTILES,
    binned,
    distribution,
    explained_distance,
    explained_index,
    population_stability_index,
    wasserstein,
)
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.profiling.sketches import told

if TYPE_CHECKING:
    from xregistry_tui.profiling.distances import Distribution
    from xregistry_tui.profiling.field_summary import FieldSummary
    from xregistry_tui.profiling.profile import ValueCount
    from xregistry_tui.profiling.summary import Summary
    from xregistry_tui.schema.shape import Scalar

# a value is new when the earlier look would have missed it with less than this chance
_CHANCE = 0.01
# values seen less often than this vanish without a word: somebody mended them
_NOTABLE = 5
_SIGMAS = 4.0
_MOST_ALARMS = 5
# fewer records have no distribution to speak of
_FEWEST = 20


@dataclass(frozen=True, slots=True)
class Pair:
    """One field in both looks."""

    name: str
    earlier: Summary
    before: FieldSummary
    later: Summary
    after: FieldSummary

    def missed_before(self, count: int) -> bool:
        """Whether what is seen `count` times now may have been there before, unseen."""
        return _missed(self.earlier, self.before.looked_at, count / self.after.looked_at)

    def missed_after(self, count: int) -> bool:
        """Whether what was seen `count` times before may still be there, unseen."""
        return _missed(self.later, self.after.looked_at, count / self.before.looked_at)

    def alarm(self, code: str, message: str, now: datetime.datetime, **more: object) -> Alarm:
        """An alarm about this field."""
        return Alarm(code=code, field=self.name, message=f"{self.name}: {message}", since=now, **more)  # type: ignore[arg-type]


def _missed(summary: Summary, n: int, share: float) -> bool:
    return summary.method is not Grade.EXACT and (1 - min(share, 1.0)) ** n > _CHANCE


def moved(pair: Pair, now: datetime.datetime, thresholds: Thresholds) -> Iterator[Alarm]:
    """Every change of a field that was looked at both times."""
    new = list(_new_values(pair, now))
    yield from new
    yield from _lost_values(pair, now)
    if not any(alarm.sure for alarm in new):
        yield from _off_set(pair, now)
    yield from _fill(pair, now, thresholds.fill)
    yield from _kinds(pair, now)
    if not pair.before.identity and not pair.after.identity and min(pair.before.present, pair.after.present) >= _FEWEST:
        yield from _spread(pair, now, thresholds)


def _new_values(pair: Pair, now: datetime.datetime) -> Iterator[Alarm]:
    known = {told(entry.value) for entry in pair.before.values.listed}
    strays = set(map(told, pair.after.strays))
    new = [entry for entry in _listed(pair) if told(entry.value) not in known and not pair.missed_before(entry.count)]
    # those that are not allowed are said whatever their number
    for entry in sorted(new, key=lambda entry: (told(entry.value) not in strays, -entry.count))[:_MOST_ALARMS]:
        stray = told(entry.value) in strays
        message = f"new value {_shown(entry.value)}, {entry.count:,} of {pair.after.looked_at:,}"
        yield pair.alarm("new_value", message, now, subject=repr(entry.value), figure=float(entry.count), sure=stray)


def _listed(pair: Pair) -> tuple[ValueCount, ...]:
    """The values of a field that picks them from a list, then and now."""
    return pair.after.values.listed if pair.before.choice and pair.after.choice else ()


def _lost_values(pair: Pair, now: datetime.datetime) -> Iterator[Alarm]:
    if not pair.before.choice or not pair.after.choice:
        return
    kept = {told(entry.value) for entry in pair.after.values.listed}
    gone = [entry for entry in pair.before.values.listed if told(entry.value) not in kept and entry.count >= _NOTABLE]
    for entry in [entry for entry in gone if not pair.missed_after(entry.count)][:_MOST_ALARMS]:
        message = f"{_shown(entry.value)} vanished, was {entry.count:,} of {pair.before.looked_at:,}"
        yield pair.alarm("lost_value", message, now, subject=repr(entry.value), figure=float(entry.count))


def _off_set(pair: Pair, now: datetime.datetime) -> Iterator[Alarm]:
    """Values off a declared set where there were none, in a field of too many values to list them."""
    if pair.after.off and pair.before.off == 0 and not pair.missed_before(pair.after.off):
        message = f"{pair.after.off:,} of {pair.after.looked_at:,} off the declared set"
        yield pair.alarm("off_set", message, now, figure=float(pair.after.off), sure=True)


def _fill(pair: Pair, now: datetime.datetime, least: float) -> Iterator[Alarm]:
    before, after = pair.before, pair.after
    share, share_now = before.present / before.looked_at, after.present / after.looked_at
    pooled = (before.present + after.present) / (before.looked_at + after.looked_at)
    noise = sqrt(pooled * (1 - pooled) * (1 / before.looked_at + 1 / after.looked_at))
    difference = abs(share_now - share)
    if difference >= least and difference > _SIGMAS * noise:
        message = f"filled {share:.1%} → {share_now:.1%}".replace("%", " %")
        yield pair.alarm("fill", message, now, figure=share_now - share)


def _kinds(pair: Pair, now: datetime.datetime) -> Iterator[Alarm]:
    for kind, count in pair.after.kinds.items():
        if count and not pair.before.kinds.get(kind) and pair.before.present and not pair.missed_before(count):
            message = f"{kind} appeared, {count:,} of {pair.after.looked_at:,}"
            yield pair.alarm("kind", message, now, subject=str(kind), figure=float(count))


def _spread(pair: Pair, now: datetime.datetime, thresholds: Thresholds) -> Iterator[Alarm]:
    """How often each value is picked, or where numbers lie; of numbers the distance, else the index where they stay."""
    if pair.before.choice and pair.after.choice:
        yield from _index(pair, now, thresholds, *shares(pair.before, pair.after))
        return
    before, after = (distribution(held.values, held.ranks) for held in (pair.before, pair.after))
    if before is None or after is None:
        return
    found = list(_distance(pair, now, thresholds, before, after))
    yield from found or _index(pair, now, thresholds, *binned(before, after))


def shares(before: FieldSummary, after: FieldSummary) -> tuple[list[float], list[float]]:
    """How often each value that either has occurs in both."""
    counts = [{told(entry.value): float(entry.count) for entry in held.values.listed} for held in (before, after)]
    values = sorted({*counts[0], *counts[1]})
    return [counts[0].get(value, 0.0) for value in values], [counts[1].get(value, 0.0) for value in values]


def _index(
    pair: Pair, now: datetime.datetime, thresholds: Thresholds, before: list[float], after: list[float]
) -> Iterator[Alarm]:
    index = population_stability_index(before, after)
    if index >= thresholds.index and index > explained_index(len(before), pair.before.present, pair.after.present):
        yield pair.alarm("index", f"its values are spread otherwise, stability index {index:.2f}", now, figure=index)


def _distance(
    pair: Pair, now: datetime.datetime, thresholds: Thresholds, before: Distribution, after: Distribution
) -> Iterator[Alarm]:
    unit = _unit(pair.before, before)
    if unit <= 0:
        return
    distance = wasserstein(before, after) / unit
    if distance >= thresholds.distance and distance > _SIGMAS * explained_distance(before.n, after.n):
        middle, now_there = (_number(held.quantile(0.5)) for held in (before, after))
        message = f"its values moved, median {middle} → {now_there}, {distance:.2f} interquartile ranges"
        yield pair.alarm("distance", message, now, figure=distance)


def _unit(field: FieldSummary, held: Distribution) -> float:
    """The interquartile range; where half of the records have one value, the standard deviation."""
    between = held.quantile(QUARTILES[-1]) - held.quantile(QUARTILES[0])
    return between or (field.moments.deviation if field.moments is not None else 0.0)


def _number(value: float) -> str:
    return wording.scalar(int(value) if value.is_integer() else float(f"{value:.4g}"), 12)


def _shown(value: Scalar) -> str:
    return f"“{wording.cut(value, 40)}”" if isinstance(value, str) else wording.scalar(value, 40)
