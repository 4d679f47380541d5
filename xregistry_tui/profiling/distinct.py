"""How many distinct values there are, from those of them whose hash is among a known share of all hashes."""

from __future__ import annotations

from math import sqrt

from xregistry_tui.profiling.plan import Grade
from xregistry_tui.profiling.profile import Figure

# 99 %: a profile has many of these side by side
_Z = 2.5758293035489004


def hashed(kept: int, share: float, present: int) -> Figure:
    """The number of distinct values, when `kept` of them have a hash in that `share` of all hashes.

    Each value is kept or not by its hash alone, however often it occurs: `kept` is binomial. The interval is found
    by solving its normal limits for the number of values; it never exceeds the `present` records.

    >>> hashed(1000, 0.125, 1_000_000).value
    8000
    """
    if share >= 1:
        return Figure(value=kept)
    spread = _Z * sqrt(share * (1 - share))
    root = sqrt(spread * spread + 4 * share * (kept + _Z / 2))
    low, high = ((sign * spread + root) / (2 * share) for sign in (-1, 1))
    value = min(present, round(kept / share))
    return Figure(
        value=value,
        method=Grade.EXACT,
        low=float(min(value, max(kept, int(low * low)))),
        high=float(max(value, min(present, int(high * high) + 1))),
        approximate=True,
    )
