"""From what two looks in a row find to an alarm, and from what they no longer find to its end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xregistry_tui.profiling.drift import Alarm

ENOUGH = 2
"""Looks in a row that raise an alarm, and that end it: one look alone may fall into somebody's half-done work."""


@dataclass(frozen=True, slots=True)
class Breach:
    """A change as last said, with the moment and the version of its first breach.

    `seen` and `fine` count the looks in a row that found it, or no longer did; one of the two is 0.
    """

    alarm: Alarm
    seen: int = 1
    fine: int = 0
    raised: bool = False

    @property
    def doubtful(self) -> bool:
        """Whether the next look decides something."""
        return self.fine > 0 if self.raised else True


def after_look(known: Iterable[Breach], found: Iterable[Alarm]) -> tuple[Breach, ...]:
    """The breaches after one more look, in the order it found them, then those that are about to end."""
    held = {breach.alarm.about: breach for breach in known}
    breaches = [_again(held.pop(alarm.about, None), alarm) for alarm in found]
    return (*breaches, *(ending for breach in held.values() if (ending := _absent(breach)) is not None))


def _again(known: Breach | None, alarm: Alarm) -> Breach:
    if known is None:
        return Breach(alarm, raised=alarm.sure)
    seen = known.seen + 1
    told = replace(alarm, since=known.alarm.since, version=known.alarm.version)
    return Breach(told, seen, raised=known.raised or alarm.sure or seen >= ENOUGH)


def _absent(known: Breach) -> Breach | None:
    """One that was never raised is forgotten at once: two in a row it was not."""
    fine = known.fine + 1
    return replace(known, seen=0, fine=fine) if known.raised and fine < ENOUGH else None


def alarms(breaches: Iterable[Breach]) -> tuple[Alarm, ...]:
    """What is to be said."""
    return tuple(breach.alarm for breach in breaches if breach.raised)
