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
_BINARY = frozenset({Kind.BYTES, Kind.UUID})


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


def overview(value: Any, kinds: Iterable[Kind], checks: Iterable[Check], *, percentile: bool) -> list[dict[str, Any]]:
    """The stages that give a row for each type of a field's values."""
    typed = type_of(value) if _BINARY & set(kinds) else {"$type": value}
    ordered = {
        "$switch": {
            "branches": [
                {"case": {"$eq": ["$t", "string"]}, "then": {"$substrCP": ["$v", 0, SHOWN]}},
                {"case": {"$in": ["$t", ["object", "array", "binData", "uuid"]]}, "then": None},
                {"case": {"$isNumber": "$v"}, "then": "$x"},
            ],
            "default": "$v",
        }
    }
    found: dict[str, Any] = {
        "n": {"$sum": 1},
        "low": {"$min": ordered},
        "high": {"$max": ordered},
        "mean": {"$avg": "$x"},
        "deviation": {"$stdDevPop": "$x"},
        "finite": _count({"$isNumber": "$x"}),
        "nans": _count({"$eq": ["$v", float("nan")]}),
        "zeros": _count({"$eq": ["$v", 0]}),
        "negatives": _count({"$and": [{"$isNumber": "$v"}, {"$lt": ["$v", 0]}, {"$gte": ["$v", -_INFINITE]}]}),
        "shortest": {"$min": "$l"},
        "longest": {"$max": "$l"},
        "length": {"$avg": "$l"},
        "empty": _count({"$eq": ["$v", ""]}),
        "blank": _count({"$eq": [_on("string", {"$trim": {"input": "$v"}}), ""]}),
    }
    for index, check in enumerate(checks):
        found |= {f"a{index}": _count(check.applies), f"f{index}": _count(check.broken)}
    if percentile:
        found["quantiles"] = {"$percentile": {"input": "$x", "p": [*QUANTILES], "method": "approximate"}}
    return [
        {"$project": {"_id": 0, "v": value, "t": typed}},
        {"$set": {"x": _finite("$v"), "l": size("$v", _LENGTHS)}},
        {"$group": {"_id": "$t", **found}},
    ]


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
    """The stages that give one row about all distinct values: how many, how often, where they lie."""
    top = {"$topN": {"n": question.top, "sortBy": {"n": -1, "_id": 1}, "output": {"v": "$_id", "n": "$n"}}}
    found: dict[str, Any] = {
        "distinct": {"$sum": 1},
        "once": _count({"$eq": ["$n", 1]}),
        "repeated": {"$sum": {"$cond": [{"$gt": ["$n", 1]}, "$n", 0]}},
        "top": top if has_top else {"$push": {"v": "$_id", "n": "$n"}},
    }
    for index, share in enumerate(QUANTILES):
        reached = {"$gte": ["$c", share * question.scaled]}
        found[f"q{index}"] = {"$min": {"$cond": [{"$and": [{"$ne": ["$x", None]}, reached]}, "$_id", None]}}
    for place in range(question.bins):
        found[f"b{place}"] = {"$sum": {"$cond": [{"$eq": ["$b", place]}, "$n", 0]}}
    if question.texts:
        found |= {name: {"$sum": {"$cond": [_has_form(regex), "$n", 0]}} for name, regex in FORMATS.items()}
    return [
        {"$project": {"_id": 0, "v": _told_apart(question)}},
        {"$match": {"v": {"$exists": True}}},
        {"$group": {"_id": "$v", "n": {"$sum": 1}}},
        *_running(question),
        {"$set": {"b": _place(question, question.bins)}},
        *([] if has_top else [{"$sort": {"n": -1, "_id": 1}}]),
        {"$group": {"_id": None, **found}},
        *([] if has_top else [{"$set": {"top": {"$slice": ["$top", question.top]}}}]),
    ]


def _has_form(regex: str) -> dict[str, Any]:
    text = {"$eq": [{"$type": "$_id"}, "string"]}
    return {"$and": [text, {"$regexMatch": {"input": {"$cond": [text, "$_id", ""]}, "regex": regex}}]}


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
        return [placed, {"$set": {"c": 0}}]
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
        return 0
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
