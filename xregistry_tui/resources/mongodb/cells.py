"""The values of a record as they are sent: whole where they are small, else by their beginning and their size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xregistry_tui.resources.base import Clipped
from xregistry_tui.resources.mongodb.values import plain
from xregistry_tui.schema.canonical import dumps
from xregistry_tui.schema.shape import Kind

_WIDEST = 1_000
_CONTAINER = 16
"""So many times larger than a text may an object or array be."""
_SHOWN = 8
_SHOWN_TEXT = 200
_TEXT, _BYTES, _OBJECT, _ARRAY = "t", "b", "o", "a"


def clipped(names: Sequence[str], limit: int) -> dict[str, Any]:
    """An expression of a record as a list of `[name, value]`, or `[name, head, size, what]` where a value is large.

    Names never become keys: so a field may be called anything.
    """
    fields: dict[str, Any] = {"$objectToArray": "$$ROOT"}
    if names:
        wanted = [{"$literal": name.replace("\0", "\\0")} for name in names]
        fields = {"$filter": {"input": fields, "as": "f", "cond": {"$in": ["$$f.k", wanted]}}}
    return {"$map": {"input": {"$slice": [fields, _WIDEST]}, "as": "f", "in": _cell("$$f.k", "$$f.v", limit)}}


def _cell(name: str, value: str, limit: int) -> dict[str, Any]:
    kind, size = {"$type": value}, {"$bsonSize": {"v": value}}
    characters, octets = {"$strLenCP": value}, {"$binarySize": value}

    def when(type_: str, measure: Any, most: int, *head: Any) -> dict[str, Any]:
        # the size is asked of values of this type alone
        large = {"$gt": [{"$cond": [{"$eq": [kind, type_]}, measure, 0]}, most]}
        return {"case": large, "then": [name, *head]}

    items = {"$map": {"input": {"$slice": [value, _SHOWN]}, "as": "i", "in": _small("$$i")}}
    pairs = {"$slice": [{"$objectToArray": value}, _SHOWN]}
    entries = {"$map": {"input": pairs, "as": "i", "in": ["$$i.k", _small("$$i.v")]}}
    branches = [
        when("string", characters, limit, {"$substrCP": [value, 0, limit]}, characters, _TEXT),
        when("binData", octets, limit, None, octets, _BYTES),
        when("object", size, limit * _CONTAINER, entries, size, _OBJECT),
        when("array", size, limit * _CONTAINER, items, size, _ARRAY),
    ]
    return {"$switch": {"branches": branches, "default": [name, value]}}


def _small(value: str) -> dict[str, Any]:
    """Something in a large object or array: what is large itself is left out."""
    kind = {"$type": value}
    cut = {"$substrCP": [value, 0, _SHOWN_TEXT]}
    branches = [
        {"case": {"$eq": [kind, "string"]}, "then": cut},
        {"case": {"$in": [kind, ["object", "array", "binData", "missing"]]}, "then": "…"},
    ]
    return {"$switch": {"branches": branches, "default": value}}


def read(entry: Sequence[Any], limit: int) -> tuple[str, Any]:
    """One entry of a record as (name, cell)."""
    if len(entry) == 2:
        return str(entry[0]), plain(entry[1])
    name, head, size, what = entry
    if what == _TEXT:
        return str(name), Clipped(str(head), int(size), Kind.STRING)
    if what == _BYTES:
        return str(name), Clipped(b"", int(size), Kind.BYTES)
    if what == _OBJECT:
        return str(name), Clipped(dumps(dict(plain(head)))[:limit], int(size), Kind.OBJECT)
    return str(name), Clipped(dumps(plain(head))[:limit], int(size), Kind.ARRAY)
