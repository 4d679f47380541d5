"""One level of the tree as the faces draw it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xregistry_tui.actions.access import visible
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
        return tuple(_group(workspace, name) for name in GROUPS)
    if path == "resources":
        return tuple(_resource(connection) for connection in workspace.connections.values())
    group = path.partition(".")[0]
    if group not in GROUPS:
        return ()
    below = workspace.registry.children(path)
    if role not in workspace.settings.access.superuser_roles:
        below = tuple(child for child in below if _is_seen(workspace, role, child))
    return tuple(_child(workspace, child) for child in below)


def _is_seen(workspace: Workspace, role: str, child: Child) -> bool:
    """Whether a role sees an item, or anything below a level."""
    if not child.below:
        return visible(workspace, role, child.path)
    return any(_is_seen(workspace, role, one) for one in workspace.registry.children(child.path))


def _group(workspace: Workspace, name: str) -> Node:
    held = {
        "models": workspace.registry.models.models,
        "functions": workspace.registry.functions.functions,
        "types": workspace.registry.types.types,
        "resources": workspace.connections,
    }[name]
    return Node(path=name, title=name, kind=NodeKind.GROUP, children=len(held), count=Figure(value=len(held)))


def _resource(connection: Connection) -> Node:
    metadata = connection.resource.metadata
    return Node(
        path=f"resources.{metadata.name}",
        title=metadata.name,
        kind=NodeKind.RESOURCE,
        status=_STATUS[connection.status],
        note=metadata.kind if connection.status is ConnectionStatus.LIVE else connection.status.value,
    )


def _child(workspace: Workspace, child: Child) -> Node:
    path, title, below = child.path, named(child.title), child.below
    if below:
        return Node(path=path, title=title, kind=NodeKind.NAMESPACE, children=below, count=Figure(value=below))
    if path.startswith("functions."):
        return Node(path=path, title=title, kind=NodeKind.FUNCTION)
    if path.startswith("types."):
        return Node(path=path, title=title, kind=NodeKind.TYPE)
    return _model(workspace, workspace.registry.models[path])


def _model(workspace: Workspace, model: RegisteredModel) -> Node:
    lives = workspace.enriched.standing(model.path)
    if not lives:
        return Node(path=model.path, title=named(model.title), kind=NodeKind.MODEL, note="unbound")
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
