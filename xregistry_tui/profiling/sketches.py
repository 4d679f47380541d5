"""What is kept of many values in little room: moments, the most frequent values, ranks. Each merges with its like.

What is merged are the sketches of different records (two parts of a collection, two collections of a model); two looks
at the same records are compared, never merged.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from xregistry_tui.profiling.categories import MOST
from xregistry_tui.profiling.profile import ValueCount

if TYPE_CHECKING:
    from xregistry_tui.schema.shape import Scalar

POINTS = 9
"""A sketch of ranks keeps so many points at most."""


@dataclass(frozen=True, slots=True)
class Moments:
    """How many numbers, their mean, and the sum of the squares of their distances from it."""

    n: int
    mean: float
    squares: float

    @property
    def deviation(self) -> float:
        """The standard deviation of just these numbers."""
        return sqrt(self.squares / self.n) if self.n else 0.0


def merged_moments(a: Moments | None, b: Moments | None) -> Moments | None:
    """Those of both together, exactly as far as floating point goes.

    Source: Chan, Golub, LeVeque: Updating Formulae and a Pairwise Algorithm for Computing Sample Variances (1979).
    """
    if a is None or b is None:
        return a or b
    n = a.n + b.n
    apart = b.mean - a.mean
    # each share first: the sum of two large means may be beyond all numbers
    mean = a.mean * (a.n / n) + b.mean * (b.n / n)
    return Moments(n, mean, (a.squares + b.squares) + apart * apart * (a.n * b.n / n))


@dataclass(frozen=True, slots=True)
class Counts:
    """The most frequent values, the most frequent first.

    A listed value occurs at least `count` times and at most `error` times more; one that is not listed occurs at most
    `error` times. With no error these are all the values there are.
    """

    listed: tuple[ValueCount, ...] = ()
    error: int = 0


def merged_counts(a: Counts, b: Counts, present: int) -> Counts:
    """Those of both together, of which `present` records have a value: at most `MOST` values, the error stated.

    What is dropped adds to the error; no error is greater than the records that no listed value accounts for.
    """
    counts: dict[tuple[str, str], ValueCount] = {}
    for entry in (*a.listed, *b.listed):
        held = counts.setdefault(told(entry.value), ValueCount(entry.value, 0))
        counts[told(entry.value)] = ValueCount(held.value, held.count + entry.count)
    ordered = sorted(counts.values(), key=lambda entry: (-entry.count, told(entry.value)))
    kept, dropped = ordered[:MOST], ordered[MOST:]
    error = a.error + b.error + (dropped[0].count if dropped else 0)
    return Counts(tuple(kept), min(error, max(0, present - sum(entry.count for entry in kept))))


def told(value: Scalar) -> tuple[str, str]:
    """What tells two values apart, and orders them whatever they are: `True` is not `1`."""
    return type(value).__name__, str(value)


@dataclass(frozen=True, slots=True)
class Ranks:
    """Where `n` numbers lie, as points (value, least, most) in the order of their values.

    Of each point it is certain that at most `most` numbers are below it, and that at least `least` numbers are not
    above it. So the rank of any number is known to within the `bound`, as a share of all.
    """

    n: int = 0
    points: tuple[tuple[float, int, int], ...] = ()

    @property
    def bound(self) -> float:
        """How far at most the rank of a number may lie from where these points put it, as a share of all."""
        if not self.points:
            return 1.0
        leasts = [0, *(least for _, least, _ in self.points)]
        mosts = [*(most for _, _, most in self.points), self.n]
        return max((most - least) / self.n for least, most in zip(leasts, mosts, strict=True))


def ranks(n: int, points: Iterable[tuple[float, int, int]]) -> Ranks:
    """A sketch of points in any order: what one says of another is used, and no more than `POINTS` are kept."""
    told_by: dict[float, tuple[int, int]] = {}
    for value, least, most in points:
        low, high = told_by.get(value, (0, n))
        told_by[value] = max(low, least), min(high, most)
    values = sorted(told_by)
    leasts, highest = [], 0
    for value in values:
        highest = max(highest, told_by[value][0])
        leasts.append(highest)
    mosts, lowest = [], n
    for value in reversed(values):
        lowest = min(lowest, told_by[value][1])
        mosts.append(lowest)
    return Ranks(n, _thinned(n, list(zip(values, leasts, reversed(mosts), strict=True))))


def _thinned(n: int, points: list[tuple[float, int, int]]) -> tuple[tuple[float, int, int], ...]:
    """The ends, and between them those closest to evenly spread ranks."""
    if len(points) <= POINTS:
        return tuple(points)
    middles = [(least + most) / 2 for _, least, most in points]
    chosen = {0, len(points) - 1}
    for step in range(1, POINTS - 1):
        rank = n * step / (POINTS - 1)
        after = min(max(2, bisect_left(middles, rank, 1, len(points) - 1)), len(points) - 2)
        chosen.add(after if middles[after] - rank < rank - middles[after - 1] else after - 1)
    return tuple(points[at] for at in sorted(chosen))


def merged_ranks(a: Ranks, b: Ranks) -> Ranks:
    """Those of both together: at each value the bounds add up, so the merged `bound` is certain too."""
    if not a.points or not b.points:
        return a if a.points else b
    values = {value for value, *_ in (*a.points, *b.points)}
    bounds = [(value, *_bounds(a, value), *_bounds(b, value)) for value in values]
    return ranks(a.n + b.n, ((value, least + low, most + high) for value, least, most, low, high in bounds))


def _bounds(held: Ranks, value: float) -> tuple[int, int]:
    """How many are not above a value, at least, and how many below it, at most."""
    values = [point for point, *_ in held.points]
    up_to, first = bisect_right(values, value), bisect_left(values, value)
    least = held.points[up_to - 1][1] if up_to else 0
    return least, held.points[first][2] if first < len(values) else held.n
