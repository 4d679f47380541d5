"""What a database declares: its tables and views with their columns, keys, rules and words, and the types they use.

All tables are read together in a few queries and kept while their stamps stay the same; of a large database the first
ones are read alone, for whom someone waits. What the role may not read is left out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from xregistry_tui.resources.base import CollectionFailed
from xregistry_tui.resources.postgresql import statements
from xregistry_tui.resources.sql import quote

if TYPE_CHECKING:
    from xregistry_tui.resources.postgresql.connection import Asker


class Relation(StrEnum):
    """What holds records, by `pg_class.relkind`."""

    TABLE = "r"
    PARTITIONED = "p"
    VIEW = "v"
    MATERIALISED = "m"
    FOREIGN = "f"


@dataclass(frozen=True, slots=True, kw_only=True)
class Type:
    """A type as the catalogue has it. `form` is `pg_type.typtype`: b(ase), c(omposite), d(omain), e(num), r(ange)….

    `element` is the type of an array's items, `base` of a domain's values, `attributes` are (name, type, native text)
    of a composite; `checks` are a domain's constraints as expressions of VALUE; `sortable`: it has an order of its own
    (`Catalogue.sortable` says it of domains and arrays too).
    """

    oid: int
    schema: str
    name: str
    native: str
    form: str
    category: str
    element: int = 0
    base: int = 0
    base_native: str = ""
    not_null: bool = False
    sortable: bool = True
    labels: tuple[str, ...] = ()
    attributes: tuple[tuple[str, int, str], ...] = ()
    checks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column; `key` counts from 1 in the primary key, `native` is its type as the engine writes it.

    `generated` is true where the engine computes it, `identity` where it numbers records by it.
    """

    name: str
    type: int
    native: str
    not_null: bool = False
    default: str | None = None
    key: int | None = None
    generated: bool = False
    identity: bool = False
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table or view. `rows` is the engine's own estimate, `None` where it has none.

    `unique` are column sets of unique indexes, the primary key not among them; `references` are (columns, collection,
    its columns); `checks` are constraints as expressions; `hidden` counts columns that may not be read.
    """

    oid: int
    schema: str
    name: str
    kind: Relation
    columns: tuple[Column, ...] = ()
    primary: tuple[str, ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    references: tuple[tuple[tuple[str, ...], str, tuple[str, ...]], ...] = ()
    checks: tuple[str, ...] = ()
    description: str | None = None
    rows: float | None = None
    pages: int = 0
    hidden: int = 0
    filtered: bool = False
    stamp: str = ""

    @property
    def collection(self) -> str:
        """The name that people and settings use: `schema.relation`."""
        return collection_name(self.schema, self.name)

    @property
    def relation(self) -> str:
        """The quoted name, to be aliased."""
        return f"{quote(self.schema)}.{quote(self.name)}"

    @property
    def locators(self) -> tuple[str, ...]:
        """SQL names (of the relation aliased `t`) of what locates a record; empty for views and foreign tables."""
        if self.primary:
            return tuple(f"t.{quote(name)}" for name in self.primary)
        if self.hidden:
            return ()  # who may read some columns only may not read row ids
        own = {Relation.TABLE: ("t.ctid",), Relation.MATERIALISED: ("t.ctid",)}
        return own.get(self.kind, ("t.tableoid", "t.ctid") if self.kind is Relation.PARTITIONED else ())

    def column(self, name: str) -> Column:
        """The column of that name; raises `CollectionFailed`."""
        for item in self.columns:
            if item.name == name:
                return item
        known = ", ".join(sorted(item.name for item in self.columns)[:20])
        raise CollectionFailed(f"{self.collection} has no column “{name}”", f"it has {known}; discover again")


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All that may be read, by collection, and the types in use, by OID; `encoding` is what texts are in.

    `whole`: no table is left out, so that one that is not there is nowhere.
    """

    tables: Mapping[str, Table]
    types: Mapping[int, Type]
    stamp: str
    encoding: str
    whole: bool = True

    def settled(self, oid: int) -> Type:
        """A type with its domains taken off."""
        found = self.types[oid]
        while found.form == "d":
            found = self.types[found.base]
        return found

    def sortable(self, oid: int) -> bool:
        """Whether values of a type can be compared and sorted."""
        found = self.settled(oid)
        return self.sortable(found.element) if found.element else found.sortable


def collection_name(schema: str, relation: str) -> str:
    """`schema.relation`; a schema with a dot in it is quoted, so that no two are the same.

    >>> collection_name("public", "orders"), collection_name("a.b", "c")
    ('public.orders', '"a.b".c')
    """
    plain = "." not in schema and not schema.startswith('"')
    return f"{schema if plain else quote(schema)}.{relation}"


async def listed(ask: Asker) -> dict[str, int]:
    """The collections that may be read, in their order, with their OIDs."""
    found = {collection_name(schema, name): oid for oid, schema, name in await ask.quiet(statements.NAMES)}
    ask.notes.listed = dict(sorted(found.items()))
    return ask.notes.listed


async def catalogue(ask: Asker) -> Catalogue:
    """What is declared now: read again only where something in it changed."""
    known = ask.notes.catalogue
    stamp = await _stamp(ask)
    if known is None or known.stamp != stamp:
        ask.notes.catalogue = known = await _read(ask, stamp)
        ask.notes.first = None
    return known


async def glimpse(ask: Asker, names: Sequence[str]) -> Catalogue:
    """What some tables declare, sooner than it is known of all."""
    held = ask.notes.listed or await listed(ask)
    oids = [held[name] for name in names if name in held]
    ask.notes.first = known = await _read(ask, "", oids, {oid: name for name, oid in held.items()})
    return known


