"""What one look reads, and how it asks: all fields in one group, several pipelines in one pass, each by itself."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from xregistry_tui.profiling.plan import Grade, Plan
from xregistry_tui.resources.base import CollectionFailed
from xregistry_tui.resources.mongodb.catalogue import Entry
from xregistry_tui.resources.mongodb.checks import Check, check
from xregistry_tui.resources.mongodb.connection import aggregate
from xregistry_tui.resources.mongodb.drawing import Drawn
from xregistry_tui.resources.mongodb.kinds import addressable, field
from xregistry_tui.schema.rules import Rule
from xregistry_tui.schema.shape import FieldShape, segments

if TYPE_CHECKING:
    from xregistry_tui.resources.mongodb.connection import Asker

_TOGETHER = 5_000
"""Up to so many records one pass for all fields is quicker than one for each."""

_ROOMY = 30.0
"""Where an operation may take so many seconds, it may have two of the server's cores as well."""

_TOO_MUCH = frozenset({292, 146, 10334})

_Rows = list[dict[str, Any]]
K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Look:
    """What one look reads, and how good its figures are. `paths` are the fields by the path of their figures."""

    ask: Asker
    plan: Plan
    described: Entry
    drawn: Drawn
    paths: Mapping[str, FieldShape]
    grade: Grade

    def value(self, path: str) -> Any:
        """The expression of a field."""
        return field(segments(path))

    def checks(self, path: str, value: Any = "$v") -> dict[Rule, Check]:
        """The rules of a field that a value can be judged by, as expressions of that value."""
        made = {rule: check(rule, value) for rule in self.plan.rules.get(path, ())}
        return {rule: one for rule, one in made.items() if one is not None}

    @property
    def again(self) -> bool:
        """Whether records may be read more than once: a view or a sample would be made anew each time."""
        return self.described.plain and not self.drawn.stages

    @property
    def abreast(self) -> int:
        """How many passes may go on at a time."""
        return 2 if self.ask.seconds >= _ROOMY else 1

    def unique(self, path: str) -> str:
        """The name of a field that the server keeps unique by an index that has its order too; else nothing."""
        kept = (path,) in self.plan.shape.unique and addressable((path,)) and "collation" not in self.described.options
        return path if kept else ""

    def one_by_one(self, n: int) -> bool:
        """Whether fields are quicker read each by itself."""
        return self.again and n > _TOGETHER

    async def rows(self, stages: Sequence[Mapping[str, Any]]) -> _Rows:
        """One pipeline over the records looked at."""
        return await self.ask.documents(aggregate(self.described.name, [*self.drawn.stages, *stages]))

    async def facets(self, parts: Mapping[K, _Rows], prefix: Sequence[Any] | None = None) -> dict[K, _Rows]:
        """Several pipelines over the same records in one pass, by their names."""
        if not parts:
            return {}
        stages = self.drawn.stages if prefix is None else prefix
        numbered = {f"p{index}": stages for index, stages in enumerate(parts.values())}
        (found,) = await self.ask.documents(aggregate(self.described.name, [*stages, {"$facet": numbered}]))
        return dict(zip(parts, found.values(), strict=True))

    async def each(self, parts: Mapping[str, _Rows]) -> dict[str, _Rows]:
        """Several pipelines, a pass over all records for each, without those that the server cannot hold."""
        waiting, found = deque(parts.items()), dict[str, _Rows]()

        async def go_on() -> None:
            while waiting:
                name, stages = waiting.popleft()
                try:
                    found[name] = await self.rows(stages)
                except CollectionFailed as error:
                    if not too_much(error):
                        raise

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self.abreast):
                    group.create_task(go_on())
        except BaseExceptionGroup as failed:
            first = failed.exceptions[0]
            raise first from first.__cause__
        return found


def too_much(error: CollectionFailed) -> bool:
    """Whether a question failed for want of memory alone."""
    return getattr(error.__cause__, "code", None) in _TOO_MUCH
