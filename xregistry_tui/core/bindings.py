"""Which model looks at which data, and how fresh what it saw is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime


class BindingOrigin(StrEnum):
    """Who tied a model to a collection."""

    DISCOVERY = "discovery"
    CALL = "call"
    SETTINGS = "settings"
    MATCH = "match"


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """A model (its path, without the prefix) tied to a collection of a resource; a model may have several."""

    model: str
    resource: str
    collection: str
    origin: BindingOrigin = BindingOrigin.DISCOVERY
    refresh_interval: float | None = None

    @property
    def key(self) -> str:
        """One string that names this binding in stores and change keys."""
        return f"{self.model}@{self.resource}::{self.collection}"


class RefreshStatus(StrEnum):
    """Where a binding stands. The last good figures stay in every one of them."""

    WAITING = "waiting"
    REFRESHING = "refreshing"
    LIVE = "live"
    PARTIAL = "partial"
    STALE = "stale"
    FAILED = "failed"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshState:
    """The status with its reason (what, and what to try), when figures were last good, when the next look is due.

    `since` is when this status began. `milliseconds` is what the last refresh cost; `spent` sums them since `opened`.
    """

    status: RefreshStatus = RefreshStatus.WAITING
    reason: str = ""
    as_of: datetime.datetime | None = None
    since: datetime.datetime | None = None
    next_at: datetime.datetime | None = None
    milliseconds: float | None = None
    spent: float = 0.0
    refreshes: int = 0
    opened: datetime.datetime | None = None
