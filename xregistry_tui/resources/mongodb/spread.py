"""Where the values of a field lie when there are too many to tell them apart: records counted in fine bins."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from xregistry_tui.profiling.profile import FieldProfile, Histogram
from xregistry_tui.resources.mongodb.questions import Measure, Question, place, scale
from xregistry_tui.resources.mongodb.typed import QUANTILES

if TYPE_CHECKING:
    from xregistry_tui.schema.shape import Scalar

_FINE = 64
"""So many fine bins make one of a histogram."""


def stages(question: Question) -> list[dict[str, Any]]:
    """The stages that give a row for each fine bin; that of null has what is on no scale."""
    asked = replace(question, pure=question.pure and not question.absent)
    where = place(asked, "$$x", question.bins * _FINE)
    placed = {"$let": {"vars": {"x": scale(asked, question.value)}, "in": where}}
    return [{"$group": {"_id": placed, "n": {"$sum": 1}}}]


def spread_of(seen: FieldProfile, question: Question, rows: Sequence[Mapping[str, Any]]) -> FieldProfile:
    """The figures with those of fine bins: quantiles are as good as a bin is narrow."""
    low, high = question.low, question.high
    if low is None or high is None or high == low:
        return seen
    counts = [0] * (question.bins * _FINE)
    for row in rows:
        if row["_id"] is not None:
            counts[int(row["_id"])] += int(row["n"])
    width = (high - low) / len(counts)
    coarse = [sum(counts[start : start + _FINE]) for start in range(0, len(counts), _FINE)]
    quantiles = seen.quantiles or tuple((p, _at(counts, p, low, width, question)) for p in QUANTILES)
    return replace(seen, quantiles=quantiles, histogram=histogram(question, coarse))


def histogram(question: Question, counts: Sequence[int]) -> Histogram | None:
    """Counts in bins of the scale; `None` where there is no scale."""
    low, high = question.low, question.high
    if low is None or high is None:
        return None
    unit = 1000.0 if question.measure is Measure.MOMENT else 1.0
    if high == low:
        return Histogram(low / unit, high / unit, (sum(counts),))
    return Histogram(low / unit, high / unit, tuple(counts))


def _at(counts: Sequence[int], share: float, low: float, width: float, question: Question) -> Scalar:
    wanted, passed = share * sum(counts), 0
    for index, count in enumerate(counts):
        if count and passed + count >= wanted:
            value = low + (index + (wanted - passed) / count) * width
            if question.measure is Measure.MOMENT:
                return datetime.datetime.fromtimestamp(value / 1000, datetime.UTC)
            return value
        passed += count
    return None
