"""What changed between two looks at the same collection."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import sqrt
from types import MappingProxyType
from typing import TYPE_CHECKING

from xregistry_tui.profiling import wording
from xregistry_tui.profiling.alarms import Alarm, Thresholds, carry
from xregistry_tui.profiling.field_drift import Pair, moved
from xregistry_tui.profiling.field_summary import FieldSummary
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.profiling.summary import Summary, summarised

if TYPE_CHECKING:
    from xregistry_tui.profiling.profile import Profile

__all__ = ["SCHEMA", "Alarm", "Asked", "Thresholds", "carry", "changed", "compare"]

SCHEMA = frozenset({"field_came", "field_gone", "retyped"})
"""The codes of alarms about the collection's schema, which every look can judge."""

_SIGMAS = 4.0
_FEWEST_ROWS = 20
_FEWEST_MINUTES = 5.0
_USUAL = Thresholds()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How two looks are compared: when, by what thresholds, and how old the newest of a timestamp may be (seconds)."""

    now: datetime.datetime
    thresholds: Thresholds = _USUAL
    limits: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


def compare(
    earlier: Profile, later: Profile, *, now: datetime.datetime, thresholds: Thresholds = _USUAL
) -> tuple[Alarm, ...]:
    """What moved from one profile to another; empty when nothing did by more than noise."""
    return changed(summarised(earlier), summarised(later), Asked(now=now, thresholds=thresholds))


def changed(earlier: Summary, later: Summary, asked: Asked) -> tuple[Alarm, ...]:
    """What moved from one look to any later one, the whole before the fields, these in their order.

    An engine's own statistics are of another time than it seems: beside one of these only schemas are compared.
    """
    if Grade.CATALOGUE in (earlier.method, later.method):
        return tuple(_versioned(_schema(earlier, later, asked.now), later))
    alarms = [*_volume(earlier, later, asked), *_pace(earlier, later, asked), *_schema(earlier, later, asked.now)]
    for path, after in later.fields.items():
        before = earlier.fields.get(path)
        if before is not None and before.looked_at and after.looked_at and before != after:
            alarms += moved(Pair(path, earlier, before, later, after), asked.now, asked.thresholds)
        alarms += _freshness(path, after, asked)
    return tuple(_versioned(alarms, later))


def _versioned(alarms: Iterator[Alarm] | list[Alarm], later: Summary) -> Iterator[Alarm]:
    return (replace(alarm, version=later.version) for alarm in alarms)


def _volume(earlier: Summary, later: Summary, asked: Asked) -> Iterator[Alarm]:
    before, after = earlier.rows.value, later.rows.value
    if before >= _FEWEST_ROWS and after <= before * (1 - asked.thresholds.collapse):
        message = f"volume: {wording.write(earlier.rows)} → {wording.write(later.rows)} rows"
        yield Alarm(code="volume", field=None, message=message, since=asked.now, figure=after / before)


def _pace(earlier: Summary, later: Summary, asked: Asked) -> Iterator[Alarm]:
    """Rows per minute of late against those from the earlier look until then; not where old rows are taken away."""
    if later.grown is None or _emptied(earlier, later):
        return
    gained, minutes = later.grown
    gained_before = later.rows.value - gained - earlier.rows.value
    minutes_before = (later.as_of - earlier.as_of) / datetime.timedelta(minutes=1) - minutes
    if minutes_before < _FEWEST_MINUTES or minutes <= 0:
        return
    pace = gained_before / minutes_before
    expected = pace * minutes
    # arrivals are counted: of an expected number the square root is its deviation
    if expected < _FEWEST_ROWS or expected - gained <= _SIGMAS * sqrt(expected):
        return
    if gained <= expected * (1 - asked.thresholds.collapse):
        message = f"volume: {_paced(pace)} → {_paced(gained / minutes)} rows per minute"
        yield Alarm(code="pace", field=None, message=message, since=asked.now, figure=gained / expected)


def _paced(pace: float) -> str:
    return wording.compact(round(pace, 0 if abs(pace) >= 10 else 1))


def _emptied(earlier: Summary, later: Summary) -> bool:
    """Whether the oldest records went: the least of a timestamp or of a key moved up."""
    for path, after in later.fields.items():
        before = earlier.fields.get(path)
        if before is None or before.extremes is None or after.extremes is None:
            continue
        if (after.newest is not None or after.identity) and _less(before, after):
            return True
    return False


def _less(before: FieldSummary, after: FieldSummary) -> bool:
    least, now = (held.extremes[0] if held.extremes else None for held in (before, after))
    return type(least) is type(now) and least < now  # type: ignore[operator]


def _schema(earlier: Summary, later: Summary, now: datetime.datetime) -> Iterator[Alarm]:
    """Fields that came, went and changed their declared kinds; what one sample saw and another did not is none."""
    if not earlier.schema or not later.schema or earlier.schema == later.schema:
        return
    for path in dict.fromkeys((*earlier.fields, *later.fields)):
        before, after = (held.fields.get(path, _ABSENT) for held in (earlier, later))
        if not _held(before) and _held(after):
            yield Alarm(code="field_came", field=path, message=f"{path}: a new field{_kinds(', ', after)}", since=now)
        elif _held(before) and not _held(after) and (before.firm or not _missable(before, later)):
            message = f"{path}: the field is gone{_kinds(', was ', before)}"
            yield Alarm(code="field_gone", field=path, message=message, since=now, sure=before.firm)
        elif before.declared and after.declared and before.declared != after.declared:
            kinds = _kinds("", after)
            message = f"{path}: {_kinds('', before)} → {kinds}"
            yield Alarm(code="retyped", field=path, message=message, since=now, subject=kinds)


_ABSENT = FieldSummary()


def _held(field: FieldSummary) -> bool:
    """Whether the collection's schema has it."""
    return bool(field.declared) or field.firm


def _missable(before: FieldSummary, later: Summary) -> bool:
    """Whether a field that some records had may be there still, unseen."""
    return before.looked_at > 0 and (1 - before.present / before.looked_at) ** later.n > 0.01


def _kinds(before: str, field: FieldSummary) -> str:
    return before + " or ".join(field.declared) if field.declared else ""


def _freshness(path: str, after: FieldSummary, asked: Asked) -> Iterator[Alarm]:
    """The newest moment of a field stands still for longer than its limit."""
    newest, limit = after.newest, asked.limits.get(path)
    if newest is None or limit is None:
        return
    age = (asked.now - newest).total_seconds()
    if age > limit:
        message = f"{path}: nothing newer for {wording.span(age)}, expected within {wording.span(limit)}"
        yield Alarm(code="freshness", field=path, message=message, since=asked.now, figure=age)
