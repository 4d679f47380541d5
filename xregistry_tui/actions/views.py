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
from xregistry_tui.schema.change import Change, SchemaChange

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
    """A model as shown. `shape` has its fields (true names), `safe_names` true name → Python attribute.

    `versions` counts those in its history; `deprecated` says until when and what to use instead, in words.
    """

    path: str
    title: str
    version: str
    source: str
    shape: Shape
    description: str | None = None
    module: str | None = None
    tags: tuple[str, ...] = ()
    bindings: tuple[BindingView, ...] = ()
    versions: int = 1
    deprecated: str = ""

    @property
    def binding(self) -> BindingView | None:
        """The first binding, the one that the subject's figures come from."""
        return self.bindings[0] if self.bindings else None


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionView:
    """One version of a model. `changes` are those since the version before; `kept` is false once its body went.

    `verdict` is what the model's compatibility mode says of them; `migration` is the script given with it.
    """

    version: str
    at: datetime.datetime
    fingerprint: str
    current: bool
    kept: bool
    mode: str
    verdict: str
    changes: tuple[SchemaChange, ...] = ()
    migration: str | None = None
    applied_at: datetime.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two versions of a model: every change, what the mode says of all of them, and the fields perhaps renamed.

    `change` is what the step weighs in a version number, whatever the mode.
    """

    model: str
    older: str
    newer: str
    mode: str
    verdict: str
    changes: tuple[SchemaChange, ...]
    change: Change = Change.NONE
    renames: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An edited source of a model, judged: the version it would become, or the problems that keep it from one."""

    model: str
    source: str
    version: str
    comparison: Comparison | None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterView:
    """One parameter of a function. `default` is a bounded text, hidden (`…`) where it looks secret."""

    name: str
    kind: str
    type: str
    required: bool
    default: str | None = None
    secret: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CallView:
    """One call of the past: never its arguments or its result."""

    at: datetime.datetime
    who: str
    outcome: str
    milliseconds: float | None = None
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """What one call gave: the result as text in the canonical form, or what went wrong."""

    outcome: str
    milliseconds: float
    result: str = ""
    problems: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionView:
    """A function as shown; `history` is newest first."""

    path: str
    title: str
    signature: str
    docstring: str
    module: str
    tags: tuple[str, ...] = ()
    calls: int = 0
    failures: int = 0
    last_called: datetime.datetime | None = None
    parameters: tuple[ParameterView, ...] = ()
    returns: str | None = None
    history: tuple[CallView, ...] = ()
    deprecated: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeView:
    """A registered type as shown; `validators` are the names of those that run with it."""

    path: str
    title: str
    category: str
    base_type: str
    constraints: Mapping[str, Any]
    description: str
    examples: tuple[Any, ...] = ()
    tags: tuple[str, ...] = ()
    validators: tuple[str, ...] = ()
    deprecated: str = ""


@dataclass(frozen=True, slots=True)
class Use:
    """Where a type is used: a model (its path) and the field, as a JSON Pointer where it is nested."""

    model: str
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A value as a type reads it, in the canonical form; or what it has against it."""

    valid: bool
    value: str = ""
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Right:
    """Whether a role may do something to the subject, and the reason in words."""

    permission: str
    allowed: bool
    reason: str


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
    """The header: who asks, what is connected, how many bindings stand where.

    `untrusted` is the folder whose code waits until somebody trusts it; empty where none does.
    """

    role: str
    resources: tuple[ResourceView, ...] = ()
    statuses: Mapping[RefreshStatus, int] | None = None
    failing: int = 0
    alarms: int = 0
    untrusted: str = ""
