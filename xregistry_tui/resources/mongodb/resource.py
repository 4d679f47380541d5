"""A MongoDB database as a resource."""

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
from xregistry_tui.resources.mongodb.targets import target

if TYPE_CHECKING:
    from xregistry_tui.profiling.profile import Profile
    from xregistry_tui.resources.mongodb.catalogue import Notes
    from xregistry_tui.resources.mongodb.changes import Watch
    from xregistry_tui.resources.mongodb.connection import Asker, Connection
    from xregistry_tui.schema.shape import Scalar, Shape

T = TypeVar("T")

_VALIDATING_SECONDS = 5.0


class MongodbResource(XResource):
    """One database of a MongoDB server or replica set, read only.

    `options` are `url` (or `connection_string`), `database`, `user`, `password`. `include` and `exclude` are patterns
    of collections (`sales_*`).
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
        self._target = target(options)
        super().__init__(
            ResourceMetadata(
                name=name or self._target.database, kind="mongodb", location=self._target.location, level=level
            )
        )
        self._budget = budget_of(level)
        self._chosen = Chosen.of(include, exclude)
        self._connection: Connection | None = None
        self._notes: Notes | None = None
        self._watch: Watch | None = None
        self._cell_cost: float | None = None

    async def connect(self) -> None:
        """See `XResource.connect`."""
        # the driver takes a third of a second to import, which no loop may be held
        await asyncio.to_thread(importlib.import_module, "xregistry_tui.resources.mongodb.connection")
        if self._connection is not None:
            return
        from xregistry_tui.resources.mongodb.catalogue import Notes
        from xregistry_tui.resources.mongodb.changes import Watch
        from xregistry_tui.resources.mongodb.connection import Connection

        self._connection = connection = Connection(self._target, self.name)
        try:
            said = await connection.open(await self._password())
        except BaseException:
            await self.close()
            raise
        self._notes = Notes(int(said["maxWireVersion"]), "setName" in said or said.get("msg") == "isdbgrid")
        self._watch = Watch(self._notes)

    async def _password(self) -> str | None:
        given = self._target.password
        if given is None and self._target.asks_for_password and self.ask is not None:
            return await self.ask(f"Password of {self._target.user} at {self._target.hosts}: ")
        return given

    async def close(self) -> None:
        """See `XResource.close`."""
        connection, watch = self._connection, self._watch
        self._connection = self._watch = None
        if connection is not None:
            if watch is not None:
                await watch.close(connection)
            await connection.close()

    async def validate_connection(self) -> bool:
        """See `XResource.validate_connection`."""
        try:
            await self._ask(lambda ask: ask.answer({"ping": 1}), _VALIDATING_SECONDS)
        except ResourceError:
            return False
        return True

    async def list_collections_or_tables(self) -> list[str]:
        """See `XResource.list_collections_or_tables`."""
        from xregistry_tui.resources.mongodb.catalogue import entries

        return [name for name in await self._ask(entries) if name in self._chosen]

    async def shape(self, collection: str) -> Shape:
        """See `XResource.shape`."""
        from xregistry_tui.resources.mongodb.shapes import shape

        return await self._ask(lambda ask: shape(ask, collection))

    async def shapes(self, collections: Sequence[str]) -> AsyncIterator[Shape | tuple[str, ResourceError]]:
        """See `XResource.shapes`; those that are quickly found are asked for in one operation."""
        from xregistry_tui.resources.mongodb.shapes import shapes

        left = tuple(collections)
        while left:
            found = await self._ask(functools.partial(shapes, names=left))
            for one in found:
                yield one
            left = left[len(found) :]

    async def cost(self, plan: Plan) -> Cost:
        """See `XResource.cost`; the milliseconds follow what the last look cost."""
        from xregistry_tui.resources.mongodb.catalogue import entry, size

        async def rows(ask: Asker) -> int | None:
            return (await size(ask, await entry(ask, plan.collection))).rows

        found = await self._ask(rows)
        if found is None or self._cell_cost is None:
            return Cost(rows=found, milliseconds=None)
        return Cost(rows=found, milliseconds=plan.looked_at(found) * plan.width * self._cell_cost)

    async def profile(self, plan: Plan) -> Profile:
        """See `XResource.profile`."""
        from xregistry_tui.resources.mongodb.profile import profile

        seconds = plan.budget.within(self._budget).seconds
        found = await self._ask(lambda ask: profile(ask, plan, self.name), seconds)
        if found.n >= 1_000:
            self._cell_cost = found.how.milliseconds / (found.n * plan.width)
        return found

    async def records(self, query: RecordQuery) -> Page:
        """See `XResource.records`."""
        from xregistry_tui.resources.mongodb.records import records

        bounded = replace(query, budget=query.budget.within(self._budget))
        return await self._ask(lambda ask: records(ask, bounded), bounded.budget.seconds)

    async def exists(self, collection: str, field: str, value: Scalar) -> bool:
        """See `XResource.exists`."""
        from xregistry_tui.resources.mongodb.records import exists

        return await self._ask(lambda ask: exists(ask, collection, field, value))

    async def change_token(self, collection: str | None = None) -> Hashable | None:
        """See `XResource.change_token`."""
        found = await self._watched().tokens(self._ask)
        if collection is not None:
            return None if found is None else found.get(collection)
        return self._watched().whole

    async def change_tokens(self) -> Mapping[str, Hashable] | None:
        """See `XResource.change_tokens`; one question tells it of all collections."""
        return await self._watched().tokens(self._ask)

    def _watched(self) -> Watch:
        if self._watch is None:
            raise ResourceGone(f"{self.name} is not connected", "connect it first")
        return self._watch

    async def _ask(self, work: Callable[[Asker], Awaitable[T]], seconds: float | None = None) -> T:
        """Do `work` within the time limit."""
        if self._connection is None or self._notes is None:
            raise ResourceGone(f"{self.name} is not connected", "connect it first")
        return await self._connection.run(work, self._notes, seconds or self._budget.seconds)
