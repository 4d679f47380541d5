"""One look at one collection: a plan becomes figures, all of them made by the server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from xregistry_tui.profiling.found import Found, Since
from xregistry_tui.profiling.plan import Grade, Plan
from xregistry_tui.profiling.profile import FieldProfile, Figure
from xregistry_tui.resources.base import CollectionFailed
from xregistry_tui.resources.mongodb import figures
from xregistry_tui.resources.mongodb.catalogue import Entry, entry, size
from xregistry_tui.resources.mongodb.checks import Check, check
from xregistry_tui.resources.mongodb.connection import aggregate
from xregistry_tui.resources.mongodb.drawing import Drawn, draw
from xregistry_tui.resources.mongodb.failing import failing
from xregistry_tui.resources.mongodb.figures import Question
from xregistry_tui.resources.mongodb.findings import Typed, known_of, question_of, spread_of, told, valued
from xregistry_tui.resources.mongodb.kinds import field, segments
from xregistry_tui.schema.rules import Pattern, Rule
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
_TOO_MUCH = frozenset({292, 146})

_Rows = list[dict[str, Any]]


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

    def checks(self, path: str) -> dict[Rule, Check]:
        """The rules of a field that a value can be judged by."""
        made = {rule: check(rule, "$v") for rule in self.plan.rules.get(path, ())}
        return {rule: one for rule, one in made.items() if one is not None}

    async def facets(
        self, parts: Mapping[str, list[dict[str, Any]]], prefix: Sequence[Any] | None = None
    ) -> dict[str, _Rows]:
        """Several pipelines over the same records, by their names."""
        if not parts:
            return {}
        stages = self.drawn.stages if prefix is None else prefix
        numbered = {f"p{index}": stages for index, stages in enumerate(parts.values())}
        command = aggregate(self.described.name, [*stages, figures.facets(numbered)])
        (found,) = await self.ask.documents(command)
        return dict(zip(parts, found.values(), strict=True))


async def profile(ask: Asker, plan: Plan, resource: str) -> Profile:
    """Look once, as planned; raises `CollectionFailed` where the collection is gone."""
    since = Since()
    described = await entry(ask, plan.collection)
    look = _catalogue if plan.grade is Grade.CATALOGUE else _figures
    return since.profile(await look(ask, plan, described), plan, resource, ask.queries)


async def _catalogue(ask: Asker, plan: Plan, described: Entry) -> Found:
    known = (await size(ask, described)).rows
    rows = Figure(value=known or 0, method=Grade.CATALOGUE, approximate=True, at_least=known is None)
    sampling = "what the server counts, nothing was read"
    return Found(rows=rows, n=0, grade=Grade.CATALOGUE, fields={}, sampling=sampling)


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
    percentile = look.ask.notes.has_percentile
    expected = {path: figures.Expected.of(one.kinds) for path, one in look.paths.items()}
    parts = {
        path: figures.overview(look.value(path), one, look.checks(path).values(), percentile=percentile)
        for path, one in expected.items()
    }
    # a record without a field is there too: so a collection without fields still has records
    found = await look.facets({**parts, "\0": [{"$count": "n"}]})
    counted = found.pop("\0")
    n = int(counted[0]["n"]) if counted else 0
    # what no sample had seen is looked at once more, with all that can be asked
    found |= await look.facets(
        {
            path: figures.overview(
                look.value(path), figures.EVERYTHING, look.checks(path).values(), percentile=percentile
            )
            for path, rows in found.items()
            if expected[path].surprised(row["_id"] for row in rows)
        }
    )
    return {path: Typed({str(row["_id"]): row for row in rows}) for path, rows in found.items()}, n


async def _fields(look: Look, plan: Plan, typed: Mapping[str, Typed], n: int) -> dict[str, FieldProfile]:
    asked = {path: one for path in typed if (one := question_of(look.value(path), typed[path], plan)) is not None}
    values = await _told(look, asked, n)
    spreads = {p: q for p, q in asked.items() if p not in values and q.measure is not figures.Measure.LENGTH}
    bins = await look.facets({path: figures.spread(one) for path, one in spreads.items()})
    found: dict[str, FieldProfile] = {}
    for path in typed:
        seen = known_of(look, path, typed[path], n)
        if path in values:
            seen = valued(look, seen, asked[path], values[path], typed[path])
        elif path in bins:
            seen = spread_of(seen, asked[path], bins[path], typed[path])
        rules = [await failing(look, seen, rule, typed[path], values.get(path)) for rule in plan.rules.get(path, ())]
        found[path] = replace(seen, rules=tuple(rules))
    return found


async def _told(look: Look, asked: Mapping[str, Question], n: int) -> dict[str, dict[str, Any]]:
    """By path what the distinct values of a field are like; not of those with too many for the server to hold."""
    chosen = dict(asked)
    if n > _COUNTED and look.grade is Grade.EXACT:
        chosen = {path: asked[path] for path in await _few(look, asked, n)}
    try:
        found = await look.facets(_distinct(look, chosen))
    except CollectionFailed as error:
        if getattr(error.__cause__, "code", None) not in _TOO_MUCH:
            raise
        return {}
    return {path: told(rows, asked[path]) for path, rows in found.items()}


def _distinct(look: Look, asked: Mapping[str, Question]) -> dict[str, list[dict[str, Any]]]:
    has_top = look.ask.notes.has_top
    return {path: figures.distinct(one, has_top=has_top) for path, one in asked.items()}


async def _few(look: Look, asked: Mapping[str, Question], n: int) -> Iterator[str]:
    """The fields whose values are few enough to be told apart, by how many occur once in a part of the records."""
    probe = [{"$sample": {"size": _PROBE}}] if look.described.plain else [{"$limit": _PROBE}]
    found = await look.facets(_distinct(look, asked), probe)
    expected = {path: _expected(told(rows, asked[path]), n) for path, rows in found.items()}
    kept, spent = [], 0
    for path in sorted(expected, key=lambda path: expected[path]):
        spent += expected[path]
        if expected[path] <= _ENTRIES and spent <= _ALL_ENTRIES:
            kept.append(path)
    return iter(kept)


def _expected(row: Mapping[str, Any], n: int) -> int:
    return int(row["distinct"] + row["once"] * n / _PROBE) if row else 0
