"""Connect a resource, discover what it holds, let it go."""

from __future__ import annotations

import asyncio
import hashlib
from types import MappingProxyType
from typing import TYPE_CHECKING

from xregistry_tui.actions.base import Action, ActionError, Result
from xregistry_tui.core.bindings import Binding
from xregistry_tui.resources.base import ResourceError
from xregistry_tui.workspace import Connection, ConnectionStatus

if TYPE_CHECKING:
    from xregistry_tui.resources.base import XResource
    from xregistry_tui.schema.shape import Shape
    from xregistry_tui.workspace import Workspace


async def connect(workspace: Workspace, target: str, name: str | None = None) -> Result:
    """Open a target read-only, register a model for all it holds, and watch them; the value is the resource's name."""
    from xregistry_tui.resources.factory import ResourceFactory

    resource = ResourceFactory.from_url(target, name=name)
    held = workspace.connections.get(resource.name)
    if held is not None and held.resource.metadata.location == resource.metadata.location:
        if held.status is not ConnectionStatus.FAILED:
            return Result(resource.name, f"{resource.name} is connected already")
        resource = held.resource
    elif held is not None:
        resource = ResourceFactory.from_url(target, name=_distinct(resource))
    workspace.set_connection(Connection(resource=resource))
    job = workspace.start_job(f"connecting {resource.name}")
    try:
        await resource.connect()
        workspace.enriched.attach(resource)
        workspace.change_connection(resource.name, status=ConnectionStatus.LIVE)
        paths, failed = await _discover(workspace, resource)
    except ResourceError as error:
        workspace.change_connection(resource.name, status=ConnectionStatus.FAILED, reason=str(error))
        raise
    finally:
        workspace.end_job(job)
    return Result(resource.name, _said(resource, len(paths), len(failed)))


def _distinct(resource: XResource) -> str:
    """Another name for a resource whose own is taken: stable, since it comes from where the data is."""
    return f"{resource.name}_{hashlib.sha256(resource.metadata.location.encode()).hexdigest()[:6]}"


def _said(resource: XResource, found: int, failed: int) -> str:
    models = "1 model" if found == 1 else f"{found} models"
    unread = f", {failed} could not be read" if failed else ""
    return f"{resource.get_type()} · {models}{unread}"


async def discover(workspace: Workspace, resource: str) -> Result:
    """Look for new collections; the value is (registered paths, {collection: reason} of those that failed)."""
    held = _held(workspace, resource).resource
    job = workspace.start_job(f"discovering {resource}")
    try:
        paths, failed = await _discover(workspace, held)
    finally:
        workspace.end_job(job)
    return Result((paths, failed), _said(held, len(paths), len(failed)))


async def disconnect(workspace: Workspace, resource: str) -> Result:
    """Stop watching a resource and close it; its models stay."""
    held = _held(workspace, resource)
    await workspace.enriched.detach(resource)
    await held.resource.close()
    workspace.drop_connection(resource)
    return Result(None, f"{resource} is closed")


def _held(workspace: Workspace, name: str) -> Connection:
    try:
        return workspace.connections[name]
    except KeyError:
        known = ", ".join(workspace.connections) or "none"
        raise ActionError(f"no resource is named {name!r}; connected: {known}") from None


async def _discover(workspace: Workspace, resource: XResource) -> tuple[tuple[str, ...], dict[str, str]]:
    from xregistry_tui.resources.inspector import XInspector

    paths: list[str] = []
    failed: dict[str, str] = {}
    async for found in XInspector(resource).discover():
        if isinstance(found, tuple):
            failed[found[0]] = str(found[1])
        else:
            paths.append(await _register(workspace, resource, found))
    _bind_wanted(workspace, resource.name)
    collections = tuple(await resource.list_collections_or_tables())
    workspace.change_connection(resource.name, collections=collections, failed=MappingProxyType(failed))
    return tuple(paths), failed


async def _register(workspace: Workspace, resource: XResource, shape: Shape) -> str:
    # a wide table takes longer to turn into a model than a loop may be held
    registered = await asyncio.to_thread(workspace.registry.models.register_discovered, shape, resource=resource.name)
    workspace.enriched.bind(Binding(model=registered.path, resource=resource.name, collection=shape.name))
    return registered.path


def _bind_wanted(workspace: Workspace, resource: str) -> None:
    for binding in workspace.wanted:
        if binding.resource == resource and workspace.enriched.live(binding.key) is None:
            workspace.enriched.bind(binding)


ACTIONS = (
    Action(verb="connect", run=connect, permission="connect", subject="target", audited=True, past="connected"),
    Action(verb="discover", run=discover, permission="discover", subject="resource", audited=True, past="discovered"),
    Action(
        verb="disconnect",
        run=disconnect,
        permission="connect",
        subject="resource",
        audited=True,
        past="disconnected",
    ),
)
