"""Views made from a workspace: immediate, and never a call to an engine."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from xregistry_tui.actions.views import (
    BindingView,
    FunctionView,
    ModelView,
    Overview,
    ResourceView,
    TrailEntry,
    TypeView,
    Work,
)
from xregistry_tui.core.bindings import RefreshStatus
from xregistry_tui.profiling.wording import named

if TYPE_CHECKING:
    from xregistry_tui.core.audit import AuditRecord
    from xregistry_tui.core.functions import RegisteredFunction
    from xregistry_tui.core.models import RegisteredModel
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
    lives = workspace.enriched.lives()
    return Overview(
        role=role,
        resources=tuple(resource_view(workspace, connection) for connection in workspace.connections.values()),
        statuses=Counter(live.state.status for live in lives),
        failing=sum(1 for live in lives if live.profile is not None and live.profile.failing),
        alarms=sum(1 for live in lives if live.alarms),
    )


def resource_view(workspace: Workspace, connection: Connection) -> ResourceView:
    """A resource, without a secret."""
    metadata = connection.resource.metadata
    lives = [live for live in workspace.enriched.lives() if live.binding.resource == metadata.name]
    return ResourceView(
        name=metadata.name,
        kind=metadata.kind,
        location=metadata.location,
        level=metadata.level,
        status=connection.status.value,
        reason=connection.reason,
        collections=connection.collections,
        failed=connection.failed,
        spent_ms_per_minute=sum(live.spent_ms_per_minute for live in lives),
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


def model_view(workspace: Workspace, model: RegisteredModel) -> ModelView:
    """A model with its bindings."""
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
        bindings=tuple(binding_view(workspace, live) for live in workspace.enriched.lives(model.path)),
    )


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
    )


def type_view(registered: RegisteredType) -> TypeView:
    """A registered type."""
    metadata = registered.metadata
    return TypeView(
        path=registered.path,
        title=metadata.name,
        category=metadata.category.value,
        base_type=metadata.base_type,
        constraints=metadata.constraints,
        description=metadata.description or "",
        examples=tuple(metadata.examples),
    )


def trail_entry(record: AuditRecord) -> TrailEntry:
    """A line of the trail."""
    return TrailEntry(at=record.at, who=record.who, verb=record.verb, subject=record.subject, text=record.text)


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
