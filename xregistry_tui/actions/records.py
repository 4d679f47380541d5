"""Records, source code and a record to start from."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import textwrap
from typing import TYPE_CHECKING, Any

from xregistry_tui.actions.base import Action, ActionError, Result
from xregistry_tui.actions.conditions import read_conditions
from xregistry_tui.actions.refresh import live_of
from xregistry_tui.resources.base import Clipped, RecordQuery, ResourceError
from xregistry_tui.schema.canonical import dumps
from xregistry_tui.schema.shape import Kind

if TYPE_CHECKING:
    from xregistry_tui.core.models import RegisteredModel
    from xregistry_tui.enrichment.live import Live
    from xregistry_tui.resources.base import Page, XResource
    from xregistry_tui.schema.shape import FieldShape, Scalar
    from xregistry_tui.workspace import Workspace


def registered(workspace: Workspace, model: str) -> RegisteredModel:
    """The model of that path or unambiguous name."""
    try:
        return workspace.registry.models[model]
    except KeyError as error:
        raise ActionError(str(error)) from None


def resource_of(workspace: Workspace, live: Live) -> XResource:
    """The resource that a binding looks at."""
    connection = workspace.connections.get(live.binding.resource)
    if connection is None:
        raise ActionError(f"{live.binding.resource} is not connected: connect it first")
    return connection.resource


async def records(
    workspace: Workspace,
    model: str,
    *,
    where: str = "",
    order_by: str | None = None,
    descending: bool = False,
    offset: int = 0,
    limit: int = 100,
    keys: tuple[tuple[Scalar, ...], ...] = (),
) -> Result:
    """A window of a model's live records; the value is a `resources.base.Page`."""
    live = live_of(workspace, model)
    resource = resource_of(workspace, live)
    shape = live.shape or await resource.shape(live.binding.collection)
    query = RecordQuery(
        collection=live.binding.collection,
        where=read_conditions(where, tuple(field.name for field in shape.fields)),
        keys=keys,
        order_by=order_by,
        descending=descending,
        offset=offset,
        limit=limit,
    )
    return Result(await resource.records(query))


async def code(workspace: Workspace, model: str) -> Result:
    """The model as importable Python: its own source where it was written by hand, else what discovery made."""
    found = registered(workspace, model)
    return Result(await asyncio.to_thread(source_of, found))


def source_of(model: RegisteredModel) -> str:
    """The model as Python: its own source where it was written by hand, else what its fields make."""
    from xregistry_tui.core.models import ModelSource
    from xregistry_tui.schema.modelgen import source

    if model.metadata.source is ModelSource.STATIC:
        # one made in a prompt, or shipped without its source, is written anew
        with contextlib.suppress(OSError, TypeError):
            return textwrap.dedent(inspect.getsource(model.model_class))
    return source(model.shape, model.metadata.name)


async def template(workspace: Workspace, model: str) -> Result:
    """JSON text to start from: the first live record as the model sees it, else an empty one."""
    found = registered(workspace, model)
    lives = workspace.enriched.lives(found.path)
    row = await _first_record(workspace, lives[0]) if lives else None
    values = {field.name: _start(field, row) for field in found.shape.fields}
    return Result(dumps(values, indent=2))


async def _first_record(workspace: Workspace, live: Live) -> dict[str, Any] | None:
    query = RecordQuery(collection=live.binding.collection, limit=1, cell_limit=400)
    try:
        page: Page = await resource_of(workspace, live).records(query)
    except ResourceError:
        return None  # a record to start from is a courtesy: the model alone gives one too
    return dict(zip(page.columns, page.rows[0], strict=True)) if page.rows else None


_EMPTY: dict[Kind, Any] = {
    Kind.STRING: "",
    Kind.INTEGER: 0,
    Kind.NUMBER: 0,
    Kind.DECIMAL: "0",
    Kind.BOOLEAN: False,
    Kind.OBJECT: {},
    Kind.MAP: {},
    Kind.ARRAY: [],
}


def _start(field: FieldShape, row: dict[str, Any] | None) -> Any:
    if row is not None and field.name in row:
        value = row[field.name]
        if field.kind is Kind.BOOLEAN and value in (0, 1):
            return bool(value)  # SQLite keeps truth as a number, JSON does not
        return value.head if isinstance(value, Clipped) else value
    return None if field.nullable else _EMPTY.get(field.kind, "")


ACTIONS = (
    Action(verb="records", run=records, permission="read", subject="model"),
    Action(verb="code", run=code, permission="list", subject="model"),
    Action(verb="template", run=template, permission="read", subject="model"),
)
