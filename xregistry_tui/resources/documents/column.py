"""Figures of the values of one type in one place: counted one by one while they are few, else kept in sketches.

Values arrive by being counted in `batch`; `settle` folds the batch away where it has grown too large. Texts that are
longer than `SHOWN` are told apart by their beginning, length and hash.
"""

from __future__ import annotations

import datetime
import decimal
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice
from math import isfinite
from typing import Any, NamedTuple

from xregistry_tui.profiling.formats import LIKELY, LONGEST, has, matching
from xregistry_tui.profiling.profile import Histogram, Lengths, ValueCount
from xregistry_tui.resources.documents.sketches import Moments, Reservoir, TopValues, as_float
from xregistry_tui.schema.rules import Rule, holds

COUNTED = 10_000
"""So many different values are told apart; beyond, their number is a lower bound."""

SHOWN = 1_024
_QUARTILES = (0.25, 0.5, 0.75)
_OFFENDERS = 1_000
_FIRST = 200
_ENDLESS = " " * (LONGEST + 1)
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


class Long(NamedTuple):
    """A long text or binary: its beginning, its length, and a hash of all of it."""

    head: Any
    length: int
    hash: int


def counted_as(value: Any) -> Any:
    """A value as a batch counts it."""
    return Long(value[:SHOWN], len(value), hash(value)) if isinstance(value, str | bytes) else value


def shown(value: Any) -> Any:
    """A counted value as a profile shows it."""
    return value.head if isinstance(value, Long) else value


class Column:
    """See the module."""

    __slots__ = (
        "batch",
        "blank",
        "bounded",
        "checked",
        "distinct",
        "empty",
        "failed",
        "formed",
        "high",
        "lengths",
        "low",
        "moments",
        "negatives",
        "offenders",
        "once",
        "repeated",
        "reservoir",
        "rules",
        "texts",
        "top",
        "zeros",
    )  # fmt: skip

    def __init__(self, type_: type, rules: Sequence[Rule] = ()) -> None:
        self.batch: dict[Any, int] = {}
        self.texts = issubclass(type_, str | bytes)
        self.rules = rules
        self.bounded = False
        self.distinct = self.once = self.repeated = 0
        self.low: Any = None
        self.high: Any = None
        self.empty = self.blank = self.zeros = self.negatives = 0
        self.lengths: tuple[int, int, int] | None = None
        self.moments = Moments()
        self.top: TopValues[Any] = TopValues()
        self.reservoir: Reservoir[Any] = Reservoir()
        self.formed: dict[str, int] | None = {} if type_ is str else None
        self.checked = dict.fromkeys(rules, 0)
        self.failed = dict.fromkeys(rules, 0)
        self.offenders: dict[Rule, set[Any]] = {rule: set() for rule in rules}

    def settle(self) -> None:
        """Make room, where the batch has grown too large."""
        if len(self.batch) > COUNTED:
            self._fold()
            self.bounded = True

    def finish(self) -> None:
        """The last values are in."""
        counts = self.batch.values()
        if self.bounded:
            self._fold()
            return
        self.distinct = len(counts)
        self.once = sum(1 for count in counts if count == 1)
        self.repeated = sum(counts) - self.once
        self._fold()

    def _fold(self) -> None:
        batch, self.batch = self.batch, {}
        if not batch:
            return
        self.distinct = max(self.distinct, len(batch))
        self.top.fold(batch)
        self._bounds(batch)
        if self.texts:
            self._measure(batch)
        else:
            self._numbers(batch)
        for rule in self.rules:
            self._check(rule, batch)

    def _bounds(self, batch: Mapping[Any, int]) -> None:
        values = [shown(value) for value in batch]
        low, high = min(values), max(values)
        self.low = low if self.low is None else min(low, self.low)
        self.high = high if self.high is None else max(high, self.high)

    def _measure(self, batch: Mapping[Any, int]) -> None:
        sizes: dict[int, int] = {}
        for value, count in batch.items():
            size = value.length if isinstance(value, Long) else len(value)
            sizes[size] = sizes.get(size, 0) + count
            if not shown(value).strip():
                self.blank += count
        self.empty += sizes.get(0, 0)
        least, most, total = self.lengths or (min(sizes), 0, 0)
        total += sum(size * count for size, count in sizes.items())
        self.lengths = min(least, *sizes), max(most, *sizes), total
        if self.formed is not None:
            self._form(batch, self.formed)
        self._draw(sizes)

    def _form(self, batch: Mapping[Any, int], formed: dict[str, int]) -> None:
        """Count the texts of the formats that many of the first ones have; none any more, once there is no such."""
        if not formed:
            first = list(islice(batch, _FIRST))
            seen = Counter(name for value in first for name in matching(_text(value)))
            formed |= dict.fromkeys((name for name, count in seen.items() if count >= LIKELY * len(first)), 0)
        for name in formed:
            formed[name] += sum(count for value, count in batch.items() if has(name, _text(value)))
        self.formed = formed or None

    def _numbers(self, batch: Mapping[Any, int]) -> None:
        first = next(iter(batch))
        if isinstance(first, bool):
            return
        if isinstance(first, int | float | decimal.Decimal):
            self.moments.fold(batch)
            self.zeros += batch.get(0, 0)
            self.negatives += sum(count for value, count in batch.items() if value < 0)
        if isinstance(first, int | float | decimal.Decimal | datetime.datetime):
            self._draw(batch)

    def _draw(self, batch: Mapping[Any, int]) -> None:
        self.reservoir.fold(list(batch), list(batch.values()))

    def _check(self, rule: Rule, batch: Mapping[Any, int]) -> None:
        for value, count in batch.items():
            obeyed = holds(rule, shown(value))
            if obeyed is not None:
                self.checked[rule] += count
            if obeyed is False:
                self.failed[rule] += count
                if len(self.offenders[rule]) < _OFFENDERS:
                    self.offenders[rule].add(value)

    # what is concluded

    def quantiles(self) -> tuple[tuple[float, Any], ...]:
        """The quartiles of what was drawn (all values, while they are no more than the reservoir holds)."""
        ordered = sorted(self.reservoir.values)
        return tuple(
            (share, ordered[min(len(ordered) - 1, int(share * len(ordered)))]) for share in _QUARTILES if ordered
        )

    def histogram(self, bins: int) -> Histogram | None:
        """The shape of the distribution, of what was drawn and in proportion to what was seen."""
        values = [_scale(value) for value in self.reservoir.values]
        values = [value for value in values if isfinite(value)]
        if not values:
            return None
        low, high = min(values), max(values)
        weight = self.reservoir.seen / len(self.reservoir.values)
        if low == high or not isfinite(high - low):
            return Histogram(low, high, (round(len(values) * weight),)) if low == high else None
        counts = [0] * bins
        for value in values:
            counts[min(bins - 1, int((value - low) / (high - low) * bins))] += 1
        return Histogram(low, high, tuple(round(count * weight) for count in counts))

    def most(self, wanted: int) -> tuple[ValueCount, ...]:
        """The most frequent values."""
        return tuple(ValueCount(shown(value), count) for value, count in self.top.most(wanted))

    def sizes(self, n: int) -> Lengths | None:
        """Of texts and binaries."""
        return Lengths(self.lengths[0], self.lengths[1], self.lengths[2] / n) if self.lengths and n else None


def _text(value: Any) -> str:
    """A counted text, or one too long to have a format."""
    return _ENDLESS if isinstance(value, Long) and value.length > LONGEST else str(shown(value))


def _scale(value: Any) -> float:
    return (value - _EPOCH).total_seconds() if isinstance(value, datetime.datetime) else as_float(value)
