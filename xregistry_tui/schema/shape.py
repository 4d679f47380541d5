"""What records of a collection may look like, as plain values.

A `Shape` is what an engine was found to hold (or a model asks for), before and after any Python class: it names no
driver and no library. `modelgen` makes models of it, `resources.sql` makes queries of its rules, the screen draws it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from xregistry_tui.schema.json_pointer import escape, unescape

if TYPE_CHECKING:
    import datetime
    import decimal

    from xregistry_tui.schema.rules import Rule

    Scalar: TypeAlias = (
        None | bool | int | float | str | bytes | decimal.Decimal | datetime.datetime | datetime.date | datetime.time
    )


class Kind(StrEnum):
    """The neutral type of a value; engines map theirs onto these."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    NUMBER = "number"
    DECIMAL = "decimal"
    STRING = "string"
    BYTES = "bytes"
    DATETIME = "datetime"
    DATE = "date"
    TIME = "time"
    DURATION = "duration"
    UUID = "uuid"
    OBJECT_ID = "objectid"
    OBJECT = "object"
    ARRAY = "array"
    MAP = "map"
    ANY = "any"


class CollectionKind(StrEnum):
    """What an engine calls the thing that holds the records."""

    TABLE = "table"
    VIEW = "view"
    COLLECTION = "collection"
    FILE = "file"
    MODEL = "model"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldShape:
    """One field: its true name in the engine and what its values may be.

    `kinds` are the non-null kinds, dominant first; an empty tuple means that no value was ever seen. `required` is
    false where a record may lack the field altogether (documents), `nullable` is true where it may hold null.
    `freshness` is how many seconds old the newest of its moments may be, where somebody said so.
    """

    name: str
    kinds: tuple[Kind, ...] = ()
    nullable: bool = True
    required: bool = True
    native: str | None = None
    key: int | None = None
    default: str | None = None
    fields: tuple[FieldShape, ...] = ()
    items: FieldShape | None = None
    rules: tuple[Rule, ...] = ()
    description: str | None = None
    freshness: float | None = None

    @property
    def kind(self) -> Kind:
        """The dominant kind, `ANY` where nothing was seen."""
        return self.kinds[0] if self.kinds else Kind.ANY


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What the records of one collection may be.

    `name` is the true name in the engine; `parts` are those of a name with levels (schema and relation). `unique`
    lists sets of fields that the engine itself keeps unique, the primary key first. `warnings` say what the discovery
    could not find out, in plain words.
    """

    name: str
    kind: CollectionKind = CollectionKind.TABLE
    fields: tuple[FieldShape, ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    description: str | None = None
    warnings: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()

    def field(self, name: str) -> FieldShape | None:
        """The top-level field of that true name."""
        return next((field for field in self.fields if field.name == name), None)

    @property
    def key(self) -> tuple[str, ...]:
        """The names of the primary key's fields in key order; empty where there is none."""
        keyed = sorted((field for field in self.fields if field.key is not None), key=lambda f: f.key or 0)
        return tuple(field.name for field in keyed)


def pointer(*segments: str) -> str:
    """The path of a field as figures name it: a plain top-level name, else a JSON Pointer (RFC 6901).

    >>> pointer("city"), pointer("address", "city"), pointer("/odd")
    ('city', '/address/city', '/~1odd')
    """
    if len(segments) == 1 and not segments[0].startswith("/"):
        return segments[0]
    return "".join("/" + escape(segment) for segment in segments)


def segments(path: str) -> tuple[str, ...]:
    """The names that a path of a field leads through, what `pointer` made it of.

    >>> segments("city"), segments("/address/city"), segments("/~1odd")
    (('city',), ('address', 'city'), ('/odd',))
    """
    if not path.startswith("/"):
        return (path,)
    return tuple(unescape(part) for part in path[1:].split("/"))


def walk(shape: Shape) -> Iterator[tuple[str, FieldShape]]:
    """Every field with its path, parents before children; array items are `/*`."""
    for field in shape.fields:
        yield from _walk_field((field.name,), field)


def _walk_field(segments: tuple[str, ...], field: FieldShape) -> Iterator[tuple[str, FieldShape]]:
    yield pointer(*segments), field
    if field.items is not None:
        yield from _walk_field((*segments, "*"), field.items)
    for child in field.fields:
        yield from _walk_field((*segments, child.name), child)
