"""Two sets of keywords that hold at once, as one. What would not mean the same together is kept aside in `allOf`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from xregistry_tui.schema.equality import key, same
from xregistry_tui.schema.keywords import well_formed

# Keywords that lean on one another: of two schemas' they are taken together or not at all.
_LEANING = (
    frozenset({"properties", "patternProperties", "additionalProperties"}),
    frozenset({"prefixItems", "items", "additionalItems"}),
    frozenset({"if", "then", "else"}),
    frozenset({"contains", "minContains", "maxContains"}),
)


def both(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """The keywords of a schema that asks for all that the two ask for."""
    merged, left = dict(one), dict(other)
    asides: list[Any] = []
    for group in _LEANING:
        theirs = {word: left.pop(word) for word in group & left.keys()}
        ours = {word: merged[word] for word in group & merged.keys()}
        if not ours or not theirs or same(ours, theirs):
            merged.update(theirs)
        elif _apart(ours, theirs):
            merged["properties"] = {**ours["properties"], **theirs["properties"]}
        else:
            asides.append(theirs)
    for word, value in left.items():
        if word not in merged or same(merged[word], value):
            merged[word] = value
        elif word in _MEETS and well_formed(word, value) and well_formed(word, merged[word]):
            merged[word] = _MEETS[word](merged[word], value)
        else:
            asides += value if word == "allOf" and isinstance(value, list) else [{word: value}]
    if asides:
        held = merged.get("allOf", [])
        merged["allOf"] = [*(held if isinstance(held, list) else [{"allOf": held}]), *asides]
    return merged


def _apart(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> bool:
    """Whether both only declare fields, and no field with two meanings."""
    if ours.keys() != {"properties"} or theirs.keys() != {"properties"}:
        return False
    mine, yours = ours["properties"], theirs["properties"]
    if not (isinstance(mine, Mapping) and isinstance(yours, Mapping)):
        return False
    return all(same(mine[name], yours[name]) for name in mine.keys() & yours.keys())


def _types(one: Any, other: Any) -> list[str]:
    mine, yours = ({names} if isinstance(names, str) else set(names) for names in (one, other))
    met = mine & yours
    if "integer" in mine | yours and ("number" in mine or "number" in yours):
        met |= {"integer"} if _numeric(mine) and _numeric(yours) else set()
    return sorted(met)


def _numeric(names: set[str]) -> bool:
    return bool(names & {"integer", "number"})


def _values(one: Any, other: Any) -> list[Any]:
    held = set(map(key, other))
    return [value for value in one if key(value) in held]


def _names(one: Any, other: Any) -> list[str]:
    return list(dict.fromkeys((*one, *other)))


_MEETS: Mapping[str, Callable[[Any, Any], Any]] = {
    "type": _types,
    "enum": _values,
    "required": _names,
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"), max),
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"), min),
    "uniqueItems": lambda one, other: one or other,
}
