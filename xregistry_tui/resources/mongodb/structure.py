"""What documents look like, found on the server: their names and types cross the wire, their values never do.

Each document becomes its structure (names and types, nested, the items of an array each once); documents of one
structure are counted together. What comes back is read as `Observed`, which merges.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from bson.binary import Binary

from xregistry_tui.resources.mongodb.kinds import ABSENT, UUID_TYPE, kind_of
from xregistry_tui.schema.inference import DEPTH, ITEMS, WIDTH, Observed, every
from xregistry_tui.schema.shape import Kind

_LOWEST, _HIGHEST = Binary(b"\x00" * 16, 4), Binary(b"\xff" * 16, 4)


def type_of(value: Any) -> dict[str, Any]:
    """An expression of the type of a value, UUIDs told from other binary data by where they lie in the order."""
    within = {"$and": [{"$gte": [value, _LOWEST]}, {"$lte": [value, _HIGHEST]}]}
    return {"$cond": [within, UUID_TYPE, {"$type": value}]}


def structure(value: str = "$$ROOT", depth: int = DEPTH) -> dict[str, Any]:
    """An expression of the structure of a value: a type, or `["o", [[name, structure], …]]`, `["a", [[*, structure]]]`.

    An object is read up to one name more than are kept, which tells that it has too many.
    """
    if not depth:
        return type_of(value)
    one, kind = f"l{depth}", {"$type": value}
    items = {"$map": {"input": {"$slice": [value, ITEMS]}, "as": one, "in": {"k": "*", "v": f"$${one}"}}}
    names = {"$slice": [{"$objectToArray": value}, WIDTH + 1]}
    inside = _switch((({"$eq": [kind, "object"]}, names), ({"$eq": [kind, "array"]}, items)), None)
    each = [f"$${one}.k", structure(f"$${one}.v", depth - 1)]
    found = {"m": {"$map": {"input": inside, "as": one, "in": each}}}
    read = _switch(
        (
            ({"$eq": ["$$m", None]}, type_of(value)),
            ({"$eq": [kind, "array"]}, ["a", {"$setUnion": ["$$m"]}]),
        ),
        ["o", "$$m"],
    )
    return {"$let": {"vars": found, "in": read}}


def _switch(branches: Iterable[tuple[Any, Any]], default: Any) -> dict[str, Any]:
    return {"$switch": {"branches": [{"case": case, "then": then} for case, then in branches], "default": default}}


def counted() -> list[dict[str, Any]]:
    """The stages that count documents by structure."""
    return [{"$group": {"_id": structure(), "n": {"$sum": 1}}}]


def observed(found: Iterable[dict[str, Any]]) -> Observed:
    """What was seen in all of them."""
    return every(_read(one["_id"], int(one["n"])) for one in found) or Observed()


def _read(seen: Any, count: int) -> Observed:
    if isinstance(seen, str):
        return _scalar(seen, count)
    mark, inside = seen
    kind = Kind.ARRAY if mark == "a" else Kind.OBJECT
    alone = Observed(count=count, kinds={kind: count})
    if kind is Kind.ARRAY:
        return Observed(count=count, kinds=alone.kinds, items=every(_read(item, count) for _, item in inside))
    fields = {str(name): _read(item, count) for name, item in inside}
    # merging is what makes an object of too many names a map
    return Observed(count=count, kinds=alone.kinds, fields=fields).merge(Observed())


def _scalar(bson_type: str, count: int) -> Observed:
    if bson_type in ABSENT:
        return Observed(count=count, nulls=count)
    return Observed(count=count, kinds={kind_of(bson_type): count})


def natives(found: Sequence[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """By top-level name how many documents have which type there."""
    counts: dict[str, dict[str, int]] = {}
    for one in found:
        if isinstance(one["_id"], list) and one["_id"][0] == "o":
            for name, item in one["_id"][1]:
                type_ = item if isinstance(item, str) else {"a": "array", "o": "object"}[item[0]]
                seen = counts.setdefault(str(name), {})
                seen[type_] = seen.get(type_, 0) + int(one["n"])
    return counts
