"""What is said of a change, and from when on it is worth saying."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A change worth saying: what moved (`field` is `None` for the whole collection), since when, in one line.

    `subject` is what of the field the alarm is about (a value, a kind): it tells two alarms of one code apart.
    `version` is the model's when the change was first seen. `figure` is the number that went beyond its threshold.
    `sure`: no second look is needed to say it (a value off a declared set, a declared field that is gone).
    """

    code: str
    field: str | None
    message: str
    since: datetime.datetime
    subject: str = ""
    version: str = ""
    figure: float | None = None
    sure: bool = False

    @property
    def about(self) -> tuple[str, str | None, str]:
        """What makes two alarms the same one, seen twice."""
        return self.code, self.field, self.subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """From where on a difference is a change, beside what chance explains (which no threshold can switch off).

    `index`: population stability index. Below 0.1 nothing changed, from 0.25 on much did: N. Siddiqi, Credit Risk
    Scorecards (2006); that these are rules of thumb: B. Yurdakul, Statistical Properties of the PSI (2018).
    `distance`: Wasserstein distance in interquartile ranges of the earlier look. A quarter of one is a third of a
    standard deviation where values are normal, between a small (0.2) and a medium (0.5) effect: J. Cohen, Statistical
    Power Analysis (1988); evidently 0.4 alarms from 0.1 deviations on, too often for something that rings.
    `fill`: shares, `collapse`: the part of rows or of rows per minute that is lost. `still`: how many times the longest
    step a timestamp ever made it may stand still.
    """

    index: float = 0.25
    distance: float = 0.25
    fill: float = 0.01
    collapse: float = 0.5
    still: float = 4.0


def carry(known: Iterable[Alarm], alarms: Iterable[Alarm]) -> tuple[Alarm, ...]:
    """Alarms with the moment and the version they were first raised at, where the same one was known before."""
    raised = {alarm.about: alarm for alarm in known}
    return tuple(_carried(raised.get(alarm.about, alarm), alarm) for alarm in alarms)


def _carried(first: Alarm, alarm: Alarm) -> Alarm:
    return replace(alarm, since=first.since, version=first.version)
