"""What is remembered of a function's calls: counts and a bounded history, never arguments or results."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    import datetime

Outcome: TypeAlias = Literal["ok", "failed", "timed out", "cancelled", "denied", "invalid"]

# short and shared: what is counted under it takes a few hundred nanoseconds
_counting = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call. `duration_ms` is `None` where it never ran or durations are not kept, `who` where it was trusted code.

    `denied` and `invalid` (its arguments) calls never ran.
    """

    at: datetime.datetime
    outcome: Outcome
    duration_ms: float | None = None
    error: str | None = None
    who: str | None = None
    deprecated: bool = False


class Calls:
    """The calls of one function, correct under threads: those that ran are counted, every one is in the history."""

    __slots__ = ("_history", "count", "failures", "last")

    def __init__(self) -> None:
        self.count = 0
        self.failures = 0
        self.last: datetime.datetime | None = None
        self._history: deque[Call] = deque(maxlen=0)

    @property
    def history(self) -> tuple[Call, ...]:
        """The newest calls, oldest first."""
        with _counting:
            return tuple(self._history)

    def begin(self, at: datetime.datetime) -> None:
        """Count a call that starts to run."""
        with _counting:
            self.count += 1
            self.last = at

    def end(self, call: Call, keep: int, *, ran: bool = True) -> None:
        """Note how a call ended, and keep the newest so many; one that never ran is no failure of the function."""
        with _counting:
            if ran and call.outcome in ("failed", "timed out"):
                self.failures += 1
            if keep == self._history.maxlen == 0:
                return
            if self._history.maxlen != keep:
                self._history = deque(self._history, maxlen=keep)
            self._history.append(call)


NO_CALLS = Calls()
"""Of a function that was never called."""
