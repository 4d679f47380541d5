"""The one door to a server: every command is looked at, bounded, named after us, and ended with its owner.

Only here is Motor used, and of it only what PyMongo's own asynchronous client has too: `client[database].command(…)`
and `client.close()`. No cursor of the driver's is used: an answer is one batch, and what is left of it is given up.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from bson import json_util
from bson.raw_bson import RawBSONDocument
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import ReadPreference, errors
from pymongo.uri_parser import split_options

from xregistry_tui.resources.base import CollectionFailed, ResourceBroken, ResourceDenied, ResourceError, ResourceGone
from xregistry_tui.resources.mongodb import failures
from xregistry_tui.resources.mongodb.guard import checked
from xregistry_tui.resources.mongodb.targets import CONNECT_SECONDS, Target
from xregistry_tui.resources.mongodb.values import RAW, decoded

if TYPE_CHECKING:
    from xregistry_tui.resources.mongodb.catalogue import Notes

T = TypeVar("T")

NAME = "xreg-tui"
BATCH = 100_000
"""So many documents in one answer, or as many as fit into 16 MB."""

_GRACE = 1.0
_TIDY_SECONDS = 3.0
_BETWEEN_LOOKS = 0.02
_OLDEST_WIRE = 9
_CONNECTIONS = 6
_SHOWN = 20_000


class Asker:
    """Asks within one operation: all its commands carry one comment, share its time, and are remembered."""

    def __init__(self, connection: Connection, notes: Notes, seconds: float) -> None:
        self.connection = connection
        self.notes = notes
        self.queries: list[str] = []
        self.comment = f"{NAME} {secrets.token_hex(6)}"
        self._seconds = seconds
        self._until = time.monotonic() + seconds
        self._sent: set[asyncio.Future[Any]] = set()

    @property
    def left(self) -> float:
        """Seconds until the limit of the operation."""
        return max(0.0, self._until - time.monotonic())

    async def documents(self, command: Mapping[str, Any], *, quiet: bool = False, **how: Any) -> list[dict[str, Any]]:
        """What a command that gives a cursor found, as plain values."""
        return [decoded(raw) for raw in await self.raw(command, quiet=quiet, **how)]

    async def raw(
        self,
        command: Mapping[str, Any],
        *,
        quiet: bool = False,
        database: str | None = None,
        seconds: float | None = None,
    ) -> Sequence[RawBSONDocument]:
        """The same, undecoded; at most one batch of it."""
        if not quiet:
            self.queries.append(shown(command))
        said = await self.answer({**command, "cursor": {"batchSize": BATCH}}, database=database, seconds=seconds)
        cursor = said["cursor"]
        if cursor["id"]:
            # what does not fit into one answer is not asked for
            with suppress(ResourceError):
                kill = {"killCursors": cursor["ns"].split(".", 1)[1], "cursors": [cursor["id"]]}
                await self.answer(kill, database=database)
        found: Sequence[RawBSONDocument] = cursor["firstBatch"]
        return found

    async def answer(
        self,
        command: Mapping[str, Any],
        *,
        database: str | None = None,
        seconds: float | None = None,
        session: bool = False,
    ) -> Mapping[str, Any]:
        """The answer to one command; raises `ResourceError`, `ResourceSlow` at the limit of the operation or a tighter.

        A cursor that outlives an operation belongs to the one `session` in which it was opened.
        """
        limit = self.left if seconds is None else min(seconds, self.left)
        if limit <= 0:
            raise failures.slow(self.connection.name, self._seconds)
        timed = {} if "maxTimeMS" in command or _untimed(command) else {"maxTimeMS": max(1, int(limit * 1000))}
        # a future that is waited for in a shield: a thread cannot be cancelled, what it waits for can
        whose = await self.connection.session() if session else None
        sent = self.connection.send({**command, **timed, "comment": self.comment}, database, whose)
        self._sent.add(sent)
        try:
            answered: Mapping[str, Any] = await asyncio.shield(sent)
        except failures.ERRORS as error:
            said = failures.while_asking(error, self.connection.target, self.connection.name, seconds or self._seconds)
            raise said from error
        self._sent.discard(sent)
        return answered

    async def end(self) -> None:
        """End on the server what still runs of this operation, and wait until it has."""
        until = time.monotonic() + _TIDY_SECONDS
        while (left := {one for one in self._sent if not one.done()}) and time.monotonic() < until:
            await asyncio.wait([asyncio.ensure_future(self.connection.kill(self.comment))], timeout=_TIDY_SECONDS)
            await asyncio.wait(left, timeout=_BETWEEN_LOOKS)
        for one in self._sent:
            one.add_done_callback(_heard)


class Connection:
    """The client of one server or replica set, with what runs by it."""

    def __init__(self, target: Target, name: str) -> None:
        self.target = target
        self.name = name
        self._client: Any = None
        self._session: Any = None
        self._running: set[asyncio.Task[Any]] = set()

    async def open(self, password: str | None) -> Mapping[str, Any]:
        """Connect, and give what the server says of itself; raises `ResourceError`."""
        if password is None and self.target.asks_for_password:
            raise failures.stranger(self.target)
        try:
            # reading the certificates, or the names of an srv target, takes its time
            self._client = await asyncio.to_thread(_client, self.target, password, asyncio.get_running_loop())
        except (*failures.ERRORS, ValueError, TypeError, OSError) as error:
            refused = errors.ConfigurationError(_words(error))
            raise failures.while_asking(refused, self.target, self.name, 0) from error
        return await self._greeted()

    async def _greeted(self) -> Mapping[str, Any]:
        try:
            said = dict(await self.send({"hello": 1, "comment": NAME}, None))
            await self.send(
                {"listCollections": 1, "nameOnly": True, "authorizedCollections": True, "comment": NAME}, None
            )
        except failures.ERRORS as error:
            found = failures.while_asking(error, self.target, self.name, CONNECT_SECONDS)
            # what no collection of the database allows is no matter of one
            raise (
                ResourceDenied(found.reason, found.hint) if isinstance(found, CollectionFailed) else found
            ) from error
        if said.get("maxWireVersion", 0) < _OLDEST_WIRE:
            raise ResourceBroken(f"{self.name} is older than MongoDB 4.4", "use a newer server")
        return said

    async def session(self) -> Any:
        """The session of what goes on from one operation to the next."""
        if self._session is None:
            self._session = await self._client.start_session()
        return self._session

    def send(self, command: Mapping[str, Any], database: str | None, session: Any = None) -> asyncio.Future[Any]:
        """Send one command, once it was looked at: nothing else sends any."""
        if self._client is None:
            raise ResourceGone(f"{self.name} is not connected", "connect it first")
        where = self._client[database or self.target.database]
        safe = dict(checked(command))
        how = {"read_preference": ReadPreference.SECONDARY_PREFERRED, "codec_options": RAW, "session": session}
        sent: asyncio.Future[Any] = asyncio.ensure_future(where.command(safe, **how))
        return sent

    async def kill(self, comment: str) -> None:
        """End the operations of this comment, wherever we read."""
        ours = {"command.comment": comment}, {"cursor.originatingCommand.comment": comment}
        stages = [{"$currentOp": {"allUsers": False}}, {"$match": {"$or": [*ours]}}, {"$project": {"opid": 1}}]
        command = {"aggregate": 1, "pipeline": stages, "cursor": {}, "comment": f"{NAME} ending"}
        with suppress(*failures.ERRORS, ResourceError):
            for one in (await self.send(command, "admin"))["cursor"]["firstBatch"]:
                await self.send({"killOp": 1, "op": one["opid"], "comment": f"{NAME} ending"}, "admin")

    async def run(self, work: Callable[[Asker], Awaitable[T]], notes: Notes, seconds: float) -> T:
        """Do `work` within so many seconds; when its owner is cancelled the server stops too, before this returns."""
        asker = Asker(self, notes, seconds)
        running = asyncio.ensure_future(self._within(work, asker, seconds))
        self._running.add(running)
        try:
            return await running
        except asyncio.CancelledError:
            owner = asyncio.current_task()
            if self._client is None and owner is not None and not owner.cancelling():
                raise ResourceGone(f"{self.name} was closed while it was read", "connect again") from None
            raise
        finally:
            self._running.discard(running)

    async def _within(self, work: Callable[[Asker], Awaitable[T]], asker: Asker, seconds: float) -> T:
        try:
            async with asyncio.timeout(seconds + _GRACE) as limit:
                return await work(asker)
        except BaseException as error:
            await _to_the_end(asker.end())
            if isinstance(error, TimeoutError) and limit.expired():
                raise failures.slow(self.name, seconds) from error
            raise

    async def close(self) -> None:
        """Stop what runs, and let go."""
        running = [task for task in self._running if not task.done()]
        client = self._client
        for task in running:
            task.cancel()
        if running:
            # what runs is ended by a command, so the client is let go of after it
            closing = asyncio.ensure_future(asyncio.wait(running))
            await asyncio.sleep(0)
            await _to_the_end(closing)
        self._client = self._session = None
        if client is not None:
            client.close()


def _client(target: Target, password: str | None, loop: asyncio.AbstractEventLoop) -> Any:
    if target.query:
        # the driver itself would pass over what it does not know
        split_options(target.query, validate=True, warn=False)
    given: dict[str, Any] = {}
    if target.user is not None:
        given |= {"username": target.user, "password": password or ""}
        if target.option("authMechanism") and password is None:
            del given["password"]
    defaults = {"serverSelectionTimeoutMS": 5_000, "connectTimeoutMS": 5_000, "maxPoolSize": _CONNECTIONS}
    given |= {name: value for name, value in defaults.items() if target.option(name) is None}
    return AsyncIOMotorClient(target.url, appname=NAME, server_selector=_always_the_same, io_loop=loop, **given)


def _always_the_same(servers: list[Any]) -> list[Any]:
    """One of those that would do, always the same: there is killed what was sent there."""
    return sorted(servers, key=lambda server: server.address)[:1]


async def _to_the_end(work: Awaitable[Any]) -> None:
    """Wait for it, however often we are cancelled meanwhile."""
    ending = asyncio.ensure_future(work)
    while not ending.done():
        with suppress(asyncio.CancelledError):
            await asyncio.shield(ending)


def _heard(sent: asyncio.Future[Any]) -> None:
    """Nobody waits for it any more: that it failed is no news."""
    if not sent.cancelled():
        sent.exception()


def _untimed(command: Mapping[str, Any]) -> bool:
    return next(iter(command)) in ("killCursors", "killOp")


def _words(error: BaseException) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def shown(command: Mapping[str, Any]) -> str:
    """A command as a person may send it herself."""
    text = json_util.dumps(command, json_options=json_util.RELAXED_JSON_OPTIONS)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def aggregate(collection: str | int, stages: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """A pipeline as a command; nothing of it is put onto a disk of the server's."""
    return {"aggregate": collection, "pipeline": list(stages), "allowDiskUse": False}