async def table(ask: Asker, collection: str) -> tuple[Table, Catalogue]:
    """One table as it is declared now, and the catalogue it is in; raises `CollectionFailed`."""
    known = ask.notes.catalogue or ask.notes.first
    if known is not None and collection in known.tables:
        held = known.tables[collection]
        stamps = await ask.quiet(statements.stamps(statements.SOME), ([held.oid],))
        if stamps == [(held.oid, held.stamp)]:
            return held, known
    known = await catalogue(ask)
    if collection not in known.tables:
        raise CollectionFailed(f"there is no {collection}, or it may not be read", "discover again")
    return known.tables[collection], known


async def _stamp(ask: Asker) -> str:
    return str((await ask.quiet(statements.STAMP))[0][0])


async def _read(
    ask: Asker, stamp: str, oids: Sequence[int] | None = None, names: Mapping[int, str] | None = None
) -> Catalogue:
    """Of all, or of some with the names of all."""
    among, some = (statements.ALL, ()) if oids is None else (statements.SOME, (oids,))
    relations = await ask.quiet(statements.relations(ask.version, among), some)
    columns = _by_first(await ask.quiet(statements.columns(among), some))
    constraints = _by_first(await ask.quiet(statements.constraints(among), some))
    unique = _by_first(await ask.quiet(statements.unique(among), some))
    stamps = dict(await ask.quiet(statements.stamps(among), some))
    named = names or {oid: collection_name(schema, name) for oid, schema, name, *_ in relations}
    tables = {}
    for oid, schema, name, kind, rows, pages, description, filtered in relations:
        declared = Table(
            oid=oid,
            schema=schema,
            name=name,
            kind=Relation(kind),
            rows=rows if rows >= 0 else None,
            pages=pages,
            description=description,
            filtered=filtered,
            stamp=stamps.get(oid, ""),
        )
        made = _table(declared, columns.get(oid, []), constraints.get(oid, []), unique.get(oid, []), named)
        tables[made.collection] = made
        await asyncio.sleep(0)  # others may go on between two tables
    return Catalogue(
        tables=dict(sorted(tables.items())),
        types=await _types(ask, among, some),
        stamp=stamp,
        encoding=ask.encoding,
        whole=oids is None,
    )


def _by_first(rows: list[tuple[Any, ...]]) -> dict[Any, list[tuple[Any, ...]]]:
    found: dict[Any, list[tuple[Any, ...]]] = {}
    for first, *rest in rows:
        found.setdefault(first, []).append(tuple(rest))
    return found


def _table(
    declared: Table,
    columns: list[tuple[Any, ...]],
    constraints: list[tuple[Any, ...]],
    unique: list[tuple[Any, ...]],
    names: Mapping[int, str],
) -> Table:
    numbered = {number: name for number, name, *_ in columns}
    primary: tuple[str, ...] = ()
    references, checks = [], []
    for kind, local, expression, parent, far in constraints:
        held = tuple(numbered.get(number, "") for number in local or ())
        if kind == "p":
            primary = held
        elif kind == "c":
            checks.append(expression)
        elif parent in names:
            references.append((held, names[parent], tuple(far)))
    sets = (tuple(numbered.get(number, "") for number in numbers) for (numbers,) in unique)
    return replace(
        declared,
        columns=tuple(_column(row, primary) for row in columns if row[-1]),
        primary=primary if all(row[-1] for row in columns if row[1] in primary) else (),
        unique=tuple(columns for columns in sets if all(columns) and columns != primary),
        references=tuple(references),
        checks=tuple(checks),
        hidden=sum(not row[-1] for row in columns),
    )


def _column(row: tuple[Any, ...], primary: tuple[str, ...]) -> Column:
    _, name, type_, native, not_null, default, generated, identity, description, _ = row
    return Column(
        name=name,
        type=type_,
        native=native,
        not_null=not_null,
        default=default,
        key=primary.index(name) + 1 if name in primary else None,
        generated=generated,
        identity=identity,
        description=description,
    )


async def _types(ask: Asker, among: str, some: Sequence[Any]) -> dict[int, Type]:
    """The types of the columns, and those that they are made of."""
    labels = _by_first(await ask.quiet(statements.LABELS))
    checks = _by_first(await ask.quiet(statements.DOMAIN_CHECKS))
    rows = await ask.quiet(statements.types(among), some)
    composite = any(form == "c" for _, _, _, _, form, *_ in rows)
    attributes = _by_first(await ask.quiet(statements.attributes(among), some)) if composite else {}
    return {made.oid: made for made in _made(rows, labels, attributes, checks)}


def _made(
    rows: list[tuple[Any, ...]],
    labels: Mapping[int, list[tuple[Any, ...]]],
    attributes: Mapping[int, list[tuple[Any, ...]]],
    checks: Mapping[int, list[tuple[Any, ...]]],
) -> Iterator[Type]:
    for oid, schema, name, native, form, category, element, base, base_native, not_null, relation, sortable in rows:
        yield Type(
            oid=oid,
            schema=schema,
            name=name,
            native=native,
            form=form,
            category=category,
            element=element,
            base=base,
            base_native=base_native,
            not_null=not_null,
            sortable=sortable,
            labels=tuple(label for (label,) in labels.get(oid, ())),
            attributes=tuple((n, t, text) for n, t, text in attributes.get(relation, ())),
            checks=tuple(text for (text,) in checks.get(oid, ())),
        )
