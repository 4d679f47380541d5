"""How values of each type are measured: what is counted of them, by what they are told apart, on which scale they lie.

All expressions are of a value `{v}`, a column of the type with its domains taken off. None of them raises, whatever
is stored: what has no exact number (infinite moments, numerics beyond floats) is off the scale.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from xregistry_tui.resources.postgresql.kinds import kind_of
from xregistry_tui.resources.postgresql.values import Reading, reading, type_name
from xregistry_tui.resources.sql import quote
from xregistry_tui.schema.shape import Kind

if TYPE_CHECKING:
    from xregistry_tui.resources.postgresql.catalogue import Catalogue, Column

CLIP = 4_096
"""Characters by which longer texts are told apart."""

SHOWN = 1_024
"""Characters of a value that a profile keeps."""

# beyond it a square is beyond floats
_GREATEST = "1e150"
_WHITE = r"E' \t\n\v\f\r'"
# what only a database in Unicode can name
_WIDE = r"E' \t\n\v\f\r\u00a0\u2003\u202f\u3000'"


class Class(StrEnum):
    """What can be counted of values."""

    WHOLE = "whole"
    FLOAT = "float"
    NUMERIC = "numeric"
    MOMENT = "moment"
    ORDERED = "ordered"
    TEXT = "text"
    BYTES = "bytes"
    BOOLEAN = "boolean"
    ARRAY = "array"
    JSON = "json"
    OTHER = "other"


NUMBERS = frozenset({Class.WHOLE, Class.FLOAT, Class.NUMERIC})
FRACTIONS = frozenset({Class.FLOAT, Class.NUMERIC})

_CLASSES = {
    **dict.fromkeys(("int2", "int4", "int8"), Class.WHOLE),
    **dict.fromkeys(("float4", "float8"), Class.FLOAT),
    **dict.fromkeys(("numeric", "money"), Class.NUMERIC),
    **dict.fromkeys(("date", "timestamp", "timestamptz"), Class.MOMENT),
    **dict.fromkeys(("time", "timetz", "interval", "oid", "pg_lsn"), Class.ORDERED),
    **dict.fromkeys(("text", "varchar", "bpchar", "name", "citext", "char"), Class.TEXT),
    **dict.fromkeys(("json", "jsonb"), Class.JSON),
    "bytea": Class.BYTES,
    "bool": Class.BOOLEAN,
}

_HASHES = {
    "int2": "hashint2extended({v}, 0)",
    "int4": "hashint4extended({v}, 0)",
    "int8": "hashint8extended({v}, 0)",
    "float4": "hashfloat4extended({v}, 0)",
    "float8": "hashfloat8extended({v}, 0)",
    "numeric": "hash_numeric_extended({v}, 0)",
    "date": "timestamp_hash_extended({v}::timestamp, 0)",
    "timestamp": "timestamp_hash_extended({v}, 0)",
    "timestamptz": "timestamp_hash_extended({v}::timestamp, 0)",
    "interval": "interval_hash_extended({v}, 0)",
    "time": "time_hash_extended({v}, 0)",
    "uuid": "uuid_hash_extended({v}, 0)",
    "jsonb": "jsonb_hash_extended({v}, 0)",
    "inet": "hashinetextended({v}, 0)",
}


@dataclass(frozen=True, slots=True)
class Measure:
    """How one column is measured.

    `value` is its SQL, `alike` a form of `{v}` by which values are grouped; `extremes` whether it has a least and a
    greatest value; `read` how a value becomes one here; `labels` how many values there can be, where that is declared.
    """

    name: str
    value: str
    class_: Class
    kind: Kind
    native: str
    alike: str
    hash: str
    read: Reading
    extremes: bool = False
    ordered: bool = False
    not_null: bool = False
    labels: int | None = None
    version: int = 150_000
    unicode: bool = True

    @property
    def present(self) -> str:
        """Whether there is a value; a composite of nulls is one."""
        return f"num_nonnulls({self.value}) = 1" if self.kind is Kind.OBJECT else f"{self.value} IS NOT NULL"

    @property
    def grouped(self) -> str:
        """The value as it is told apart from others."""
        return self.alike.format(v=self.value)

    @property
    def text(self) -> str:
        """The value as texts are compared: byte by byte, whatever the collation."""
        return f'{self.value}::text COLLATE "C"'

    @property
    def cut(self) -> str:
        """1 for a grouped value `v` that may be longer than it is told apart by, else 0."""
        long = self.as_text or self.class_ in (Class.TEXT, Class.BYTES)
        return f"(length(v) >= {CLIP})::int" if long else "0"

    def blank(self, value: str) -> str:
        """Whether a text is empty or only white space."""
        # by its first byte almost every text is known not to be: white space is before all signs, or far behind
        first = f"""{value} COLLATE "C" < '!'"""
        if self.unicode:
            return f"""({first} OR {value} COLLATE "C" >= E'\\u00a0') AND btrim({value}, {_WIDE}) = ''"""
        return f"{first} AND btrim({value}, {_WHITE}) = ''"

    def finite(self, value: str) -> str:
        """Whether a value can be put on a scale."""
        if self.class_ in FRACTIONS:
            return f"{value} BETWEEN -{_GREATEST}::{self.of_number} AND {_GREATEST}::{self.of_number}"
        return f"isfinite({value})" if self.class_ is Class.MOMENT else "true"

    def number(self, value: str) -> str:
        """Whether a fraction is a number: neither NaN, which is sorted above all, nor infinite."""
        if self.class_ is Class.NUMERIC and self.version < 140_000:
            return f"{value} <> 'NaN'"
        return f"{value} < 'Infinity' AND {value} > '-Infinity'"

    @property
    def as_text(self) -> bool:
        """Whether its values are grouped as texts and shown as such."""
        return self.alike.startswith("(left(")

    @property
    def of_number(self) -> str:
        """The type that fractions are compared in."""
        return "float8" if self.class_ is Class.FLOAT else "numeric"

    @property
    def scale(self) -> str:
        """A grouped value `v` as a float to be put into bins, null where it is off the scale; empty for none."""
        if self.class_ in NUMBERS:
            return f"CASE WHEN {self.finite('v')} THEN v::float8 END"
        if self.class_ is Class.MOMENT:
            return "CASE WHEN isfinite(v) THEN extract(epoch FROM v)::float8 END"
        return "length(v)::float8" if self.class_ in (Class.TEXT, Class.BYTES) else ""

    @property
    def length(self) -> str:
        """Characters, bytes or items; empty where values have no length."""
        if self.class_ is Class.TEXT:
            return f"length({self.value}::text)"
        if self.class_ is Class.BYTES:
            return f"length({self.value})"
        if self.class_ is Class.ARRAY:
            return f"cardinality({self.value})"
        if self.class_ is Class.JSON:
            items = f"{self.native}_array_length({self.value})"
            return f"CASE WHEN {self.native}_typeof({self.value}) = 'array' THEN {items} END"
        return ""


def measure(known: Catalogue, item: Column, value: str, version: int) -> Measure:
    """How a column is measured whose value is `value` in SQL."""
    found = known.settled(item.type)
    class_ = _class(known, item)
    if known.types[item.type].form == "d" or found.name in ("money", "varchar", "bpchar", "name", "citext", "char"):
        target = {"money": "numeric", **dict.fromkeys(("varchar", "bpchar", "name", "citext", "char"), "text")}
        value = f"{value}::{target.get(found.name) or type_name(known, item.type)}"
    alike = _alike(class_, sortable=known.sortable(item.type))
    own = found.name if class_ is not Class.TEXT else "text"
    return Measure(
        name=item.name,
        value=value,
        class_=class_,
        kind=kind_of(known, item.type) or Kind.ANY,
        native=found.name,
        alike=alike,
        hash=_HASHES.get("numeric" if own == "money" else own) or f"hashtextextended({alike}::text, 0)",
        read=reading(known, item.type),
        extremes=class_ in NUMBERS | {Class.MOMENT, Class.ORDERED, Class.TEXT} or found.form == "e",
        ordered=class_ in NUMBERS | {Class.MOMENT, Class.ORDERED},
        not_null=item.not_null,
        labels=2 if class_ is Class.BOOLEAN else len(found.labels) or None,
        version=version,
        unicode=known.encoding == "UTF8",
    )


def _class(known: Catalogue, item: Column) -> Class:
    found = known.settled(item.type)
    if found.element:
        return Class.ARRAY
    if found.form in ("e", "r", "m", "c"):
        return Class.OTHER
    return (
        _CLASSES.get(found.name, Class.OTHER) if found.schema == "pg_catalog" or found.name == "citext" else Class.OTHER
    )


def _alike(class_: Class, *, sortable: bool) -> str:
    """By what values are told apart; very long ones by their beginning, which is not the same as being equal."""
    if class_ is Class.TEXT:
        return f'(CASE WHEN pg_column_size({{v}}) > {CLIP} THEN left({{v}}, {CLIP}) ELSE {{v}} END COLLATE "C")'
    if class_ is Class.BYTES:
        return f"(CASE WHEN pg_column_size({{v}}) > {CLIP} THEN substring({{v}} FROM 1 FOR {CLIP}) ELSE {{v}} END)"
    if class_ is Class.ARRAY:
        return f'(left(to_json({{v}})::text, {CLIP}) COLLATE "C")'
    if sortable and class_ is not Class.JSON:
        return "{v}"
    return f'(left({{v}}::text, {CLIP}) COLLATE "C")'


def column(name: str) -> str:
    """A column of the relation aliased `t`."""
    return f"t.{quote(name)}"
