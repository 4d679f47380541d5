"""A field that has what its shape did not say: everything that can be asked of it, as a row for each type of value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from xregistry_tui.resources.mongodb.checks import Check, size
from xregistry_tui.resources.mongodb.structure import type_of
from xregistry_tui.resources.mongodb.typed import LENGTHS, QUANTILES, SHOWN

_INFINITE = float("inf")


def _count(condition: Any) -> dict[str, Any]:
    return {"$sum": {"$cond": [condition, 1, 0]}}


def finite(value: Any) -> dict[str, Any]:
    """An expression of a value that is a finite number, null of others."""
    within = [{"$isNumber": value}, {"$gt": [value, -_INFINITE]}, {"$lt": [value, _INFINITE]}]
    return {"$cond": [{"$and": within}, value, None]}


def stages(value: Any, checks: Iterable[Check], *, percentile: bool) -> list[dict[str, Any]]:
    """The stages that give a row for each type of a field's values, its name as `_id`; see `Typed`."""
    found: dict[str, Any] = {"n": {"$sum": 1}, "low": {"$min": _ordered()}, "high": {"$max": _ordered()}}
    found |= _of_numbers(percentile=percentile) | _of_sized()
    for index, check in enumerate(checks):
        found |= {f"a{index}": _count(check.applies), f"f{index}": _count(check.broken)}
    return [
        {"$project": {"_id": 0, "v": value, "t": type_of(value)}},
        {"$set": {"x": finite("$v"), "l": size("$v", LENGTHS)}},
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
    text = {"$cond": [{"$eq": ["$t", "string"]}, "$v", None]}
    return {
        "shortest": {"$min": "$l"},
        "longest": {"$max": "$l"},
        "length": {"$avg": "$l"},
        "empty": _count({"$eq": ["$v", ""]}),
        "blank": _count({"$eq": [{"$trim": {"input": text}}, ""]}),
    }
