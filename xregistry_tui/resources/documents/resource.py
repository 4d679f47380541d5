"""Files of documents as a resource."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from xregistry_tui.profiling.plan import Budget, Cost, Plan
from xregistry_tui.resources.base import (
    Chosen,
    CollectionFailed,
    Condition,
    Page,
    RecordQuery,
    ResourceError,
    ResourceGone,
    ResourceMetadata,
    XResource,
)
from xregistry_tui.resources.documents.place import STANDARD_INPUT, Place
from xregistry_tui.resources.files import is_pattern, stem
from xregistry_tui.resources.thread import EngineThread, Limit

if TYPE_CHECKING:
    from xregistry_tui.profiling.profile import Profile
    from xregistry_tui.resources.documents.look import Look
    from xregistry_tui.schema.shape import Scalar, Shape

T = TypeVar("T")

LARGE = 8 * 1024 * 1024
"""Bytes of a file that is read in a process of its own."""

_SECONDS = Budget().seconds
_INPUT_SECONDS = 600.0
_MILLISECONDS_A_VALUE = 0.002


class DocumentsResource(XResource):
    """A file of documents, those of a pattern, or standard input (`-`); `name` defaults to the file's stem.

    Each file is a collection, named by its stem; a pattern's resource is named by its folder. Looks and questions that
    a person waits for have a thread each: a page of records never waits for a long pass.
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
        target = Path(path) if str(path) == STANDARD_INPUT else Path(path).expanduser().absolute()
        self._place = Place(target)
        self._chosen = Chosen.of(include, exclude)
        super().__init__(
            ResourceMetadata(name=name or _name(target), kind="documents", location=str(target), level=level)
        )
        self._looking: _Reader | None = None
        self._answering: _Reader | None = None
        self._looks: dict[str, Look] = {}
        self._cell_cost = _MILLISECONDS_A_VALUE

    async def connect(self) -> None:
        """See `XResource.connect`; standard input is read to its end."""
        if self._looking is not None:
            return
        self._looking, self._answering = _Reader(f"documents {self.name}"), _Reader(f"records of {self.name}")
        try:
            if self._place.is_input:
                await self._ask(self._place.take_input, _INPUT_SECONDS)
            await self._ask(lambda _: self._place.check())
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """See `XResource.close`."""
        readers = (self._looking, self._answering)
        self._looking = self._answering = None
        for reader in readers:
            if reader is not None:
                await reader.close()
        self._place.close()
        self._looks.clear()

    async def validate_connection(self) -> bool:
        """See `XResource.validate_connection`."""
        try:
            await self._answer(lambda _: self._place.check())
        except ResourceError:
            return False
        return True

    async def list_collections_or_tables(self) -> list[str]:
        """See `XResource.list_collections_or_tables`."""
        return [name for name in await self._answer(lambda _: self._place.files()) if name in self._chosen]

    async def shape(self, collection: str) -> Shape:
        """See `XResource.shape`; from the first records, and from some of all over a file of lines."""
        return (await self._known(collection)).shape

    async def cost(self, plan: Plan) -> Cost:
        """See `XResource.cost`; the milliseconds follow what the last look at this resource cost."""
        rows = (await self._known(plan.collection)).rows.value
        return Cost(rows=int(rows), milliseconds=plan.looked_at(rows) * plan.width * self._cell_cost)

    async def profile(self, plan: Plan) -> Profile:
        """See `XResource.profile`."""
        reader = self._connected(self._looking)

        def look_once(limit: Limit) -> Profile:
            known = self._look(reader, plan.collection, limit)
            found: Profile = self._read(reader, plan.collection, "profile", (plan, known, self.name), limit)
            return found

        found = await self._ask(look_once, plan.budget.seconds)
        if found.n >= 1_000:
            self._cell_cost = found.how.milliseconds / (found.n * plan.width)
        return found

    async def records(self, query: RecordQuery) -> Page:
        """See `XResource.records`."""
        reader = self._connected(self._answering)

        def window(limit: Limit) -> Page:
            known = self._look(reader, query.collection, limit)
            found: Page = self._read(reader, query.collection, "records", (query, known), limit)
            return found

        return await self._answer(window, query.budget.seconds)

    async def exists(self, collection: str, field: str, value: Scalar) -> bool:
        """See `XResource.exists`; the file is read until a record has it."""
        reader, asked = self._connected(self._answering), Condition(field, "=", value)

        def search(limit: Limit) -> bool:
            known = self._look(reader, collection, limit)
            found: bool = self._read(reader, collection, "exists", (asked, collection, known), limit)
            return found

        return await self._answer(search)

    async def change_token(self, collection: str | None = None) -> Hashable | None:
        """See `XResource.change_token`; that of all files is asked for without a collection."""
        if collection is not None:
            return await self._answer(lambda _: self._place.stamp(collection))
        return tuple(sorted((await self.change_tokens()).items(), key=lambda entry: entry[0]))

    async def change_tokens(self) -> Mapping[str, Hashable]:
        """See `XResource.change_tokens`: the stamps of the files; of one that went away there is none."""
        return await self._answer(lambda _: self._stamps())

    def _stamps(self) -> dict[str, Hashable]:
        found: dict[str, Hashable] = {}
        for name in self._place.files():
            try:
                found[name] = self._place.stamp(name)
            except ResourceError:
                if not is_pattern(self._place.target):
                    raise
        return found

    async def _known(self, collection: str) -> Look:
        reader = self._connected(self._looking)
        return await self._ask(lambda limit: self._look(reader, collection, limit))

    def _look(self, reader: _Reader, collection: str, limit: Limit) -> Look:
        """The first look at a file, taken again after it changed."""
        known = self._looks.get(collection)
        if known is None or known.stamp != self._place.stamp(collection):
            if collection not in self._chosen:
                raise CollectionFailed(f"“{collection}” is not among those chosen", "see include and exclude")
            known = self._looks[collection] = self._read(reader, collection, "look", (collection,), limit)
        return known

    def _read(self, reader: _Reader, collection: str, task: str, arguments: tuple[Any, ...], limit: Limit) -> Any:
        """Do a task on a file: a large one is read in a process of its own, so that the screen goes on."""
        from xregistry_tui.resources.documents.worker import perform

        if self._place.weight(collection) <= LARGE:
            return perform(task, (self._place, *arguments), limit)
        keep = (self._place.descriptor,) if self._place.descriptor is not None else ()
        return reader.worker.ask(task, (self._place, *arguments), limit, keep)

    async def _ask(self, work: Callable[[Limit], T], seconds: float = _SECONDS) -> T:
        return await self._connected(self._looking).run(work, seconds)

    async def _answer(self, work: Callable[[Limit], T], seconds: float = _SECONDS) -> T:
        return await self._connected(self._answering).run(work, seconds)

    def _connected(self, reader: _Reader | None) -> _Reader:
        if reader is None:
            raise ResourceGone(f"{self.name} is not connected", "connect it first")
        return reader


class _Reader:
    """A thread that reads, and the process that it asks where a file is large."""

    def __init__(self, name: str) -> None:
        from xregistry_tui.resources.documents.worker import Worker

        self.name = name
        self.worker = Worker()
        # reading in the thread itself asks its limit between records
        self._thread = EngineThread(name, self.worker.kill)

    async def run(self, work: Callable[[Limit], T], seconds: float) -> T:
        """Do `work` in the thread, within the time limit; what the system refuses is a condition."""
        try:
            return await self._thread.run(work, seconds)
        except asyncio.CancelledError:
            if (task := asyncio.current_task()) is not None and task.cancelling():
                raise
            raise ResourceGone("the file was closed while it was read", "connect it again") from None
        except (OSError, MemoryError) as error:
            raise ResourceGone(f"the file cannot be read: {error}", "check the file") from error

    async def close(self) -> None:
        """Stop what runs and waits, and end the process."""
        await self._thread.close(self.worker.kill)


def _name(target: Path) -> str:
    if str(target) == STANDARD_INPUT:
        return "stdin"
    return target.parent.name or "files" if is_pattern(target) else stem(target)
