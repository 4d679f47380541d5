"""When to look again, and what looking may cost; the clock is passed in, so that tests advance time themselves."""

from __future__ import annotations

import asyncio
import datetime
import random
import time
from dataclasses import dataclass
from typing import Protocol

from xregistry_tui.enrichment.attention import thrifty


class Clock(Protocol):
    """What time it is, and how to wait."""

    def now(self) -> datetime.datetime:
        """The moment, aware UTC."""

    def monotonic(self) -> float:
        """Seconds that never go back."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime.datetime:
        """See `Clock.now`."""
        return datetime.datetime.now(datetime.UTC)

    def monotonic(self) -> float:
        """See `Clock.monotonic`."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """See `Clock.sleep`."""
        await asyncio.sleep(seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often a resource is looked at; all times in seconds.

    `poll` is between two questions for the change token, `floor` between two looks at one binding. Automatic
    looks take at most `share` of the wall time, at most
    `slots` of them at once. After failures we wait 1, 2, 4 … `patience` seconds.
    """

    poll: float = 1.0
    slots: int = 1
    share: float = 0.1
    floor: float = 2.0
    patience: float = 60.0
    jitter: float = 0.1

    def rest(self, milliseconds: float) -> float:
        """Seconds to leave a resource alone after a look that cost it so much."""
        return milliseconds / 1000 / self.share

    def back_off(self, failures: int) -> float:
        """Seconds to wait after so many failures in a row."""
        return float(min(self.patience, 2 ** min(failures - 1, 10)))

    def vary(self, seconds: float) -> float:
        """The same time, give or take, so that many resources do not ask in step."""
        # no secret is drawn here
        return seconds * (1 + random.uniform(-self.jitter, self.jitter))  # noqa: S311


def pace_of(kind: str, level: str = "development") -> Pace:
    """How a kind of engine is looked at by default: files each second, servers each five; in production sparingly."""
    if not thrifty(kind):
        return Pace()
    if level == "production":
        return Pace(poll=10.0, slots=1, share=0.02, floor=30.0)
    return Pace(poll=5.0, slots=2, share=0.03)
