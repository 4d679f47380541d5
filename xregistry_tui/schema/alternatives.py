"""A schema as the ways to be valid that it offers, each for values of one kind: references followed, unions flat.

What cannot be taken apart (`not`, `if`, an overlapping `oneOf`, two `allOf` entries that speak of the same keyword)
is kept with each way as it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any, TypeAlias
from urllib.parse import unquote

from xregistry_tui.schema.conjunction import both
from xregistry_tui.schema.equality import Undecidable, key
from xregistry_tui.schema.keywords import (
    KINDS,
    LISTED,
    SPOKEN_OF,
    UNEVALUATED,
    UNIONS,
    UNLISTED,
    kind_of,
    notes,
    well_formed,
)

Json: TypeAlias = Mapping[str, Any]

MOST_WAYS = 256
LONGEST = 32


@dataclass(frozen=True, slots=True)
class Way:
    """One way to be valid for values of one kind.

    `words` are the keywords about that kind, `rest` those that are only compared as they stand, `values` the closed set
    of values where there is one; `whole` is said of numbers, `typed` where the schema named the type, `name` is what
    the schema is called where it stands in a union.
    """

    kind: str
    words: Json
    rest: Json
    values: tuple[Any, ...] | None = None
    whole: bool = False
    typed: bool = True
    name: str | None = None
    notes: Json = field(default_factory=dict)

    @property
    def type(self) -> str:
        """The type as JSON Schema has it, integers told from numbers."""
        return "integer" if self.whole else self.kind


@dataclass(frozen=True, slots=True)
class Node:
    """One place of a schema: its ways, and what it says for people."""

    ways: tuple[Way, ...]
    notes: Json

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of value that some way is for."""
        return tuple(kind for kind in KINDS if any(way.kind == kind for way in self.ways))

    def of(self, kind: str) -> tuple[Way, ...]:
        """The ways for values of one kind."""
        return tuple(way for way in self.ways if way.kind == kind)


@dataclass(frozen=True, slots=True)
class _Flat:
    """Keywords that all hold at once, with no reference and no union among them."""

    words: dict[str, Any]
    name: str | None = None
    notes: Json = field(default_factory=dict)


