"""How far two distributions are apart, from what was kept of each; pure numbers, recomputable by hand."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise
from math import log, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xregistry_tui.profiling.sketches import Counts, Ranks

SMOOTHING = 0.5
"""Records added to each bin before shares are taken: an empty one would make the index infinite."""

QUARTILES = (0.25, 0.5, 0.75)
# a number that so many of the records have stands for itself; the others are taken to be spread evenly between points
_HEAVY = 0.02
# the normal quantile of 99.99 %: many fields are compared, at every look
_RARE = 3.719016485455709


def population_stability_index(before: Sequence[float], after: Sequence[float]) -> float:
    """Σ (qᵢ − pᵢ)·ln(qᵢ/pᵢ) over the shares of two counts of the same bins, each bin with `SMOOTHING` added.

    >>> round(population_stability_index([50, 50], [80, 20]), 3)
    0.403
    """
    n, m = sum(before) + SMOOTHING * len(before), sum(after) + SMOOTHING * len(after)
    shares = [((b + SMOOTHING) / n, (a + SMOOTHING) / m) for b, a in zip(before, after, strict=True)]
    return sum((q - p) * log(q / p) for p, q in shares)


def explained_index(bins: int, n: float, m: float) -> float:
    """The index that samples of `n` and `m` records of one population stay below in 9,999 of 10,000 cases.

    Under no change the index is about (1/n + 1/m)·χ² with one degree of freedom less than bins (B. Yurdakul, 2018);
    the quantile of χ² by Wilson and Hilferty (1931).
    """
    freedom = bins - 1
    if freedom < 1 or not n or not m:
        return float("inf")
    cube = 1 - 2 / (9 * freedom) + _RARE * sqrt(2 / (9 * freedom))
    return (1 / n + 1 / m) * freedom * cube**3


@dataclass(frozen=True, slots=True)
class Distribution:
    """Shares of `n` numbers: at each knot (value, share below it, share up to it); between knots they grow evenly."""

    n: int
    knots: tuple[tuple[float, float, float], ...]

    def up_to(self, value: float) -> float:
        """The share of numbers that are not above a value."""
        after = bisect_right(self.knots, value, key=lambda knot: knot[0])
        if after in {0, len(self.knots)}:
            return float(after > 0)
        (x, _, share), (y, below, _) = self.knots[after - 1], self.knots[after]
        return share + (below - share) * (value - x) / (y - x)

    def quantile(self, share: float) -> float:
        """The number that such a share of all is up to."""
        at = bisect_left(self.knots, share, key=lambda knot: knot[2])
        value, below, _ = self.knots[min(at, len(self.knots) - 1)]
        if at in {0, len(self.knots)} or below < share:
            return value
        x, _, before = self.knots[at - 1]
        return x + (value - x) * (share - before) / (below - before) if below > before else value


@lru_cache(maxsize=1_000)  # that of a baseline is asked for at every look
def distribution(counts: Counts, ranks: Ranks) -> Distribution | None:
    """That of numbers: by all their values where these are known, else by frequent ones and ranks; `None`: unknown."""
    listed = [(float(entry.value), entry.count) for entry in counts.listed if isinstance(entry.value, int | float)]
    if len(listed) < len(counts.listed):
        return None
    if listed and not counts.error:
        return _stepped(sum(count for _, count in listed), dict(listed), [])
    if len(ranks.points) < 2:
        return None
    heavy = {value: count for value, count in listed if count >= _HEAVY * ranks.n}
    return _stepped(ranks.n, heavy, _others(ranks, heavy))


def _others(ranks: Ranks, heavy: dict[float, int]) -> list[tuple[float, float]]:
    """How many of the numbers that are not frequent lie below some values."""
    total = float(max(0, ranks.n - sum(heavy.values())))
    found = []
    for index, (value, least, most) in enumerate(ranks.points):
        if index in {0, len(ranks.points) - 1}:
            found.append((value, total if index else 0.0))
        elif value not in heavy:  # of a frequent number the rank is one of many
            below = sum(count for other, count in heavy.items() if other < value)
            found.append((value, min(total, max(0.0, (least + most) / 2 - below))))
    return list(zip((value for value, _ in found), accumulate((count for _, count in found), max), strict=True))


def _stepped(n: int, heavy: dict[float, int], others: list[tuple[float, float]]) -> Distribution:
    total = sum(heavy.values()) + (others[-1][1] if others else 0.0)
    knots, counted = [], 0
    for value in sorted({*heavy, *(value for value, _ in others)}):
        below = counted + _between(others, value)
        counted += heavy.get(value, 0)
        knots.append((value, below / total, (below + heavy.get(value, 0)) / total))
    return Distribution(n, tuple(knots))


def _between(points: list[tuple[float, float]], value: float) -> float:
    after = bisect_right(points, value, key=lambda point: point[0])
    if after in {0, len(points)}:
        return points[-1][1] if after else 0.0
    (x, low), (y, high) = points[after - 1], points[after]
    return low + (high - low) * (value - x) / (y - x)


def binned(before: Distribution, after: Distribution) -> tuple[list[float], list[float]]:
    """How many numbers of each lie in the bins that the quartiles of the earlier make."""
    edges = sorted({before.quantile(share) for share in QUARTILES})
    return _in_bins(before, edges), _in_bins(after, edges)


def _in_bins(held: Distribution, edges: list[float]) -> list[float]:
    shares = [0.0, *(held.up_to(edge) for edge in edges), 1.0]
    return [max(0.0, high - low) * held.n for low, high in pairwise(shares)]


def wasserstein(before: Distribution, after: Distribution) -> float:
    """The mean distance between the same quantiles of both, over the middle half of the records.

    The first Wasserstein distance, of what lies between the quartiles: the extremes that one record makes say nothing
    about the others.
    """
    low, high = QUARTILES[0], QUARTILES[-1]
    turns = {share for held in (before, after) for knot in held.knots for share in knot[1:] if low < share < high}
    parts = pairwise(sorted({low, *turns, high}))
    return sum(_area(before, after, start, end) for start, end in parts) / (high - low)


def _area(before: Distribution, after: Distribution, start: float, end: float) -> float:
    """The area between two lines, read off within: at the ends of a part quantiles may jump."""
    first, second = (
        after.quantile(share) - before.quantile(share) for share in (start + (end - start) / 4, end - (end - start) / 4)
    )
    left, right = first - (second - first) / 2, second + (second - first) / 2
    if left * right >= 0:
        return (abs(left) + abs(right)) / 2 * (end - start)
    return (left * left + right * right) / (2 * (abs(left) + abs(right))) * (end - start)


def explained_distance(n: float, m: float) -> float:
    """The standard error of that distance in interquartile ranges, for samples of `n` and `m` records: an upper bound.

    A quantile's is √(u(1−u)(1/n + 1/m)) over the density there; over the middle half that is at most this.
    """
    return sqrt(1 / n + 1 / m) if n and m else float("inf")
