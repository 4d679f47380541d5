"""The composition root: open, wire, close. It holds what the verbs act on and has no verbs of its own."""

from __future__ import annotations

import asyncio
import datetime
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from xregistry_tui.core.access import Decision, Grants, decide
from xregistry_tui.core.audit import AuditRecord, append
from xregistry_tui.core.models import without_group
from xregistry_tui.enrichment.events import happened
from xregistry_tui.store.base import MemoryStore, Store

if TYPE_CHECKING:
    from xregistry_tui.config import Settings
    from xregistry_tui.core.bindings import Binding
    from xregistry_tui.core.changes import Changes
    from xregistry_tui.enrichment.enriched import EnrichedRegistry
    from xregistry_tui.enrichment.live import Live
    from xregistry_tui.resources.base import XResource
    from xregistry_tui.xregistry import XRegistry

Ask = Callable[[str], Awaitable[str]]
"""Asks a person for a secret without showing what is typed."""

TRAIL = "trail"
TRAIL_KEPT = 1_000


class ConnectionStatus(StrEnum):
    """Where a resource stands."""

    CONNECTING = "connecting"
    LIVE = "live"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A resource that was asked for, what it holds, and what of it could not be read (collection → reason)."""

    resource: XResource
    status: ConnectionStatus = ConnectionStatus.CONNECTING
    reason: str = ""
    collections: tuple[str, ...] = ()
    failed: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Job:
    """Something a verb started that a person may watch and cancel."""

    id: str
    title: str
    since: datetime.datetime
    task: asyncio.Task[Any] | None


class Workspace:
    """One registry with its resources, its live figures, what it remembers and who was told what."""

    def __init__(self, settings: Settings, registry: XRegistry, store: Store) -> None:
        self.settings = settings
        self.registry = registry
        self.store = store
        self.connections: Mapping[str, Connection] = MappingProxyType({})
        self.wanted: tuple[Binding, ...] = ()
        self.ask: Ask | None = None
        self.jobs: tuple[Job, ...] = ()
        self.trail: deque[AuditRecord] = deque(maxlen=TRAIL_KEPT)
        self._jobs_started = 0
        self._unwritten: list[AuditRecord] = []
        self._writing = asyncio.Lock()
        self._background: set[asyncio.Task[None]] = set()
        self._attending: set[asyncio.Task[None]] = set()
        registry.get_enriched().observe(self._observed)

    @property
    def changes(self) -> Changes:
        """Where what changed is said."""
        return self.registry.changes

    @property
    def enriched(self) -> EnrichedRegistry:
        """What live data says about the models."""
        return self.registry.get_enriched()

    @staticmethod
    def now() -> datetime.datetime:
        """The moment, aware UTC."""
        return datetime.datetime.now(datetime.UTC)

    def want(self, bindings: Iterable[Binding]) -> None:
        """Bindings to make as soon as their resource is there."""
        self.wanted = (*self.wanted, *bindings)

    def set_connection(self, connection: Connection) -> None:
        """Replace what is known of a resource."""
        name = connection.resource.name
        self.connections = MappingProxyType({**self.connections, name: connection})
        self.changes.mark(f"resource:{name}", "tree")

    def change_connection(self, name: str, **changed: Any) -> None:
        """Replace parts of what is known of a resource; a resource that is gone meanwhile stays gone."""
        if name in self.connections:
            self.set_connection(replace(self.connections[name], **changed))

    def drop_connection(self, name: str) -> None:
        """Forget a resource."""
        self.connections = MappingProxyType({n: c for n, c in self.connections.items() if n != name})
        self.changes.mark(f"resource:{name}", "tree")

    def start_job(self, title: str, task: asyncio.Task[Any] | None = None) -> Job:
        """Note that a task (default: the current one) does something a person may watch and cancel."""
        self._jobs_started += 1
        job = Job(f"job-{self._jobs_started}", title, self.now(), task or asyncio.current_task())
        self.jobs = (*self.jobs, job)
        self.changes.mark("work")
        return job

    def end_job(self, job: Job) -> None:
        """It is over, however it ended."""
        self.jobs = tuple(running for running in self.jobs if running is not job)
        self.changes.mark("work")

    def spawn(self, title: str, work: Coroutine[Any, Any, None]) -> None:
        """Do something in the background, as a job that ends with the workspace; it handles its own failure."""
        task = asyncio.get_running_loop().create_task(work, name=title)
        job = self.start_job(title, task)
        task.add_done_callback(lambda _: self.end_job(job))

    def attend(self, work: Coroutine[Any, Any, None]) -> None:
        """Wait for something in the background that may never come: no job, and nobody waits for it; ends with us."""
        task = asyncio.get_running_loop().create_task(work)
        self._attending.add(task)
        task.add_done_callback(self._attending.discard)

    async def idle(self) -> None:
        """Wait until no job runs and every binding was looked at once, or failed."""
        current = asyncio.current_task()
        while tasks := [job.task for job in self.jobs if job.task is not None and job.task is not current]:
            await asyncio.wait(tasks)
        await self.enriched.settled()

    def decide(self, role: str | None, permission: str, subject: str) -> Decision:
        """Whether a role may do what needs `permission` on `subject`; `None` is the trusted caller in this process."""
        if role is None:
            return Decision(True, "the caller is trusted")
        model = subject.partition("@")[0]  # what is asked of a binding is asked of its model
        try:
            grants: Grants = self.registry.models[model].metadata.permissions
        except KeyError:
            grants = {}
        return decide(grants, role, permission, model, self.settings.access.superuser_roles)

    async def record(self, who: str | None, verb: str, subject: str, text: str) -> None:
        """Leave a record in the trail: durable when this returns."""
        self._note(who, verb, subject, text)
        await self._write_trail()

    def _note(self, who: str | None, verb: str, subject: str, text: str) -> None:
        tip = self.trail[-1] if self.trail else None
        record = append(tip, at=self.now(), who=who or "system", verb=verb, subject=subject, text=text)
        self.trail.append(record)
        self._unwritten.append(record)
        self.changes.mark("trail")

    async def _write_trail(self) -> None:
        async with self._writing:
            pending, self._unwritten = self._unwritten, []
            await self.store.append(TRAIL, [record.as_json() for record in pending])

    def _observed(self, before: Live, after: Live) -> None:
        """The system's own records: what a look found, written as soon as the loop has a moment."""
        for event in happened(before, after):
            self._note(None, event.verb, without_group(after.binding.model), event.text)
        if self._unwritten:
            task = asyncio.get_running_loop().create_task(self._write_trail())
            self._background.add(task)
            task.add_done_callback(self._background.discard)

    async def close(self) -> None:
        """Cancel what runs, close every resource; closing twice is harmless."""
        current = asyncio.current_task()
        jobs = {job.task for job in self.jobs if job.task is not None}
        running = (jobs | self._attending) - {current}
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await self.enriched.close()
        await asyncio.gather(*self._background)
        await self._write_trail()
        for connection in self.connections.values():
            await connection.resource.close()
        self.connections = MappingProxyType({})
        await self.store.close()


def open_workspace(settings: Settings, registry: XRegistry | None = None, store: Store | None = None) -> Workspace:
    """A workspace on a registry (a new one by default) and a store (in memory by default)."""
    from xregistry_tui.xregistry import XRegistry

    return Workspace(settings, registry or XRegistry(), store or MemoryStore())
