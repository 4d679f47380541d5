"""How values of each type are read so that none of them, however strange, is an error.

The driver is asked for nothing but plain types: what Python has no exact value for (infinite moments, years before
Christ, numbers of a thousand digits that are no number) comes as text and becomes a value where it is one.
"""

from __future__ import annotations

import datetime
import decimal
import functools
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from xregistry_tui.resources.sql import quote
from xregistry_tui.schema.shape import Kind

if TYPE_CHECKING:
    from xregistry_tui.resources.postgresql.catalogue import Catalogue, Table
    from xregistry_tui.schema.shape import Scalar

_PLAIN = {name: name for name in ("bool", "int2", "int4", "int8", "float4", "float8")}
_LONG_TEXT = "CASE WHEN length({v}) > {n} THEN left({v}, {n}) ELSE {v} END"
_LONG_BYTES = "CASE WHEN length({v}) > {n} THEN substring({v} FROM 1 FOR {n}) ELSE {v} END"


@dataclass(frozen=True, slots=True)
class Reading:
    """How one type is read: `sql` of a value `{v}`, what becomes of it, and whether it may be long.

    `raw` texts come as bytes, for their database does not know what they are in.
    """

    sql: str
    decode: Callable[[Any], Any] = lambda value: value
    long: bool = False
    kind: Kind = Kind.STRING
    raw: bool = False

    def whole(self, value: str) -> str:
        """SQL of the whole value."""
        return self.sql.format(v=value)

    def told(self, value: Any) -> Any:
        """A value or head as it was sent; bytes that are no text are shown by their escapes."""
        return value.decode("utf-8", "backslashreplace") if self.raw and value is not None else value

    def entire(self, value: str) -> str:
        """SQL of the value, uncut, as it is sent."""
        return replace(self, long=False).cut(value, "")

    def cut(self, value: str, limit: str) -> str:
        """SQL of the value, or of its head where it is longer than the limit."""
        form = _LONG_BYTES if self.kind is Kind.BYTES else _LONG_TEXT
        found = form.format(v=self.whole(value), n=limit) if self.long else self.whole(value)
        return f"convert_to({found}, 'SQL_ASCII')" if self.raw else found

    def length(self, value: str, limit: str) -> str:
        """SQL of the whole length where only the head is given; null elsewhere."""
        return f"CASE WHEN length({self.whole(value)}) > {limit} THEN length({self.whole(value)}) END"


def reading(known: Catalogue, oid: int) -> Reading:
    """How values of a type are read."""
    found = _reading(known, oid)
    return replace(found, raw=found.long and found.kind is not Kind.BYTES) if known.encoding == "SQL_ASCII" else found


def _reading(known: Catalogue, oid: int) -> Reading:
    found = known.settled(oid)
    if found.element:
        exact = known.settled(found.element).name == "numeric"
        return Reading("to_json({v})::text", functools.partial(_document, exact=exact), long=True)
    if found.form == "c" or found.name == "hstore":
        return Reading("to_json({v})::text", _document, long=True)
    if found.name in _PLAIN and found.schema == "pg_catalog":
        return Reading(f"{{v}}::{found.name}", kind=Kind.NUMBER)
    return _READINGS.get(found.name) or Reading("{v}::text", long=True)


def _decimal(text: str | None) -> Any:
    return None if text is None else decimal.Decimal(text)


def _iso(parse: Callable[[str], Any]) -> Callable[[str | None], Any]:
    def decode(text: str | None) -> Any:
        try:
            return None if text is None else parse(text)
        except ValueError:
            return text

    return decode


def _document(text: str | None, *, exact: bool = False) -> Any:
    if text is None:
        return None
    try:
        return json.loads(text, parse_float=decimal.Decimal if exact else None)
    except (ValueError, RecursionError):
        return text


_READINGS = {
    "numeric": Reading("{v}::numeric::text", _decimal, kind=Kind.DECIMAL),
    "money": Reading("{v}::numeric::text", _decimal, kind=Kind.DECIMAL),
    "oid": Reading("{v}::oid::int8", kind=Kind.INTEGER),
    **dict.fromkeys(("xid", "xid8", "cid"), Reading("{v}::text::int8", kind=Kind.INTEGER)),
    "bytea": Reading("{v}::bytea", long=True, kind=Kind.BYTES),
    "timestamp": Reading("{v}::text", _iso(datetime.datetime.fromisoformat), kind=Kind.DATETIME),
    "timestamptz": Reading("{v}::text", _iso(datetime.datetime.fromisoformat), kind=Kind.DATETIME),
    "date": Reading("{v}::text", _iso(datetime.date.fromisoformat), kind=Kind.DATE),
    "time": Reading("{v}::text", _iso(datetime.time.fromisoformat), kind=Kind.TIME),
    "timetz": Reading("{v}::text", _iso(datetime.time.fromisoformat), kind=Kind.TIME),
    "uuid": Reading("{v}::text", kind=Kind.UUID),
    # the cast would add a mask that nobody wrote
    "inet": Reading("CASE WHEN {v} IS NOT NULL THEN format('%s', {v}) END"),
    "json": Reading("{v}::text", _document, long=True),
    "jsonb": Reading("{v}::text", _document, long=True),
}


@dataclass(frozen=True, slots=True)
class Locator:
    """One part of what locates a record: its SQL (relation aliased `t`), its type's SQL name, how it is read."""

    sql: str
    type: str
    reading: Reading


_ROW_ID = {
    "t.ctid": Locator("t.ctid", '"tid"', Reading("{v}::text")),
    "t.tableoid": Locator("t.tableoid", '"oid"', Reading("{v}::oid::int8", kind=Kind.INTEGER)),
}


def locators(described: Table, known: Catalogue) -> tuple[Locator, ...]:
    """The parts of a record's key in their order; empty where the relation has none."""
    if not described.primary:
        return tuple(_ROW_ID[sql] for sql in described.locators)
    keyed = (described.column(name) for name in described.primary)
    return tuple(
        Locator(f"t.{quote(item.name)}", type_name(known, item.type), reading(known, item.type)) for item in keyed
    )


def type_name(known: Catalogue, oid: int) -> str:
    """The SQL name of a type, its domains taken off; quoted, for `character` alone means `character(1)`."""
    found = known.settled(oid)
    return f"{quote(found.schema)}.{quote(found.name)}"


def as_text(value: Scalar) -> str:
    """A value as the engine reads it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    return str(value).encode("utf-8", "backslashreplace").decode()