@dataclass(slots=True)
class Document:
    """A whole schema, within which references point; its places are read once each."""

    root: Any
    _nodes: dict[int, Node] = field(default_factory=dict)

    def resolve(self, reference: Any) -> Any:
        """What a `$ref` within the document points to; `None` where there is no such place."""
        if not isinstance(reference, str) or not (reference == "#" or reference.startswith("#/")):
            return None
        found: Any = self.root
        for part in unquote(reference[1:]).split("/")[1:]:
            name = part.replace("~1", "/").replace("~0", "~")
            if isinstance(found, Mapping):
                found = found.get(name)
            elif isinstance(found, list | tuple) and name.isdecimal() and int(name) < len(found):
                found = found[int(name)]
            else:
                return None
        return found

    def node(self, schema: Any) -> Node:
        """A place of this document, read; raises `Undecidable`. The schema must live as long as the document."""
        found = self._nodes.get(id(schema))
        if found is None:
            ways = tuple(way for flat in self._flat(schema, ()) for way in _split(flat))
            found = self._nodes[id(schema)] = Node(_joined(ways), self.notes(schema))
        return found

    def notes(self, schema: Any, followed: tuple[str, ...] = ()) -> dict[str, Any]:
        """The words for people at a place; what stands beside a reference goes before what it points to."""
        if not isinstance(schema, Mapping):
            return {}
        reference, entries = schema.get("$ref"), schema.get("allOf")
        inner: dict[str, Any] = {}
        if isinstance(reference, str) and reference not in followed and len(followed) < LONGEST:
            inner = self.notes(self.resolve(reference), (*followed, reference))
        elif isinstance(entries, list | tuple) and len(entries) == 1 and len(followed) < LONGEST:
            inner = self.notes(entries[0], (*followed, ""))
        return {**inner, **notes(schema)}

    def _flat(self, schema: Any, followed: tuple[str, ...]) -> list[_Flat]:
        """The ways of a schema as keywords; raises `Undecidable` where it is its own part or there are too many."""
        if schema is True or schema is False:
            return [_Flat({})] if schema else []
        if not isinstance(schema, Mapping):
            raise Undecidable("is no schema: neither an object nor true nor false")
        if isinstance(schema.get("$id"), str) and schema is not self.root:
            raise Undecidable("holds a schema with an $id of its own, within which references are not followed")
        if len(followed) > LONGEST:
            raise Undecidable("is combined of too many schemas to follow")
        if schema.keys() & UNEVALUATED:
            return [_Flat({"allOf": [schema], **{word: schema[word] for word in ("type",) if word in schema}})]
        found = [_Flat(_own(schema))]
        for part in self._parts(schema, followed):
            found = _product(found, part)
        return found

    def _parts(self, schema: Json, followed: tuple[str, ...]) -> Iterable[list[_Flat]]:
        """What holds besides a schema's own keywords: what it refers to, each entry of `allOf`, one of its options."""
        if "$ref" in schema:
            yield self._referred(schema["$ref"], followed)
        entries = schema.get("allOf", ())
        for entry in entries if isinstance(entries, list | tuple) else ():
            yield self._flat(entry, (*followed, ""))
        for word in sorted(UNIONS & schema.keys()):
            options = schema[word]
            unread = [_Flat({"allOf": [{word: options}]})]
            yield self._options(word, options, followed) if isinstance(options, list | tuple) else unread

    def _referred(self, reference: Any, followed: tuple[str, ...]) -> list[_Flat]:
        if reference in followed:
            raise Undecidable(f"refers to itself and to nothing else ({reference})")
        target = self.resolve(reference)
        if not isinstance(target, bool | Mapping):
            return [_Flat({"$ref": reference})]
        return self._flat(target, (*followed, reference))

    def _options(self, word: str, options: Iterable[Any], followed: tuple[str, ...]) -> list[_Flat]:
        branches: list[list[_Flat]] = []
        for option in options:
            called, words = _name(option), self.notes(option)
            flats = self._flat(option, (*followed, ""))
            branches.append([_Flat(one.words, one.name or called, one.notes or words) for one in flats])
            if sum(map(len, branches)) > MOST_WAYS:
                raise Undecidable(f"offers more than {MOST_WAYS} ways to be valid")
        found = [one for branch in branches for one in branch]
        if word == "anyOf" or self._apart(branches):
            return found
        # Where two options may hold at once, oneOf refuses what both accept: only the same oneOf refuses the same.
        return [_Flat(both(one.words, {"oneOf": options}), one.name, one.notes) for one in found]

    def _apart(self, branches: list[list[_Flat]]) -> bool:
        split = [[way for flat in branch for way in _split(flat)] for branch in branches]
        return all(
            self._disjoint(one, other) for left, right in combinations(split, 2) for one in left for other in right
        )

    def _disjoint(self, one: Way, other: Way) -> bool:
        """Whether no value can be valid both ways: another kind, other values, or other values of a required tag."""
        if one.kind != other.kind:
            return True
        if one.values is not None and other.values is not None:
            return not set(map(key, one.values)) & set(map(key, other.values))
        tags, others = self._tags(one), self._tags(other)
        return any(not tags[name] & others[name] for name in tags.keys() & others.keys())

    def _tags(self, way: Way) -> dict[str, set[Any]]:
        """The required fields of a record that have a closed set of values, and no default that could stand for one."""
        found = {}
        properties = way.words.get("properties", {})
        for name in way.words.get("required", ()):
            schema = properties.get(name)
            if isinstance(schema, Mapping) and "default" not in self.notes(schema):
                target = self.resolve(schema["$ref"]) if "$ref" in schema else schema
                closed = _values(target) if isinstance(target, Mapping) else None
                if closed is not None:
                    found[name] = set(map(key, closed))
        return found


def _own(schema: Json) -> dict[str, Any]:
    """The keywords that hold here, a constant written as an enumeration of one."""
    own = {word: value for word, value in schema.items() if word in LISTED or word in UNLISTED}
    own.pop("oneOf", None)
    own.pop("$ref", None)
    if isinstance(own.get("allOf"), list | tuple):
        del own["allOf"]
    closed = _values(schema)
    return own if closed is None else {**own, "enum": list(closed)}


def _values(schema: Json) -> tuple[Any, ...] | None:
    enum = schema.get("enum")
    closed = tuple(enum) if isinstance(enum, list | tuple) else None
    if "const" not in schema:
        return closed
    kept = {key(schema["const"])} & (set(map(key, closed)) if closed is not None else {key(schema["const"])})
    return (schema["const"],) if kept else ()


def _name(schema: Any) -> str | None:
    if not isinstance(schema, Mapping):
        return None
    named = schema.get("$ref", schema.get("title"))
    return named.rpartition("/")[2] if isinstance(named, str) else None


def _product(left: list[_Flat], right: list[_Flat]) -> list[_Flat]:
    if len(left) * len(right) > MOST_WAYS:
        raise Undecidable(f"offers more than {MOST_WAYS} ways to be valid")
    return [
        _Flat(both(one.words, other.words), other.name or one.name, other.notes or one.notes)
        for one in left
        for other in right
    ]


def _split(flat: _Flat) -> list[Way]:
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
    return ways


def _way(flat: _Flat, good: Json, kind: str, whole: bool) -> Way:
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


_READ = frozenset({"type", "enum"})
_EVERY: Mapping[str, tuple[Any, ...]] = {"null": (None,), "boolean": (False, True)}


def _valued(kind: str, enum: Iterable[Any] | None) -> tuple[Any, ...] | None:
    """The closed set of values of a kind, each once; `None` where it is not closed."""
    if enum is None:
        return _EVERY.get(kind)
    return tuple({key(value): value for value in enum if kind_of(value) == kind}.values())


def _joined(ways: tuple[Way, ...]) -> tuple[Way, ...]:
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
