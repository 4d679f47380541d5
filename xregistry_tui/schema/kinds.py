"""One way to be valid, for values of one kind: what a set of keywords that all hold at once comes to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from xregistry_tui.schema.equality import key
from xregistry_tui.schema.keywords import KINDS, SPOKEN_OF, UNLISTED, kind_of, well_formed

Json: TypeAlias = Mapping[str, Any]

_READ = frozenset({"type", "enum"})
_EVERY: Mapping[str, tuple[Any, ...]] = {"null": (None,), "boolean": (False, True)}


@dataclass(frozen=True, slots=True)
class Way:
    """One way to be valid for values of one kind.

    `words` are the keywords about that kind, `rest` those that are only compared as they stand, `values` the closed set
    of values where there is one; `whole` is said of numbers, `typed` where the schema named the type, `name` is what
    the schema is called where it stands in a union, `source` the definition where the way is that and nothing besides.
    """

    kind: str
    words: Json
    rest: Json
    values: tuple[Any, ...] | None = None
    whole: bool = False
    typed: bool = True
    name: str | None = None
    notes: Json = field(default_factory=dict)
    source: Any = None

    @property
    def type(self) -> str:
        """The type as JSON Schema has it, integers told from numbers."""
        return "integer" if self.whole else self.kind


@dataclass(frozen=True, slots=True)
class Flat:
    """Keywords that all hold at once, with no reference and no union among them."""

    words: dict[str, Any]
    name: str | None = None
    notes: Json = field(default_factory=dict)
    source: Any = None


def split(flat: Flat) -> list[Way]:
    """One way for each kind of value that the keywords allow; the first of them has the words for people."""
    good = {word: value for word, value in flat.words.items() if well_formed(word, value)}
    names = good.get("type")
    types = KINDS if names is None else (names,) if isinstance(names, str) else tuple(names)
    ways: list[Way] = []
    for kind in KINDS:
        whole = kind == "number" and kind not in types and "integer" in types
        if kind in types or whole:
            way = _way(flat, good, kind, whole)
            ways += [replace(way, notes={}) if ways else way] if way.values != () else []
    return [replace(ways[0], source=flat.source)] if len(ways) == 1 else ways


def _way(flat: Flat, good: Json, kind: str, whole: bool) -> Way:
    words = {word: good[word] for word in good if word in SPOKEN_OF[kind]}
    rest = {
        word: value
        for word, value in flat.words.items()
        if (word in good and word not in SPOKEN_OF[kind] and word not in _READ and kind in UNLISTED.get(word, ()))
        or (word not in good and (kind in UNLISTED.get(word, ()) or word in SPOKEN_OF[kind]))
    }
    return Way(
        kind=kind,
        words=words,
        rest=rest,
        values=_valued(kind, good.get("enum")),
        whole=whole or (kind == "number" and isinstance(words.get("multipleOf"), int)),
        typed="type" in good,
        name=flat.name,
        notes=flat.notes,
    )


def _valued(kind: str, enum: Iterable[Any] | None) -> tuple[Any, ...] | None:
    """The closed set of values of a kind, each once; `None` where it is not closed."""
    if enum is None:
        return _EVERY.get(kind)
    return tuple({key(value): value for value in enum if kind_of(value) == kind}.values())


def joined(ways: tuple[Way, ...]) -> tuple[Way, ...]:
    """The ways with those of one kind that do nothing but list values made one."""
    listed = [way for way in ways if way.values is not None and not way.words and not way.rest]
    joined: list[Way] = []
    for way in ways:
        alike = [one for one in listed if one.kind == way.kind]
        if way not in listed or len(alike) == 1:
            joined.append(way)
        elif way is alike[0]:
            values = {key(value): value for one in alike for value in one.values or ()}
            joined.append(replace(way, values=tuple(values.values()), name=None))
    return tuple(joined)
