"""Data quality in five dimensions, each a rate with the population it is over; `None` where nothing was looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xregistry_tui.profiling.profile import Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Rates between 0 and 1, by the definitions of each dimension; `overall` is the mean of those assessed."""

    completeness: Figure | None = None
    validity: Figure | None = None
    uniqueness: Figure | None = None
    consistency: Figure | None = None
    timeliness: Figure | None = None

    @property
    def overall(self) -> float | None:
        """The mean of what was assessed, `None` when nothing was."""
        parts = (self.completeness, self.validity, self.uniqueness, self.consistency, self.timeliness)
        values = [part.value for part in parts if part is not None]
        return sum(values) / len(values) if values else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """The quality of a model and of each of its fields (by true name)."""

    model: Quality
    fields: Mapping[str, Quality]
