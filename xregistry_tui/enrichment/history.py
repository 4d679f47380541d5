"""What is remembered of every binding from look to look, and from one start of the program to the next."""

from __future__ import annotations

import asyncio
import datetime
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from xregistry_tui.enrichment import past as pasts
from xregistry_tui.enrichment.past import DAY, HOUR, Day, Past, Rates, poor, thinned, with_rates
from xregistry_tui.profiling.drift import Asked, Thresholds, changed
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.profiling.summary_json import as_json, from_json
from xregistry_tui.profiling.timeliness import stepped
from xregistry_tui.store.base import MemoryStore, Point, Store

if TYPE_CHECKING:
    from xregistry_tui.enrichment.pacing import Clock
    from xregistry_tui.profiling.drift import Alarm
    from xregistry_tui.profiling.summary import Summary

Made = TypeVar("Made")

_EVER = datetime.datetime.min.replace(tzinfo=datetime.UTC)
_KIND = "baseline"


class History:
    """The pasts of bindings by key. Each look is kept in the series `profile:{key}` of the store, thinned with age.

    Drift is seen against what somebody accepted last, however long ago; else against the earliest look of the last
    24 hours that was more than an engine's own statistics: what has stood for a day is how it is now, and its alarms
    end by themselves.
    """

    def __init__(self, clock: Clock, store: Store | None) -> None:
        self._clock = clock
        self._store = store if store is not None else MemoryStore()
        self._pasts: dict[str, Past] = {}
        self._days: dict[str, tuple[Past, int, Day]] = {}

    def known(self, key: str) -> Past:
        """What is known without asking the store."""
        return self._pasts.get(key, Past())

    def forget(self, key: str) -> None:
        """Drop what is in memory; the store keeps what it has."""
        self._pasts.pop(key, None)
        self._days.pop(key, None)

    def day(self, key: str) -> Day:
        """The quality of each field in each of the last 24 hours."""
        now = self._clock.now()
        past, hour = self.known(key), int(now.timestamp() // HOUR.total_seconds())
        made = self._days.get(key)
        if made is None or made[0] is not past or made[1] != hour:
            made = self._days[key] = (past, hour, pasts.day(past, now))
        return made[2]

    async def past(self, key: str) -> Past:
        """What is known of a binding, read from the store at its first look; its baseline is a day old at most."""
        if key not in self._pasts:
            restored = await self._restored(key)
            self._pasts.setdefault(key, restored)
        held = self._pasts[key]
        now = self._clock.now()
        if held.baseline is not None and not held.accepted and held.baseline.as_of < now - DAY - HOUR:
            baseline = await self._earliest(key, now)
            held = self._pasts[key] = replace(self._pasts[key], baseline=baseline)
        return held

    async def keep(self, key: str, past: Past, rates: Rates) -> None:
        """Remember the past after a look, and the look itself where it is worth it."""
        before = self.known(key)
        summary = past.latest
        if summary is None:
            return
        worth = pasts.worth_keeping(before, summary)
        self._pasts[key] = replace(past, kept_at=summary.as_of) if worth else past
        if worth:
            text = await _beside(len(summary.fields), _written, summary, rates)
            await self._store.add_points(_series(key), [Point(summary.as_of, {"look": text})])
            if before.kept_at is not None and _hour(before.kept_at) != _hour(summary.as_of):
                await self._thin(key)

    async def _thin(self, key: str) -> None:
        moments = [point.at for point in await self._store.points(_series(key), _EVER)]
        gone = set(moments) - set(thinned(moments, self._clock.now()))
        if gone:
            await self._store.drop_points(_series(key), gone)

    async def accept(self, key: str) -> Past:
        """Make the last look the baseline, now and at the next start; every alarm ends. Raises LookupError: no look."""
        past = self.known(key)
        if past.latest is None or past.latest.method is Grade.CATALOGUE:
            raise LookupError("no figures to accept yet: refresh it first, or sharpen it")
        await self._store.put(_KIND, key, {"look": _written(past.latest, {})})
        # a look may have ended meanwhile: it is told from what was accepted all the same
        made = self._pasts[key] = replace(self.known(key), baseline=past.latest, accepted=True, breaches=())
        return made

    async def since(self, key: str, moment: datetime.datetime, thresholds: Thresholds) -> tuple[Alarm, ...]:
        """What changed between the look kept last before a moment (else the first one kept) and the last look."""
        latest = self.known(key).latest
        points = await self._store.points(_series(key), _EVER)
        earlier = [point for point in points if point.at <= moment][-1:] or list(points[:1])
        looks = [summary for summary, _ in _looks(earlier)]
        if latest is None or not looks:
            return ()
        return changed(looks[0], latest, Asked(now=self._clock.now(), thresholds=thresholds))

    async def _restored(self, key: str) -> Past:
        points = await self._store.points(_series(key), _EVER)
        accepted = await self._store.get(_KIND, key)
        kept = next(iter(_looks([Point(_EVER, accepted.value)])), None) if accepted is not None else None
        past = await _beside(len(points) * 20, _replayed, points, self._clock.now())
        return replace(past, baseline=kept[0], accepted=True) if kept is not None else past

    async def _earliest(self, key: str, now: datetime.datetime) -> Summary | None:
        points = await self._store.points(_series(key), now - DAY)
        return next((summary for summary, _ in _looks(points) if not poor(summary)), None)


def _series(key: str) -> str:
    return f"profile:{key}"


def _hour(at: datetime.datetime) -> int:
    return int(at.timestamp() // HOUR.total_seconds())


async def _beside(fields: int, work: Callable[..., Made], *given: Any) -> Made:
    """Work on so many fields: much of it beside the loop."""
    return work(*given) if fields < WIDE else await asyncio.to_thread(work, *given)


WIDE = 40
"""So many fields are concluded from, or written down, beside the loop and not on it."""


def _written(summary: Summary, rates: Rates) -> str:
    """A look as text: a tenth of the memory that it takes as data."""
    quality = {path: round(rate, 4) for path, rate in rates.items()}
    return json.dumps({"summary": as_json(summary), "quality": quality}, ensure_ascii=False, separators=(",", ":"))


def _looks(points: Iterable[Point]) -> Iterable[tuple[Summary, Rates]]:
    """What was kept, one by one; what another version of the program kept is passed over."""
    for point in points:
        try:
            held = json.loads(point.value["look"])
            yield from_json(held["summary"]), held["quality"]
        except (KeyError, TypeError, ValueError):
            continue


def _replayed(points: Sequence[Point], now: datetime.datetime) -> Past:
    """The past that kept looks add up to."""
    past = Past()
    for summary, rates in _looks(points):
        recent = summary.as_of > now - DAY
        base = recent and not poor(summary) and past.baseline is None
        past = replace(
            past,
            baseline=summary if base else past.baseline,
            latest=summary,
            kept_at=summary.as_of,
            steps=MappingProxyType(dict(stepped(past.steps, summary))),
        )
        past = with_rates(past, rates, summary.as_of) if recent else past
    return past
