"""What is kept of more values than can be counted one by one; every sketch is filled by batches of counted values."""

from __future__ import annotations

import random
from collections.abc import Hashable, Mapping, Sequence
from itertools import islice
from math import sqrt
from typing import Any, Generic, TypeVar

V = TypeVar("V", bound=Hashable)

RESERVOIR = 8_192
"""So many values are drawn for quantiles."""

KEPT = 2_000
"""So many values are kept with their counts."""


class TopValues(Generic[V]):
    """The most frequent values of any number of them; no count is too high, none is too low by more than `error`.

    Source: Agarwal et al., Mergeable Summaries, PODS 2012 (the form of Misra and Gries that Space-Saving equals).
    """

    def __init__(self, kept: int = KEPT) -> None:
        self.error = 0
        self._kept = kept
        self._counts: dict[V, int] = {}

    def fold(self, batch: Mapping[V, int]) -> None:
        """Count a batch."""
        counts = self._counts
        for value, count in batch.items():
            counts[value] = counts.get(value, 0) + count
        if len(counts) > self._kept:
            least = sorted(counts.values(), reverse=True)[self._kept]
            self.error += least
            self._counts = {value: count - least for value, count in counts.items() if count > least}

    def most(self, wanted: int) -> list[tuple[V, int]]:
        """Values that are certainly frequent, each with its least possible count."""
        ranked = sorted(self._counts.items(), key=lambda entry: -entry[1])
        return [(value, count) for value, count in islice(ranked, wanted) if count > self.error]


class Reservoir(Generic[V]):
    """A uniform draw of all values seen; repeatable, since the seed is fixed."""

    def __init__(self, size: int = RESERVOIR) -> None:
        self.seen = 0
        self.values: list[V] = []
        self._size = size
        self._chance = random.Random(size)  # noqa: S311 - a repeatable draw, not a secret

    def fold(self, values: Sequence[V], counts: Sequence[int]) -> None:
        """Draw from a batch, in proportion to what was seen before."""
        arrived = sum(counts)
        if not arrived:
            return
        drawn = self._chance.sample(values, k=min(arrived, self._size), counts=counts)
        self.values = drawn if not self.seen else self._mixed(drawn, arrived)
        self.seen += arrived

    def _mixed(self, drawn: list[V], arrived: int) -> list[V]:
        kept = list(self.values)
        mixed: list[V] = []
        self._chance.shuffle(kept)
        old, new = self.seen, arrived
        while len(mixed) < self._size and (kept or drawn):
            from_old = bool(kept) and (not drawn or self._chance.random() * (old + new) < old)
            mixed.append((kept if from_old else drawn).pop())
            old, new = (old - 1, new) if from_old else (old, new - 1)
        return mixed

    @property
    def rank_error(self) -> float:
        """The 95 % interval of a median's rank, as a share of the values; 0 where all are here."""
        return 0.0 if self.seen <= len(self.values) else 1.96 * 0.5 / sqrt(len(self.values))


class Moments:
    """Mean and variance, folded without losing digits (Chan et al. 1983); infinities make them unknown."""

    def __init__(self) -> None:
        self.n = 0
        self.mean = 0.0
        self._squares = 0.0

    def fold(self, batch: Mapping[Any, int]) -> None:
        """Add a batch of numbers."""
        n = sum(batch.values())
        if not n:
            return
        mean = sum(as_float(value) * count for value, count in batch.items()) / n
        squares = sum(count * (as_float(value) - mean) ** 2 for value, count in batch.items())
        shift, total = mean - self.mean, self.n + n
        self._squares += squares + shift * shift * self.n * n / total
        self.mean += shift * n / total
        self.n = total

    @property
    def deviation(self) -> float:
        """Of the population."""
        return sqrt(self._squares / self.n) if self.n and self._squares >= 0 else 0.0


def as_float(value: Any) -> float:
    """A number as a float; one too large is infinite."""
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")
