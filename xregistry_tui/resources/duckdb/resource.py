"""CSV, Parquet and Arrow files and DuckDB databases as a resource."""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from xregistry_tui.profiling.plan import Budget, Cost, Plan
from xregistry_tui.resources.base import (
    Chosen,
    CollectionFailed,
    Page,
    RecordQuery,
    ResourceError,
    ResourceGone,
    ResourceMetadata,
    XResource,
)
from xregistry_tui.resources.duckdb.sources import Source, Target

if TYPE_CHECKING:
    from xregistry_tui.profiling.profile import Profile
    from xregistry_tui.resources.duckdb.connection import Asker
    from xregistry_tui.resources.duckdb.reader import Reader
    from xregistry_tui.resources.duckdb.relation import Relation
    from xregistry_tui.schema.shape import Scalar, Shape

T = TypeVar("T")

_SECONDS = Budget().seconds
_MILLISECONDS_A_CELL = 0.00005
_TELLING = 100_000


class DuckdbResource(XResource):
    """A file, the files of a pattern, or a database; `name` defaults to the file's stem, a pattern's to its folder.

    Each file of a pattern is a collection; with `together` all are one, whose columns are matched by name. Looks and
    questions that a person waits for have a reader each.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        name: str | None = None,
        level: str = "development",
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
        together: bool = False,
    ) -> None:
        self._target = Target(Path(path).expanduser().absolute(), together)
        self._chosen = Chosen.of(include, exclude)
        location = str(self._target.path)
        super().__init__(
            ResourceMetadata(name=name or self._target.name, kind="duckdb", location=location, level=level)
        )
        self._looking: Reader | None = None
        self._answering: Reader | None = None
        self._cell_cost = _MILLISECONDS_A_CELL

    async def connect(self) -> None:
        """See `XResource.connect`; without the extra `files` it says so."""
        if self._looking is not None:
            return
        from xregistry_tui.resources.duckdb.reader import Reader

        self._looking, self._answering = (Reader(self._target, f"{self.name} {role}") for role in ("looks", "records"))
        try:
            await self._looking.start()
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

    async def validate_connection(self) -> bool:
        """See `XResource.validate_connection`."""
        try:
            await self._sources()
        except ResourceError:
            return False
        return True

    async def list_collections_or_tables(self) -> list[str]:
        """See `XResource.list_collections_or_tables`."""
        return [name for name in sorted(await self._sources()) if name in self._chosen]

    async def shape(self, collection: str) -> Shape:
        """See `XResource.shape`."""
        return await self._ask(self._looking, collection, lambda _, relation: relation.shape)

    async def cost(self, plan: Plan) -> Cost:
        """See `XResource.cost`; the milliseconds follow what the last look cost."""
        from xregistry_tui.resources.duckdb.profile import catalogue_rows

        rows = (await self._ask(self._looking, plan.collection, catalogue_rows)).value
        return Cost(rows=int(rows), milliseconds=plan.looked_at(rows) * plan.width * self._cell_cost)

    async def profile(self, plan: Plan) -> Profile:
        """See `XResource.profile`."""
        from xregistry_tui.resources.duckdb.profile import profile

        look = functools.partial(profile, plan=plan, resource=self.name)
        found = await self._ask(self._looking, plan.collection, look, plan.budget.seconds)
        # what a sample costs is mostly what it takes to begin
        if found.n >= _TELLING:
            self._cell_cost = found.how.milliseconds / (found.n * plan.width)
        return found

    async def records(self, query: RecordQuery) -> Page:
        """See `XResource.records`."""
        from xregistry_tui.resources.duckdb.records import records

        window = functools.partial(records, query=query)
        return await self._ask(self._answering, query.collection, window, query.budget.seconds)

    async def exists(self, collection: str, field: str, value: Scalar) -> bool:
        """See `XResource.exists`."""
        from xregistry_tui.resources.duckdb.records import exists

        return await self._ask(self._answering, collection, functools.partial(exists, field=field, value=value))

    async def change_token(self, collection: str | None = None) -> Hashable | None:
        """See `XResource.change_token`: the stamps of the files."""
        tokens = await self.change_tokens()
        return tokens.get(collection) if collection is not None else tuple(tokens.items())

    async def change_tokens(self) -> Mapping[str, Hashable]:
        """See `XResource.change_tokens`; tables of one database change together."""
        found: dict[str, Hashable] = {}
        for name, source in (await self._sources()).items():
            try:
                found[name] = source.stamps
            except ResourceError:
                continue  # it went away after it was listed
        return found

    async def _sources(self) -> Mapping[str, Source]:
        return await self._connected(self._answering).sources()

    async def _ask(
        self,
        reader: Reader | None,
        collection: str,
        work: Callable[[Asker, Relation], T],
        seconds: float = _SECONDS,
    ) -> T:
        """Do `work` on a collection in a reader's thread, within the time limit."""
        if collection not in self._chosen:
            raise CollectionFailed(f"“{collection}” is not among those chosen", "see include and exclude")
        return await self._connected(reader).ask(collection, work, seconds)

    def _connected(self, reader: Reader | None) -> Reader:
        if reader is None:
            raise ResourceGone(f"{self.name} is not connected", "connect it first")
        return reader
