"""How old the newest record is, against how often a new one is declared or used to come."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from xregistry_tui.profiling.plan import Grade
from xregistry_tui.profiling.profile import Figure
from xregistry_tui.schema.rules import moment
from xregistry_tui.schema.shape import walk

if TYPE_CHECKING:
    from xregistry_tui.profiling.profile import FieldProfile, Profile
    from xregistry_tui.profiling.summary import Summary
    from xregistry_tui.schema.shape import Shape

LEAST_STEPS = 10
"""A timestamp has a usual step once it moved so many times: of fewer the longest may be far too short."""


@dataclass(frozen=True, slots=True)
class Steps:
    """How the newest moment of a field moved from look to look: how often, and by how many seconds at the most."""

    newest: datetime.datetime
    longest: float = 0.0
    count: int = 0


def stepped(known: Mapping[str, Steps], summary: Summary) -> Mapping[str, Steps]:
    """The steps of every timestamp after one more look; what goes back is no step."""
    steps = dict(known)
    for path, seen in summary.fields.items():
        newest = seen.newest
        if newest is None:
            continue
        held = steps.get(path)
        if held is None or newest < held.newest:
            steps[path] = replace(held, newest=newest) if held is not None else Steps(newest)
        elif newest > held.newest:
            gap = (newest - held.newest).total_seconds()
            steps[path] = Steps(newest, max(held.longest, gap), held.count + 1)
    return MappingProxyType(steps)


def usual(steps: Mapping[str, Steps]) -> dict[str, float]:
    """The longest step (seconds) of each timestamp that moved often enough to have one."""
    return {path: held.longest for path, held in steps.items() if held.count >= LEAST_STEPS}


def declared(shape: Shape) -> dict[str, float]:
    """How old (seconds) the newest moment of a field may be, where its model says so."""
    return {path: held.freshness for path, held in walk(shape) if held.freshness is not None}


def timeliness(profile: Profile, shape: Shape, gaps: Mapping[str, float], now: datetime.datetime) -> dict[str, Figure]:
    """The timeliness of each field that is judged by it: the declared ones, else the one with the newest moment.

    1 while the newest is no older than its gap, then gap ÷ age: half when twice as old. (Ballou and others, 1998, have
    1 − age ÷ gap, which says nothing more from the first late minute on.) Of a sample it is a lower bound.
    """
    asked = declared(shape)
    if asked:
        found = {path: _figure(profile, path, gap, now) for path, gap in asked.items()}
        return {path: figure for path, figure in found.items() if figure is not None}
    moments = {path: newest for path in gaps if (newest := _newest(profile.fields.get(path))) and newest <= now}
    if not moments:
        return {}
    latest = max(moments, key=lambda path: moments[path])
    figure = _figure(profile, latest, gaps[latest], now)
    return {latest: figure} if figure is not None else {}


def _figure(profile: Profile, path: str, gap: float, now: datetime.datetime) -> Figure | None:
    seen = profile.fields.get(path)
    newest = _newest(seen)
    if seen is None or newest is None:
        return None
    age = (now - newest).total_seconds()
    return Figure(
        value=min(1.0, gap / age) if age > 0 else 1.0,
        method=profile.method,
        at_least=profile.method is not Grade.EXACT,
        population=seen.present,
    )


def _newest(seen: FieldProfile | None) -> datetime.datetime | None:
    return moment(seen.maximum) if seen is not None else None
