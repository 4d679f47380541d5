"""What is found in columns of JSON: some records are read, within a budget, and what they hold is a shape."""

# ruff: noqa: S608 - names are quoted
from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

import asyncpg

from xregistry_tui.resources.base import ResourceSlow
from xregistry_tui.resources.postgresql.catalogue import Catalogue, Column, Relation, Table
from xregistry_tui.resources.postgresql.kinds import DOCUMENTS
from xregistry_tui.resources.sql import quote
from xregistry_tui.schema.inference import Observed

if TYPE_CHECKING:
    from xregistry_tui.resources.postgresql.connection import Asker

_ROWS = 100
_SECONDS = 1.0
_LARGEST = 32 * 1024
_ALL = 4 * 1024 * 1024

_Found = tuple[dict[str, Observed], tuple[str, ...]]


async def observed(ask: Asker, described: Table, known: Catalogue) -> _Found:
    """By column what its documents hold, and what could not be found out; foreign tables are not asked."""
    columns = [item for item in described.columns if known.settled(item.type).name in DOCUMENTS]
    if not columns or described.kind is Relation.FOREIGN:
        return {}, ()
    try:
        async with ask.within(_SECONDS):
            return await _looked(ask, described, columns), ()
    except ResourceSlow:
        return {}, ("too slow to look at what its documents hold",)
    except asyncpg.PostgresError as error:
        return {}, (f"its documents could not be looked at: {error.args[0] if error.args else error}",)


async def _looked(ask: Asker, described: Table, columns: Iterable[Column]) -> dict[str, Observed]:
    """The first records, document by document until the budget is spent; very large ones are passed over."""
    names = [item.name for item in columns]
    texts = ", ".join(
        f"CASE WHEN pg_column_size(t.{quote(n)}) <= {_LARGEST} THEN t.{quote(n)}::text END" for n in names
    )
    found: dict[str, Observed] = {}
    left = _ALL
    sql = f"SELECT {texts} FROM {described.relation} AS t LIMIT {_ROWS}"
    for row in await ask.quiet(sql):
        for name, text in zip(names, row, strict=True):
            if text is None or left < len(text):
                continue
            left -= len(text)
            try:
                seen = Observed.of(json.loads(text))
            except (ValueError, RecursionError):
                continue
            found[name] = found[name].merge(seen) if name in found else seen
    return found
