"""How change reaches the screen: dirty keys up, snapshots down.

Whoever replaces a value marks its key *afterwards*; a listener is woken once, and takes all dirty keys when it is
ready. A lost or merged wake is harmless, since what is read is always the newest value. This room knows neither
asyncio nor a screen: `mark` may be called from any thread, and the wake is called in that thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable


class Subscription:
    """One listener's dirty keys. `wake` is called when the first key becomes dirty after a `take`."""

    __slots__ = ("_dirty", "_hub", "_lock", "_wake")

    def __init__(self, hub: Changes, wake: Callable[[], None]) -> None:
        self._hub = hub
        self._wake = wake
        self._dirty: set[str] = set()
        self._lock = threading.Lock()

    def _mark(self, keys: tuple[str, ...]) -> None:
        with self._lock:
            wake = not self._dirty
            self._dirty.update(keys)
        if wake:
            self._wake()

    def take(self) -> frozenset[str]:
        """All keys marked since the last call, and start anew."""
        with self._lock:
            taken = frozenset(self._dirty)
            self._dirty.clear()
        return taken

    def close(self) -> None:
        """Stop listening; safe to call twice."""
        self._hub._forget(self)


class Changes:
    """Where values are marked dirty and listeners subscribe."""

    __slots__ = ("_lock", "_subscriptions")

    def __init__(self) -> None:
        self._subscriptions: tuple[Subscription, ...] = ()
        self._lock = threading.Lock()

    def mark(self, *keys: str) -> None:
        """Say that the values behind these keys were replaced."""
        for subscription in self._subscriptions:
            subscription._mark(keys)

    def subscribe(self, wake: Callable[[], None]) -> Subscription:
        """Listen to all keys; `wake` must return at once and must not call back into `mark`."""
        subscription = Subscription(self, wake)
        with self._lock:
            self._subscriptions = (*self._subscriptions, subscription)
        return subscription

    def _forget(self, subscription: Subscription) -> None:
        with self._lock:
            self._subscriptions = tuple(s for s in self._subscriptions if s is not subscription)
