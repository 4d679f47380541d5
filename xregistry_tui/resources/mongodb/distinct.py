"""The second pass: the distinct values of a field, how many, how often, where they lie, which are most frequent."""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping, Sequence
from typing import Any

from xregistry_tui.resources.mongodb.questions import Measure, Question, form, place, scale
from xregistry_tui.resources.mongodb.typed import CLIP, QUANTILES

_NONE = ["missing", "null", "undefined", "object", "array"]
_PLACES, _TOP = "places", "top"


def alone(question: Question) -> list[dict[str, Any]]:
    """The stages for one field by itself, which give one row; the quickest where there are many records.

    That the records are grouped by nothing but a field is what a server does without making documents of them first;
    the most frequent values are found by one bounded sort.
    """
    if question.unique:
        return _unique(question)
    values = [{"$group": {"_id": question.value, "n": {"$sum": 1}}}] if question.direct else _told_apart(question)
    # not before it is grouped: an index of the field would be read for it, record by record
    some = [{"$match": {"_id": {"$ne": None}}}] if question.direct and question.absent else []
    top = [{"$sort": {"n": -1, "_id": 1}}, {"$limit": question.top}, {"$project": {"_id": 0, "v": "$_id", "n": 1}}]
    return [*values, {"$facet": {_PLACES: [*some, *_placed(question, _counts())], _TOP: [*some, *top]}}]


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


def beside(question: Question, *, has_top: bool) -> list[dict[str, Any]]:
    """The stages for a field among others in one pass over the records: a row for each bin and form."""
    best = {"$topN": {"n": question.top, "sortBy": {"n": -1, "_id": 1}, "output": {"v": "$_id", "n": "$n"}}}
    top = {_TOP: best if has_top else {"$push": {"v": "$_id", "n": "$n"}}}
    return [
        *_told_apart(question),
        *([] if has_top else [{"$sort": {"n": -1, "_id": 1}}]),
        *_placed(question, _counts() | top),
        *([] if has_top else [{"$set": {_TOP: {"$slice": [f"${_TOP}", question.top]}}}]),
    ]


def probe(question: Question) -> list[dict[str, Any]]:
    """The stages that only count the values, to learn how many there may be."""
    return [*_told_apart(question), {"$group": {"_id": None, **_counts()}}]


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


def _placed(question: Question, counts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The stages that group values by bin and form; texts are measured, not sorted."""
    x: Any = scale(question, "$_id") if question.pure else "$x"
    stages = [] if question.pure else [{"$set": {"x": scale(question, "$_id")}}]
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
    return [*stages, {"$group": {"_id": where, **counts, **quantiles}}]


def told_alone(rows: Sequence[Mapping[str, Any]], question: Question) -> dict[str, Any]:
    """What `alone` gave; see `told`."""
    (row,) = rows
    if not row[_PLACES]:
        return {}
    quantiles = {name: one[0]["v"] for name, one in row.items() if name.startswith("q") and one}
    return told(row[_PLACES], question) | {_TOP: row[_TOP]} | quantiles


def told(rows: Sequence[Mapping[str, Any]], question: Question) -> dict[str, Any]:
    """The rows of bins and forms as one; empty where there is no value.

    It has `n` values of records, `distinct` ones, `once` those of one record, `repeated` the records of the others,
    `top`, `q0`… by quantile, `b0`… by bin, and records by name of a form.
    """
    if not rows:
        return {}
    found: dict[str, Any] = {name: sum(int(row[name]) for row in rows) for name in ("n", "distinct", "once")}
    found["repeated"] = found["n"] - found["once"]
    tops = [one for row in rows for one in row.get(_TOP, ())]
    found[_TOP] = heapq.nlargest(question.top, tops, key=lambda one: one["n"])
    for index in range(len(QUANTILES)):
        reached = [row[f"q{index}"] for row in rows if row.get(f"q{index}") is not None]
        found[f"q{index}"] = min(reached, default=None)
    for row in rows:
        bin_, form_ = row["_id"].get("b"), row["_id"].get("f")
        for name in (None if bin_ is None else f"b{int(bin_)}", form_):
            if name is not None:
                found[name] = found.get(name, 0) + int(row["n"])
    return found
