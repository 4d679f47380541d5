"""The pipelines of figures. Two passes: over the records by type of value, and over the distinct values of a field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from xregistry_tui.resources.mongodb.checks import Check, size
from xregistry_tui.resources.mongodb.structure import type_of
from xregistry_tui.schema.shape import Kind

CLIP = 4_096
"""Characters by which longer texts are told apart."""

SHOWN = 1_024
"""Characters of a text that a profile keeps."""

QUANTILES = (0.25, 0.5, 0.75)
"""The shares of records that quantiles are given for."""

FINE = 64
"""So many fine bins make one of a histogram, where there are too many values to sort them."""

FORMATS = {
    "email": r"^[^@\s]+@[^@\s]+\.[^@\s.]+$",
    "url": r"^[A-Za-z][A-Za-z0-9+.-]*://[^\s]+$",
    "uuid": r"^[0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}$",
    "date": r"^\d{4}-\d\d-\d\d$",
    "datetime": r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d",
    "ipv4": r"^(\d{1,3}\.){3}\d{1,3}$",
}
"""Forms of text, by what they are searched with."""

NUMBERS = ("int", "long", "double", "decimal")
_LENGTHS = {"string": "$strLenCP", "array": "$size", "binData": "$binarySize"}
_INFINITE = float("inf")
_MARKS = "[@:.-]"
_BINARY = frozenset({Kind.BYTES, Kind.UUID})
_SIZED = frozenset({Kind.STRING, Kind.ARRAY, Kind.MAP, *_BINARY})
_NUMERIC = frozenset({Kind.INTEGER, Kind.NUMBER, Kind.DECIMAL})


class Measure(StrEnum):
    """What of a value is put on a scale."""

    NUMBER = "number"
    MOMENT = "moment"
    LENGTH = "length"


def _on(kind: str, then: Any, otherwise: Any = None) -> dict[str, Any]:
    return {"$cond": [{"$eq": ["$t", kind]}, then, otherwise]}


def _count(condition: Any) -> dict[str, Any]:
    return {"$sum": {"$cond": [condition, 1, 0]}}


def _finite(value: str) -> dict[str, Any]:
    within = [{"$isNumber": value}, {"$gt": [value, -_INFINITE]}, {"$lt": [value, _INFINITE]}]
    return {"$cond": [{"$and": within}, value, None]}


@dataclass(frozen=True, slots=True)
class Expected:
    """Which values a field is expected to have: of others there are no figures but how many there are."""

    numbers: bool
    sized: bool
    binary: bool

    @classmethod
    def of(cls, kinds: Iterable[Kind]) -> Expected:
        """By the kinds that were seen."""
        seen = set(kinds)
        return cls(bool(_NUMERIC & seen), bool(_SIZED & seen), bool(_BINARY & seen))

    def surprised(self, types: Iterable[str]) -> bool:
        """Whether there are values that nobody expected."""
        seen = set(types)
        more = (bool(seen & set(NUMBERS)), bool(seen & set(_LENGTHS)), "binData" in seen)
        return any(one and not known for one, known in zip(more, (self.numbers, self.sized, self.binary), strict=True))


EVERYTHING = Expected(True, True, True)


def overview(value: Any, expected: Expected, checks: Iterable[Check], *, percentile: bool) -> list[dict[str, Any]]:
    """The stages that give a row for each type of a field's values."""
    found: dict[str, Any] = {"n": {"$sum": 1}, "low": {"$min": _ordered()}, "high": {"$max": _ordered()}}
    found |= _of_numbers(percentile=percentile) if expected.numbers else {}
    found |= _of_sized() if expected.sized else {}
    for index, check in enumerate(checks):
        found |= {f"a{index}": _count(check.applies), f"f{index}": _count(check.broken)}
    more = {"x": _finite("$v")} if expected.numbers else {}
    more |= {"l": size("$v", _LENGTHS)} if expected.sized else {}
    return [
        {"$project": {"_id": 0, "v": value, "t": type_of(value) if expected.binary else {"$type": value}}},
        *([{"$set": more}] if more else []),
        {"$group": {"_id": "$t", **found}},
    ]


def _ordered() -> dict[str, Any]:
    """A value that has an order, a text by its beginning."""
    branches = [
        {"case": {"$in": ["$t", ["int", "long", "date", "objectId", "bool"]]}, "then": "$v"},
        {"case": {"$eq": ["$t", "string"]}, "then": {"$substrCP": ["$v", 0, SHOWN]}},
        {"case": {"$in": ["$t", ["object", "array", "binData", "uuid"]]}, "then": None},
        {"case": {"$isNumber": "$v"}, "then": "$x"},
    ]
    return {"$switch": {"branches": branches, "default": "$v"}}


def _of_numbers(*, percentile: bool) -> dict[str, Any]:
    found: dict[str, Any] = {
        "mean": {"$avg": "$x"},
        "deviation": {"$stdDevPop": "$x"},
        "finite": _count({"$isNumber": "$x"}),
        "nans": _count({"$eq": ["$v", float("nan")]}),
        "zeros": _count({"$eq": ["$v", 0]}),
        "negatives": _count({"$and": [{"$lt": ["$v", 0]}, {"$gte": ["$v", -_INFINITE]}]}),
    }
    if percentile:
        found["quantiles"] = {"$percentile": {"input": "$x", "p": [*QUANTILES], "method": "approximate"}}
    return found


