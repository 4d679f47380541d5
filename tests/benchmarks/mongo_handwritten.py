"""What anyone would ask MongoDB by hand for the figures of `documents`: in one group, and by field and metric."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from typing import Any

from tests.benchmarks.documents import MOMENTS, NUMBERS, TEXTS, TYPES
from xregistry_tui.profiling.profile import FieldProfile, Profile
from xregistry_tui.resources.mongodb.questions import FORMATS

Pipeline = list[dict[str, Any]]

_TOP, _BINS = 10, 12


def counted(condition: Any) -> dict[str, Any]:
    """How many records it is so of."""
    return {"$sum": {"$cond": [condition, 1, 0]}}


def metrics(field: str) -> dict[str, Any]:
    """The accumulators of one field, by metric."""
    value, type_ = f"${field}", TYPES[field]
    found = {kind: counted({"$eq": [{"$type": value}, kind]}) for kind in (type_, "missing", "null")}
    if type_ != "binData":
        found |= {"min": {"$min": value}, "max": {"$max": value}}
    if field in NUMBERS:
        found |= {
            "mean": {"$avg": value},
            "deviation": {"$stdDevPop": value},
            "zeros": counted({"$eq": [value, 0]}),
            "negatives": counted({"$and": [{"$lt": [value, 0]}, {"$gt": [value, None]}]}),
            "nans": counted({"$eq": [value, float("nan")]}),
        }
    if field in TEXTS:
        is_text = {"$eq": [{"$type": value}, "string"]}
        length = {"$cond": [is_text, {"$strLenCP": value}, None]}
        found |= {"shortest": {"$min": length}, "longest": {"$max": length}, "length": {"$avg": length}}
        found |= {
            "empty": counted({"$eq": [value, ""]}),
            "blank": counted({"$eq": [{"$trim": {"input": {"$cond": [is_text, value, None]}}}, ""]}),
        }
    return found


def one_group() -> Pipeline:
    """The same counts, extremes, moments and lengths in one pass, and nothing else."""
    found = {f"{field}_{name}": metric for field in TYPES for name, metric in metrics(field).items()}
    return [{"$group": {"_id": None, "n": {"$sum": 1}, **found}}]


def one_by_one(profile: Profile) -> list[Pipeline]:
    """A pipeline for each field and metric of the profile; of values not told apart nothing is asked about them."""
    found: list[Pipeline] = []
    for field in TYPES:
        found += [[{"$group": {"_id": None, name: metric}}] for name, metric in metrics(field).items()]
        if profile.fields[field].distinct is not None:
            found += list(_of_values(field, profile.fields[field]))
    return found


def _of_values(field: str, known: FieldProfile) -> Iterator[Pipeline]:
    value = f"${field}"
    some = {"$match": {field: {"$ne": None}}}
    each = {"$group": {"_id": value, "n": {"$sum": 1}}}
    yield [some, each, {"$count": "n"}]
    yield [some, each, {"$match": {"n": 1}}, {"$count": "n"}]
    yield [some, each, {"$sort": {"n": -1, "_id": 1}}, {"$limit": _TOP}]
    if field in NUMBERS or field in MOMENTS:
        for share, _ in known.quantiles:
            yield [some, {"$sort": {field: 1}}, {"$skip": int(share * (known.present - 1))}, {"$limit": 1}]
        yield [some, _bins(value, known.minimum, known.maximum)]
    elif field in TEXTS and known.lengths is not None:
        yield [some, _bins({"$strLenCP": value}, known.lengths.least, known.lengths.most)]
        for regex in FORMATS.values():
            yield [{"$match": {field: {"$regex": regex}}}, {"$count": "n"}]


def _bins(value: Any, low: Any, high: Any) -> dict[str, Any]:
    if low == high:
        return {"$group": {"_id": None, "n": {"$sum": 1}}}
    step: Callable[[int], Any] = lambda n: low + (high - low) * n / _BINS  # noqa: E731
    bounds = [step(n) for n in range(_BINS)]
    if not isinstance(low, datetime.datetime):
        bounds = [float(bound) for bound in bounds]
    return {"$bucket": {"groupBy": value, "boundaries": bounds, "default": "last"}}
