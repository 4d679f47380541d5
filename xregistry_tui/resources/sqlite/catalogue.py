"""What a database says it holds: tables, columns, keys and references, by true name.

The catalogue is read whole, in a few statements, and kept while the schema stays the same. Views and virtual tables,
which may be broken each for itself, are described when they are asked for.
"""

# ruff: noqa: S608 - names are quoted, values are bound
from __future__ import annotations

import json
import sqlite3
import string
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from xregistry_tui.resources.base import CollectionFailed
from xregistry_tui.resources.sql import quote
from xregistry_tui.resources.sqlite.connection import Asker

if TYPE_CHECKING:
    from xregistry_tui.schema.rules import Rule

_ROW_IDS = ("rowid", "_rowid_", "oid")
_HIDDEN = 1
_STATEMENT_FAULTS = (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_AUTH, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_MISMATCH)
_ASCII_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


@dataclass(frozen=True, slots=True)
class Column:
    """One column as declared; `key` counts from 1 in the primary key."""

    name: str
    declared: str
    not_null: bool
    default: str | None
    key: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table or view. `rowid` is the name by which its row id can be read, `None` where it has none.

    `primary` are the columns of the declared primary key in key order; `references` are (column, parent table, parent
    column); `unique` are the column sets of unique indexes.
    """

    name: str
    is_view: bool
    sql: str
    columns: tuple[Column, ...]
    primary: tuple[str, ...] = ()
    rowid: str | None = None
    unique: tuple[tuple[str, ...], ...] = ()
    references: tuple[tuple[str, str, str], ...] = ()

    @property
    def relation(self) -> str:
        """The quoted name, to be aliased."""
        return f"main.{quote(self.name)}"

    @property
    def locators(self) -> tuple[str, ...]:
        """What locates a record: the primary key, else the row id; empty for views."""
        return self.primary or ((self.rowid,) if self.rowid else ())

    @property
    def is_row_id(self) -> str | None:
        """The column that is the row id itself (INTEGER PRIMARY KEY), which is never null."""
        if self.rowid is None or len(self.primary) != 1:
            return None
        column = next(column for column in self.columns if column.name == self.primary[0])
        return column.name if column.declared.upper() == "INTEGER" else None

    def require(self, *names: str) -> None:
        """Raise `CollectionFailed` for a column that is not there."""
        known = {column.name for column in self.columns}
        for name in names:
            if name not in known:
                reason = f"{self.name} has no column “{name}”"
                raise CollectionFailed(reason, f"it has {', '.join(sorted(known)[:20])}; discover again")


_Entry = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All that is declared: `entries` are the (type, name, sql) that it was read from.

    `names` are those of tables and views, `listed` those that hold records, sorted. `tables` are the ones described so
    far (ordinary ones from the start), `stated` what the CHECK constraints of those asked for say, by column.
    """

    entries: tuple[_Entry, ...]
    names: frozenset[str]
    listed: tuple[str, ...]
    tables: dict[str, Table]
    stated: dict[str, Mapping[str, tuple[Rule, ...]]] = field(default_factory=dict)


def catalogue(ask: Asker) -> Catalogue:
    """What is declared now: asked again only where SQLite's count of schema changes moved, or the file was reopened."""
    notes = ask.notes
    if ask.knows_schema and notes.catalogue is not None:
        return notes.catalogue
    version = (ask.epoch, ask.quiet("PRAGMA main.schema_version")[0][0])
    if notes.catalogue is None or notes.version != version:
        notes.catalogue, notes.version = _read(ask, notes.catalogue)
    ask.knows_schema = True
    return notes.catalogue


def _read(ask: Asker, known: Catalogue | None) -> tuple[Catalogue, tuple[int, int]]:
    """(the catalogue, the version that it is of); the known one where it was read from the same entries."""
    with ask.snapshot(True):
        version = (ask.epoch, ask.quiet("PRAGMA main.schema_version")[0][0])
        listed = ask.quiet("SELECT type, name, coalesce(sql, '') FROM main.sqlite_master WHERE type <> 'trigger'")
        entries: tuple[_Entry, ...] = tuple(listed)
        if known is not None and known.entries == entries:
            return known, version
        names = frozenset(name for kind, name, _ in entries if kind != "index")
        return Catalogue(entries=entries, names=names, listed=_listed(ask, entries), tables=_ordinary(ask)), version


