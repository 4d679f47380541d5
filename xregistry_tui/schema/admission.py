"""Whether one value is valid in a schema for certain; what would need an engine of patterns or formats is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from xregistry_tui.schema.alternatives import Document
from xregistry_tui.schema.bounds import bounds, divides
from xregistry_tui.schema.equality import Undecidable, key, same
from xregistry_tui.schema.keywords import kind_of
from xregistry_tui.schema.kinds import Way

_UNTESTED = frozenset({"pattern", "format", "contentEncoding", "contentMediaType", "contentSchema"})
_DEEPEST = 16


def admits(document: Document, schema: Any, value: Any, depth: int = 0) -> bool:
    """Whether a place of a document accepts a value for certain."""
    if depth > _DEEPEST:
        return False
    try:
        return any(admitted(document, way, value, depth=depth) for way in document.node(schema).of(kind_of(value)))
    except Undecidable:
        return False


def admitted(document: Document, way: Way, value: Any, held: Way | None = None, depth: int = 0) -> bool:
    """Whether one way accepts a value of its kind; what `held`, by which the value is valid, asks too is not tested."""
    known: Mapping[str, Any] = {**held.words, **held.rest} if held is not None else {}
    untested = {**way.rest, **{word: way.words[word] for word in _UNTESTED & way.words.keys()}}
    if not all(word in known and same(known[word], asked) for word, asked in untested.items()):
        return False
    if way.values is not None and key(value) not in set(map(key, way.values)):
        return False
    if way.kind == "number":
        return _number(way, value)
    if way.kind == "string":
        return _within(way, len(value))
    if way.kind == "array":
        return _within(way, len(value)) and _array(document, way, value, depth)
    return way.kind != "object" or (_within(way, len(value)) and _object(document, way, value, depth))


def _number(way: Way, value: float) -> bool:
    if way.type == "integer" and not (isinstance(value, int) or value.is_integer()):
        return False
    step = way.words.get("multipleOf")
    return _within(way, value) and (step is None or divides(step, value))


def _within(way: Way, value: float) -> bool:
    return all(bound.holds(value) for bound in bounds(way.kind, way.words, whole=way.whole))


def _array(document: Document, way: Way, value: Sequence[Any], depth: int) -> bool:
    if way.words.get("uniqueItems") and len(set(map(key, value))) < len(value):
        return False
    first: Sequence[Any] = way.words.get("prefixItems", ())
    later = way.words.get("items", True)
    places = [first[index] if index < len(first) else later for index in range(len(value))]
    return all(admits(document, place, item, depth + 1) for place, item in zip(places, value, strict=True))


def _object(document: Document, way: Way, value: Mapping[str, Any], depth: int) -> bool:
    words = way.words
    if "patternProperties" in words or "propertyNames" in words or set(words.get("required", ())) - value.keys():
        return False
    declared, extra = words.get("properties", {}), words.get("additionalProperties", True)
    return all(admits(document, declared.get(name, extra), item, depth + 1) for name, item in value.items())
