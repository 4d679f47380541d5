"""The shape of a table or view: what it declares, and for documents what is found in some of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from xregistry_tui.resources.base import CollectionFailed, ResourceError
from xregistry_tui.resources.postgresql.catalogue import Catalogue, Column, Relation, Table, catalogue, glimpse
from xregistry_tui.resources.postgresql.checks import checks
from xregistry_tui.resources.postgresql.documents import observed
from xregistry_tui.resources.postgresql.kinds import kind_of
from xregistry_tui.schema.rules import Length, OneOf, Reference, Required, Rule, Unique, merged
from xregistry_tui.schema.shape import CollectionKind, FieldShape, Kind, Shape

if TYPE_CHECKING:
    from xregistry_tui.resources.postgresql.connection import Asker
    from xregistry_tui.schema.inference import Observed

_TOGETHER_SECONDS = 0.25
# what so many tables declare takes longer to read than anyone waits for a first figure; of so few it does not
_MANY, _FIRST = 50, 10
_DEEPEST = 5
_SIZED = ("character varying(", "character(", "bit varying(", "bit(")
_VIEWS = (Relation.VIEW, Relation.MATERIALISED)

_Stated = dict[str, list[Rule]]


async def shape(ask: Asker, collection: str) -> Shape:
    """What the records of one table or view may be; raises `CollectionFailed`."""
    known = ask.notes.catalogue or ask.notes.first
    if known is None or known.whole or collection not in known.tables:
        known = await catalogue(ask)
    return await _shape(ask, known, collection)


async def shapes(ask: Asker, names: Sequence[str]) -> list[Shape | tuple[str, ResourceError]]:
    """The shapes of the first of these, as many as are quickly found, and why one cannot be read in its place."""
    clock = asyncio.get_running_loop().time
    if ask.notes.catalogue is None and ask.notes.first is None and len(names) > _MANY:
        names = names[:_FIRST]
        known = await glimpse(ask, names)
    else:
        known = await catalogue(ask)
    found: list[Shape | tuple[str, ResourceError]] = []
    began = clock()
    for name in names:
        if found and clock() - began > _TOGETHER_SECONDS:
            break
        try:
            found.append(await _shape(ask, known, name))
        except CollectionFailed as error:
            found.append((name, error))
        await asyncio.sleep(0)  # others may go on between two tables
    return found


async def _shape(ask: Asker, known: Catalogue, collection: str) -> Shape:
    described = known.tables.get(collection)
    if described is None:
        raise CollectionFailed(f"there is no {collection}, or it may not be read", "discover again")
    documents, warnings = await observed(ask, described, known)
    stated = _stated(described, known)
    return Shape(
        name=collection,
        kind=CollectionKind.VIEW if described.kind in _VIEWS else CollectionKind.TABLE,
        fields=tuple(_column(described, known, item, stated, documents.get(item.name)) for item in described.columns),
        unique=((described.primary,) if described.primary else ()) + described.unique,
        description=described.description,
        warnings=(*warnings, *_warnings(described, known)),
        parts=(described.schema, described.name),
    )


def _warnings(described: Table, known: Catalogue) -> Iterator[str]:
    """What could not be found out, in plain words."""
    if described.hidden:
        hidden = "1 column is" if described.hidden == 1 else f"{described.hidden} columns are"
        yield f"{hidden} left out: the role may not read them"
    if described.filtered:
        yield "row security may hide records from this role"
    for item in described.columns:
        if kind_of(known, item.type) is None:
            yield f"“{item.name}” is of type {item.native}, which is not known here: its values are read as text"


def _stated(described: Table, known: Catalogue) -> _Stated:
    """The rules that CHECK constraints state, by column."""
    kinds = {item.name: kind_of(known, item.type) or Kind.ANY for item in described.columns}
    found: _Stated = {}
    for expression in described.checks:
        for name, rule in checks(expression, kinds):
            found.setdefault(name, []).append(rule)
    return found


def _column(
    described: Table, known: Catalogue, item: Column, stated: _Stated, documents: Observed | None
) -> FieldShape:
    inner = _field(known, item.name, item.type, item.native, 0)
    if documents is not None and documents.kinds:
        seen = documents.field_shape(item.name)
        inner = FieldShape(name=item.name, kinds=seen.kinds, fields=seen.fields, items=seen.items)
    rules = merged([*_keyed(described, item), *inner.rules, *stated.get(item.name, ())])
    return FieldShape(
        name=item.name,
        kinds=inner.kinds,
        nullable=not any(isinstance(rule, Required) for rule in rules),
        native=item.native,
        key=item.key,
        default=_default(item),
        fields=inner.fields,
        items=inner.items,
        rules=(*_once(rules), *_references(described, item)),
        description=item.description,
    )


def _default(item: Column) -> str | None:
    if item.identity:
        return "numbered by the engine"
    return f"generated: {item.default}" if item.generated and item.default else item.default


def _keyed(described: Table, item: Column) -> Iterator[Rule]:
    if item.not_null:
        yield Required("PRIMARY KEY" if item.key is not None else "NOT NULL")
    if (item.name,) == described.primary:
        yield Unique("PRIMARY KEY")
    elif (item.name,) in described.unique:
        yield Unique("UNIQUE")


def _references(described: Table, item: Column) -> Iterator[Rule]:
    for local, collection, far in described.references:
        if local == (item.name,) and len(far) == 1:
            yield Reference(collection, far[0], "FOREIGN KEY")


def _once(rules: list[Rule]) -> list[Rule]:
    """Presence is said once, whoever asks for it."""
    found: list[Rule] = []
    for rule in rules:
        if not (isinstance(rule, Required) and any(isinstance(one, Required) for one in found)):
            found.append(rule)
    return found


def _field(known: Catalogue, name: str, oid: int, native: str, depth: int) -> FieldShape:
    """A field of a type, with what its domains, labels, items and attributes say."""
    kind = kind_of(known, oid) or Kind.ANY
    found = known.settled(oid)
    deeper = depth < _DEEPEST
    items = known.types[found.element] if found.element and deeper else None
    return FieldShape(
        name=name,
        kinds=(kind,),
        native=native,
        fields=tuple(_field(known, n, t, text, depth + 1) for n, t, text in found.attributes) if deeper else (),
        items=_field(known, "*", items.oid, native.removesuffix("[]"), depth + 1) if items is not None else None,
        rules=tuple(_of_type(known, oid, native, kind)),
    )


def _of_type(known: Catalogue, oid: int, native: str, kind: Kind) -> Iterator[Rule]:
    """The rules of a type: its domains', its labels, its size."""
    found = known.types[oid]
    while found.form == "d":
        source = f"domain {found.name}"
        if found.not_null:
            yield Required(source)
        for expression in found.checks:
            yield from (rule for _, rule in checks(expression, {"VALUE": kind}))
        native = found.base_native
        found = known.types[found.base]
    if found.form == "e":
        yield OneOf(found.labels, f"enum {found.name}")
    if kind is Kind.STRING and native.startswith(_SIZED) and native.endswith(")"):
        yield Length(most=int(native[native.index("(") + 1 : -1]), source=f"declared {native}")
