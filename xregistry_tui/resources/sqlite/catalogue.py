"""What a database says it holds: tables, columns, keys and references, by true name."""

# ruff: noqa: S608 - names are quoted, values are bound
from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from xregistry_tui.resources.base import CollectionFailed
from xregistry_tui.resources.sql import quote
from xregistry_tui.resources.sqlite.connection import Asker

_ROW_IDS = ("rowid", "_rowid_", "oid")
_HIDDEN = 1
_STATEMENT_FAULTS = (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_AUTH, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_MISMATCH)


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

    `references` are (column, parent table, parent column); `unique` are the column sets of unique indexes.
    """

    name: str
    is_view: bool
    sql: str
    columns: tuple[Column, ...]
    rowid: str | None = None
    unique: tuple[tuple[str, ...], ...] = ()
    references: tuple[tuple[str, str, str], ...] = ()

    @property
    def relation(self) -> str:
        """The quoted name, to be aliased."""
        return f"main.{quote(self.name)}"

    @property
    def primary(self) -> tuple[str, ...]:
        """The columns of the declared primary key in key order."""
        keyed = sorted((column.key, column.name) for column in self.columns if column.key is not None)
        return tuple(name for _, name in keyed)

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


def table_names(ask: Asker) -> list[str]:
    """Tables and views that hold records, sorted; neither SQLite's own nor the insides of virtual tables."""
    listed = ask.quiet("SELECT name FROM main.sqlite_master WHERE type IN ('table', 'view')")
    names = {name for (name,) in listed if not name.lower().startswith("sqlite_")}
    return sorted(names - _shadows(ask))


def _shadows(ask: Asker) -> set[str]:
    if sqlite3.sqlite_version_info < (3, 37):
        return set()
    virtual = "SELECT 1 FROM main.sqlite_master WHERE sql LIKE 'CREATE VIRTUAL%' LIMIT 1"
    if not ask.quiet(virtual):
        return set()
    return {row[1] for row in ask.quiet("PRAGMA main.table_list") if row[2] == "shadow"}


def table(ask: Asker, name: str) -> Table:
    """Everything declared about one table or view; raises `CollectionFailed`."""
    found = ask.quiet(
        "SELECT type, coalesce(sql, '') FROM main.sqlite_master WHERE name = ? AND type <> 'index'", (name,)
    )
    if not found:
        raise CollectionFailed(f"there is no table “{name}” any more", "discover again")
    try:
        return _described(ask, name, *found[0])
    except sqlite3.Error as error:
        raise failed(error, name) from error


def failed(error: sqlite3.Error, name: str) -> Exception:
    """A statement's own fault as the collection's; any other condition as it is."""
    code = getattr(error, "sqlite_errorcode", 0)
    if code not in _STATEMENT_FAULTS and "prohibited" not in str(error):
        return error
    return CollectionFailed(f"“{name}” cannot be read: {error}", "the other tables can; correct its definition")


def _described(ask: Asker, name: str, kind: str, sql: str) -> Table:
    info = ask.quiet("SELECT name, type, [notnull], dflt_value, pk, hidden FROM pragma_table_xinfo(?, 'main')", (name,))
    columns = tuple(
        Column(column, declared or "", bool(not_null), default, key or None)
        for column, declared, not_null, default, key, hidden in info
        if hidden != _HIDDEN
    )
    if not columns:
        ask.quiet(f"SELECT * FROM main.{quote(name)} LIMIT 0")
        raise CollectionFailed(f"“{name}” has no columns")
    if kind == "view":
        return Table(name=name, is_view=True, sql=sql, columns=columns)
    return Table(
        name=name,
        is_view=False,
        sql=sql,
        columns=columns,
        rowid=_row_id(ask, name, columns),
        unique=_unique(ask, name),
        references=_references(ask, name),
    )


def _row_id(ask: Asker, name: str, columns: tuple[Column, ...]) -> str | None:
    taken = {column.name.lower() for column in columns}
    free = next((alias for alias in _ROW_IDS if alias not in taken), None)
    if free is None:
        return None
    try:
        ask.quiet(f"SELECT t.{free} FROM main.{quote(name)} AS t LIMIT 0")
    except sqlite3.OperationalError as error:
        if "no such column" in str(error):
            return None
        raise
    return free


def _unique(ask: Asker, name: str) -> tuple[tuple[str, ...], ...]:
    indexes = ask.quiet("SELECT name FROM pragma_index_list(?, 'main') WHERE [unique] AND NOT partial", (name,))
    found = []
    for (index,) in sorted(indexes):
        parts = ask.quiet("SELECT name FROM pragma_index_xinfo(?, 'main') WHERE key ORDER BY seqno", (index,))
        if all(part is not None for (part,) in parts):
            found.append(tuple(part for (part,) in parts))
    return tuple(found)


def _references(ask: Asker, name: str) -> tuple[tuple[str, str, str], ...]:
    """Foreign keys of one column whose parent is there; the parent's primary key where none is named."""
    listed = ask.quiet(
        "SELECT id, [table], [from], [to] FROM pragma_foreign_key_list(?, 'main') ORDER BY id, seq", (name,)
    )
    by_id: dict[int, list[tuple[str, str, str | None]]] = {}
    for number, parent, column, target in listed:
        by_id.setdefault(number, []).append((parent, column, target))
    found = []
    for (parent, column, target), *more in by_id.values():
        if not more and (key := _parent_key(ask, parent, target)) is not None:
            found.append((column, *key))
    return tuple(sorted(found))


def _parent_key(ask: Asker, parent: str, target: str | None) -> tuple[str, str] | None:
    true = ask.quiet("SELECT name FROM main.sqlite_master WHERE type = 'table' AND lower(name) = lower(?)", (parent,))
    if not true:
        return None
    info = ask.quiet("SELECT name, pk FROM pragma_table_xinfo(?, 'main')", (true[0][0],))
    named = [name for name, _ in info if target is not None and name.lower() == target.lower()]
    primary = [name for name, key in info if key]
    chosen = named if target is not None else primary
    return (true[0][0], chosen[0]) if len(chosen) == 1 else None
