"""One look at one collection: a plan becomes figures, all of them made by the server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from xregistry_tui.profiling.found import Found, Since
from xregistry_tui.profiling.plan import Grade, Plan
from xregistry_tui.profiling.profile import FieldProfile, Figure
from xregistry_tui.resources.base import CollectionFailed
from xregistry_tui.resources.mongodb import bytype, distinct, overview, spread
from xregistry_tui.resources.mongodb.catalogue import Entry, entry, size
from xregistry_tui.resources.mongodb.drawing import Drawn, draw
from xregistry_tui.resources.mongodb.failing import failing
from xregistry_tui.resources.mongodb.findings import known_of, valued
from xregistry_tui.resources.mongodb.looking import Look, too_much
from xregistry_tui.resources.mongodb.overview import Overview
from xregistry_tui.resources.mongodb.questions import Measure, Question, question_of
from xregistry_tui.resources.mongodb.typed import Typed
from xregistry_tui.schema.rules import Pattern, Rule, Unique
from xregistry_tui.schema.shape import FieldShape, pointer

if TYPE_CHECKING:
    from xregistry_tui.profiling.profile import Profile
    from xregistry_tui.resources.mongodb.connection import Asker

MOST_FIELDS = 200
"""So many fields have figures, those of the record before those inside of them."""

_DEEPEST = 4
_COUNTED = 25_000
"""Of so many records every field's values are told apart unasked."""
_ENTRIES = 250_000
"""So many values of one field are told apart at most."""
_ALL_ENTRIES = 1_000_000
_PROBE = 2_000
_BAD_PATTERN = 51111

T = TypeVar("T")
_Rows = list[dict[str, Any]]


async def profile(ask: Asker, plan: Plan, resource: str) -> Profile:
    """Look once, as planned; raises `CollectionFailed` where the collection is gone."""
    since = Since()
    described = await entry(ask, plan.collection)
    look = _catalogue if plan.grade is Grade.CATALOGUE else _figures
    return since.profile(await look(ask, plan, described), plan, resource, ask.queries)


async def _catalogue(ask: Asker, plan: Plan, described: Entry) -> Found:
    known = await size(ask, described)
    rows = Figure(value=known.rows or 0, method=Grade.CATALOGUE, approximate=True, at_least=known.rows is None)
    each = "" if known.each is None else f", {known.each:,.0f} bytes each"
    sampling = f"what the server counts, nothing was read{each}"
    fields = {} if known.rows is None else dict(_kept_unique(plan, rows))
    return Found(rows=rows, n=0, grade=Grade.CATALOGUE, fields=fields, sampling=sampling)


def _kept_unique(plan: Plan, rows: Figure) -> Iterator[tuple[str, FieldProfile]]:
    """The fields whose values an index keeps unique and that records are not without: as many values as records."""
    for one in plan.shape.fields:
        asked = not plan.fields or one.name in plan.fields
        if asked and (one.name,) in plan.shape.unique and one.required and not one.nullable:
            path = pointer(one.name)
            yield path, FieldProfile(name=path, looked_at=0, distinct=rows)


async def _figures(ask: Asker, plan: Plan, described: Entry) -> Found:
    drawn = Drawn((), Figure(value=0), "all records", complete=True)
    if plan.grade is Grade.SAMPLE:
        drawn = await draw(ask, described, plan.sample)
    look = Look(ask, plan, described, drawn, _paths(plan), Grade.EXACT if drawn.complete else Grade.SAMPLE)
    try:
        typed, n = await _typed(look)
    except CollectionFailed as error:
        if getattr(error.__cause__, "code", None) != _BAD_PATTERN:
            raise
        # one that the server cannot read is reported unchecked
        patternless: dict[str, tuple[Rule, ...]] = {
            name: tuple(r for r in rules if not isinstance(r, Pattern)) for name, rules in plan.rules.items()
        }
        look = replace(look, plan=replace(plan, rules=patternless))
        typed, n = await _typed(look)
    if not look.drawn.complete and look.drawn.rows.at_least and n < look.drawn.rows.value:
        look = replace(look, grade=Grade.EXACT, drawn=replace(drawn, rows=Figure(value=n), sampling="all records"))
    rows = Figure(value=n) if look.grade is Grade.EXACT else look.drawn.rows
    look = replace(look, drawn=replace(look.drawn, rows=rows))
    fields = await _fields(look, plan, typed, n)
    random = look.grade is Grade.EXACT or look.drawn.random
    return Found(rows=rows, n=n, grade=look.grade, fields=fields, sampling=look.drawn.sampling, random=random)


def _paths(plan: Plan) -> dict[str, FieldShape]:
    """The fields by path: those of the record, then those inside of them, as many as have figures."""
    wanted = [one for one in plan.shape.fields if not plan.fields or one.name in plan.fields]
    missing = sorted(set(plan.fields) - {one.name for one in wanted})
    if missing:
        raise CollectionFailed(f"“{plan.collection}” has no field “{missing[0]}”", "it was changed: discover again")
    level: list[tuple[tuple[str, ...], FieldShape]] = [((one.name,), one) for one in wanted]
    found: dict[str, FieldShape] = {}
    for _ in range(_DEEPEST):
        found |= {pointer(*names): one for names, one in level}
        level = [((*names, child.name), child) for names, one in level for child in one.fields]
    return dict(list(found.items())[:MOST_FIELDS])


