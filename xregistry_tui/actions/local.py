"""A session on a workspace of this process."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from xregistry_tui.actions import access, base, snapshots, tree

if TYPE_CHECKING:
    from xregistry_tui.actions.base import Result
    from xregistry_tui.actions.views import (
        BindingView,
        FunctionView,
        ModelView,
        Node,
        Overview,
        ResourceView,
        Right,
        TrailEntry,
        TypeView,
        Work,
    )
    from xregistry_tui.core.changes import Subscription
    from xregistry_tui.core.imported import Imported
    from xregistry_tui.workspace import Workspace


class LocalSession:
    """See `session.Session`. `on_close` runs after the workspace is closed (the demo takes its shop away there)."""

    def __init__(self, workspace: Workspace, role: str, on_close: Callable[[], None] | None = None) -> None:
        self._workspace = workspace
        self._role = role
        self._on_close = on_close

    @property
    def role(self) -> str:
        """Who is asking."""
        return self._role

    async def perform(self, verb: str, /, **arguments: Any) -> Result:
        """Do something, with this session's rights."""
        return await base.perform(self._workspace, self._role, verb, arguments)

    def subscribe(self, wake: Callable[[], None]) -> Subscription:
        """Hear of changes."""
        return self._workspace.changes.subscribe(wake)

    def overview(self) -> Overview:
        """The header line."""
        return snapshots.overview(self._workspace, self._role)

    def children(self, path: str = "") -> tuple[Node, ...]:
        """One level of the tree."""
        return tree.children(self._workspace, self._role, path)

    def model(self, path: str) -> ModelView | None:
        """A model with its bindings' figures."""
        found = self._workspace.registry.models.get_by_namespace(path)
        seen = found is not None and access.visible(self._workspace, self._role, found.path)
        return snapshots.model_view(self._workspace, self._role, found) if found is not None and seen else None

    def function(self, path: str) -> FunctionView | None:
        """A function."""
        found = self._workspace.registry.functions.get_by_namespace(path)
        seen = found is not None and access.visible(self._workspace, self._role, found.path)
        return snapshots.function_view(found) if found is not None and seen else None

    def type(self, path: str) -> TypeView | None:
        """A type."""
        found = self._workspace.registry.types.get_by_namespace(path)
        return snapshots.type_view(self._workspace, found) if found is not None else None

    def resource(self, name: str) -> ResourceView | None:
        """A resource, by its name or its path in the tree."""
        connection = self._workspace.connections.get(name.removeprefix("resources."))
        return snapshots.resource_view(self._workspace, connection) if connection is not None else None

    def bindings(self) -> tuple[BindingView, ...]:
        """Every binding, grouped by resource in the order they were connected, worst first."""
        seen = access.lives(self._workspace, self._role)
        views = [snapshots.binding_view(self._workspace, live) for live in seen]
        order = {name: position for position, name in enumerate(self._workspace.connections)}
        views.sort(key=lambda view: (order.get(view.binding.resource, len(order)), *snapshots.severity(view)))
        return tuple(views)

    def roles(self) -> tuple[str, ...]:
        """Every role that is known."""
        return access.roles(self._workspace, self._role)

    def rights(self, path: str, role: str | None = None) -> tuple[Right, ...]:
        """What a role may do to an item, each with its reason."""
        return access.rights(self._workspace, self._role, path, role)

    def trail(self, limit: int = 200) -> tuple[TrailEntry, ...]:
        """The newest entries of the trail, oldest first."""
        entries = list(self._workspace.trail)[-limit:] if limit > 0 else []
        return tuple(snapshots.trail_entry(entry) for entry in entries)

    def work(self) -> tuple[Work, ...]:
        """What is running now."""
        return snapshots.work(self._workspace)

    def imports(self) -> tuple[Imported, ...]:
        """Where the user's own packages stand."""
        return tuple(self._workspace.imports.values())

    async def settled(self) -> None:
        """Wait until nothing that was started runs, and every binding was looked at once, or failed."""
        await self._workspace.idle()

    async def close(self) -> None:
        """Stop everything this session started."""
        await self._workspace.close()
        if self._on_close is not None:
            self._on_close()
