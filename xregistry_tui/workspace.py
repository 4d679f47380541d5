"""The composition root: open, wire, close. It holds what the verbs act on and has no verbs of its own."""

from __future__ import annotations

import asyncio
import datetime
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from xregistry_tui.config.masking import mask_text
from xregistry_tui.core.audit import Entry
from xregistry_tui.core.models import without_group
from xregistry_tui.enrichment.events import happened
from xregistry_tui.store.base import MemoryStore, Store
from xregistry_tui.store.trail import Trail

if TYPE_CHECKING:
    from xregistry_tui.config import Settings
    from xregistry_tui.config.code import Package
    from xregistry_tui.core.bindings import Binding
    from xregistry_tui.core.changes import Changes
    from xregistry_tui.core.imported import Imported
    from xregistry_tui.enrichment.enriched import EnrichedRegistry
    from xregistry_tui.enrichment.live import Live
    from xregistry_tui.resources.base import XResource
    from xregistry_tui.xregistry import XRegistry

Ask = Callable[[str], Awaitable[str]]
"""Asks a person for a secret without showing what is typed."""

LONGEST_TEXT = 2_000


class ConnectionStatus(StrEnum):
    """Where a resource stands."""

    CONNECTING = "connecting"
    LIVE = "live"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A resource that was asked for, what it holds, and what of it could not be read (collection → reason).

    A `namespace` stands for its name in the paths of its models; `only` are the collections that are wanted, all where
    there are none; those of one that is not `watched` are never looked at.
    """

    resource: XResource
    status: ConnectionStatus = ConnectionStatus.CONNECTING
    reason: str = ""
    namespace: str | None = None
    only: frozenset[str] = frozenset()
    watched: bool = True
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
    """One registry with its resources, its live figures, what it remembers and who was told what.

    `packages` are those of the user's own code that the settings name; `trusting`, that they may all run this time.
    """

    def __init__(self, settings: Settings, registry: XRegistry, store: Store) -> None:
        self.settings = settings
        self.registry = registry
        self.store = store
        self.connections: Mapping[str, Connection] = MappingProxyType({})
        self.resource_grants: Mapping[str, Mapping[str, frozenset[str]]] = MappingProxyType({})
        self.wanted: tuple[Binding, ...] = ()
        self.imports: Mapping[str, Imported] = MappingProxyType({})
        self.packages: tuple[Package, ...] = ()
        self.trusting = False
        self.ask: Ask | None = None
        self.jobs: tuple[Job, ...] = ()
        self.counted: Counter[str] = Counter()
        self._trail = Trail(store, lambda: self.changes.mark("trail"))
        self._jobs_started = 0
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

    def set_import(self, imported: Imported) -> None:
        """Replace what is known of a package of the user's own code."""
        self.imports = MappingProxyType({**self.imports, imported.name: imported})
        self.changes.mark("tree", "imports")

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

    def grant_on_resource(self, name: str, grants: Mapping[str, frozenset[str]]) -> None:
        """Replace who may do what to a resource."""
        self.resource_grants = MappingProxyType({**self.resource_grants, name: MappingProxyType(dict(grants))})
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

    @property
    def trail(self) -> Sequence[Entry]:
        """The newest entries of the trail, oldest first."""
        return self._trail.entries

    @property
    def trail_trouble(self) -> str:
        """Why the trail is not written at present; empty while it is. Its change key is `trail`."""
        return self._trail.trouble

    async def record(
        self,
        who: str | None,
        verb: str,
        subject: str,
        text: str,
        detail: Mapping[str, Any] | None = None,
        *,
        kept: str | None = None,
    ) -> None:
        """Leave a record in the trail: durable when this returns, unless there is `trail_trouble`.

        `kept` is what lasts in place of a text that may quote data.
        """
        self.note(who, verb, subject, text, detail, kept=kept)
        await self._trail.written()

    def note(
        self,
        who: str | None,
        verb: str,
        subject: str,
        text: str,
        detail: Mapping[str, Any] | None = None,
        *,
        kept: str | None = None,
        lasting: bool = True,
    ) -> None:
        """Leave a record that is written with the next one; one that is not `lasting` is for the screen alone."""
        entry = Entry(
            at=self.now(),
            who=who or "system",
            verb=verb,
            subject=_plain(subject),
            text=_plain(text),
            detail=detail or {},
        )
        lasts = entry if kept is None else replace(entry, text=kept)
        self._trail.note(entry, lasts if lasting else None)

    async def fingerprint(self, value: Any) -> str:
        """What a record may carry instead of a value: equal for equal values, and nothing can be read off it."""
        return await self._trail.fingerprint(value)

    def _observed(self, before: Live, after: Live) -> None:
        """What a look found is counted and shown; it may quote records, so it never lasts."""
        if after.profile is not None and after.profile is not before.profile:
            self.counted["refresh"] += 1
        for event in happened(before, after):
            self.note(None, event.verb, without_group(after.binding.model), event.text, lasting=False)

    async def _close_trail(self) -> None:
        """The counts stand at the end of what was recorded; a session that only read leaves nothing."""
        if self.counted and self._trail.used:
            counts, self.counted = dict(sorted(self.counted.items())), Counter()
            self.note(None, "counted", "session", "reads and refreshes of this session", counts)
        await self._trail.close()

    async def close(self) -> None:
        """Cancel what runs, close every resource; closing twice is harmless."""
        current = asyncio.current_task()
        jobs = {job.task for job in self.jobs if job.task is not None}
        running = (jobs | self._attending) - {current}
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await self.enriched.close()
        await self._close_trail()
        for connection in self.connections.values():
            await connection.resource.close()
        self.connections = MappingProxyType({})
        await self.store.close()


def _plain(text: str) -> str:
    """A text without secrets, of a length that a line can bear."""
    text = mask_text(text[: 2 * LONGEST_TEXT])  # cut twice: a secret is whole or behind the second cut
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def open_workspace(settings: Settings, registry: XRegistry | None = None, store: Store | None = None) -> Workspace:
    """A workspace on a registry (a new one by default) and a store (in memory by default)."""
    from xregistry_tui.xregistry import XRegistry, configure

    registry = registry if registry is not None else XRegistry()
    configure(registry, settings)
    return Workspace(settings, registry, store if store is not None else MemoryStore())
