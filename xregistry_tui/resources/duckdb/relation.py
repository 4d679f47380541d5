"""A collection as SQL: what to read it from, and what its columns are."""

# ruff: noqa: S608 - names are quoted, files are literals
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xregistry_tui.resources.base import CollectionFailed
from xregistry_tui.resources.duckdb.connection import DATABASE, Asker, arrow_name, literal
from xregistry_tui.resources.duckdb.dialect import LONGEST_LINE, overlong, sniffed
from xregistry_tui.resources.duckdb.kinds import field
from xregistry_tui.resources.duckdb.sources import Format, Source
from xregistry_tui.resources.sql import quote
from xregistry_tui.schema.shape import CollectionKind, Shape

_PLACE = "file_row_number"

REJECTS = 1_000
"""So many lines that cannot be read are counted."""


@dataclass(frozen=True, slots=True)
class Relation:
    """What to read a collection from; `columns` are its types by name. `counting` notes the lines that are no rows."""

    source: Source
    sql: str
    columns: Mapping[str, Any]
    said: tuple[str, ...] = ()
    counting: str = ""
    headed: bool = False
    kind: CollectionKind = CollectionKind.FILE

    def require(self, *names: str) -> None:
        """Raise where one of the columns is not there."""
        for name in names:
            if name not in self.columns:
                raise CollectionFailed(f"“{self.source.name}” has no field “{name}”", "discover again")

    @property
    def shape(self) -> Shape:
        """What its records may be."""
        fields = tuple(field(name, type_) for name, type_ in self.columns.items())
        return Shape(name=self.source.name, kind=self.kind, fields=fields, warnings=self.said)

    @property
    def row(self) -> str:
        """A name for the number of a row that no column has."""
        return next(name for name in ("row", "row number", " row number") if name not in self.columns)

    @property
    def placed(self) -> tuple[str, str]:
        """(the same with a number of its own for each row, the name of that); empty where that has a price."""
        if self.source.format is not Format.PARQUET or _PLACE in self.columns:
            return "", ""
        return f"{self.sql[:-1]}, {_PLACE} = true)", _PLACE

    @property
    def numbered(self) -> str:
        """The same with each row's place, from 0."""
        return f"(SELECT *, row_number() OVER () - 1 AS {quote(self.row)} FROM {self.sql})"


def relation(ask: Asker, source: Source, *, strict: bool = True) -> Relation:
    """Look at what a collection is; raises what the driver does."""
    if source.format is Format.CSV:
        return _csv(ask, source, strict=strict)
    sql = {
        Format.PARQUET: lambda: (
            f"read_parquet([{_files(source)}]{', union_by_name = true' if len(source.files) > 1 else ''})"
        ),
        Format.ARROW: lambda: quote(arrow_name(source)),
        Format.DUCKDB: lambda: source.table,
    }[source.format]()
    return Relation(source, sql, columns(ask, sql), kind=_kind(source))


def columns(ask: Asker, sql: str) -> dict[str, Any]:
    """The types of a relation's columns by name."""
    found = ask.connection.sql(f"FROM {sql}")
    return dict(zip(found.columns, found.types, strict=True))


def _csv(ask: Asker, source: Source, *, strict: bool) -> Relation:
    found = sniffed(ask, source, strict=strict)
    if not found.columns:
        return Relation(source, "(SELECT 1 WHERE false)", {}, found.said)
    read = f"read_csv([{_files(source)}], {found.options}, ignore_errors = true"
    sql = f"{read})"
    counting = f"{read}, store_rejects = true, rejects_limit = {REJECTS})"
    return Relation(source, sql, columns(ask, sql), found.said, counting, headed=found.headed)


def _files(source: Source) -> str:
    return ", ".join(literal(path) for path in source.files)


def _kind(source: Source) -> CollectionKind:
    return CollectionKind.TABLE if source.format is Format.DUCKDB else CollectionKind.FILE


def tables(ask: Asker, source: Source) -> dict[str, Source]:
    """The tables and views of a database by name; those outside of its main schema with the schema before them."""
    sql = "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = $1 UNION ALL "
    sql += "SELECT schema_name, view_name FROM duckdb_views() WHERE database_name = $1 AND NOT internal ORDER BY ALL"
    found: dict[str, Source] = {}
    for schema, table in ask.quiet(sql, (DATABASE,)):
        name = table if schema == "main" else f"{schema}.{table}"
        place = ".".join(map(quote, (DATABASE, schema, table)))
        found[name] = Source(name, source.files, source.format, place)
    return found


def rejected(ask: Asker, source: Source) -> tuple[str, ...]:
    """What the last pass that counts found of lines that are no rows, and what it passed over without counting."""
    long = sum(map(overlong, source.files))
    said = (f"{long:,} lines longer than {LONGEST_LINE >> 20} MB are left out",) if long else ()
    return (*_rejected(ask), *said)


def _rejected(ask: Asker) -> tuple[str, ...]:
    last = "scan_id = (SELECT max(scan_id) FROM reject_errors)"
    sql = f"SELECT count(DISTINCT line), min(line), arg_min(error_message, line) FROM reject_errors WHERE {last}"
    ((count, line, message),) = ask.quiet(sql)
    if not count:
        return ()
    least = "at least " if count >= REJECTS else ""
    why = " ".join(str(message).split("\n", 1)[0].split())
    return (f"{least}{count:,} lines could not be read and are left out (the first is line {line:,}: {why})",)