def _listed(ask: Asker, entries: Iterable[_Entry]) -> tuple[str, ...]:
    """Tables and views that hold records, sorted; neither SQLite's own nor the insides of virtual tables."""
    held = [(name, sql) for kind, name, sql in entries if kind in ("table", "view")]
    virtual = any(sql[:15].upper().startswith("CREATE VIRTUAL") for _, sql in held)
    shadows = _shadows(ask) if virtual else set()
    return tuple(sorted(name for name, _ in held if name not in shadows and not name.lower().startswith("sqlite_")))


def _shadows(ask: Asker) -> set[str]:
    if sqlite3.sqlite_version_info < (3, 37):
        return set()
    return {row[1] for row in ask.quiet("PRAGMA main.table_list") if row[2] == "shadow"}


def table_names(ask: Asker) -> list[str]:
    """Tables and views that hold records, sorted."""
    return list(catalogue(ask).listed)


def table(ask: Asker, name: str) -> Table:
    """Everything declared about one table or view; raises `CollectionFailed`."""
    found = catalogue(ask)
    if name not in found.tables:
        if name not in found.names:
            raise CollectionFailed(f"there is no table “{name}” any more", "discover again")
        found.tables[name] = _alone(ask, name)
    return found.tables[name]


def failed(error: sqlite3.Error, name: str) -> Exception:
    """A statement's own fault as the collection's; any other condition as it is."""
    if not _is_fault(error):
        return error
    return CollectionFailed(f"“{name}” cannot be read: {error}", "the other tables can; correct its definition")


def _is_fault(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) in _STATEMENT_FAULTS or "prohibited" in str(error)


_ORDINARY = "m.type = 'table' AND m.sql NOT LIKE 'CREATE VIRTUAL%' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
_NAMED = "m.name = ? AND m.type <> 'index'"


def _ordinary(ask: Asker) -> dict[str, Table]:
    """All ordinary tables at once; none where one of them spoils it, each is then described for itself."""
    try:
        return {described.name: described for described in _described(ask, _ORDINARY)}
    except sqlite3.Error as error:
        if not _is_fault(error):
            raise
        return {}


def _alone(ask: Asker, name: str) -> Table:
    try:
        found = list(_described(ask, _NAMED, name))
        if not found:
            ask.quiet(f"SELECT * FROM main.{quote(name)} LIMIT 0")
            raise CollectionFailed(f"“{name}” has no columns")
    except sqlite3.Error as error:
        raise failed(error, name) from error
    return found[0]


def _described(ask: Asker, which: str, *parameters: str) -> Iterator[Table]:
    """The tables and views among the entries `m` of the catalogue that `which` is true of, and that have columns."""
    rows = _columns(ask, which, *parameters)
    unique = _unique(ask, which, parameters)
    references = _references(ask, which, parameters, rows)
    for (name, is_view, sql), group in groupby(rows, itemgetter(0, 1, 2)):
        columns = tuple(
            Column(column, declared or "", bool(not_null), default, key or None)
            for *_, column, declared, not_null, default, key, hidden in group
            if hidden != _HIDDEN
        )
        if not columns:
            continue
        keyed = sorted((column.key, column.name) for column in columns if column.key is not None)
        yield Table(
            name=name,
            is_view=bool(is_view),
            sql=sql,
            columns=columns,
            primary=tuple(column for _, column in keyed),
            rowid=None if is_view else _row_id(ask, name, sql, columns),
            unique=unique.get(name, ()),
            references=references.get(name, ()),
        )


_Declared = tuple[Any, ...]
"""(table, whether a view, its sql, column, type, not null, default, place in the key, hidden)"""


