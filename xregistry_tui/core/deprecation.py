"""What is going away: since when, until when, and what to use instead."""

from __future__ import annotations

import datetime
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Deprecation:
    """In force from `effective` on; gone at `removal`, if that is known. Moments are aware."""

    effective: datetime.datetime
    removal: datetime.datetime | None = None
    alternative: str | None = None

    def __post_init__(self) -> None:
        for moment in (self.effective, self.removal):
            if moment is not None and moment.tzinfo is None:
                raise ValueError(f"a deprecation needs moments with their time zone, not {moment.isoformat()}")
        if self.removal is not None and self.removal < self.effective:
            raise ValueError(f"removal on {self.removal:%Y-%m-%d} is before the deprecation, {self.effective:%Y-%m-%d}")

    def in_force(self, now: datetime.datetime) -> bool:
        """Whether it is deprecated by then."""
        return self.effective <= now

    @property
    def text(self) -> str:
        """The whole of it for people.

        >>> Deprecation(effective=datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC), alternative="total").text
        'deprecated from 2026-01-02 on; use total'
        """
        parts = [f"deprecated from {self.effective:%Y-%m-%d} on"]
        if self.removal is not None:
            parts.append(f"to be removed on {self.removal:%Y-%m-%d}")
        if self.alternative is not None:
            parts.append(f"use {self.alternative}")
        return "; ".join(parts)