def _of_sized() -> dict[str, Any]:
    # no regular expression: what is white is said by the server in one place
    blank = {"$and": [{"$eq": ["$t", "string"]}, {"$eq": [{"$trim": {"input": _on("string", "$v")}}, ""]}]}
    return {
        "shortest": {"$min": "$l"},
        "longest": {"$max": "$l"},
        "length": {"$avg": "$l"},
        "empty": _count({"$eq": ["$v", ""]}),
        "blank": _count(blank),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked about the distinct values of one field, of which `scaled` are on the scale from `low` to `high`."""

    value: Any
    measure: Measure
    low: Any
    high: Any
    scaled: int
    clipped: bool
    texts: bool
    top: int
    bins: int


def distinct(question: Question, *, has_top: bool) -> list[dict[str, Any]]:
    """The stages that give a row for each bin and form of the distinct values: how many, how often, where they lie."""
    top = {"$topN": {"n": question.top, "sortBy": {"n": -1, "_id": 1}, "output": {"v": "$_id", "n": "$n"}}}
    found: dict[str, Any] = {
        "n": {"$sum": "$n"},
        "distinct": {"$sum": 1},
        "once": _count({"$eq": ["$n", 1]}),
        "top": top if has_top else {"$push": {"v": "$_id", "n": "$n"}},
    }
    if question.measure is not Measure.LENGTH:
        for index, share in enumerate(QUANTILES):
            reached = {"$gte": ["$c", share * question.scaled]}
            found[f"q{index}"] = {"$min": {"$cond": [{"$and": [{"$ne": ["$x", None]}, reached]}, "$_id", None]}}
    return [
        {"$project": {"_id": 0, "v": _told_apart(question)}},
        {"$match": {"v": {"$exists": True}}},
        {"$group": {"_id": "$v", "n": {"$sum": 1}}},
        *_running(question),
        *([] if has_top else [{"$sort": {"n": -1, "_id": 1}}]),
        {"$group": {"_id": {"b": _place(question, question.bins), "f": _form(question)}, **found}},
        *([] if has_top else [{"$set": {"top": {"$slice": ["$top", question.top]}}}]),
    ]


def _form(question: Question) -> dict[str, Any]:
    """The form of a text; one that has none of the marks of any is not looked at further."""
    if not question.texts:
        return {"$literal": None}
    text = {"$eq": [{"$type": "$_id"}, "string"]}
    marked = {"$regexMatch": {"input": {"$cond": [text, "$_id", ""]}, "regex": _MARKS}}
    forms = [
        {"case": {"$regexMatch": {"input": "$_id", "regex": regex}}, "then": name} for name, regex in FORMATS.items()
    ]
    return {"$cond": [marked, {"$switch": {"branches": forms, "default": None}}, None]}


def _told_apart(question: Question) -> dict[str, Any]:
    """The value, or nothing where it is absent or holds others."""
    kind = {"$type": question.value}
    none = [{"case": {"$in": [kind, ["missing", "null", "undefined", "object", "array"]]}, "then": "$$REMOVE"}]
    if question.clipped:
        none.append({"case": {"$eq": [kind, "string"]}, "then": {"$substrCP": [question.value, 0, CLIP]}})
    return {"$switch": {"branches": none, "default": question.value}}


def _running(question: Question) -> list[dict[str, Any]]:
    """The place of a value on the scale, and how many records lie up to it; texts are measured, not sorted."""
    placed = {"$set": {"x": _scale(question, "$_id")}}
    if question.measure is Measure.LENGTH or not question.scaled:
        return [placed]
    counted = {"$sum": {"$cond": [{"$ne": ["$x", None]}, "$n", 0]}, "window": {"documents": ["unbounded", "current"]}}
    return [placed, {"$setWindowFields": {"sortBy": {"_id": 1}, "output": {"c": counted}}}]


def _scale(question: Question, value: str) -> dict[str, Any]:
    if question.measure is Measure.NUMBER:
        return _finite(value)
    if question.measure is Measure.MOMENT:
        return {"$cond": [{"$eq": [{"$type": value}, "date"]}, {"$toLong": value}, None]}
    return size(value, {name: way for name, way in _LENGTHS.items() if name != "array"})


def _place(question: Question, bins: int) -> Any:
    """Which of equal bins a value on the scale lies in."""
    low, high = question.low, question.high
    if low is None or high is None or not high > low:
        return {"$literal": 0}
    far = {"$divide": [{"$subtract": ["$x", low]}, high - low]}
    whole = {"$floor": {"$multiply": [far, bins]}}
    return {"$cond": [{"$eq": ["$x", None]}, None, {"$max": [0, {"$min": [bins - 1, whole]}]}]}


def spread(question: Question) -> list[dict[str, Any]]:
    """The stages that count the records in fine bins, where there are too many values to tell them apart."""
    bins = question.bins * FINE
    return [
        {"$project": {"_id": 0, "x": _of(question)}},
        {"$match": {"x": {"$ne": None}}},
        {"$group": {"_id": _place(question, bins), "n": {"$sum": 1}}},
    ]


def _of(question: Question) -> dict[str, Any]:
    return {"$let": {"vars": {"w": question.value}, "in": _scale(question, "$$w")}}


def facets(parts: Mapping[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """Several pipelines over the same records, in one pass."""
    return {"$facet": dict(parts)}
