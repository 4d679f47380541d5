"""Files of documents as a resource."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

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
        self._looking: EngineThread | None = None
        self._answering: EngineThread | None = None
        self._looks: dict[str, Look] = {}
        self._cell_cost = _MILLISECONDS_A_VALUE

    async def connect(self) -> None:
        """See `XResource.connect`; standard input is read to its end."""
        if self._looking is not None:
            return
        self._looking = EngineThread(f"documents {self.name}", _nothing)
        self._answering = EngineThread(f"records of {self.name}", _nothing)
        try:
            if self._place.is_input:
                await self._ask(self._place.take_input, _INPUT_SECONDS)
            await self._ask(lambda _: self._place.check())
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """See `XResource.close`."""
        threads = (self._looking, self._answering)
        self._looking = self._answering = None
        for thread in threads:
            if thread is not None:
                await thread.close(_nothing)
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
        return (await self._ask(lambda limit: self._look(collection, limit))).shape

    async def cost(self, plan: Plan) -> Cost:
        """See `XResource.cost`; the milliseconds follow what the last look at this resource cost."""
        known = await self._ask(lambda limit: self._look(plan.collection, limit))
        rows = known.rows.value
        return Cost(rows=int(rows), milliseconds=plan.looked_at(rows) * plan.width * self._cell_cost)

    async def profile(self, plan: Plan) -> Profile:
        """See `XResource.profile`."""
        from xregistry_tui.resources.documents.profile import profile

        def look_once(limit: Limit) -> Profile:
            return profile(self._place, plan, self._look(plan.collection, limit), limit, self.name)

        found = await self._ask(look_once, plan.budget.seconds)
        if found.n >= 1_000:
            self._cell_cost = found.how.milliseconds / (found.n * plan.width)
        return found

    async def records(self, query: RecordQuery) -> Page:
        """See `XResource.records`."""
        from xregistry_tui.resources.documents.records import records

        def window(limit: Limit) -> Page:
            return records(self._place, query, self._look(query.collection, limit), limit)

        return await self._answer(window, query.budget.seconds)

    async def exists(self, collection: str, field: str, value: Scalar) -> bool:
        """See `XResource.exists`; the file is read until a record has it."""
        from xregistry_tui.resources.documents.records import exists

        asked = Condition(field, "=", value)
        return await self._answer(
            lambda limit: exists(self._place, asked, collection, self._look(collection, limit), limit)
        )

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

    def _look(self, collection: str, limit: Limit) -> Look:
        """The first look at a file, taken again after it changed."""
        from xregistry_tui.resources.documents.look import look

        known = self._looks.get(collection)
        if known is None or known.stamp != self._place.stamp(collection):
            if collection not in self._chosen:
                raise CollectionFailed(f"“{collection}” is not among those chosen", "see include and exclude")
            known = self._looks[collection] = look(self._place, collection, limit)
        return known

    async def _ask(self, work: Callable[[Limit], T], seconds: float = _SECONDS) -> T:
        return await _in(self._looking, self.name, work, seconds)

    async def _answer(self, work: Callable[[Limit], T], seconds: float = _SECONDS) -> T:
        return await _in(self._answering, self.name, work, seconds)


async def _in(thread: EngineThread | None, name: str, work: Callable[[Limit], T], seconds: float) -> T:
    """Do `work` in a thread, within the time limit; what the system refuses is a condition."""
    if thread is None:
        raise ResourceGone(f"{name} is not connected", "connect it first")
    try:
        return await thread.run(work, seconds)
    except asyncio.CancelledError:
        if (task := asyncio.current_task()) is not None and task.cancelling():
            raise
        raise ResourceGone(f"{name} was closed", "connect it again") from None
    except (OSError, MemoryError) as error:
        raise ResourceGone(f"{name} cannot be read: {error}", "check the file") from error


def _name(target: Path) -> str:
    if str(target) == STANDARD_INPUT:
        return "stdin"
    return target.parent.name or "files" if is_pattern(target) else stem(target)


def _nothing() -> None:
    """There is no engine to interrupt: reading asks its limit between records."""
