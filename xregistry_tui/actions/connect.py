"""Connect a resource, discover what it holds, let it go."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from xregistry_tui.actions.base import Action, ActionError, Result
from xregistry_tui.core.bindings import Binding
from xregistry_tui.core.errors import DefinitionConflict
from xregistry_tui.resources.base import ResourceError
from xregistry_tui.workspace import Connection, ConnectionStatus

if TYPE_CHECKING:
    from xregistry_tui.resources.base import XResource
    from xregistry_tui.schema.shape import Shape
    from xregistry_tui.workspace import Workspace


RETRY_FIRST, RETRY_LONGEST = 1.0, 30.0  # seconds
VERSIONS_NAMED = 20


@dataclass(frozen=True, slots=True)
class Found:
    """What discovery found: the models' paths, why collections failed, and the `counts` that the trail keeps."""

    paths: tuple[str, ...]
    failed: dict[str, str]
    counts: Mapping[str, Any]


async def connect(
    workspace: Workspace,
    target: str,
    name: str | None = None,
    options: Mapping[str, Any] | None = None,
    *,
    namespace: str | None = None,
    only: Collection[str] = (),
    wait: bool = True,
    watch: bool = True,
) -> Result:
    """Open a target read-only, register a model for all it holds, and watch them; the value is the resource's name.

    `options` are those of its kind, `namespace` stands for the resource's name in the paths of its models, `only` are
    the collections that are wanted (all where there are none). Without `wait` the models arrive in the background, one
    by one, once the target is open; without `watch` none of them is looked at.
    """
    resource = _resource_for(workspace, target, name, options or {})
    held = workspace.connections.get(resource.name)
    if held is not None and held.status is not ConnectionStatus.FAILED:
        return Result(resource.name, f"{resource.name} is connected already", resource.name)
    workspace.set_connection(Connection(resource=resource, namespace=namespace, only=frozenset(only), watched=watch))
    try:
        await _open(workspace, resource)
    except ResourceError as error:
        if error.recoverable and not wait:
            workspace.attend(_try_again(workspace, resource))
        raise
    if not wait:
        workspace.spawn(f"discovering {resource.name}", _discover_alone(workspace, resource))
        return Result(resource.name, f"{resource.get_type()} · open", resource.name)
    found = await _discover_as_job(workspace, resource)
    return Result(resource.name, _said(resource, found), resource.name, found.counts)


def _resource_for(workspace: Workspace, target: str, name: str | None, options: Mapping[str, Any]) -> XResource:
    """The resource of a target: the one that is held already, or a new one under a name that is free."""
    from xregistry_tui.resources.factory import ResourceFactory

    resource = ResourceFactory.from_url(target, name=name, **options)
    for candidate in (resource.name, _distinct(resource)):
        held = workspace.connections.get(candidate)
        if held is not None and held.resource.metadata.location == resource.metadata.location:
            return held.resource
        if held is None:
            if candidate != resource.name:
                resource = ResourceFactory.from_url(target, name=candidate, **options)
            resource.ask = workspace.ask
            return resource
    raise ActionError(f"a resource named {resource.name!r} is connected already: give this one a name of its own")


async def _open(workspace: Workspace, resource: XResource) -> None:
    job = workspace.start_job(f"connecting {resource.name}")
    workspace.change_connection(resource.name, status=ConnectionStatus.CONNECTING)
    try:
        await resource.connect()
    except ResourceError as error:
        workspace.change_connection(resource.name, status=ConnectionStatus.FAILED, reason=str(error))
        raise
    finally:
        workspace.end_job(job)
    workspace.enriched.attach(resource)
    workspace.change_connection(resource.name, status=ConnectionStatus.LIVE, reason="")


async def _try_again(workspace: Workspace, resource: XResource) -> None:
    """Open and discover less and less often, until that works, someone else did it, or the resource is let go."""
    pause = RETRY_FIRST
    while _is_failed(workspace, resource):
        await asyncio.sleep(pause)
        pause = min(2 * pause, RETRY_LONGEST)
        if _is_failed(workspace, resource):
            try:
                await _open(workspace, resource)
                await _discover_and_record(workspace, resource)
            except ResourceError as error:  # why not stands in the connection
                if not error.recoverable:
                    return  # a password that is wrong stays wrong: someone has to do something


def _is_failed(workspace: Workspace, resource: XResource) -> bool:
    connection = workspace.connections.get(resource.name)
    return connection is not None and connection.resource is resource and connection.status is ConnectionStatus.FAILED


async def _discover_as_job(workspace: Workspace, resource: XResource) -> Found:
    job = workspace.start_job(f"discovering {resource.name}")
    try:
        return await _discover(workspace, resource)
    finally:
        workspace.end_job(job)


async def _discover_alone(workspace: Workspace, resource: XResource) -> None:
    """Discovery that nobody waits for: what goes wrong is a state of the resource and a line of the trail."""
    try:
        await _discover_and_record(workspace, resource)
    except ResourceError as error:
        if error.recoverable:
            workspace.attend(_try_again(workspace, resource))
        await workspace.record(None, "failed", resource.name, str(error), kept=type(error).__name__)


async def _discover_and_record(workspace: Workspace, resource: XResource) -> None:
    found = await _discover(workspace, resource)
    await workspace.record(None, "discovered", resource.name, _said(resource, found), found.counts)


def _distinct(resource: XResource) -> str:
    """Another name for a resource whose own is taken: stable, since it comes from where the data is."""
    return f"{resource.name}_{hashlib.sha256(resource.metadata.location.encode()).hexdigest()[:6]}"


