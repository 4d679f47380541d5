"""What is asked about the distinct values of a field, and where a value lies: on a scale, and among forms of text."""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from xregistry_tui.resources.mongodb.bytype import finite
from xregistry_tui.resources.mongodb.checks import size
from xregistry_tui.resources.mongodb.kinds import ABSENT, UUID_TYPE
from xregistry_tui.resources.mongodb.typed import CLIP, CONTAINERS, LENGTHS, NUMBERS, Typed

if TYPE_CHECKING:
    from xregistry_tui.profiling.plan import Plan

FORMATS = {
    "email": r"^[^@\s]+@[^@\s]+\.[^@\s.]+$",
    "url": r"^[A-Za-z][A-Za-z0-9+.-]*://[^\s]+$",
    "uuid": r"^[0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}$",
    "date": r"^\d{4}-\d\d-\d\d$",
    "datetime": r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d",
    "ipv4": r"^(\d{1,3}\.){3}\d{1,3}$",
}
"""Forms of text, by what they are searched with."""

_MARKS = "[@:.-]"
# of others the quicker way gives some back as something else (the least and greatest keys, by 6.0)
_USUAL = frozenset({*NUMBERS, "string", "bool", "date", "objectId", "binData", UUID_TYPE, "missing", "null"})
_BEGINNING = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


class Measure(StrEnum):
    """What of a value is put on a scale."""

    NUMBER = "number"
    MOMENT = "moment"
    LENGTH = "length"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked about the distinct values of one field, of which `scaled` are on the scale from `low` to `high`.

    `pure`: all that are present are on the scale. `absent`: some records have none. `direct`: the values themselves
    are told apart, none has to be left out or cut. `unique`: the name of the field, where every record has a value and
    the server keeps them unique by an index.
    """

    value: Any
    measure: Measure
    low: Any
    high: Any
    scaled: int
    clipped: bool
    texts: bool
    top: int
    bins: int
    pure: bool = False
    absent: bool = True
    direct: bool = False
    unique: str = ""

    @property
    def careful(self) -> Question:
        """The same, with nothing taken for granted about the types of values."""
        return replace(self, pure=False, direct=False, unique="")


def question_of(value: Any, typed: Typed, plan: Plan, unique: str = "") -> Question | None:
    """What is asked about a field's distinct values; `None` where it has none that can be told apart."""
    if typed.present == typed.total("n", CONTAINERS):
        return None
    measure, low, high, scaled = _measured(typed)
    clipped = max(typed.some("longest", ("string",)), default=0) > CLIP
    pure = typed.present == (typed.total("n", ("string",)) if measure is Measure.LENGTH else scaled)
    absent = typed.total("n", ABSENT) > 0
    direct = not clipped and not set(typed.rows) - _USUAL
    ordered = direct and not absent and (pure or measure is Measure.LENGTH)
    return Question(
        value=value,
        measure=measure,
        low=low,
        high=high,
        scaled=scaled,
        clipped=clipped,
        texts="string" in typed.rows,
        top=plan.top,
        bins=plan.bins,
        pure=pure,
        absent=absent,
        direct=direct,
        unique=unique if ordered else "",
    )


def _measured(typed: Typed) -> tuple[Measure, Any, Any, int]:
    if typed.dominant == NUMBERS:
        return Measure.NUMBER, *_ends(typed), typed.total("finite")
    if typed.dominant == ("date",):
        low, high = (_milliseconds(typed.rows["date"][name]) for name in ("low", "high"))
        return Measure.MOMENT, low, high, typed.total("n", ("date",))
    shortest, longest = (typed.some(name, ("string", "binData")) for name in ("shortest", "longest"))
    return Measure.LENGTH, min(shortest, default=None), max(longest, default=None), 0


def _ends(typed: Typed) -> tuple[float | None, float | None]:
    """The least and greatest number, where their distance is one too."""
    lows, highs = typed.some("low", NUMBERS), typed.some("high", NUMBERS)
    if not lows:
        return None, None
    low, high = float(min(lows)), float(max(highs))
    return (low, high) if math.isfinite(high - low) else (None, None)


def _milliseconds(moment: Any) -> float | None:
    """A moment as the server counts it; beyond Python's years there is no scale."""
    return float(moment.timestamp() * 1000) if isinstance(moment, datetime.datetime) else None


def scale(question: Question, value: Any) -> Any:
    """An expression of where a value that is present is on the scale, null of what is not on it."""
    if question.measure is Measure.NUMBER:
        return value if question.pure else finite(value)
    if question.measure is Measure.MOMENT:
        # the milliseconds since the beginning, as the server counts them
        since = {"$subtract": [value, _BEGINNING]}
        return since if question.pure else {"$cond": [{"$eq": [{"$type": value}, "date"]}, since, None]}
    if question.pure:
        return {"$strLenCP": value}
    return size(value, {name: way for name, way in LENGTHS.items() if name != "array"})


def place(question: Question, x: Any, bins: int) -> Any:
    """An expression of which of equal bins `x` on the scale lies in."""
    low, high = question.low, question.high
    if low is None or high is None or not high > low:
        return {"$literal": 0}
    whole = {"$floor": {"$multiply": [{"$divide": [{"$subtract": [x, low]}, high - low]}, bins]}}
    within = {"$max": [0, {"$min": [bins - 1, whole]}]}
    return within if question.pure else {"$cond": [{"$eq": [x, None]}, None, within]}


def form(question: Question, value: str) -> Any:
    """An expression of the form of a text; one that has none of the marks of any is not looked at further."""
    if not question.texts:
        return {"$literal": None}
    text = {"$cond": [{"$eq": [{"$type": value}, "string"]}, value, ""]}
    marked = {"$regexMatch": {"input": text, "regex": _MARKS}}
    forms = [
        {"case": {"$regexMatch": {"input": value, "regex": regex}}, "then": name} for name, regex in FORMATS.items()
    ]
    return {"$cond": [marked, {"$switch": {"branches": forms, "default": None}}, None]}
