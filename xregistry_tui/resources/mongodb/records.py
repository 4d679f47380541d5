"""A window of records: conditions pushed down, large values by their head, `_id` beside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import bson

from xregistry_tui.profiling.found import Since
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.profiling.profile import Figure
from xregistry_tui.resources.base import CollectionFailed, Condition, Page, RecordQuery, ResourceSlow
from xregistry_tui.resources.mongodb.catalogue import Entry, entry
from xregistry_tui.resources.mongodb.cells import clipped, read
from xregistry_tui.resources.mongodb.conditions import null, where
from xregistry_tui.resources.mongodb.connection import aggregate
from xregistry_tui.resources.mongodb.kinds import addressable, field
from xregistry_tui.resources.mongodb.values import CODEC, decoded, locator
from xregistry_tui.schema.shape import segments

if TYPE_CHECKING:
    from bson.raw_bson import RawBSONDocument

    from xregistry_tui.resources.mongodb.connection import Asker
    from xregistry_tui.schema.shape import Scalar

    _Record = tuple[tuple[Scalar, ...], dict[str, Any]]

_COUNT_SECONDS = 0.1
_LOOK_SECONDS = 1.0
_ORDER = "xr order"


@dataclass(frozen=True, slots=True)
class _Asked:
    """One question for records. `chosen` is its filter."""

    described: Entry
    query: RecordQuery
    chosen: dict[str, Any]

    @property
    def limit(self) -> int:
        """How many records at most."""
        return max(0, min(self.query.limit, self.query.budget.rows))


async def records(ask: Asker, query: RecordQuery) -> Page:
    """The asked-for window; raises `CollectionFailed` for a collection or field that is not there."""
    since = Since()
    described = await entry(ask, query.collection)
    asked = _Asked(described, query, where(query.where, query.keys))
    named = [*query.fields, *(one.field for one in query.where), *([query.order_by] if query.order_by else [])]
    await require(ask, described, named)
    found = await _window(ask, asked)
    kept, more = _within_budget(found, asked)
    columns = query.fields or tuple(dict.fromkeys(name for _, cells in kept for name in cells))
    return Page(
        columns=columns,
        rows=tuple(tuple(cells.get(name) for name in columns) for _, cells in kept),
        keys=tuple(key for key, _ in kept),
        offset=query.offset,
        more=more,
        total=await _total(ask, asked, len(kept), more=more),
        how=since.how(ask.queries),
        absent=tuple(frozenset(columns) - cells.keys() for _, cells in kept),
    )


async def require(ask: Asker, described: Entry, names: Sequence[str]) -> None:
    """That each of these is a field of some record; raises `CollectionFailed`. An empty collection has any."""
    known = ask.notes.fields.setdefault(described.name, set())
    for name in dict.fromkeys(names):
        top = segments(name)[0]
        if top in known or top == "_id":
            continue
        if not await _seen(ask, described, top):
            hint = f"its fields are {', '.join(sorted(known)[:20])}" if known else "discover again"
            raise CollectionFailed(f"no record of {described.name} has a field “{top}”", hint)
        known.add(top)


async def _seen(ask: Asker, described: Entry, name: str) -> bool:
    there: dict[str, Any] = {name: {"$exists": True}}
    if not addressable((name,)):
        there = {"$expr": {"$ne": [{"$type": field((name,))}, "missing"]}}
    try:
        for stages in _looks(there):
            found = await ask.raw(aggregate(described.name, stages), quiet=True, seconds=_LOOK_SECONDS)
            if found:
                return len(stages) == 3
    except ResourceSlow:
        return True
    return True


def _looks(there: dict[str, Any]) -> tuple[list[dict[str, Any]], ...]:
    """For a record that has it, then for any."""
    one: list[dict[str, Any]] = [{"$limit": 1}, {"$project": {"_id": 1}}]
    return [{"$match": there}, *one], one


async def _window(ask: Asker, asked: _Asked) -> list[RawBSONDocument]:
    """One record more than asked for, where there is one; those without the field of the order come last."""
    query = asked.query
    wanted, offset = asked.limit + 1, max(0, query.offset)
    if query.order_by is None or query.descending:
        return await _part(ask, asked, asked.chosen, offset, wanted)
    absent = null(segments(query.order_by))
    present = {"$and": [asked.chosen, {"$nor": [absent]}]}
    found = await _part(ask, asked, present, offset, wanted)
    if len(found) == wanted:
        return found
    before = offset + len(found) if found or not offset else await _count(ask, asked.described, present)
    rest = {"$and": [asked.chosen, absent]}
    return found + await _part(ask, asked, rest, max(0, offset - before), wanted - len(found))


async def _part(ask: Asker, asked: _Asked, chosen: dict[str, Any], offset: int, wanted: int) -> list[RawBSONDocument]:
    stages: list[dict[str, Any]] = [{"$match": chosen}] if chosen else []
    stages += [*_order(asked), *([{"$skip": offset}] if offset else []), {"$limit": max(1, wanted)}]
    shown = {"_id": 0, "k": "$_id", "d": clipped(asked.query.fields, max(1, asked.query.cell_limit))}
    return list(await ask.raw(aggregate(asked.described.name, [*stages, {"$project": shown}])))


def _order(asked: _Asked) -> list[dict[str, Any]]:
    """By the field asked for, as MongoDB orders values; `_id` settles ties, so that pages do not overlap."""
    way = -1 if asked.query.descending else 1
    ties = {"_id": 1} if asked.described.plain else {}
    if asked.query.order_by is None:
        return [{"$sort": {"_id": way}}] if asked.described.plain else []
    path = segments(asked.query.order_by)
    if addressable(path):
        return [{"$sort": {".".join(path): way, **{name: 1 for name in ties if path != ("_id",)}}}]
    return [{"$set": {_ORDER: field(path)}}, {"$sort": {_ORDER: way, **ties}}, {"$unset": _ORDER}]


def _within_budget(found: Sequence[RawBSONDocument], asked: _Asked) -> tuple[list[_Record], bool]:
    """The records as (locators, cells), and whether more follow."""
    kept: list[_Record] = []
    spent = 0
    for raw in found[: asked.limit]:
        if spent > asked.query.budget.bytes:
            return kept, True
        kept.append(_record(raw, asked))
        spent += len(raw.raw)
    return kept, len(found) > asked.limit


def _record(raw: RawBSONDocument, asked: _Asked) -> _Record:
    try:
        said = bson.decode(raw.raw, CODEC)
    except (bson.errors.BSONError, ValueError, TypeError, OverflowError):
        said = decoded(raw)
    key = (locator(said["k"]),) if "k" in said and asked.described.plain else ()
    return key, dict(read(entry, asked.query.cell_limit) for entry in said.get("d", ()))


async def _count(ask: Asker, described: Entry, chosen: dict[str, Any], seconds: float | None = None) -> int:
    stages: list[dict[str, Any]] = [*([{"$match": chosen}] if chosen else []), {"$count": "n"}]
    found = await ask.documents(aggregate(described.name, stages), seconds=seconds)
    return int(found[0]["n"]) if found else 0


async def _total(ask: Asker, asked: _Asked, found: int, *, more: bool) -> Figure | None:
    """How many records match: known at the end, else counted if that is quick, else as the server keeps count."""
    offset = asked.query.offset
    if not more and (found or not offset):
        return Figure(value=offset + found)
    try:
        return Figure(value=await _count(ask, asked.described, asked.chosen, _COUNT_SECONDS))
    except ResourceSlow:
        if asked.chosen or not asked.described.plain:
            return None
        rows = int((await ask.answer({"count": asked.described.name}))["n"])
        return Figure(value=max(rows, offset + found), method=Grade.CATALOGUE, approximate=True)


async def exists(ask: Asker, collection: str, field: str, value: Scalar) -> bool:
    """Whether any record has this value in this field."""
    described = await entry(ask, collection)
    await require(ask, described, [field])
    stages, _ = _looks(where([Condition(field, "=", value)]))
    return bool(await ask.raw(aggregate(collection, stages), quiet=True))