def _columns(ask: Asker, which: str, *parameters: str) -> list[_Declared]:
    return ask.quiet(
        "SELECT m.name, m.type = 'view', m.sql, x.name, x.type, x.[notnull], x.dflt_value, x.pk, x.hidden "
        f"FROM main.sqlite_master AS m, pragma_table_xinfo(m.name, 'main') AS x WHERE {which}",
        parameters,
    )


def _row_id(ask: Asker, name: str, sql: str, columns: tuple[Column, ...]) -> str | None:
    taken = {column.name.lower() for column in columns}
    free = next((alias for alias in _ROW_IDS if alias not in taken), None)
    said = sql.upper()
    if free is None or not ("WITHOUT" in said or said.startswith("CREATE VIRTUAL")):
        return free
    try:
        ask.quiet(f"SELECT t.{free} FROM main.{quote(name)} AS t LIMIT 0")
    except sqlite3.OperationalError as error:
        if "no such column" in str(error):
            return None
        raise
    return free


def _unique(ask: Asker, which: str, parameters: tuple[str, ...]) -> dict[str, tuple[tuple[str, ...], ...]]:
    """The column sets of whole unique indexes by table, in the order of the indexes' names."""
    rows = ask.quiet(
        "SELECT m.name, i.name, x.name FROM main.sqlite_master AS m, pragma_index_list(m.name, 'main') AS i, "
        f"pragma_index_xinfo(i.name, 'main') AS x WHERE {which} AND m.name IN (SELECT tbl_name FROM main.sqlite_master "
        "WHERE type = 'index' AND (sql IS NULL OR sql LIKE 'CREATE UNIQUE%')) "
        "AND i.[unique] AND NOT i.partial AND x.key ORDER BY i.name, x.seqno",
        parameters,
    )
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    for (name, _), group in groupby(rows, itemgetter(0, 1)):
        parts = tuple(part for *_, part in group)
        if None not in parts:
            found[name] = (*found.get(name, ()), parts)
    return found


def _references(
    ask: Asker, which: str, parameters: tuple[str, ...], known: list[_Declared]
) -> dict[str, tuple[tuple[str, str, str], ...]]:
    """By table its foreign keys of one column whose parent is there; the parent's primary key where none is named."""
    rows = ask.quiet(
        "SELECT m.name, f.id, f.[table], f.[from], f.[to] FROM main.sqlite_master AS m, "
        f"pragma_foreign_key_list(m.name, 'main') AS f WHERE {which} AND m.sql LIKE '%REFERENCES%' "
        "ORDER BY m.name, f.id, f.seq",
        parameters,
    )
    held = _by_folded_name(known)
    if lost := {_folded(parent) for _, _, parent, *_ in rows} - held.keys():
        those = "m.type = 'table' AND lower(m.name) IN (SELECT value FROM json_each(?))"
        held |= _by_folded_name(_columns(ask, those, json.dumps(sorted(lost))))
    found: dict[str, tuple[tuple[str, str, str], ...]] = {}
    for (name, _), group in groupby(rows, itemgetter(0, 1)):
        (_, _, parent, column, target), *more = group
        if not more and (key := _parent_key(held.get(_folded(parent), []), target)) is not None:
            found[name] = tuple(sorted((*found.get(name, ()), (column, *key))))
    return found


def _by_folded_name(declared: list[_Declared]) -> dict[str, list[_Declared]]:
    return {_folded(name): list(group) for name, group in groupby(declared, itemgetter(0))}


def _parent_key(declared: list[_Declared], target: str | None) -> tuple[str, str] | None:
    """(parent table, column) by their true names, for the column that a foreign key gives."""
    if target is None:
        chosen = [row for row in declared if row[7]]
    else:
        chosen = [row for row in declared if _folded(row[3]) == _folded(target)]
    return (chosen[0][0], chosen[0][3]) if len(chosen) == 1 else None


def _folded(name: str) -> str:
    """Without regard to case as SQLite does it: ASCII only."""
    return name.translate(_ASCII_LOWER)