def _said(resource: XResource, found: Found) -> str:
    models = "1 model" if len(found.paths) == 1 else f"{len(found.paths)} models"
    unread = f", {len(found.failed)} could not be read" if found.failed else ""
    return f"{resource.get_type()} · {models}{unread}"


async def discover(workspace: Workspace, resource: str) -> Result:
    """Look for new collections; the value is (registered paths, {collection: reason} of those that failed).

    What could not be opened before is opened first.
    """
    connection = connected(workspace, resource)
    held = connection.resource
    if connection.status is ConnectionStatus.FAILED:
        await _open(workspace, held)
    found = await _discover_as_job(workspace, held)
    return Result((found.paths, found.failed), _said(held, found), detail=found.counts)


async def disconnect(workspace: Workspace, resource: str) -> Result:
    """Stop watching a resource and close it; its models stay."""
    held = connected(workspace, resource)
    await workspace.enriched.detach(resource)
    await held.resource.close()
    workspace.drop_connection(resource)
    return Result(None, f"{resource} is closed")


def connected(workspace: Workspace, name: str) -> Connection:
    """The connection of that name."""
    try:
        return workspace.connections[name]
    except KeyError:
        known = ", ".join(workspace.connections) or "none"
        raise ActionError(f"no resource is named {name!r}; connected: {known}") from None


async def _discover(workspace: Workspace, resource: XResource) -> Found:
    try:
        return await _register_all(workspace, resource)
    except ResourceError as error:
        workspace.change_connection(resource.name, status=ConnectionStatus.FAILED, reason=str(error))
        raise


async def _register_all(workspace: Workspace, resource: XResource) -> Found:
    only = workspace.connections[resource.name].only
    collections = tuple(await resource.list_collections_or_tables())
    before = {path: model.version for path, model in workspace.registry.models.models.items()}
    paths: list[str] = []
    failed: dict[str, str] = {}
    async for found in resource.shapes([name for name in collections if not only or name in only]):
        if isinstance(found, tuple):
            failed[found[0]] = str(found[1])
            continue
        try:
            path = await _register(workspace, resource, found)
        except DefinitionConflict as error:  # another model has its path: the others come all the same
            failed[found.name] = str(error)
        else:
            paths += [path] if path else []
    await bind_wanted(workspace, resource)
    workspace.change_connection(resource.name, collections=collections, failed=MappingProxyType(failed))
    return Found(tuple(paths), failed, _counts(workspace, before, paths, failed))


def _counts(
    workspace: Workspace, before: Mapping[str, str], paths: Sequence[str], failed: Mapping[str, str]
) -> dict[str, Any]:
    """What discovery changed, as one record of the trail says it however much that was: counts, and new versions."""
    models = workspace.registry.models
    changed = {
        path: models[path].version for path in paths if before.get(path, models[path].version) != models[path].version
    }
    named = dict(list(changed.items())[:VERSIONS_NAMED])
    versions = {"new_versions": len(changed), "versions": named} if changed else {}
    new = sum(path not in before for path in paths)
    return {"models": len(paths), "registered": new, "failed": len(failed), **versions}


async def _register(workspace: Workspace, resource: XResource, shape: Shape) -> str:
    """The path of the model of a collection, which is watched; empty where somebody unregistered it."""
    connection = workspace.connections.get(resource.name)
    namespace = connection.namespace if connection is not None else None
    models = workspace.registry.models
    # a wide table takes longer to turn into a model than a loop may be held
    registered = await asyncio.to_thread(models.register_discovered, shape, resource=resource.name, namespace=namespace)
    if registered.path not in models:
        return ""
    if not workspace.settings.registry.enable_enrichment or (connection is not None and not connection.watched):
        return registered.path
    found = Binding(model=registered.path, resource=resource.name, collection=shape.name)
    workspace.enriched.bind(next((wanted for wanted in _wanted(workspace, resource) if wanted.key == found.key), found))
    return registered.path


def _wanted(workspace: Workspace, resource: XResource) -> Iterator[Binding]:
    """The bindings asked for on this resource whose model is registered, with its path for its name."""
    models = workspace.registry.models
    for binding in workspace.wanted:
        if binding.resource == resource.name and binding.model in models:
            yield replace(binding, model=models[binding.model].path)


async def bind_wanted(workspace: Workspace, resource: XResource) -> None:
    """Make the bindings of the settings whose model and resource are there; one without its model is recorded."""
    if not workspace.settings.registry.enable_enrichment:
        return
    for binding in _wanted(workspace, resource):
        if workspace.enriched.live(binding.key) is None:
            workspace.enriched.bind(binding)
    for binding in workspace.wanted:
        if binding.resource == resource.name and binding.model not in workspace.registry.models:
            await workspace.record(None, "unbound", binding.model, "no model is registered under this name")


def watch_again(workspace: Workspace, path: str) -> None:
    """Watch what a model was discovered in, and what it is bound to by the settings, where that is connected."""
    model = workspace.registry.models.get_by_namespace(path)
    if model is None or not workspace.settings.registry.enable_enrichment:
        return
    for connection in workspace.connections.values():
        name = connection.resource.name
        bindings = {wanted.key: wanted for wanted in _wanted(workspace, connection.resource) if wanted.model == path}
        if model.resource == name and model.collection is not None:
            own = Binding(model=path, resource=name, collection=model.collection)
            bindings.setdefault(own.key, own)
        for binding in bindings.values() if connection.status is ConnectionStatus.LIVE else ():
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
