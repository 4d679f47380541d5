"""Intervals of sampled figures: of rates, where records were drawn one by one or page by page, and of quantiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, sqrt
from typing import TypeVar

T = TypeVar("T")

_Z95 = 1.959963984540054
# Student's t at 97.5 %, by degrees of freedom; between them the larger, beyond them the normal quantile
_T95: tuple[tuple[int, float], ...] = (
    *((1, 12.71), (2, 4.303), (3, 3.182), (4, 2.776), (5, 2.571), (7, 2.365), (10, 2.228), (15, 2.131), (20, 2.086)),
    *((30, 2.042), (60, 2.000), (120, 1.980)),
)


def wilson(hits: float, n: float, population: int | None = None, *, z: float = _Z95) -> tuple[float, float]:
    """The 95 % Wilson score interval of `hits` in `n`, narrowed when `n` is much of a finite `population`.

    Source: E. B. Wilson, JASA 22 (1927); finite population correction applied to the standard error.

    >>> tuple(round(bound, 3) for bound in wilson(98, 100))
    (0.93, 0.994)
    """
    if n <= 0:
        return 0.0, 1.0
    if population is not None and n >= population:
        return hits / n, hits / n
    if population is not None and population > 1:
        z *= sqrt((population - n) / (population - 1))
    share = hits / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    # rounding must never push the measured share outside of its own interval
    return max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half))


@dataclass(frozen=True, slots=True)
class Clustered:
    """Sums over the clusters (pages) of a sample, of hits `h` and the records `b` that they are a share of.

    `hits` = Σh, `base` = Σb, `squares` = Σh², `products` = Σhb, `base_squares` = Σb².
    """

    clusters: int
    hits: float
    base: float
    squares: float
    products: float
    base_squares: float

    @property
    def share(self) -> float:
        """Hits of all; 0 where there is nothing to be a share of."""
        return self.hits / self.base if self.base else 0.0

    @property
    def effective(self) -> float:
        """As how many independent records those of the sample count, by the ratio estimator over clusters.

        Where all or none are hits the clusters may be alike within: each counts once.
        Source: L. Kish, Survey Sampling (1965); W. G. Cochran, Sampling Techniques (1977), 6.3.
        """
        if self.clusters < 2 or not 0 < self.hits < self.base:
            return min(float(self.clusters), self.base)
        share = self.share
        spread = self.squares - 2 * share * self.products + share * share * self.base_squares
        variance = max(0.0, spread) * self.clusters / (self.clusters - 1) / self.base**2
        alone = share * (1 - share) / self.base
        return self.base / max(1.0, variance / alone)


def clustered(sums: Clustered, fraction: float = 0.0) -> tuple[float, float]:
    """The 95 % interval of a rate whose records were drawn by clusters, `fraction` of all clusters.

    Wilson's, with the effective number of records and Student's quantile for the number of clusters.
    """
    if sums.base <= 0:
        return 0.0, 1.0
    # a share that was never seen to vary may still be another in what was not drawn
    left = sqrt(max(0.0, 1 - fraction)) if 0 < sums.hits < sums.base else 1.0
    return wilson(sums.share * sums.effective, sums.effective, z=student(sums.clusters - 1) * left)


def student(freedom: int) -> float:
    """Student's t for a 95 % interval."""
    return next((below for (least, below), (after, _) in pairwise(_T95) if least <= freedom < after), _beyond(freedom))


def _beyond(freedom: int) -> float:
    return _T95[0][1] if freedom < 1 else _T95[-1][1]


def between(grid: Sequence[T], low: float, high: float) -> tuple[T, T]:
    """The values of evenly spaced quantiles (the first at 0, the last at 1) that enclose two shares of records.

    Woodruff's interval of a quantile: that of the share of records up to it, read back as values.
    Source: R. S. Woodruff, JASA 47 (1952).
    """
    last = len(grid) - 1
    return grid[max(0, floor(low * last))], grid[min(last, ceil(high * last))]
