"""An SQLite file as a resource."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator, Callable, Hashable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from xregistry_tui.profiling.plan import Budget, Cost, Plan
from xregistry_tui.resources.base import (
    Chosen,
    Page,
    RecordQuery,
    ResourceError,
    ResourceGone,
    ResourceMetadata,
    XResource,
)
from xregistry_tui.resources.sqlite.file import Access, Stamp, look

if TYPE_CHECKING:
    from xregistry_tui.profiling.profile import Profile
    from xregistry_tui.resources.sqlite.connection import Asker
    from xregistry_tui.resources.sqlite.reader import Reader
    from xregistry_tui.schema.shape import Scalar, Shape

T = TypeVar("T")

_MILLISECONDS_A_CELL = 0.001
_READING_SECONDS = Budget().seconds


class SqliteResource(XResource):
    """One SQLite file, read without leaving a trace; `path` is taken as it is, `name` defaults to the file's stem.

    Looks and questions that a person waits for have a reader each: a page of records never waits for a long pass.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        name: str | None = None,
        level: str = "development",
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
    ) -> None:
        self.path = Path(path).expanduser().absolute()
        self._chosen = Chosen.of(include, exclude)
        super().__init__(
            ResourceMetadata(name=name or self.path.stem, kind="sqlite", location=str(self.path), level=level)
        )
        self._looking: Reader | None = None
        self._answering: Reader | None = None
        self._token: tuple[Stamp, Hashable] | None = None
        self._asking: asyncio.Task[Hashable] | None = None
        self._cell_cost = _MILLISECONDS_A_CELL

    async def connect(self) -> None:
        """See `XResource.connect`; an empty file is an empty database, and `metadata` notes it."""
        if self._looking is not None:
            return
        from xregistry_tui.resources.sqlite.reader import Reader

        self._looking = reader = Reader(self.path, self.name)
        try:
            await self._ask(lambda ask: ask.quiet("SELECT count(*) FROM main.sqlite_master"))
        except BaseException:
            await self.close()
            raise
        if reader.connection.stamp is not None and reader.connection.stamp.main[2] == 0:
            self.metadata = replace(self.metadata, options={"note": "empty file: no tables yet"})

    async def close(self) -> None:
        """See `XResource.close`."""
        readers, asking = (self._looking, self._answering), self._asking
        self._looking = self._answering = self._token = self._asking = None
        if asking is not None:
            asking.cancel()
        for reader in readers:
            if reader is not None:
                await reader.close()
        if asking is not None:
            await asyncio.wait([asking])

    async def validate_connection(self) -> bool:
        """See `XResource.validate_connection`."""
        try:
            await self._ask(lambda ask: ask.quiet("SELECT count(*) FROM main.sqlite_master"))
        except ResourceError:
            return False
        return True

    async def list_collections_or_tables(self) -> list[str]:
        """See `XResource.list_collections_or_tables`."""
        from xregistry_tui.resources.sqlite.catalogue import table_names

        return [name for name in await self._ask(table_names) if name in self._chosen]

    async def shape(self, collection: str) -> Shape:
        """See `XResource.shape`."""
        from xregistry_tui.resources.sqlite.shapes import shape

        return await self._ask(lambda ask: shape(ask, collection))

    async def shapes(self, collections: Sequence[str]) -> AsyncIterator[Shape | tuple[str, ResourceError]]:
        """See `XResource.shapes`; those that are quickly found are asked for together."""
        from xregistry_tui.resources.sqlite.shapes import shapes

        left = tuple(collections)
        while left:
            try:
                found: Sequence[Shape | ResourceError] = await self._ask(functools.partial(shapes, names=left))
            except ResourceError as error:
                found = (error,)
            for name, one in zip(left, found, strict=False):
                yield (name, one) if isinstance(one, ResourceError) else one
            left = left[len(found) :]

    async def cost(self, plan: Plan) -> Cost:
        """See `XResource.cost`; the milliseconds follow what the last look at this file cost."""
        from xregistry_tui.resources.sqlite.catalogue import table
        from xregistry_tui.resources.sqlite.sample import catalogue_rows

        rows = await self._ask(lambda ask: catalogue_rows(ask, table(ask, plan.collection)))
        if rows is None:
            return Cost(rows=None, milliseconds=None)
        return Cost(rows=int(rows.value), milliseconds=plan.looked_at(rows.value) * plan.width * self._cell_cost)

    async def profile(self, plan: Plan) -> Profile:
        """See `XResource.profile`."""
        from xregistry_tui.resources.sqlite.profile import profile

        connection = self._connected().connection
        look_once = lambda ask: profile(ask, plan, self.name, blocks_writers=connection.blocks_writers)  # noqa: E731
        found = await self._ask(look_once, plan.budget.seconds)
        if found.n >= 1_000:
            self._cell_cost = found.how.milliseconds / (found.n * plan.width)
        return found

    async def records(self, query: RecordQuery) -> Page:
        """See `XResource.records`."""
        from xregistry_tui.resources.sqlite.records import records

        reader = self._foreground()
        window = lambda ask: records(ask, query, blocks_writers=reader.connection.blocks_writers)  # noqa: E731
        return await reader.ask(window, query.budget.seconds)

    async def exists(self, collection: str, field: str, value: Scalar) -> bool:
        """See `XResource.exists`."""
        from xregistry_tui.resources.sqlite.records import exists

        return await self._foreground().ask(lambda ask: exists(ask, collection, field, value), _READING_SECONDS)

    async def change_token(self, collection: str | None = None) -> Hashable | None:
        """See `XResource.change_token`; of the whole file, asked of SQLite only after the file's stamp changed."""
        self._connected()
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._fresh_token())
        return await asyncio.shield(self._asking)

    async def _fresh_token(self) -> Hashable:
        stamp = await asyncio.to_thread(look, self.path)
        if self._token is not None and stamp.settled and stamp.same_as(self._token[0]):
            return self._token[1]
        token: Hashable = (stamp.main, stamp.wal)
        if stamp.access is Access.JOURNAL:
            connection = self._connected().connection
            version = await self._ask(lambda ask: ask.quiet("PRAGMA data_version")[0][0])
            token = (stamp.main[0], connection.epoch, version)
        self._token = (stamp, token)
        return token

    def _connected(self) -> Reader:
        if self._looking is None:
            raise ResourceGone(f"{self.name} is not connected", "connect it first")
        return self._looking

    def _foreground(self) -> Reader:
        """The reader of what a person waits for, opened at the first such question."""
        self._connected()
        if self._answering is None:
            from xregistry_tui.resources.sqlite.reader import Reader

            self._answering = Reader(self.path, self.name)
        return self._answering

    async def _ask(self, work: Callable[[Asker], T], seconds: float = _READING_SECONDS) -> T:
        """Do `work` in the thread that looks, within the time limit."""
        return await self._connected().ask(work, seconds)
