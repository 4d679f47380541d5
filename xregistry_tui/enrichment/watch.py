"""What is known of one binding under watch, and what a look at it brings."""

from __future__ import annotations

import asyncio
import datetime
from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Generic, TypeVar

from xregistry_tui.core.bindings import RefreshState, RefreshStatus
from xregistry_tui.resources.base import ResourceError

if TYPE_CHECKING:
    from xregistry_tui.profiling.plan import Grade

Figures = TypeVar("Figures")


class LookCancelled(ResourceError):
    """Someone ended the look before it was done."""


@dataclass(frozen=True, slots=True)
class Looked(Generic[Figures]):
    """What a look brought: the figures, their cost in milliseconds, and what is missing in them, in words.

    `same`: the look found nothing that the last one had not. `glance`: it was a first, cheap one, and the look proper
    is still to come.
    """

    figures: Figures
    milliseconds: float
    partial: str = ""
    same: bool = False
    glance: bool = False
    again: float = inf


@dataclass(slots=True)
class Watch:
    """One binding under watch; times are monotonic seconds.

    `seen` is the token before its last look, `failure` how that look failed, `calm` how many looks in a row found
    nothing new, `glanced` whether the last look was only a first, cheap one. `hidden` is the state that a fault of the
    whole resource hides, `standing` the last status that was not a look under way, and since when.
    `held`: it is looked at again only when someone asks; else at `again_at` too, whatever its token says.
    """

    key: str
    collection: str
    greatest_age: float
    state: RefreshState
    seen: Hashable = None
    looked: bool = False
    ended: float = 0.0
    calm: int = 0
    not_before: float = 0.0
    quiet_at: float | None = None
    again_at: float = inf
    glanced: bool = False
    failures: int = 0
    failure: ResourceError | None = None
    hidden: RefreshState | None = None
    standing: tuple[RefreshStatus, datetime.datetime] | None = None
    paused: bool = False
    held: bool = False
    wanted: asyncio.Future[None] | None = None
    wanted_grade: Grade | None = None
    task: asyncio.Task[None] | None = None
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    costs: deque[tuple[float, float]] = field(default_factory=deque)

    def enter(self, status: RefreshStatus, now: datetime.datetime) -> datetime.datetime:
        """Note a status and give the moment since when it stands: a look in between does not end it."""
        if status is RefreshStatus.REFRESHING:
            return now
        if self.standing is None or self.standing[0] is not status:
            self.standing = (status, now)
        return self.standing[1]

    def settle_with(self, error: ResourceError | None) -> None:
        """Tell who waits for this look how it went."""
        wanted, self.wanted = self.wanted, None
        if wanted is None or wanted.done():
            return
        if error is None:
            wanted.set_result(None)
        else:
            wanted.set_exception(error)
            wanted.exception()  # who asked may be gone; the state says it as well
