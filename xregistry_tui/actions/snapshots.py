"""Views made from a workspace: immediate, and never a call to an engine."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from xregistry_tui.actions import access
from xregistry_tui.actions.views import (
    BindingView,
    CallView,
    FunctionView,
    ModelView,
    Overview,
    ParameterView,
    ResourceView,
    TrailEntry,
    TypeView,
    Work,
)
from xregistry_tui.core.bindings import RefreshStatus
from xregistry_tui.core.imported import ImportStatus
from xregistry_tui.core.signatures import looks_secret
from xregistry_tui.profiling.wording import named

if TYPE_CHECKING:
    from xregistry_tui.core.audit import Entry
    from xregistry_tui.core.calls import Call
    from xregistry_tui.core.functions import RegisteredFunction
    from xregistry_tui.core.imported import Imported
    from xregistry_tui.core.models import RegisteredModel
    from xregistry_tui.core.signatures import Parameter
    from xregistry_tui.core.types import RegisteredType
    from xregistry_tui.enrichment.live import Live
    from xregistry_tui.workspace import Connection, Workspace

_WORST_FIRST = (
    RefreshStatus.FAILED,
    RefreshStatus.STALE,
    RefreshStatus.PARTIAL,
    RefreshStatus.WAITING,
    RefreshStatus.REFRESHING,
    RefreshStatus.LIVE,
    RefreshStatus.PAUSED,
)


def overview(workspace: Workspace, role: str) -> Overview:
    """The header line."""
    lives = access.standing(workspace, role)
    return Overview(
        role=role,
        resources=tuple(resource_view(workspace, connection) for connection in workspace.connections.values()),
        statuses=Counter(live.state.status for live in lives),
        failing=sum(1 for live in lives if live.profile is not None and live.profile.failing),
        alarms=sum(1 for live in lives if live.alarms),
        untrusted=next((one.folder for one in workspace.imports.values() if one.folder and _waits(one)), ""),
    )


def _waits(imported: Imported) -> bool:
    return imported.status is ImportStatus.UNTRUSTED


def resource_view(workspace: Workspace, connection: Connection) -> ResourceView:
    """A resource, without a secret."""
    metadata = connection.resource.metadata
    return ResourceView(
        name=metadata.name,
        kind=metadata.kind,
        location=metadata.location,
        level=metadata.level,
        status=connection.status.value,
        reason=connection.reason,
        collections=connection.collections,
        failed=connection.failed,
        spent_ms_per_minute=workspace.enriched.spent(metadata.name),
    )


def binding_view(workspace: Workspace, live: Live) -> BindingView:
    """One binding with its last good figures."""
    return BindingView(
        binding=live.binding,
        title=named(workspace.registry.models[live.binding.model].title),
        state=live.state,
        profile=live.profile,
        assessment=live.assessment,
        alarms=live.alarms,
        trend=live.trend,
        per_minute=live.per_minute,
        spent_ms_per_minute=live.spent_ms_per_minute,
        pinned=live.pinned,
        will_run=live.will_run,
    )


def severity(view: BindingView) -> tuple[int, int, int, str]:
    """Sorts worst first: what failed, what drifts, what violates its model, then by name."""
    failing = view.profile.failing if view.profile is not None else 0
    settled = view.state.status in (RefreshStatus.LIVE, RefreshStatus.REFRESHING)
    rank = _WORST_FIRST.index(RefreshStatus.LIVE if settled else view.state.status)
    return rank, -len(view.alarms), -failing, view.title.casefold()


def model_view(workspace: Workspace, role: str, model: RegisteredModel) -> ModelView:
    """A model with its bindings, where a role may see their figures."""
    metadata = model.metadata
    return ModelView(
        path=model.path,
        title=named(model.title),
        version=model.version,
        source=metadata.source.value,
        shape=model.shape,
        description=metadata.description,
        module=metadata.module,
        tags=tuple(sorted(metadata.tags)),
        bindings=tuple(binding_view(workspace, live) for live in access.lives(workspace, role, model.path)),
        versions=len(workspace.registry.models.version_history[model.path]),
        deprecated=_deprecated(model),
    )


def _deprecated(item: RegisteredModel | RegisteredFunction | RegisteredType) -> str:
    return item.deprecation.text if item.deprecation is not None else ""


def function_view(function: RegisteredFunction) -> FunctionView:
    """A function."""
    metadata = function.metadata
    return FunctionView(
        path=function.path,
        title=metadata.name,
        signature=metadata.signature,
        docstring=metadata.docstring or "",
        module=metadata.module,
        tags=tuple(sorted(metadata.tags)),
        calls=function.call_count,
        failures=function.failures,
        last_called=function.last_called,
        parameters=tuple(_parameter_view(parameter) for parameter in metadata.parameters.values()),
        returns=metadata.return_type,
        history=tuple(_call_view(call) for call in reversed(function.history)),
        deprecated=_deprecated(function),
    )


def _parameter_view(parameter: Parameter) -> ParameterView:
    return ParameterView(
        name=parameter.name,
        kind=parameter.kind,
        type=parameter.type,
        required=not parameter.has_default and not parameter.kind.startswith("var_"),
        default=parameter.default,
        secret=looks_secret(parameter.name),
    )


def _call_view(call: Call) -> CallView:
    return CallView(
        at=call.at,
        who=call.who or "in process",
        outcome=call.outcome,
        milliseconds=call.duration_ms,
        error=call.error or "",
    )


def type_view(workspace: Workspace, registered: RegisteredType) -> TypeView:
    """A registered type with the validators that run whenever it is validated."""
    validators = workspace.registry.types.validators
    own = [held for key in (registered.path, registered.title) for held in validators.get(key, ())]
    metadata = registered.metadata
    return TypeView(
        path=registered.path,
        title=metadata.name,
        category=metadata.category.value,
        base_type=metadata.base_type,
        constraints=metadata.constraints,
        description=metadata.description or "",
        examples=tuple(metadata.examples),
        tags=tuple(sorted(registered.tags)),
        validators=tuple(held.name for held in own),
        deprecated=_deprecated(registered),
    )


def trail_entry(entry: Entry) -> TrailEntry:
    """A line of the trail."""
    return TrailEntry(at=entry.at, who=entry.who, verb=entry.verb, subject=entry.subject, text=entry.text)


def work(workspace: Workspace) -> tuple[Work, ...]:
    """What verbs and refreshes are doing now."""
    jobs = (Work(id=job.id, title=job.title, since=job.since) for job in workspace.jobs)
    looks = (
        Work(
            id=look.key,
            title=named(workspace.registry.models[look.model].title),
            since=look.since,
            detail=f"{look.grade.value} pass",
        )
        for look in workspace.enriched.running()
    )
    return (*jobs, *looks)
