"""A connection that only reads: one short transaction at a time, each within its limit, gone when its owner goes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import asyncpg

from xregistry_tui.resources.base import CollectionFailed, ResourceError, ResourceGone, ResourceSlow
from xregistry_tui.resources.postgresql.door import READING, Door
from xregistry_tui.resources.postgresql.failures import LOST, NETWORK, slow, while_asking

if TYPE_CHECKING:
    from xregistry_tui.resources.postgresql.catalogue import Catalogue

T = TypeVar("T")

_TIDY_SECONDS = 2.0
# the server ends by itself what a client that is gone has asked for
_SERVER_GRACE = 1.0
_PREFETCH = 100
_BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


@dataclass(slots=True)
class Notes:
    """What need not be asked again while the schema stays the same; shared by the connections of a resource."""

    catalogue: Catalogue | None = None


class Asker:
    """Asks within one read-only transaction, and remembers what was asked.

    `version` is the server's as a number (180004), `encoding` what its texts are in, `standby` whether it follows
    another server.
    """

    def __init__(self, connection: asyncpg.Connection, notes: Notes, seconds: float) -> None:
        self.connection = connection
        self.notes = notes
        self.queries: list[str] = []
        self._until = asyncio.get_running_loop().time() + seconds
        settings, version = connection.get_settings(), connection.get_server_version()
        self.version: int = version.major * 10_000 + version.minor
        self.encoding: str = settings.server_encoding
        self.standby: bool = getattr(settings, "in_hot_standby", "off") == "on"

    @property
    def left(self) -> float:
        """Seconds until the limit of the operation."""
        return max(0.0, self._until - asyncio.get_running_loop().time())

    async def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a statement (`$1`, `$2`, …); the statement is kept for display."""
        self.queries.append(sql)
        return await self.quiet(sql, parameters)

    async def quiet(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a statement that nobody needs to see."""
        return [tuple(row) for row in await self.connection.fetch(sql, *parameters)]

    async def stream(self, sql: str, parameters: Sequence[Any] = ()) -> AsyncIterator[tuple[Any, ...]]:
        """The rows of a statement as they come; what is not asked for is not sent."""
        self.queries.append(sql)
        async for row in self.connection.cursor(sql, *parameters, prefetch=_PREFETCH):
            yield tuple(row)

    @asynccontextmanager
    async def apart(self, settings: str = "") -> AsyncIterator[None]:
        """A part of the transaction that may fail without ending it; `settings` are `SET LOCAL …` for this part."""
        await self.connection.execute(f"SAVEPOINT part; {settings}")
        try:
            yield
        except (asyncpg.PostgresError, ResourceError) as error:
            if not isinstance(error, LOST):
                await self._back()
            raise
        else:
            await self._back()

    @asynccontextmanager
    async def within(self, seconds: float) -> AsyncIterator[None]:
        """The same with a tighter limit for each statement; where it ends one, raises `ResourceSlow`."""
        milliseconds = max(1, int(min(seconds, self.left) * 1000))
        try:
            async with self.apart(f"SET LOCAL statement_timeout = {milliseconds}"):
                yield
        except asyncpg.QueryCanceledError as error:
            raise ResourceSlow(f"ended after {seconds:g} s") from error

    async def _back(self) -> None:
        await self.connection.execute("ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part")


class Session:
    """One connection to the server, opened when needed and again when it was lost; one operation at a time."""

    def __init__(self, door: Door, notes: Notes) -> None:
        self._door = door
        self._notes = notes
        self._lock = asyncio.Lock()
        self._open: asyncpg.Connection | None = None
        self._running: asyncio.Task[Any] | None = None
        self._closed = False

    async def run(self, work: Callable[[Asker], Awaitable[T]], seconds: float, *, settings: str = "") -> T:
        """Do `work` when those before it are done, within so many seconds, in one state of the data.

        `settings` are `SET LOCAL …;` statements for its transaction. When the caller is cancelled the server stops
        too, before this returns. Raises `ResourceError`.
        """
        async with self._lock:
            self._running = running = asyncio.create_task(self._operate(work, seconds, settings))
            try:
                return await running
            except asyncio.CancelledError:
                owner = asyncio.current_task()
                if self._closed and owner is not None and not owner.cancelling():
                    raise ResourceGone(f"{self._door.name} was closed while it was read", "connect again") from None
                raise
            finally:
                self._running = None

    async def _operate(self, work: Callable[[Asker], Awaitable[T]], seconds: float, settings: str) -> T:
        connection = await self._begun(self._begin(seconds) + settings)
        try:
            async with asyncio.timeout(seconds) as limit:
                result = await work(Asker(connection, self._notes, seconds))
                await connection.execute("COMMIT")
                return result
        except BaseException as error:
            await self._tidy(connection)
            if isinstance(error, TimeoutError) and limit.expired():
                raise slow(self._door.name, seconds) from error
            raise self._said(error) from error

    def _said(self, error: BaseException) -> BaseException:
        if isinstance(error, (asyncpg.PostgresError, UnicodeError, *NETWORK)):
            error = while_asking(error, self._door.reach, self._door.name)
        if isinstance(error, CollectionFailed):
            # it may have failed because what we know of it is no longer so
            self._notes.catalogue = None
        return error

    def _begin(self, seconds: float) -> str:
        wanted = {"statement_timeout": f"{int((seconds + _SERVER_GRACE) * 1000)}ms"}
        if self._door.pooled:
            wanted |= {name: value for name, value in READING.items() if not name.startswith("default_")}
        return "; ".join((_BEGIN, *(f"SET LOCAL {name} = '{value}'" for name, value in wanted.items()))) + ";"

    async def _begun(self, begin: str) -> asyncpg.Connection:
        """A connection with its transaction begun; one that died while it was idle is replaced, unseen."""
        for attempt in range(2):
            connection, fresh = await self._opened()
            try:
                async with asyncio.timeout(self._door.reach.seconds):
                    await connection.execute(begin)
            except BaseException as error:
                await self._tidy(connection)
                if fresh or attempt or not isinstance(error, (*NETWORK, *LOST)):
                    raise self._said(error) from error
            else:
                return connection
        raise ResourceGone(f"the connection to {self._door.name} was lost twice", "it will be tried again")

    async def _opened(self) -> tuple[asyncpg.Connection, bool]:
        """(the connection, whether it is new)."""
        self._refuse_when_closed()
        if self._open is not None and not self._open.is_closed():
            return self._open, False
        self._open = connection = await self._door.open()
        return connection, True

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise ResourceGone(f"{self._door.name} was closed", "connect again")

    async def _tidy(self, connection: asyncpg.Connection) -> None:
        """End what runs on the server, however often we are cancelled meanwhile; a connection that cannot is left."""
        tidying = asyncio.ensure_future(self._ended(connection))
        while not tidying.done():
            with suppress(asyncio.CancelledError):
                await asyncio.shield(tidying)

    async def _ended(self, connection: asyncpg.Connection) -> None:
        if connection.is_closed():
            return
        try:
            # waits until the server has heard that what ran is cancelled
            await asyncio.wait_for(connection.execute("ROLLBACK"), _TIDY_SECONDS)
        except (asyncpg.PostgresError, TimeoutError, *NETWORK):
            connection.terminate()

    async def close(self) -> None:
        """Stop what runs, and let go of the connection."""
        self._closed = True
        if (running := self._running) is not None:
            running.cancel()
            await asyncio.wait([running])
        connection, self._open = self._open, None
        if connection is None or connection.is_closed():
            return
        try:
            await asyncio.wait_for(connection.close(), _TIDY_SECONDS)
        except (asyncpg.PostgresError, TimeoutError, *NETWORK):
            connection.terminate()
