"""What faces read: snapshots of the workspace as frozen values, made anew when their key is dirty.

Change keys: `tree` (any node came, went or changed its glyph or count), `model:<path>`, `binding:<key>`,
`resource:<name>`, `trail`, `work`. Paths are registry paths without the prefix, e.g. `models.shop.orders`.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from xregistry_tui.core.bindings import Binding, RefreshState, RefreshStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xregistry_tui.profiling.drift import Alarm
    from xregistry_tui.profiling.profile import Figure, Profile
    from xregistry_tui.profiling.quality import Assessment
    from xregistry_tui.schema.shape import Shape


class NodeKind(StrEnum):
    """What a line of the tree stands for."""

    GROUP = "group"
    NAMESPACE = "namespace"
    MODEL = "model"
    FUNCTION = "function"
    TYPE = "type"
    RESOURCE = "resource"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One line of the tree. `title` is the true name, written to be read.

    `children` counts the level below (0: a leaf); `count` is the rows of a model or the items of a group; `note` is a
    short dim word (`sqlite`, `unbound`, `static`); `failing` counts live records seen to violate the model.
    """

    path: str
    title: str
    kind: NodeKind
    children: int = 0
    count: Figure | None = None
    status: RefreshStatus | None = None
    note: str = ""
    failing: Figure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceView:
    """A resource as shown: no secret. `status` is one of live, connecting, failed, closed; `reason` says why."""

    name: str
    kind: str
    location: str
    level: str
    status: str
    reason: str = ""
    collections: tuple[str, ...] = ()
    failed: Mapping[str, str] | None = None
    latency_ms: float | None = None
    spent_ms_per_minute: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BindingView:
    """One binding with the last good figures. `trend` is rows at moments, oldest first; rates are per minute."""

    binding: Binding
    title: str
    state: RefreshState
    profile: Profile | None = None
    assessment: Assessment | None = None
    alarms: tuple[Alarm, ...] = ()
    trend: tuple[tuple[datetime.datetime, float], ...] = ()
    per_minute: float | None = None
    spent_ms_per_minute: float = 0.0
    pinned: bool = False
    will_run: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelView:
    """A model as shown. `shape` has its fields (true names), `safe_names` true name → Python attribute."""

    path: str
    title: str
    version: str
    source: str
    shape: Shape
    description: str | None = None
    module: str | None = None
    tags: tuple[str, ...] = ()
    bindings: tuple[BindingView, ...] = ()

    @property
    def binding(self) -> BindingView | None:
        """The first binding, the one that the subject's figures come from."""
        return self.bindings[0] if self.bindings else None


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionView:
    """A function as shown."""

    path: str
    title: str
    signature: str
    docstring: str
    module: str
    tags: tuple[str, ...] = ()
    calls: int = 0
    failures: int = 0
    last_called: datetime.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeView:
    """A registered type as shown."""

    path: str
    title: str
    category: str
    base_type: str
    constraints: Mapping[str, Any]
    description: str
    examples: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailEntry:
    """One line of the trail: what was decided or done, by whom."""

    at: datetime.datetime
    who: str
    verb: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Something that is running. `progress` is 0–1 where known; `x` cancels it when `cancellable`."""

    id: str
    title: str
    since: datetime.datetime
    detail: str = ""
    progress: float | None = None
    cancellable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The header: who asks, what is connected, how many bindings stand where."""

    role: str
    resources: tuple[ResourceView, ...] = ()
    statuses: Mapping[RefreshStatus, int] | None = None
    failing: int = 0
    alarms: int = 0
