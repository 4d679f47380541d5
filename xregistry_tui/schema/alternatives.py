"""A schema as the ways to be valid that it offers, each for values of one kind: references followed, unions flat.

What cannot be taken apart (`not`, `if`, an overlapping `oneOf`, two `allOf` entries that speak of the same keyword)
is kept with each way as it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any
from urllib.parse import unquote

from xregistry_tui.schema.conjunction import both
from xregistry_tui.schema.equality import Undecidable, key
from xregistry_tui.schema.json_pointer import unescape
from xregistry_tui.schema.keywords import ASSERTED, KINDS, LISTED, UNEVALUATED, UNIONS, UNLISTED, notes
from xregistry_tui.schema.kinds import Flat, Json, Way, joined, split

MOST_WAYS = 256
LONGEST = 32


@dataclass(frozen=True, slots=True)
class Node:
    """One place of a schema: the ways to be valid there."""

    ways: tuple[Way, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of value that some way is for."""
        return tuple(kind for kind in KINDS if any(way.kind == kind for way in self.ways))

    def of(self, kind: str) -> tuple[Way, ...]:
        """The ways for values of one kind."""
        return tuple(way for way in self.ways if way.kind == kind)


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
            name = unescape(part)
            if isinstance(found, Mapping):
                found = found.get(name)
            elif isinstance(found, list | tuple) and name.isdecimal() and int(name) < len(found):
                found = found[int(name)]
            else:
                return None
        return found

    def target(self, schema: Any) -> Any:
        """Where a schema leads that is a reference and asks for nothing besides."""
        for _ in range(LONGEST):
            if not isinstance(schema, Mapping) or ASSERTED & schema.keys() != {"$ref"}:
                break
            found = self.resolve(schema["$ref"])
            if not isinstance(found, bool | Mapping):
                break
            schema = found
        return schema

    def node(self, schema: Any) -> Node:
        """A place of this document, read; raises `Undecidable`. The schema must live as long as the document."""
        found = self._nodes.get(id(schema))
        if found is None:
            ways = tuple(way for flat in self._flat(schema, ()) for way in split(flat))
            found = self._nodes[id(schema)] = Node(joined(ways))
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

    def _flat(self, schema: Any, followed: tuple[str, ...]) -> list[Flat]:
        """The ways of a schema as keywords; raises `Undecidable` where it is its own part or there are too many."""
        if schema is True or schema is False:
            return [Flat({})] if schema else []
        if not isinstance(schema, Mapping):
            raise Undecidable("is no schema: neither an object nor true nor false")
        if isinstance(schema.get("$id"), str) and schema is not self.root:
            raise Undecidable("holds a schema with an $id of its own, within which references are not followed")
        if len(followed) > LONGEST:
            raise Undecidable("is combined of too many schemas to follow")
        if schema.keys() & UNEVALUATED:
            return [Flat({"allOf": [schema], **{word: schema[word] for word in ("type",) if word in schema}})]
        found = [Flat(_own(schema))]
        for part in self._parts(schema, followed):
            found = _product(found, part)
        return found

    def _parts(self, schema: Json, followed: tuple[str, ...]) -> Iterable[list[Flat]]:
        """What holds besides a schema's own keywords: what it refers to, each entry of `allOf`, one of its options."""
        if "$ref" in schema:
            yield self._referred(schema["$ref"], followed)
        entries = schema.get("allOf", ())
        for entry in entries if isinstance(entries, list | tuple) else ():
            yield self._flat(entry, (*followed, ""))
        for word in sorted(UNIONS & schema.keys()):
            options = schema[word]
            unread = [Flat({"allOf": [{word: options}]})]
            yield self._options(word, options, followed) if isinstance(options, list | tuple) else unread

    def _referred(self, reference: Any, followed: tuple[str, ...]) -> list[Flat]:
        if reference in followed:
            raise Undecidable(f"refers to itself and to nothing else ({reference})")
        target = self.resolve(reference)
        if not isinstance(target, bool | Mapping):
            return [Flat({"$ref": reference})]
        return self._flat(target, (*followed, reference))

    def _options(self, word: str, options: Iterable[Any], followed: tuple[str, ...]) -> list[Flat]:
        branches: list[list[Flat]] = []
        for option in options:
            called, words, target = _name(option), self.notes(option), self.target(option)
            flats = self._flat(option, (*followed, ""))
            source = target if target is not option and len(flats) == 1 else None
            branches.append([Flat(one.words, one.name or called, one.notes or words, source) for one in flats])
            if sum(map(len, branches)) > MOST_WAYS:
                raise Undecidable(f"offers more than {MOST_WAYS} ways to be valid")
        found = [one for branch in branches for one in branch]
        if word == "anyOf" or self._apart(branches):
            return found
        # Where two options may hold at once, oneOf refuses what both accept: only the same oneOf refuses the same.
        return [Flat(both(one.words, {"oneOf": options}), one.name, one.notes) for one in found]

    def _apart(self, branches: list[list[Flat]]) -> bool:
        parts = [[way for flat in branch for way in split(flat)] for branch in branches]
        return all(
            self._disjoint(one, other) for left, right in combinations(parts, 2) for one in left for other in right
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
                closed = _closed(target) if isinstance(target, Mapping) else None
                if closed is not None:
                    found[name] = set(map(key, closed))
        return found


def _closed(schema: Json) -> tuple[Any, ...] | None:
    enum = schema.get("enum")
    closed = tuple(enum) if isinstance(enum, list | tuple) else None
    if "const" not in schema:
        return closed
    kept = {key(schema["const"])} & (set(map(key, closed)) if closed is not None else {key(schema["const"])})
    return (schema["const"],) if kept else ()


def _own(schema: Json) -> dict[str, Any]:
    """The keywords that hold here, a constant written as an enumeration of one."""
    own = {word: value for word, value in schema.items() if word in LISTED or word in UNLISTED}
    own.pop("oneOf", None)
    own.pop("$ref", None)
    if isinstance(own.get("allOf"), list | tuple):
        del own["allOf"]
    closed = _closed(schema)
    return own if closed is None else {**own, "enum": list(closed)}


def _name(schema: Any) -> str | None:
    if not isinstance(schema, Mapping):
        return None
    named = schema.get("$ref", schema.get("title"))
    return named.rpartition("/")[2] if isinstance(named, str) else None


def _product(left: list[Flat], right: list[Flat]) -> list[Flat]:
    if len(left) * len(right) > MOST_WAYS:
        raise Undecidable(f"offers more than {MOST_WAYS} ways to be valid")
    return [
        Flat(
            both(one.words, other.words),
            other.name or one.name,
            other.notes or one.notes,
            None if one.words else other.source,
        )
        for one in left
        for other in right
    ]
