"""What a column declares, and what its stored values are: SQLite keeps both, and they need not agree."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from enum import StrEnum

from xregistry_tui.schema.shape import Kind

_WORD = re.compile(r"[A-Z]+\d*")

_NAMED = {
    "BOOL": Kind.BOOLEAN,
    "BOOLEAN": Kind.BOOLEAN,
    "DATE": Kind.DATE,
    "DATETIME": Kind.DATETIME,
    "TIMESTAMP": Kind.DATETIME,
    "TIMESTAMPTZ": Kind.DATETIME,
    "TIME": Kind.TIME,
    "DECIMAL": Kind.DECIMAL,
    "NUMERIC": Kind.DECIMAL,
    "MONEY": Kind.DECIMAL,
    "UUID": Kind.UUID,
    "GUID": Kind.UUID,
    "JSON": Kind.ANY,
    "JSONB": Kind.ANY,
}


class Affinity(StrEnum):
    """What SQLite converts stored values to (datatype3.html, section 3.1)."""

    INTEGER = "integer"
    TEXT = "text"
    BLOB = "blob"
    REAL = "real"
    NUMERIC = "numeric"


@functools.lru_cache(maxsize=1024)
def affinity(declared: str) -> Affinity:
    """The affinity of a declared type, by SQLite's own rules in their order."""
    name = declared.upper()
    if "INT" in name:
        return Affinity.INTEGER
    if any(word in name for word in ("CHAR", "CLOB", "TEXT")):
        return Affinity.TEXT
    if "BLOB" in name or not name:
        return Affinity.BLOB
    if any(word in name for word in ("REAL", "FLOA", "DOUB")):
        return Affinity.REAL
    return Affinity.NUMERIC


@functools.lru_cache(maxsize=1024)
def declared_kind(declared: str) -> Kind | None:
    """The kind that a declared type means; `None` where it says nothing.

    >>> declared_kind("NUMERIC(10,2)"), declared_kind("NVARCHAR(20)"), declared_kind("")
    (<Kind.DECIMAL: 'decimal'>, <Kind.STRING: 'string'>, None)
    """
    word = _WORD.match(declared.upper().strip())
    if word and word.group() in _NAMED:
        return _NAMED[word.group()]
    if not declared.strip():
        return None
    return {
        Affinity.INTEGER: Kind.INTEGER,
        Affinity.TEXT: Kind.STRING,
        Affinity.BLOB: Kind.BYTES,
        Affinity.REAL: Kind.NUMBER,
        Affinity.NUMERIC: Kind.NUMBER,
    }[affinity(declared)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What was found in one column: counts of records by storage class.

    `fitting` counts values in the form that the declared kind asks for: texts that parse, booleans that are 0 or 1.
    `longest` is the greatest length of a text or blob.
    """

    rows: int
    nulls: int
    integers: int
    reals: int
    texts: int
    blobs: int
    fitting: int
    longest: int

    @property
    def present(self) -> int:
        """Values that are not null."""
        return self.rows - self.nulls


def stored_kinds(declared: Kind | None, stored: Stored) -> dict[Kind, int]:
    """How many present values are of each kind, dominant first."""
    counts: dict[Kind, int] = {}
    for kind, count in _by_class(declared, stored):
        if count > 0:
            counts[kind] = counts.get(kind, 0) + count
    return dict(sorted(counts.items(), key=lambda item: -item[1]))


def _by_class(declared: Kind | None, stored: Stored) -> list[tuple[Kind, int]]:
    numbers = Kind.DECIMAL if declared is Kind.DECIMAL else None
    counts = [(numbers or Kind.NUMBER, stored.reals), (Kind.BYTES, stored.blobs)]
    if declared is Kind.BOOLEAN and stored.integers == stored.fitting:
        counts.append((Kind.BOOLEAN, stored.integers))
    else:
        counts.append((numbers or (Kind.NUMBER if declared is Kind.NUMBER else Kind.INTEGER), stored.integers))
    fitting = stored.fitting if declared in TEXT_FORMS else 0
    return [*counts, (declared or Kind.STRING, fitting), (Kind.STRING, stored.texts - fitting)]


# a modifier makes SQLite compute the day, so that 31 February is not itself any more
_DAY = "date(substr({v}, 1, 10), '+0 days') = substr({v}, 1, 10)"
_HEX = "[0-9a-fA-F]"
_UUID = "-".join(_HEX * n for n in (8, 4, 4, 4, 12))

TEXT_FORMS = {
    Kind.DATE: "length({v}) = 10 AND " + _DAY,
    Kind.DATETIME: "{v} GLOB '[0-9][0-9][0-9][0-9]-*' AND " + _DAY + " AND julianday({v}) IS NOT NULL",
    Kind.TIME: "{v} GLOB '[0-9][0-9]:[0-9][0-9]*' AND time({v}) IS NOT NULL",
    Kind.UUID: "{v} GLOB '" + _UUID + "'",
}
"""Kinds that SQLite keeps as text, each with the SQL that says whether the text `{v}` is in their form."""


def has_form(declared: Kind | None) -> bool:
    """Whether the declared kind asks for a form that the storage class alone does not tell."""
    return declared is Kind.BOOLEAN or declared in TEXT_FORMS


def fits(declared: Kind | None, value: str) -> str:
    """SQL: whether a value is in the form that the declared kind asks for."""
    if declared is Kind.BOOLEAN:
        return f"(typeof({value}) = 'integer' AND {value} IN (0, 1))"
    if declared in TEXT_FORMS:
        return f"(typeof({value}) = 'text' AND {TEXT_FORMS[declared].format(v=value)})"
    return "0"


def kinds(declared: str, stored: Stored | None) -> tuple[Kind, ...]:
    """The kinds of a column: those stored where any were seen, else the declared one."""
    meant = declared_kind(declared)
    found = tuple(stored_kinds(meant, stored)) if stored is not None else ()
    if meant is Kind.ANY and (found or stored is None):
        return (Kind.ANY,)
    return found or ((meant,) if meant is not None else ())
