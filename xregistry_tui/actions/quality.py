"""What stands behind a figure of quality: the values that were meant, and how to find the records that fail."""

from __future__ import annotations

import asyncio
import datetime
import decimal
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from xregistry_tui.actions.base import Action, ActionError, Result
from xregistry_tui.actions.records import registered
from xregistry_tui.actions.refresh import live_of
from xregistry_tui.resources.sql import quote
from xregistry_tui.schema.canonical import dumps, jsonable
from xregistry_tui.schema.shape import Kind

if TYPE_CHECKING:
    from xregistry_tui.schema.report import Suggestion
    from xregistry_tui.schema.shape import Scalar, Shape
    from xregistry_tui.workspace import Workspace

_ROW_ID = {"sqlite": "rowid", "postgresql": "ctid"}


async def nearest(workspace: Workspace, model: str, field: str, values: Sequence[Scalar]) -> Result:
    """The allowed value closest to each of these, `None` where none is close or no set is declared.

    The value is a tuple of `schema.report.Suggestion | None`, one for each.
    """
    live = live_of(workspace, model)
    found = registered(workspace, live.binding.model)

    def rank() -> tuple[Suggestion | None, ...]:
        from xregistry_tui.enrichment.choices import choices
        from xregistry_tui.enrichment.suggestions import nearest as closest

        allowed = choices(field, found, live)
        if allowed is None or not allowed.closed:
            return (None,) * len(values)
        return tuple(closest(value, allowed) if value is not None else None for value in values)

    # a set may be long, and the matcher is loaded when it is first asked
    return Result(await asyncio.to_thread(rank))


async def locate(workspace: Workspace, model: str, keys: Sequence[Sequence[Scalar]]) -> Result:
    """How to ask the engine for the records of these keys: a WHERE clause, or a filter where it speaks JSON."""
    live = live_of(workspace, model)
    if not keys:
        raise ActionError("no failing record is known here")
    connection = workspace.connections.get(live.binding.resource)
    kind = connection.resource.get_type() if connection is not None else ""
    return Result(located(kind, live.shape, keys))


def located(kind: str, shape: Shape | None, keys: Sequence[Sequence[Scalar]]) -> str:
    """Keys as text to paste into a query of that kind of engine.

    >>> located("sqlite", None, [(1,), (2,)])
    'WHERE "rowid" IN (1, 2)'
    """
    if kind == "mongodb":
        identified = shape is not None and (field := shape.field("_id")) is not None and field.kind is Kind.OBJECT_ID
        return dumps({"_id": {"$in": [{"$oid": str(key[0])} if identified else jsonable(key[0]) for key in keys]}})
    names = shape.key if shape is not None else ()
    if len(names) != len(keys[0]):
        names = (_ROW_ID.get(kind, "rowid"),)
    one = len(names) == 1
    rows = [[_literal(part, kind) for part in key] for key in keys]
    listed = ", ".join(row[0] if one else f"({', '.join(row)})" for row in rows)
    columns = ", ".join(quote(name) if name != "ctid" else name for name in names)
    return f"WHERE {columns if one else f'({columns})'} IN ({listed})"


def _literal(value: Any, kind: str) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | decimal.Decimal) or (isinstance(value, float) and math.isfinite(value)):
        return str(value)
    if isinstance(value, bytes):
        return f"'\\x{value.hex()}'" if kind == "postgresql" else f"X'{value.hex()}'"
    text = value.isoformat(" ") if isinstance(value, datetime.datetime) else str(jsonable(value))
    return "'" + text.replace("'", "''") + "'"


ACTIONS = (
    Action(verb="nearest", run=nearest, permission="read", subject="model"),
    Action(verb="locate", run=locate, permission="read", subject="model"),
)
