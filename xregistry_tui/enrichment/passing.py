"""Records of a collection in the order of their keys, page by page, before a new version's class."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from xregistry_tui.core.execution import Workers
from xregistry_tui.enrichment.problems import Complaint, complaints
from xregistry_tui.resources.base import Clipped, RecordQuery
from xregistry_tui.schema.json_pointer import escape

if TYPE_CHECKING:
    from pydantic import BaseModel

    from xregistry_tui.profiling.plan import Budget
    from xregistry_tui.resources.base import Page, XResource

PAGE = 5_000
CELL = 1_000_000
KEPT = 100
# so many are judged without giving the loop its turn
_AT_ONCE = 250
# so many seconds longer than the budget may the model's own code take
_GRACE = 2.0

Complains = Callable[[Complaint], Sequence[int]]
"""The places of the demands that a complaint is about."""
Told = Callable[[int], None]


@dataclass(slots=True)
class Against:
    """The records that fail one demand: how many, where some of them are, and what they hold there."""

    failed: int = 0
    keys: list[tuple[Any, ...]] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)


@dataclass(slots=True)
class Judged:
    """Records that were read: how many were judged, fail a demand, or fail something else; `whole`: all there are.

    `clipped` records have a value too large to fetch, and were not judged. `stuck`: the model's own code did not end.
    """

    checked: int = 0
    failed: int = 0
    before: int = 0
    clipped: int = 0
    whole: bool = False
    stuck: bool = False
    by_demand: dict[int, Against] = field(default_factory=dict)
    keys: list[tuple[Any, ...]] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)
    milliseconds: float = 0.0
    size: int = 0

    @property
    def seen(self) -> int:
        """Records that were read."""
        return self.checked + self.clipped

    def add(self, other: Judged) -> None:
        """Take in some more records."""
        for name in ("checked", "failed", "before", "clipped", "size"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.keys += other.keys[: KEPT - len(self.keys)]
        for place, more in other.by_demand.items():
            against = self.by_demand.setdefault(place, Against())
            against.failed += more.failed
            against.keys += more.keys[: KEPT - len(against.keys)]
            against.values += more.values[: KEPT - len(against.values)]


async def judged(
    resource: XResource,
    collection: str,
    model: type[BaseModel],
    about: Complains,
    *,
    budget: Budget,
    told: Told = lambda _: None,
) -> Judged:
    """Read on until there is no more, or the budget is spent; raises `ResourceError`."""
    found = Judged()
    until = time.monotonic() + budget.seconds
    while found.seen < budget.rows and found.size <= budget.bytes and time.monotonic() < until:
        page = await resource.records(next_query(collection, found.seen, budget, until))
        found.queries += page.how.queries
        found.milliseconds += page.how.milliseconds
        for start in range(0, len(page.rows), _AT_ONCE):
            seconds = max(0.0, until - time.monotonic()) + _GRACE
            some = await _beside(partial(_judge, page, start, model, about), seconds)
            if some is None:
                found.stuck = True
                return found
            found.add(some)
        told(found.seen)
        if not page.more or not page.rows:
            found.whole = not page.more
            break
    return found


async def _beside(work: Callable[[], Judged], seconds: float) -> Judged | None:
    """What the work gives, off the loop; `None` where it does not end: its thread does not keep the program alive."""
    future = asyncio.ensure_future(asyncio.wrap_future(_workers().submit(work)))
    try:
        done, _ = await asyncio.wait({future}, timeout=seconds)
    finally:
        future.cancel()
    return future.result() if done else None


@cache
def _workers() -> Workers:
    return Workers(most=2)


def next_query(collection: str, seen: int, budget: Budget, until: float) -> RecordQuery:
    """The next page, within what is left of the budget."""
    left = replace(budget, seconds=max(0.5, until - time.monotonic()), rows=budget.rows - seen)
    return RecordQuery(collection=collection, offset=seen, limit=min(PAGE, left.rows), cell_limit=CELL, budget=left)


def _judge(page: Page, start: int, model: type[BaseModel], about: Complains) -> Judged:
    """Some records of a page, judged."""
    validate, found = model.model_validate, Judged()
    for index, record in _records(page, start):
        found.size += sum(len(value) for value in record.values() if isinstance(value, str | bytes))
        if any(isinstance(value, Clipped) for value in record.values()):
            found.clipped += 1
            continue
        found.checked += 1
        said = _complaints(validate, record)
        if said:
            _note(found, page.keys[index] if index < len(page.keys) else (), record, said, about)
    return found


def _records(page: Page, start: int) -> Iterator[tuple[int, dict[str, Any]]]:
    for index in range(start, min(start + _AT_ONCE, len(page.rows))):
        yield index, page.record(index)


def _complaints(validate: Callable[[Any], Any], record: Mapping[str, Any]) -> list[Complaint]:
    from pydantic import ValidationError

    try:
        validate(record)
    except ValidationError as error:
        return complaints(error.errors(include_url=False), record)
    except Exception as error:  # noqa: BLE001 - a model's own code failed: the record is not valid
        message = f"the model's own check failed: {type(error).__name__}: {error}"
        return [Complaint(pointer="", code="check_failed", message=message)]
    return []


def _note(
    found: Judged, key: tuple[Any, ...], record: Mapping[str, Any], said: Sequence[Complaint], about: Complains
) -> None:
    """Write down what a record fails; one that fails nothing that is asked was invalid before."""
    broken: dict[int, Complaint] = {}
    for complaint in said:
        for place in about(complaint):
            broken.setdefault(place, complaint)
    if not broken:
        found.before += 1
        return
    found.failed += 1
    if len(found.keys) < KEPT and key:
        found.keys.append(key)
    for place, complaint in broken.items():
        against = found.by_demand.setdefault(place, Against())
        against.failed += 1
        if len(against.values) < KEPT:
            against.values.append(_shown(complaint, record))
            if key:
                against.keys.append(key)


def _shown(complaint: Complaint, record: Mapping[str, Any]) -> Any:
    """The value that is complained of, as JSON data; of a record as a whole what is said."""
    from xregistry_tui.schema.canonical import jsonable

    if not complaint.pointer:
        return complaint.message
    top = next((value for name, value in record.items() if complaint.pointer == f"/{escape(name)}"), complaint.value)
    return jsonable(top)
