"""What the server says of its collections without reading any: names, kinds, options, indexes, sizes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from xregistry_tui.resources.base import CollectionFailed, ResourceError
from xregistry_tui.resources.mongodb.connection import aggregate
from xregistry_tui.schema.shape import CollectionKind

if TYPE_CHECKING:
    from xregistry_tui.resources.mongodb.connection import Asker

VIEW, TIME_SERIES = "view", "timeseries"
_TOP_N_WIRE, _PERCENTILE_WIRE = 14, 21


@dataclass(frozen=True, slots=True)
class Entry:
    """One collection as it was made. `options` are its own: `validator`, `viewOn`, `timeseries`."""

    name: str
    type: str
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> CollectionKind:
        """What it is called."""
        return CollectionKind.VIEW if self.type == VIEW else CollectionKind.COLLECTION

    @property
    def plain(self) -> bool:
        """Whether its records lie in it as they are shown: then `_id` finds each, and the server counts them."""
        return self.type not in (VIEW, TIME_SERIES)


@dataclass(slots=True)
class Notes:
    """What need not be asked again: the server's age, which collections there are, which fields were seen in each."""

    wire: int = 0
    replicas: bool = False
    entries: dict[str, Entry] | None = None
    fields: dict[str, set[str]] = field(default_factory=dict)

    @property
    def has_top(self) -> bool:
        """Whether the server has `$topN` (5.2)."""
        return self.wire >= _TOP_N_WIRE

    @property
    def has_percentile(self) -> bool:
        """Whether the server has `$percentile` (7.0)."""
        return self.wire >= _PERCENTILE_WIRE


@dataclass(frozen=True, slots=True)
class Size:
    """How many records there are and how large one is, as the server keeps count; `None`: it does not say."""

    rows: int | None = None
    each: float | None = None


async def entries(ask: Asker) -> dict[str, Entry]:
    """Everything that holds records and may be read, by name, sorted."""
    command: dict[str, Any] = {"listCollections": 1, "authorizedCollections": True}
    try:
        found = await ask.documents(command, quiet=True)
    except CollectionFailed:
        # whoever may not list everything is told the names of what she may read
        found = await ask.documents({**command, "nameOnly": True}, quiet=True)
    made = [Entry(one["name"], one.get("type", "collection"), one.get("options", {})) for one in found]
    kept = sorted((one for one in made if not one.name.startswith("system.")), key=lambda one: one.name)
    ask.notes.entries = {one.name: one for one in kept}
    return ask.notes.entries


async def entry(ask: Asker, collection: str) -> Entry:
    """One of them; raises `CollectionFailed`. What was dropped since is noticed by looking again."""
    found = (await entries(ask)).get(collection)
    if found is None:
        raise CollectionFailed(f"there is no {collection}, or it may not be read", "discover again")
    return found


async def size(ask: Asker, described: Entry) -> Size:
    """How large it is, by the server's own count."""
    if not described.plain:
        return Size()
    try:
        stats = await ask.documents(aggregate(described.name, [{"$collStats": {"storageStats": {}}}]))
    except CollectionFailed:
        return await _counted(ask, described)
    # each shard says its own
    parts = [one["storageStats"] for one in stats]
    rows = sum(int(part.get("count", 0)) for part in parts)
    return Size(rows, sum(float(part.get("size", 0)) for part in parts) / rows if rows else None)


async def _counted(ask: Asker, described: Entry) -> Size:
    try:
        return Size(int((await ask.answer({"count": described.name}))["n"]))
    except ResourceError:
        return Size()


async def indexes(ask: Asker, described: Entry) -> list[dict[str, Any]]:
    """Its indexes as they were made; none of a view, or where they may not be read."""
    if described.type == VIEW:
        return []
    try:
        return await ask.documents({"listIndexes": described.name}, quiet=True)
    except CollectionFailed:
        return []
