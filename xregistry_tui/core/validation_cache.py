"""What checking a value gave, remembered for a while.

Only plain immutable values go in and come out. They are told apart as Python's `==` does not: `1`, `1.0` and `True`
differ, and so do `0.0` and `-0.0`, `Decimal("1.0")` and `Decimal("1.00")`.
"""

from __future__ import annotations

import datetime
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from decimal import Decimal
from typing import Any
from uuid import UUID

from xregistry_tui.core.registry import Clock

SIZE = 4096
LONGEST = 1000
_TOLD_APART: dict[type, Callable[[Any], Hashable]] = {
    str: lambda value: value,
    bytes: lambda value: value,
    bool: lambda value: value,
    int: lambda value: value,
    float: float.hex,
    Decimal: str,
}
_IMMUTABLE = frozenset({*_TOLD_APART, type(None), UUID, datetime.date, datetime.time, datetime.timedelta})


class ValidationCache:
    """The newest `size` results by key, each for as long as the asker trusts it; correct under threads."""

    def __init__(self, clock: Clock, size: int = SIZE) -> None:
        self._clock = clock
        self._size = size
        self._lock = threading.Lock()
        self._held: OrderedDict[Hashable, tuple[datetime.datetime, Any]] = OrderedDict()
        self._generation = 0

    def __len__(self) -> int:
        return len(self._held)

    def remembered(self, key: Hashable, seconds: float, make: Callable[[], Any]) -> Any:
        """What is held under a key and no older than so many seconds, else what `make` gives.

        What was being made while the cache was cleared is given, and not kept.
        """
        now = self._clock()
        with self._lock:
            generation = self._generation
            held = self._held.get(key)
            if held is not None and 0 <= (now - held[0]).total_seconds() < seconds:
                self._held.move_to_end(key)
                return held[1]
        made = make()
        if type(made) in _IMMUTABLE and _short(made):
            self._keep(key, (now, made), generation)
        return made

    def _keep(self, key: Hashable, entry: tuple[datetime.datetime, Any], generation: int) -> None:
        with self._lock:
            if generation != self._generation:
                return
            self._held[key] = entry
            self._held.move_to_end(key)
            while len(self._held) > self._size:
                self._held.popitem(last=False)

    def clear(self) -> None:
        """Forget everything: a definition changed."""
        with self._lock:
            self._generation += 1
            self._held.clear()


def key_of(value: Any) -> Hashable | None:
    """What a value is remembered under; `None` for one that is not remembered: not plain, or long.

    >>> key_of(1) == key_of(True), key_of([1])
    (False, None)
    """
    told = _TOLD_APART.get(type(value))
    return (type(value), told(value)) if told is not None and _short(value) else None


def _short(value: Any) -> bool:
    if isinstance(value, str | bytes):
        return len(value) <= LONGEST
    return not isinstance(value, int) or value.bit_length() <= LONGEST
