"""Intervals of sampled rates."""

from __future__ import annotations

from math import sqrt

_Z95 = 1.959963984540054


def wilson(hits: int, n: int, population: int | None = None) -> tuple[float, float]:
    """The 95 % Wilson score interval of `hits` in `n`, narrowed when `n` is much of a finite `population`.

    Source: E. B. Wilson, JASA 22 (1927); finite population correction applied to the standard error.

    >>> tuple(round(bound, 3) for bound in wilson(98, 100))
    (0.93, 0.994)
    """
    if n <= 0:
        return 0.0, 1.0
    if population is not None and n >= population:
        return hits / n, hits / n
    z = _Z95
    if population is not None and population > 1:
        z *= sqrt((population - n) / (population - 1))
    share = hits / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    # rounding must never push the measured share outside of its own interval
    return max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half))
