"""What happened to a binding between two states, as the trail says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xregistry_tui.core.bindings import RefreshStatus

if TYPE_CHECKING:
    from xregistry_tui.enrichment.live import Live

_TROUBLE = (RefreshStatus.STALE, RefreshStatus.FAILED)


@dataclass(frozen=True, slots=True)
class Event:
    """A past-tense fact: `drift`, `stale`, `failed` or `recovered`, with one line that says what."""

    verb: str
    text: str


def happened(before: Live, after: Live) -> tuple[Event, ...]:
    """New alarms, trouble that began or changed its reason, and its end; a look that changed nothing is no event."""
    known = {(alarm.code, alarm.field, alarm.since) for alarm in before.alarms}
    fresh = (alarm for alarm in after.alarms if (alarm.code, alarm.field, alarm.since) not in known)
    return (*(Event("drift", alarm.message) for alarm in fresh), *_turned(before, after))


def _turned(before: Live, after: Live) -> tuple[Event, ...]:
    was, now = before.state, after.state
    if now.status in _TROUBLE:
        told = was.status in _TROUBLE and was.reason == now.reason
        return () if told else (Event(now.status.value, now.reason),)
    if was.status in _TROUBLE and now.status in (RefreshStatus.LIVE, RefreshStatus.PARTIAL):
        return (Event("recovered", "live again"),)
    return ()
