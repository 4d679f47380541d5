"""The second pass: the distinct values of a field, how many, how often, where they lie, which are most frequent."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from xregistry_tui.resources.mongodb.questions import Measure, Question, form, place, scale
from xregistry_tui.resources.mongodb.typed import CLIP, QUANTILES

_NONE = ["missing", "null", "undefined", "object", "array"]
_PLACES, _TOP = "places", "top"


def alone(question: Question) -> list[dict[str, Any]]:
    """The stages for one field by itself, which give one row; the quickest where there are many records.

    That the records are grouped by nothing but a field is what a server does without making documents of them first.
    """
    if question.unique:
        return _unique(question)
    return [*_values(question), {"$facet": {_PLACES: _places(question), _TOP: _top(question)}}]


def beside(question: Question) -> dict[str, list[dict[str, Any]]]:
    """The stages for a field among others in one pass over the records, by name of what they tell."""
    return {
        _PLACES: [*_values(question), *_places(question)],
        # to count twice and sort once is quicker than to keep the best of each group
        _TOP: [*_values(question), *_top(question)],
    }


def probe(question: Question) -> list[dict[str, Any]]:
    """The stages that only count the values, to learn how many there may be."""
    return [*_told_apart(question), {"$group": {"_id": None, **_counts()}}]


def _unique(question: Question) -> list[dict[str, Any]]:
    """The stages for a field whose values the server keeps unique, read in the order of its index."""
    name = question.unique
    count = {"n": {"$sum": 1}, "distinct": {"$sum": 1}, "once": {"$sum": 1}}
    where = {"b": place(question, scale(question, f"${name}"), question.bins), "f": form(question, f"${name}")}
    value = {"$project": {"_id": 0, "v": f"${name}", "n": {"$literal": 1}}}
    found: dict[str, Any] = {_PLACES: [{"$group": {"_id": where, **count}}], _TOP: [{"$limit": question.top}, value]}
    if question.measure is not Measure.LENGTH:
        for index, share in enumerate(QUANTILES):
            before = max(1, math.ceil(share * question.scaled)) - 1
            found[f"q{index}"] = [*([{"$skip": before}] if before else []), {"$limit": 1}, value]
    return [{"$sort": {name: 1}}, {"$project": {"_id": 0, name: 1}}, {"$facet": found}]


def _counts() -> dict[str, Any]:
    once = {"$sum": {"$cond": [{"$eq": ["$n", 1]}, 1, 0]}}
    return {"n": {"$sum": "$n"}, "distinct": {"$sum": 1}, "once": once}


def _told_apart(question: Question) -> list[dict[str, Any]]:
    """The stages that count records by value, those left out where it is absent or holds others."""
    kind = {"$type": question.value}
    cases = [{"case": {"$in": [kind, _NONE]}, "then": "$$REMOVE"}]
    if question.clipped:
        cases.append({"case": {"$eq": [kind, "string"]}, "then": {"$substrCP": [question.value, 0, CLIP]}})
    return [
        {"$project": {"_id": 0, "v": {"$switch": {"branches": cases, "default": question.value}}}},
        {"$match": {"v": {"$exists": True}}},
        {"$group": {"_id": "$v", "n": {"$sum": 1}}},
    ]


def _values(question: Question) -> list[dict[str, Any]]:
    if question.direct:
        return [{"$group": {"_id": question.value, "n": {"$sum": 1}}}]
    return _told_apart(question)


def _some(question: Question) -> list[dict[str, Any]]:
    """What leaves out that nothing was there; by itself not before the facets, where an index might be read for it."""
    return [{"$match": {"_id": {"$ne": None}}}] if question.direct and question.absent else []


def _top(question: Question) -> list[dict[str, Any]]:
    """The stages that find the most frequent values, the least of those that are as frequent first."""
    shown = {"$project": {"_id": 0, "v": "$_id", "n": 1}}
    return [*_some(question), {"$sort": {"n": -1, "_id": 1}}, {"$limit": question.top}, shown]


def _places(question: Question) -> list[dict[str, Any]]:
    """The stages that group values by bin and form; texts are measured, not sorted."""
    x: Any = scale(question, "$_id") if question.pure else "$x"
    stages = [*_some(question), *([] if question.pure else [{"$set": {"x": scale(question, "$_id")}}])]
    quantiles: dict[str, Any] = {}
    if question.measure is not Measure.LENGTH and question.scaled:
        on_scale = {"$ne": ["$x", None]}
        count = "$n" if question.pure else {"$cond": [on_scale, "$n", 0]}
        running = {"$sum": count, "window": {"documents": ["unbounded", "current"]}}
        stages.append({"$setWindowFields": {"sortBy": {"_id": 1}, "output": {"c": running}}})
        for index, share in enumerate(QUANTILES):
            reached: dict[str, Any] = {"$gte": ["$c", share * question.scaled]}
            there = reached if question.pure else {"$and": [on_scale, reached]}
            quantiles[f"q{index}"] = {"$min": {"$cond": [there, "$_id", None]}}
    where = {"b": place(question, x, question.bins), "f": form(question, "$_id")}
    return [*stages, {"$group": {"_id": where, **_counts(), **quantiles}}]


def told(row: Mapping[str, Any], question: Question) -> dict[str, Any]:
    """What `alone` or `beside` gave as one; empty where there is no value.

    It has `n` values of records, `distinct` ones, `once` those of one record, `repeated` the records of the others,
    `top`, `q0`… by quantile, `b0`… by bin, and records by name of a form.
    """
    rows: Sequence[Mapping[str, Any]] = row[_PLACES]
    if not rows:
        return {}
    found: dict[str, Any] = {name: sum(int(one[name]) for one in rows) for name in ("n", "distinct", "once")}
    found |= {"repeated": found["n"] - found["once"], _TOP: row[_TOP]}
    for quantile in (f"q{index}" for index in range(len(QUANTILES))):
        reached = [one["v"] for one in row.get(quantile, ())]
        reached = reached or [one[quantile] for one in rows if one.get(quantile) is not None]
        found[quantile] = min(reached, default=None)
    for one in rows:
        where = one["_id"]
        for name in (None if where.get("b") is None else f"b{int(where['b'])}", where.get("f")):
            if name is not None:
                found[name] = found.get(name, 0) + int(one["n"])
    return found
