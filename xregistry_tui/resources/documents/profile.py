"""One look at one file of documents: a plan becomes figures.

Fields inside of others are named by JSON Pointers. Their counts are of records, as those of top-level fields are; below
an array or a map (`/tags/*`) they are of items.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from xregistry_tui.profiling.found import Found, Since
from xregistry_tui.profiling.plan import Grade, Plan
from xregistry_tui.profiling.profile import FieldProfile, Figure, Profile
from xregistry_tui.resources.base import CollectionFailed
from xregistry_tui.resources.documents.conclusions import field_profile
from xregistry_tui.resources.documents.failing import with_failing
from xregistry_tui.resources.documents.look import Look, as_object, counted, opened_stream, reading
from xregistry_tui.resources.documents.place import Place
from xregistry_tui.resources.documents.reading import Layout, Reading, Record
from xregistry_tui.resources.documents.sampling import at_random
from xregistry_tui.resources.documents.tally import Tally, tally
from xregistry_tui.resources.documents.trouble import Trouble
from xregistry_tui.resources.thread import Limit
from xregistry_tui.schema.shape import FieldShape, pointer, segments

_SETTLED_EVERY = 1_000
_NAMED = 5


@dataclass(slots=True)
class _Pass:
    """What one pass over records gave."""

    tally: Tally
    n: int = 0
    rows: Figure = field(default_factory=lambda: Figure(value=0))
    grade: Grade = Grade.EXACT
    sampling: str = "all records"
    random: bool = True
    trouble: Trouble = field(default_factory=Trouble)


def profile(place: Place, plan: Plan, known: Look, resource: str, limit: Limit) -> Profile:
    """Look once, as planned; raises `CollectionFailed` when a planned field is not in the file."""
    since = Since()
    seen, fields = _Pass(tally((), {}), rows=known.rows, grade=Grade.CATALOGUE), {}
    said = f"the size of the file and its first records ({known.layout})"
    if plan.grade is not Grade.CATALOGUE:
        seen = _looked(place, plan, known, limit)
        fields = with_failing(place, plan, seen.tally, _fields(seen, plan), limit, whole=seen.grade is Grade.EXACT)
        said = "; ".join((seen.sampling, *seen.trouble.words(), *_bounded(seen.tally), *_late(seen.tally)))
    found = Found(rows=seen.rows, n=seen.n, grade=seen.grade, fields=fields, sampling=said, random=seen.random)
    return since.profile(found, plan, resource, ())


def _fields(seen: _Pass, plan: Plan) -> dict[str, FieldProfile]:
    return {
        found.path: field_profile(found, seen.n, seen.rows, seen.grade, plan, random=seen.random)
        for child in seen.tally.children.values()
        for found in child.each()
    }


def _looked(place: Place, plan: Plan, known: Look, limit: Limit) -> _Pass:
    wanted = _wanted(plan, known)
    passed = {field.name for field in known.shape.fields} - {field.name for field in wanted}
    seen = _Pass(tally(wanted, plan.rules, frozenset(passed)))
    with opened_stream(place, plan.collection) as stream:
        found = reading(place, plan.collection, stream, limit)
        seen.trouble = found.trouble
        if plan.grade is Grade.EXACT:
            _add_all(seen, found.records())
            seen.rows = Figure(value=seen.n)
        elif found.layout is Layout.LINES and stream.plain and known.rows.value > plan.sample:
            _add_all(seen, at_random(found, plan.sample))
            _scattered(seen, stream.size, known)
        else:
            _first(seen, found, plan)
    seen.tally.finish()
    return seen


def _wanted(plan: Plan, known: Look) -> tuple[FieldShape, ...]:
    """The planned fields as the file was found to hold them."""
    names = plan.fields or tuple(field.name for field in plan.shape.fields)
    found = {field.name: field for field in known.shape.fields}
    absent = [name for name in names if name not in found]
    if absent:
        raise CollectionFailed(f"“{plan.collection}” has no field “{absent[0]}”", "discover again")
    return tuple(found[name] for name in names)


def _add_all(seen: _Pass, records: Iterator[Record]) -> None:
    root = seen.tally
    for record in records:
        root.add(as_object(record.value))
        seen.n += 1
        if not seen.n % _SETTLED_EVERY:
            root.settle()


def _scattered(seen: _Pass, size: int, known: Look) -> None:
    seen.grade = Grade.SAMPLE
    seen.rows = Figure(value=known.rows.value, method=Grade.SAMPLE, approximate=True)
    seen.sampling = f"lines behind random places of the file: {seen.n:,} records of {size:,} bytes"


def _first(seen: _Pass, found: Reading, plan: Plan) -> None:
    """The first records, within the plan's sample; all of them where the file ends before."""
    records = found.records()
    _add_all(seen, _until(records, plan, found))
    if next(records, None) is None:
        seen.rows = Figure(value=seen.n)
        return
    seen.grade, seen.random = Grade.SAMPLE, False
    estimate = counted(found, seen.n, whole=False)
    seen.rows = Figure(value=estimate.value, method=Grade.SAMPLE, approximate=True)
    seen.sampling = f"the first {seen.n:,} records, not random ({found.layout}{_packed(found)})"


def _packed(found: Reading) -> str:
    return f", packed with {found.stream.packed}" if found.stream.packed else ""


def _until(records: Iterator[Record], plan: Plan, found: Reading) -> Iterator[Record]:
    for count, record in enumerate(records, 1):
        yield record
        if count >= plan.sample or (found.share * found.stream.size > plan.budget.bytes and found.stream.plain):
            return


def _late(root: Tally) -> tuple[str, ...]:
    """Fields that the first look at the file did not see: how often they occur, and what they are called."""
    late = [
        (count, pointer(*(segments(place.path) if place.path else ()), name))
        for place in root.each()
        for name, count in place.late.items()
    ]
    named = ", ".join(f"{path} ({count:,})" for count, path in sorted(late, reverse=True)[:_NAMED])
    more = f" and {len(late) - _NAMED:,} more" if len(late) > _NAMED else ""
    return (f"fields that only some records have, not looked at: {named}{more}",) if late else ()


def _bounded(root: Tally) -> tuple[str, ...]:
    """How good the figures are of fields with more values than are told apart."""
    bounded = [
        (found.path, column) for found in root.each() for column in set(found.columns.values()) if column.bounded
    ]
    if not bounded:
        return ()
    worst = max(column.reservoir.rank_error for _, column in bounded)
    error = max(column.top.error for _, column in bounded)
    said = f"of {len(bounded)} fields with over 10,000 values the distinct are a lower bound"
    drawn = f", quartiles are of 8,192 drawn values (±{worst * 100:.1f} points of rank)" if worst else ""
    return (f"{said}{drawn}, counts of top values are low by up to {error:,}",)
