"""The shape of a collection: what is found in some of its documents, what its validator and its indexes demand."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from xregistry_tui.resources.base import CollectionFailed, ResourceError, ResourceSlow
from xregistry_tui.resources.mongodb.catalogue import TIME_SERIES, VIEW, Entry, entries, entry, indexes, size
from xregistry_tui.resources.mongodb.connection import aggregate
from xregistry_tui.resources.mongodb.drawing import Drawn, some
from xregistry_tui.resources.mongodb.structure import counted, natives, observed
from xregistry_tui.resources.mongodb.validators import completed, demands
from xregistry_tui.schema.rules import Required, Unique
from xregistry_tui.schema.shape import FieldShape, Kind, Shape

if TYPE_CHECKING:
    from xregistry_tui.resources.mongodb.connection import Asker

SAMPLE = 500
_TOGETHER_SECONDS = 0.25

_Structures = list[dict[str, Any]]


async def shape(ask: Asker, collection: str) -> Shape:
    """What the records of one collection may be; raises `CollectionFailed`."""
    return await _shape(ask, await entry(ask, collection))


async def shapes(ask: Asker, names: Sequence[str]) -> list[Shape | tuple[str, ResourceError]]:
    """The shapes of the first of these, as many as are quickly found, and why one cannot be read in its place."""
    clock = asyncio.get_running_loop().time
    known, began = await entries(ask), clock()
    found: list[Shape | tuple[str, ResourceError]] = []
    for name in names:
        if found and clock() - began > _TOGETHER_SECONDS:
            break
        try:
            if name not in known:
                raise CollectionFailed(f"there is no {name}, or it may not be read", "discover again")
            found.append(await _shape(ask, known[name]))
        except CollectionFailed as error:
            found.append((name, error))
        except ResourceSlow as error:
            # no time is left in this operation: the others are asked for in another
            found.append((name, error))
            break
    return found


async def _shape(ask: Asker, described: Entry) -> Shape:
    drawn = some(SAMPLE, await size(ask, described), described)
    structures = await ask.documents(aggregate(described.name, [*drawn.stages, *counted()]))
    made = await indexes(ask, described)
    # many structures are much to merge: not where the screen is drawn
    fields = await asyncio.to_thread(_fields, described, structures, made)
    ask.notes.fields[described.name] = {field.name for field in fields}
    return Shape(
        name=described.name,
        kind=described.kind,
        fields=fields,
        unique=tuple(_unique(described, made)),
        warnings=tuple(_warnings(described, drawn, structures)),
        parts=(described.name,),
    )


def _fields(described: Entry, structures: _Structures, made: Sequence[Mapping[str, Any]]) -> tuple[FieldShape, ...]:
    seen, types = observed(structures), natives(structures)
    # what a whole collection of dynamic names holds would be a record without fields: each name is one then
    found = [replace(field, native=_native(types.get(field.name, {}))) for field in seen.field_shapes()]
    fields = completed(found, demands(_validator(described)))
    alone = {name for one in _unique(described, made) if len(one) == 1 for name in one}
    return tuple(_keyed(described, field, alone) for field in fields)


def _validator(described: Entry) -> Mapping[str, Any]:
    validator = described.options.get("validator")
    off = described.options.get("validationLevel") == "off"
    return validator if isinstance(validator, Mapping) and not off else {}


def _native(types: Mapping[str, int]) -> str | None:
    """The types as the server calls them with the share of each: `int 97.0 %, string 3.0 %`."""
    total = sum(types.values())
    ranked = sorted(types.items(), key=lambda pair: (-pair[1], pair[0]))
    if len(ranked) == 1:
        return ranked[0][0]
    return ", ".join(f"{name} {count / total:.1%}".replace("%", " %") for name, count in ranked) or None


def _keyed(described: Entry, field: FieldShape, alone: set[str]) -> FieldShape:
    if field.name == "_id" and described.plain:
        rules = (Required("_id"), Unique("_id"), *field.rules)
        return replace(field, key=1, nullable=False, required=True, rules=rules)
    # a unique index of arrays says that no two records share an item, not that they differ
    if field.name in alone and Kind.ARRAY not in field.kinds:
        return replace(field, rules=(*field.rules, Unique("unique index")))
    return field


def _unique(described: Entry, made: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, ...]]:
    """The sets of top-level fields that the server keeps unique, `_id` first."""
    if described.plain:
        yield ("_id",)
    for index in made:
        names = tuple(index.get("key", {}))
        partial = "partialFilterExpression" in index or (index.get("sparse") and len(names) > 1)
        if index.get("unique") and not partial and all("." not in name for name in names) and names != ("_id",):
            yield names


def _warnings(described: Entry, drawn: Drawn, structures: _Structures) -> Iterator[str]:
    """What could not be found out, in plain words."""
    looked = sum(int(one["n"]) for one in structures)
    if not drawn.complete and looked:
        yield f"seen in {looked:,} of its records ({drawn.sampling}): others may differ"
    if described.options.get("validationAction") == "warn" and _validator(described):
        yield "its validator warns only: records may break its rules"
    if described.type == VIEW:
        yield f"a view of {described.options.get('viewOn', 'another collection')}: nothing finds a record of it again"
    if described.type == TIME_SERIES:
        yield "a time series: nothing finds a record of it again"
