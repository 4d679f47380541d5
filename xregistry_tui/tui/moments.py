"""Moments of the past and of the next look, as the screens write them."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from xregistry_tui.core.bindings import RefreshStatus
from xregistry_tui.profiling.wording import ago, since

if TYPE_CHECKING:
    from xregistry_tui.core.bindings import RefreshState
    from xregistry_tui.schema.shape import Scalar

DAY = datetime.timedelta(days=1)


def next_look(state: RefreshState, now: datetime.datetime) -> str:
    """When the next look is due: `4 s`, `soon` where it waits for its turn, `now`, or nothing where none is planned."""
    if state.status is RefreshStatus.REFRESHING:
        return "now"
    if state.next_at is None or state.status is RefreshStatus.PAUSED:
        return ""
    return until(state.next_at, now)


def until(due: datetime.datetime, now: datetime.datetime) -> str:
    """The time to a moment that is due: `4 s`, or `soon` from the last second on."""
    return since(now, due) if (due - now).total_seconds() >= 1 else "soon"


def moment_of(value: Scalar) -> datetime.datetime | None:
    """A value as an aware moment, also where the engine holds it as ISO text; without a zone it is UTC."""
    if isinstance(value, str):
        try:
            value = datetime.datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime.datetime):
        return None
    return value if value.tzinfo is not None else value.replace(tzinfo=datetime.UTC)


def recent(value: Scalar, now: datetime.datetime) -> str:
    """`2 s ago` for a moment within the last day, else nothing; a day without its time is not a moment."""
    if isinstance(value, str) and len(value) <= len("2021-01-01"):
        return ""
    moment = moment_of(value)
    return ago(moment, now) if moment is not None and now - DAY < moment <= now else ""
