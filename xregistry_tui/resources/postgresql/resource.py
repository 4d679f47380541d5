"""A PostgreSQL database as a resource."""

from __future__ import annotations

import asyncio
import functools
import importlib
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from xregistry_tui.profiling.plan import Cost, Plan, budget_of
from xregistry_tui.resources.base import (
    Chosen,
    Page,
    RecordQuery,
    ResourceError,
    ResourceGone,
    ResourceMetadata,
    XResource,
)
from xregistry_tui.resources.postgresql.estimate import Speed
from xregistry_tui.resources.postgresql.reaching import reach
from xregistry_tui.resources.postgresql.statistics import Known

if TYPE_CHECKING:
    from xregistry_tui.profiling.profile import Profile
    from xregistry_tui.resources.postgresql.connection import Asker, Session
    from xregistry_tui.resources.postgresql.door import Door
    from xregistry_tui.schema.shape import Scalar, Shape

T = TypeVar("T")

_VALIDATING_SECONDS = 5.0
# several processes would give a table that is read as it lies in no order
_IN_ORDER = _ALONE = "SET LOCAL max_parallel_workers_per_gather = 0;"


class PostgresqlResource(XResource):
    """One database of a PostgreSQL server, read only, by at most two connections.

    `options` are `url` (or `connection_string`) and libpq's parameters. Looks have a connection of their own, so that
    what a person waits for, and whether anything changed, never waits for a long pass. `include` and `exclude` are
    patterns of collections (`sales.*`).
    """

    def __init__(
        self,
        name: str | None = None,
        *,
        level: str = "development",
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
        **options: Any,
    ) -> None:
        self._reach = reach(options)
        super().__init__(
            ResourceMetadata(
                name=name or self._reach.database, kind="postgresql", location=self._reach.location, level=level
            )
        )
        self._budget = budget_of(level)
        self._chosen = Chosen.of(include, exclude)
        self._stated = Known()
        self._speed = Speed()
        self._done: dict[str, float] = {}
        self._door: Door | None = None
        self._looking: Session | None = None
        self._answering: Session | None = None

    async def connect(self) -> None:
        """See `XResource.connect`."""
        # the driver takes a tenth of a second to import, which no loop may be held
        await asyncio.to_thread(importlib.import_module, "xregistry_tui.resources.postgresql.connection")
        if self._door is not None:
            return
        from xregistry_tui.resources.postgresql.connection import Notes, Session
        from xregistry_tui.resources.postgresql.door import Door

        self._door, notes = Door(self._reach, self.name, self.ask), Notes()
        self._looking, self._answering = Session(self._door, notes), Session(self._door, notes)
        try:
            await self._answer(_nothing)
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """See `XResource.close`."""
        sessions, door = (self._looking, self._answering), self._door
        self._looking = self._answering = self._door = None
        await asyncio.gather(*(session.close() for session in sessions if session is not None))
        if door is not None:
            await door.close()

    async def validate_connection(self) -> bool:
        """See `XResource.validate_connection`."""
        try:
            await self._answer(_nothing, _VALIDATING_SECONDS)
        except ResourceError:
            return False
        return True

    async def list_collections_or_tables(self) -> list[str]:
        """See `XResource.list_collections_or_tables`."""
        from xregistry_tui.resources.postgresql.catalogue import catalogue

        found = await self._answer(catalogue)
        return [name for name in found.tables if name in self._chosen]

    async def shape(self, collection: str) -> Shape:
        """See `XResource.shape`."""
        from xregistry_tui.resources.postgresql.shapes import shape

        return await self._answer(lambda ask: shape(ask, collection))

    async def shapes(self, collections: Sequence[str]) -> AsyncIterator[Shape | tuple[str, ResourceError]]:
        """See `XResource.shapes`; many are found in one transaction."""
        from xregistry_tui.resources.postgresql.shapes import shapes

        left = tuple(collections)
        while left:
            found = await self._look(functools.partial(shapes, names=left))
            for one in found:
                yield one
            left = left[len(found) :]

    async def cost(self, plan: Plan) -> Cost:
        """See `XResource.cost`."""
        from xregistry_tui.resources.postgresql.estimate import expected

        return await self._answer(lambda ask: expected(ask, plan, self._speed))

    async def profile(self, plan: Plan) -> Profile:
        """See `XResource.profile`."""
        from xregistry_tui.resources.postgresql.profile import profile

        seconds = plan.budget.within(self._budget).seconds
        try:
            found = await self._connected(self._looking).run(
                lambda ask: profile(ask, plan, self.name, self._stated, self._told(plan.collection)),
                seconds,
                # one process costs the others on the server a sixth of what several cost them
                settings=_ALONE if self.metadata.level == "production" else "",
            )
        finally:
            self._done.pop(plan.collection, None)
        self._speed.note(plan, found)
        return found

    def progress(self, collection: str) -> float | None:
        """See `XResource.progress`; the parts of a look that are done, by what they usually cost."""
        return self._done.get(collection)

    def _told(self, collection: str) -> Callable[[float], None]:
        return functools.partial(self._done.__setitem__, collection)

    async def records(self, query: RecordQuery) -> Page:
        """See `XResource.records`."""
        from xregistry_tui.resources.postgresql.records import records

        bounded = replace(query, budget=query.budget.within(self._budget))
        return await self._answer(lambda ask: records(ask, bounded), bounded.budget.seconds, _IN_ORDER)

    async def exists(self, collection: str, field: str, value: Scalar) -> bool:
        """See `XResource.exists`."""
        from xregistry_tui.resources.postgresql.records import exists

        return await self._answer(lambda ask: exists(ask, collection, field, value))

    async def change_token(self, collection: str | None = None) -> Hashable | None:
        """See `XResource.change_token`."""
        from xregistry_tui.resources.postgresql.changes import whole

        tokens = await self.change_tokens()
        return whole(tokens) if collection is None else tokens.get(collection)

    async def change_tokens(self) -> Mapping[str, Hashable]:
        """See `XResource.change_tokens`; one read of the server's counters tells it of all tables."""
        from xregistry_tui.resources.postgresql.changes import tokens

        return await self._answer(tokens)

    async def _look(self, work: Callable[[Asker], Awaitable[T]], seconds: float | None = None) -> T:
        """Do `work` on the connection of what may take long, within the time limit."""
        return await self._connected(self._looking).run(work, seconds or self._budget.seconds)

    async def _answer(
        self, work: Callable[[Asker], Awaitable[T]], seconds: float | None = None, settings: str = ""
    ) -> T:
        """Do `work` on the connection of what is quickly known, or a person waits for."""
        return await self._connected(self._answering).run(work, seconds or self._budget.seconds, settings=settings)

    def _connected(self, session: Session | None) -> Session:
        if session is None:
            raise ResourceGone(f"{self.name} is not connected", "connect it first")
        return session


async def _nothing(ask: Asker) -> None:
    """That the transaction began is the answer."""
