"""A quick look at what is stored in a table: the types of the values in its first and last rows, never the values."""

# ruff: noqa: S608 - names are quoted, values are bound
from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from itertools import repeat

from xregistry_tui.resources.base import ResourceSlow
from xregistry_tui.resources.sqlite.catalogue import Column, Table, failed
from xregistry_tui.resources.sqlite.connection import Asker
from xregistry_tui.resources.sqlite.figures import column
from xregistry_tui.resources.sqlite.kinds import Stored, declared_kind, fits, has_form

_ROWS = 200
_SECONDS = 5.0
_RESULT_COLUMNS = 2_000
_INTEGER, _REAL, _TEXT, _NULL = map(ord, "irtn")


def stored(ask: Asker, described: Table) -> tuple[dict[str, Stored], tuple[str, ...]]:
    """What is stored in the first and last hundred rows, by column, with what could not be found out.

    The rows are those by row id, or the first two hundred where there is none. Strays between them are not seen, and
    the column keeps the kinds of the others: strays are dirt, which a profile of all rows shows. Lengths are not
    looked at (`longest` is 0). Raises `CollectionFailed`.
    """
    found: dict[str, Stored] = {}
    try:
        with ask.within(_SECONDS):
            for batch in _batches(described):
                found |= _counted(batch, ask.quiet(_statement(described, batch)))
    except ResourceSlow:
        return {}, ("too slow to look at what is stored: the types are as declared",)
    except sqlite3.Error as error:
        raise failed(error, described.name) from error
    return found, ()


def _batches(described: Table) -> Iterator[list[Column]]:
    """The columns, by as many as one statement can answer: two results where the form is asked too."""
    batch: list[Column] = []
    width = 0
    for item in described.columns:
        wanted = 1 + has_form(declared_kind(item.declared))
        if width + wanted > _RESULT_COLUMNS:
            yield batch
            batch, width = [], 0
        batch.append(item)
        width += wanted
    yield batch


def _statement(described: Table, batch: list[Column]) -> str:
    """The first letter of each type as a number, which costs no text, and whether the value is in its form."""
    wanted = []
    for item in batch:
        value, declared = column(item.name), declared_kind(item.declared)
        wanted.append(f"unicode(typeof({value}))")
        if has_form(declared):
            wanted.append(fits(declared, value))
    return f"SELECT {', '.join(wanted)} FROM {described.relation} AS t {_ends(described)}"


def _ends(described: Table) -> str:
    if (row := described.rowid) is None:
        return f"LIMIT {_ROWS}"
    ordered = f"SELECT {row} FROM {described.relation} ORDER BY {row}"
    first, last = (f"SELECT * FROM ({ordered}{way} LIMIT {_ROWS // 2})" for way in ("", " DESC"))
    return f"WHERE t.{row} IN ({first} UNION ALL {last})"


def _counted(batch: list[Column], rows: list[tuple[int | None, ...]]) -> dict[str, Stored]:
    types = zip(*rows, strict=True) if rows else repeat(())
    found = {}
    for item in batch:
        letters = next(types)
        fitting = next(types).count(1) if has_form(declared_kind(item.declared)) else 0
        nulls, integers, reals, texts = (letters.count(letter) for letter in (_NULL, _INTEGER, _REAL, _TEXT))
        found[item.name] = Stored(
            rows=len(rows),
            nulls=nulls,
            integers=integers,
            reals=reals,
            texts=texts,
            blobs=len(rows) - nulls - integers - reals - texts,
            fitting=fitting,
            longest=0,
        )
    return found
