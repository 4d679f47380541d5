"""Conditions and keys as filters. What a filter cannot name (a dot in a name, none at all) is read by an expression.

MongoDB compares values of one type only; a text is therefore taken for all that it may mean.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from xregistry_tui.resources.base import CollectionFailed, Condition
from xregistry_tui.resources.mongodb.kinds import addressable, field
from xregistry_tui.resources.mongodb.values import located, meanings, sent
from xregistry_tui.schema.shape import segments

if TYPE_CHECKING:
    from xregistry_tui.schema.shape import Scalar

_COMPARISONS = {"=": "$eq", "!=": "$ne", "<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte"}
_WRITTEN = ["int", "long", "double", "decimal", "objectId", "date", "bool"]


def where(conditions: Sequence[Condition], keys: Sequence[tuple[Scalar, ...]] = ()) -> dict[str, Any]:
    """A conjunction as one filter; empty where there is none."""
    parts = [compare(condition) for condition in conditions]
    if keys:
        parts.append({"_id": {"$in": [value for key in keys for value in _located(key)]}})
    return {"$and": parts} if len(parts) > 1 else parts[0] if parts else {}


def _located(key: tuple[Scalar, ...]) -> list[Any]:
    if len(key) != 1:
        raise CollectionFailed(f"its records are not located by {len(key)} values", "one value of _id locates a record")
    return located(key[0])


def compare(condition: Condition) -> dict[str, Any]:
    """One condition."""
    path, operator, value = segments(condition.field), condition.operator, condition.value
    if operator in ("null", "notnull") or (value is None and operator in ("=", "!=")):
        absent = null(path)
        return absent if operator in ("null", "=") else {"$nor": [absent]}
    if operator == "contains":
        return _contains(path, str(sent(value)))
    if operator not in _COMPARISONS:
        raise CollectionFailed(f"there is no operator “{operator}”", f"use one of {', '.join(_COMPARISONS)}, contains")
    meant = meanings(value)
    if operator in ("=", "!="):
        equal = _equal(path, meant)
        return equal if operator == "=" else {"$nor": [equal, null(path)]}
    ordered = [one for one in meant if not isinstance(one, bool)] or meant
    return {"$or": [_ordered(path, _COMPARISONS[operator], one) for one in ordered]}


def null(path: Sequence[str]) -> dict[str, Any]:
    """Where the field is not there or null; an array that holds null is neither."""
    if not addressable(path):
        return {"$expr": {"$lte": [field(path), None]}}
    return {".".join(path): {"$eq": None, "$not": {"$type": "array"}}}


def _equal(path: Sequence[str], meant: list[Any]) -> dict[str, Any]:
    if not addressable(path):
        return {"$expr": {"$in": [field(path), [{"$literal": one} for one in meant]]}}
    return {".".join(path): {"$in": meant}}


def _ordered(path: Sequence[str], sign: str, value: Any) -> dict[str, Any]:
    if addressable(path):
        return {".".join(path): {sign: value}}
    # an expression compares across types: only what is of the value's type is meant
    same = {"$eq": [{"$isNumber": field(path)}, {"$isNumber": {"$literal": value}}]}
    alike = {"$or": [{"$isNumber": field(path)}, {"$eq": [{"$type": field(path)}, {"$type": {"$literal": value}}]}]}
    return {"$expr": {"$and": [same, alike, {sign: [field(path), {"$literal": value}]}]}}


def _contains(path: Sequence[str], text: str) -> dict[str, Any]:
    """Texts that have it in them, in whatever case; numbers, moments and ids as they are written."""
    written = {"$convert": {"input": field(path), "to": "string", "onError": "", "onNull": ""}}
    found = {"$regexMatch": {"input": written, "regex": {"$literal": re.escape(text)}, "options": "i"}}
    if not addressable(path):
        return {"$expr": found}
    name = ".".join(path)
    other = {"$and": [{name: {"$type": _WRITTEN, "$not": {"$type": "array"}}}, {"$expr": found}]}
    return {"$or": [{name: {"$regex": re.escape(text), "$options": "i"}}, other]}
