"""When two JSON values, or two schemas, are the same: `1` is `1.0`, `true` is not, words for people do not count."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Any

from xregistry_tui.schema.keywords import ASSERTED, LISTS, MAPS, ONES

DEEPEST_VALUE = 64


class Undecidable(Exception):
    """A schema cannot be followed; the text says why, as what is said of its place."""


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal as JSON Schema has it; nesting of any depth is compared."""
    todo = [(one, other)]
    while todo:
        a, b = todo.pop()
        if a is b:
            continue
        if isinstance(a, Mapping) and isinstance(b, Mapping) and a.keys() == b.keys():
            todo += [(a[name], b[name]) for name in a]
        elif isinstance(a, list | tuple) and isinstance(b, list | tuple) and len(a) == len(b):
            todo += zip(a, b, strict=True)
        elif _container(a) or _container(b) or isinstance(a, bool) != isinstance(b, bool) or a != b:
            return False
    return True


def refers(value: Any) -> bool:
    """Whether a schema may hold a reference, so that what it says depends on what is elsewhere."""
    todo = [value]
    while todo:
        one = todo.pop()
        if isinstance(one, Mapping):
            if "$ref" in one or "$dynamicRef" in one or "$recursiveRef" in one:
                return True
            todo += one.values()
        elif isinstance(one, list | tuple):
            todo += one
    return False


def _container(value: Any) -> bool:
    return isinstance(value, Mapping | list | tuple)


def key(value: Any, depth: int = 0) -> Hashable:
    """A value as what sets can hold, equal where the values are; `Undecidable` for one that nests too deeply."""
    if depth > DEEPEST_VALUE:
        raise Undecidable(f"holds a value nested more than {DEEPEST_VALUE} levels, too deep to compare")
    if isinstance(value, Mapping):
        return "object", frozenset((name, key(item, depth + 1)) for name, item in value.items())
    if isinstance(value, list | tuple):
        return "array", tuple(key(item, depth + 1) for item in value)
    if isinstance(value, bool | str) or value is None:
        return type(value).__name__, value
    return "number", value


def alike(older: Any, newer: Any, resolve_old: Callable[[str], Any], resolve_new: Callable[[str], Any]) -> bool:
    """Whether two schemas say the same but for titles, descriptions and the like, references followed."""
    todo: list[tuple[Any, Any]] = [(older, newer)]
    seen: set[tuple[int, int]] = set()
    while todo:
        a, b = todo.pop()
        if (id(a), id(b)) in seen:
            continue
        seen.add((id(a), id(b)))
        if not (isinstance(a, Mapping) and isinstance(b, Mapping)):
            if not same(a, b):
                return False
            continue
        for word in ASSERTED & (a.keys() | b.keys()):
            if word not in a or word not in b:
                return False
            if word == "$ref" and None not in (targets := (resolve_old(a[word]), resolve_new(b[word]))):
                todo.append(targets)
            elif (parts := _parts(word, a[word], b[word])) is not None:
                todo += parts
            else:
                return False
    return True


def _parts(word: str, a: Any, b: Any) -> Iterator[tuple[Any, Any]] | tuple[()] | None:
    """The schemas within a keyword, pairwise; `None` where its two values cannot be the same."""
    if word in ONES:
        return iter([(a, b)])
    if word in MAPS and isinstance(a, Mapping) and isinstance(b, Mapping):
        return ((a[name], b[name]) for name in a) if a.keys() == b.keys() else None
    if word in LISTS and isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return zip(a, b, strict=True) if len(a) == len(b) else None
    return () if same(a, b) else None