async def _typed(look: Look) -> tuple[dict[str, Typed], int]:
    """By path what is there by type, and how many records were looked at."""
    asked = dict(_overviews(look))
    parts = dict(enumerate(overview.shared(asked, look.abreast if look.again else 1)))
    told = await look.each({str(index): overview.stages(part.values()) for index, part in parts.items()})
    found, n = dict[str, dict[str, dict[str, Any]]](), 0
    for index, rows in told.items():
        for row in rows:
            n = max(n, int(row["n"]))
            read = {path: one.read(row) for path, one in parts[int(index)].items()}
            found |= {path: types for path, types in read.items() if types is not None}
    if not told:
        n = sum(int(row["n"]) for row in await look.rows(overview.stages(())))
    # what no sample had seen is looked at once more, with all that can be asked
    percentile = look.ask.notes.has_percentile
    again = {
        path: bytype.stages(look.value(path), look.checks(path).values(), percentile=percentile)
        for path in look.paths
        if n and path not in found
    }
    found |= {path: {str(row["_id"]): row for row in rows} for path, rows in (await look.facets(again)).items()}
    return {path: Typed(found.get(path, {})) for path in look.paths}, n


def _overviews(look: Look) -> Iterator[tuple[str, Overview]]:
    binary = "collation" not in look.described.options
    for index, (path, shape) in enumerate(look.paths.items()):
        types = overview.expected(shape.kinds)
        if types is not None:
            value = look.value(path)
            checks = tuple(look.checks(path, value).values())
            yield (
                path,
                Overview(
                    place=index,
                    value=value,
                    types=types,
                    checks=checks,
                    binary=binary,
                    percentile=look.ask.notes.has_percentile,
                ),
            )


def _is_asked(plan: Plan, path: str) -> bool:
    """Whether values are told apart: without figures only those that must not repeat."""
    return plan.figures or any(isinstance(rule, Unique) for rule in plan.rules.get(path, ()))


async def _fields(look: Look, plan: Plan, typed: Mapping[str, Typed], n: int) -> dict[str, FieldProfile]:
    made = {path: question_of(look.value(path), typed[path], plan, look.unique(path)) for path in typed}
    asked = {path: one for path, one in made.items() if one is not None and _is_asked(plan, path)}
    values = await _told(look, asked, n)
    wide = {path: one for path, one in asked.items() if path not in values and one.measure is not Measure.LENGTH}
    bins = await _carefully(lambda part: _bins(look, part, n), wide if plan.figures else {})
    found: dict[str, FieldProfile] = {}
    for path in typed:
        seen = known_of(look, path, typed[path])
        if path in values:
            seen = valued(look, seen, asked[path], values[path], typed[path])
        elif path in bins:
            seen = spread.spread_of(seen, asked[path], bins[path])
        rules = [await failing(look, seen, rule, typed[path], values.get(path)) for rule in plan.rules.get(path, ())]
        found[path] = replace(seen, rules=tuple(rules))
    return found


async def _carefully(
    ask: Callable[[Mapping[str, Question]], Awaitable[dict[str, T]]], asked: Mapping[str, Question]
) -> dict[str, T]:
    """What is answered; without what is taken for granted where values of other types came in since they were seen."""
    try:
        return await ask(asked)
    except CollectionFailed as error:
        if too_much(error):
            return {}
        return await ask({path: one.careful for path, one in asked.items()})


async def _bins(look: Look, asked: Mapping[str, Question], n: int) -> dict[str, _Rows]:
    parts = {path: spread.stages(one) for path, one in asked.items()}
    return await (look.each(parts) if look.one_by_one(n) else look.facets(parts))


async def _told(look: Look, asked: Mapping[str, Question], n: int) -> dict[str, dict[str, Any]]:
    """By path what the distinct values of a field are like; not of those with too many for the server to hold."""
    chosen = dict(asked)
    if n > _COUNTED and look.grade is Grade.EXACT:
        chosen = {path: asked[path] for path in await _few(look, asked, n)}
    found = await _carefully(lambda part: _values(look, part, n), chosen)
    return {path: distinct.told(row, asked[path]) for path, row in found.items()}


async def _values(look: Look, asked: Mapping[str, Question], n: int) -> dict[str, dict[str, Any]]:
    if look.one_by_one(n):
        rows = await look.each({path: distinct.alone(one) for path, one in asked.items()})
        return {path: row for path, (row,) in rows.items()}
    parts = {(path, name): stages for path, one in asked.items() for name, stages in distinct.beside(one).items()}
    found: dict[str, dict[str, Any]] = {path: {} for path in asked}
    for (path, name), told in (await look.facets(parts)).items():
        found[path][name] = told
    return found


async def _few(look: Look, asked: Mapping[str, Question], n: int) -> Iterator[str]:
    """The fields whose values are few enough to be told apart, by how many occur once in a part of the records."""
    part = [{"$sample": {"size": _PROBE}}] if look.described.plain else [{"$limit": _PROBE}]
    found = await look.facets({path: distinct.probe(one) for path, one in asked.items()}, part)
    expected = {path: _expected(rows[0], n) if rows else 0 for path, rows in found.items()}
    kept, spent = [], 0
    for path in sorted(expected, key=lambda path: expected[path]):
        spent += expected[path]
        if expected[path] <= _ENTRIES and spent <= _ALL_ENTRIES:
            kept.append(path)
    return iter(kept)


def _expected(row: Mapping[str, Any], n: int) -> int:
    return int(row["distinct"] + row["once"] * n / _PROBE)
