"""A window of records: read from the start, filtered, cut to size; a record's key is its place in the file, from 0."""

from __future__ import annotations

import heapq
import time
from collections.abc import Generator, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from xregistry_tui.profiling.found import Since
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.profiling.profile import Figure
from xregistry_tui.resources.base import Clipped, CollectionFailed, Page, RecordQuery
from xregistry_tui.resources.documents.comparing import matches, order
from xregistry_tui.resources.documents.look import Look, as_object, opened_stream, reading
from xregistry_tui.resources.documents.place import Place
from xregistry_tui.resources.thread import Limit
from xregistry_tui.schema.canonical import dumps
from xregistry_tui.schema.inference import kind_of
from xregistry_tui.schema.shape import Kind

if TYPE_CHECKING:
    from xregistry_tui.resources.base import Condition
    from xregistry_tui.schema.shape import Scalar

_COUNT_SECONDS = 0.1
_CELL_BYTES = 8

Numbered = tuple[int, dict[str, Any]]

_Passing = Generator[Numbered, None, "tuple[bool, Figure | None]"]
"""Records one by one; at the end whether more follow, and how many match where that is known."""


def records(place: Place, query: RecordQuery, known: Look, limit: Limit) -> Page:
    """The asked-for window; raises `CollectionFailed` for a field or an operator that is not there."""
    since = Since()
    names = query.fields or tuple(field.name for field in known.shape.fields)
    require(known, *names, *(condition.field for condition in query.where), *filter(None, (query.order_by,)))
    with opened_stream(place, query.collection) as stream:
        found = reading(place, query.collection, stream, limit)
        numbered = ((record.index, as_object(record.value)) for record in found.records())
        chosen = _chosen(numbered, query)
        passing = _ordered(chosen, query) if query.order_by is not None else _window(chosen, query)
        rows, more, total = _within_budget(passing, names, query)
    if total is None and not query.where and not query.keys:
        total = known.rows if known.rows.method is Grade.EXACT else None
    return Page(
        columns=names,
        rows=tuple(cells for _, cells in rows),
        keys=tuple((index,) for index, _ in rows),
        offset=query.offset,
        more=more,
        total=total,
        how=since.how(()),
    )


def require(known: Look, *names: str) -> None:
    """Raise `CollectionFailed` where one of the fields is not in the file, as far as it was looked at."""
    for name in names:
        if known.shape.field(name) is None:
            raise CollectionFailed(f"“{known.shape.name}” has no field “{name}”", "discover again")


def _chosen(numbered: Iterable[Numbered], query: RecordQuery) -> Iterator[Numbered]:
    tests = [(condition.field, matches(condition)) for condition in query.where]
    wanted = {key[0] for key in query.keys}
    last = max((index for index in wanted if isinstance(index, int)), default=0)
    for index, record in numbered:
        if query.keys and index not in wanted:
            if index > last:
                return
            continue
        if all(test(record.get(name)) for name, test in tests):
            yield index, record


def _limit(query: RecordQuery) -> int:
    return max(0, min(query.limit, query.budget.rows))


def _window(chosen: Iterator[Numbered], query: RecordQuery) -> _Passing:
    """The window, record by record; how many match where that is quickly counted."""
    last, until = query.offset + _limit(query), float("inf")
    passed = 0
    for one in chosen:
        passed += 1
        if query.offset < passed <= last:
            yield one
        elif passed > query.offset:
            until = min(until, time.monotonic() + _COUNT_SECONDS)
            if time.monotonic() > until:
                return True, None
    return passed > last, Figure(value=passed)


def _ordered(chosen: Iterator[Numbered], query: RecordQuery) -> _Passing:
    """By one field, nulls last either way; only the window and what comes before it is held."""
    name, passed = query.order_by or "", 0

    def counting() -> Iterator[Numbered]:
        nonlocal passed
        for one in chosen:
            passed += 1
            yield one

    def key(one: Numbered) -> tuple[bool, tuple[int, Any]]:
        value = one[1].get(name)
        return (value is None) is not query.descending, order(value)

    pick = heapq.nlargest if query.descending else heapq.nsmallest
    best = pick(max(0, query.offset) + _limit(query), counting(), key=key)
    yield from best[max(0, query.offset) :]
    return passed > max(0, query.offset) + _limit(query), Figure(value=passed)


def _within_budget(
    found: _Passing, names: tuple[str, ...], query: RecordQuery
) -> tuple[list[tuple[int, tuple[Any, ...]]], bool, Figure | None]:
    """(cells with their places, whether more follow, how many match if that is known): no more bytes than allowed."""
    kept: list[tuple[int, tuple[Any, ...]]] = []
    spent = 0
    while True:
        try:
            index, record = next(found)
        except StopIteration as end:
            more, total = end.value
            return kept, more, total
        if spent > query.budget.bytes:
            return kept, True, None
        cells = tuple(cell(record.get(name), query.cell_limit) for name in names)
        kept.append((index, cells))
        spent += sum(map(weight, cells))


def weight(value: Any) -> int:
    """About how many bytes a cell takes."""
    if isinstance(value, Clipped):
        return len(value.head)
    if isinstance(value, dict | list):
        return len(dumps(value))
    return len(value) if isinstance(value, str | bytes) else _CELL_BYTES


def cell(value: Any, limit: int) -> Scalar | Clipped | Any:
    """A value as a page holds it: large ones by their head, objects and arrays by that of their JSON."""
    if isinstance(value, str | bytes):
        kind = Kind.BYTES if isinstance(value, bytes) else Kind.STRING
        return value if len(value) <= limit else Clipped(value[:limit], len(value), kind)
    if isinstance(value, dict | list):
        text = dumps(value)
        return value if len(text) <= limit else Clipped(text[:limit], len(text), kind_of(value))
    return value


def exists(place: Place, condition: Condition, collection: str, known: Look, limit: Limit) -> bool:
    """Whether any record meets the condition."""
    require(known, condition.field)
    test = matches(condition)
    with opened_stream(place, collection) as stream:
        for record in reading(place, collection, stream, limit).records():
            if test(as_object(record.value).get(condition.field)):
                return True
    return False
