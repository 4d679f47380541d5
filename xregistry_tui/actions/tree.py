"""One level of the tree as the faces draw it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from xregistry_tui.actions.access import standing, visible
from xregistry_tui.actions.snapshots import binding_view, severity
from xregistry_tui.actions.views import Node, NodeKind
from xregistry_tui.core.bindings import RefreshStatus
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.profiling.profile import Figure
from xregistry_tui.profiling.wording import named
from xregistry_tui.workspace import ConnectionStatus

if TYPE_CHECKING:
    from xregistry_tui.core.models import RegisteredModel
    from xregistry_tui.core.namespace import Child
    from xregistry_tui.enrichment.live import Live
    from xregistry_tui.workspace import Connection, Workspace

GROUPS = ("models", "functions", "types", "resources")
_STATUS = {
    ConnectionStatus.CONNECTING: RefreshStatus.REFRESHING,
    ConnectionStatus.LIVE: RefreshStatus.LIVE,
    ConnectionStatus.FAILED: RefreshStatus.FAILED,
}


def children(workspace: Workspace, role: str, path: str) -> tuple[Node, ...]:
    """The nodes right below a path that a role sees; the root's are the groups."""
    if not path:
        return tuple(_group(workspace, role, name) for name in GROUPS)
    if path == "resources":
        return tuple(_resource(connection) for connection in workspace.connections.values())
    group = path.partition(".")[0]
    if group not in GROUPS:
        return ()
    below = workspace.registry.children(path)
    if role not in workspace.settings.access.superuser_roles:
        below = tuple(one for child in below if (one := _seen(workspace, role, child)) is not None)
    return tuple(_child(workspace, role, child) for child in below)


def _seen(workspace: Workspace, role: str, child: Child) -> Child | None:
    """What a role sees of a step: with the items below it that are for its eyes; `None` where there is nothing."""
    if not child.below:
        return child if visible(workspace, role, child.path) else None
    seen = [path for path in workspace.registry.under(child.path) if visible(workspace, role, path)]
    return replace(child, below=sum(path != child.path for path in seen)) if seen else None


def _group(workspace: Workspace, role: str, name: str) -> Node:
    held: dict[str, Collection[str]] = {
        "models": workspace.registry.models.models,
        "functions": workspace.registry.functions.functions,
        "types": workspace.registry.types.types,
        "resources": workspace.connections,
    }
    count = len(held[name])
    if role not in workspace.settings.access.superuser_roles:
        count = sum(visible(workspace, role, path) for path in held[name])
    return Node(path=name, title=name, kind=NodeKind.GROUP, children=count, count=Figure(value=count))


def _resource(connection: Connection) -> Node:
    metadata = connection.resource.metadata
    return Node(
        path=f"resources.{metadata.name}",
        title=metadata.name,
        kind=NodeKind.RESOURCE,
        status=_STATUS[connection.status],
        note=metadata.kind if connection.status is ConnectionStatus.LIVE else connection.status.value,
    )


def _child(workspace: Workspace, role: str, child: Child) -> Node:
    path, title, below = child.path, named(child.title), child.below
    if below:
        return Node(path=path, title=title, kind=NodeKind.NAMESPACE, children=below, count=Figure(value=below))
    if path.startswith("functions."):
        return Node(path=path, title=title, kind=NodeKind.FUNCTION)
    if path.startswith("types."):
        return Node(path=path, title=title, kind=NodeKind.TYPE)
    return _model(workspace, role, workspace.registry.models[path])


def _model(workspace: Workspace, role: str, model: RegisteredModel) -> Node:
    lives = standing(workspace, role, model.path)
    if not lives:
        note = "" if workspace.enriched.standing(model.path) else "unbound"
        return Node(path=model.path, title=named(model.title), kind=NodeKind.MODEL, note=note)
    worst = lives[0] if len(lives) == 1 else min(lives, key=lambda live: severity(binding_view(workspace, live)))
    return Node(
        path=model.path,
        title=named(model.title),
        kind=NodeKind.MODEL,
        status=worst.state.status,
        count=worst.profile.rows if worst.profile is not None else None,
        failing=_failing(worst),
    )


def _failing(view: Live) -> Figure | None:
    """How many records violate the model: counted, or scaled up from a sample."""
    profile = view.profile
    if profile is None or not profile.failing:
        return None
    if profile.method is Grade.SAMPLE and profile.n:
        scaled = round(profile.failing / profile.n * profile.rows.value)
        return Figure(value=scaled, method=Grade.SAMPLE, approximate=True)
    return Figure(value=profile.failing, method=profile.method)
