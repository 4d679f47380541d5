"""One look at one table or view: a plan becomes figures."""

# ruff: noqa: S608 - names are quoted, values are bound
from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from math import isfinite, sqrt
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from xregistry_tui.profiling.found import Found, Since
from xregistry_tui.profiling.interval import wilson
from xregistry_tui.profiling.plan import Grade, Plan
from xregistry_tui.profiling.profile import (
    FieldProfile,
    Figure,
    Histogram,
    Lengths,
    RuleResult,
    ValueCount,
)
from xregistry_tui.resources.sql import Check, Parameters, check, counted_by_groups, duplicated, quote
from xregistry_tui.resources.sqlite import figures
from xregistry_tui.resources.sqlite.catalogue import Table, failed, table
from xregistry_tui.resources.sqlite.connection import Asker
from xregistry_tui.resources.sqlite.figures import CLIP, SHOWN, SQLITE, Answer, Measure, Question, Source, column
from xregistry_tui.resources.sqlite.kinds import Stored, declared_kind, stored_kinds
from xregistry_tui.resources.sqlite.sample import Sample, catalogue_rows, draw, references
from xregistry_tui.schema.rules import Reference, Required, Rule
from xregistry_tui.schema.shape import Kind

if TYPE_CHECKING:
    from xregistry_tui.profiling.profile import Profile
    from xregistry_tui.schema.shape import Scalar

# a rollback-journal writer waits for the whole look: only a short one may be of one moment
_SNAPSHOT_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class _Look:
    """What one look reads from, and how good its figures are."""

    ask: Asker
    source: Source
    plan: Plan
    table: Table
    rows: Figure
    grade: Grade
    parents: dict[tuple[str, Reference], str]
    random: bool = True

    @property
    def population(self) -> int | None:
        """Of how many records a sample was drawn by chance."""
        return int(self.rows.value) if self.grade is Grade.SAMPLE and self.random else None


def profile(ask: Asker, plan: Plan, resource: str, *, blocks_writers: bool) -> Profile:
    """Look once, as planned; raises `CollectionFailed` when the table or a planned column is gone."""
    since = Since()
    described = table(ask, plan.collection)
    names = plan.fields or tuple(field.name for field in plan.shape.fields)
    described.require(*names)
    try:
        with ask.snapshot(not blocks_writers or _small(ask, described)):
            found = _figures(ask, plan, described, names)
    except sqlite3.Error as error:
        raise failed(error, plan.collection) from error
    return since.profile(found, plan, resource, ask.queries)


def _small(ask: Asker, described: Table) -> bool:
    rows = catalogue_rows(ask, described)
    return rows is not None and rows.value <= _SNAPSHOT_ROWS


def _figures(ask: Asker, plan: Plan, described: Table, names: tuple[str, ...]) -> Found:
    if plan.grade is Grade.CATALOGUE:
        rows = catalogue_rows(ask, described) or Figure(value=0, method=Grade.CATALOGUE, at_least=True)
        sampling = "what the catalogue says, nothing was read"
        return Found(rows=rows, n=0, grade=Grade.CATALOGUE, fields={}, sampling=sampling)
    drawn = draw(ask, described, plan, names) if plan.grade is Grade.SAMPLE else None
    if drawn is not None:
        return _sampled(plan, described, drawn)
    source = Source(described.relation, {name: column(name) for name in names}, tuple(map(column, described.locators)))
    parents = {(name, rule): f"main.{quote(rule.collection)}" for name, rule in references(ask, plan, names)}
    look = _Look(ask, source, plan, described, Figure(value=0), Grade.EXACT, parents)
    stored = _overview(look)
    n = max((found.rows for found in stored.values()), default=0)
    return Found(rows=Figure(value=n), n=n, grade=Grade.EXACT, fields=_fields(look, stored), sampling="all rows")


def _sampled(plan: Plan, described: Table, drawn: Sample) -> Found:
    grade = Grade.EXACT if drawn.complete else Grade.SAMPLE
    look = _Look(drawn.ask, drawn.source, plan, described, drawn.rows, grade, drawn.parents, drawn.random)
    try:
        fields = _fields(look, _overview(look))
        return Found(
            rows=drawn.rows,
            n=drawn.n,
            grade=grade,
            fields=fields,
            sampling=drawn.sampling,
            random=drawn.complete or drawn.random,
        )
    finally:
        drawn.ask.connection.close()


def _declared(described: Table) -> dict[str, str]:
    return {item.name: item.declared for item in described.columns}


def _overview(look: _Look) -> dict[str, Stored]:
    found: dict[str, Stored] = {}
    for names, sql in figures.overviews(look.source, _declared(look.table)):
        found |= figures.read_overview(names, look.ask.rows(sql)[0])
    return found


def _fields(look: _Look, stored: dict[str, Stored]) -> dict[str, FieldProfile]:
    declared = _declared(look.table)
    return {name: _field(look, name, declared[name], found) for name, found in stored.items()}


def _field(look: _Look, name: str, declared: str, stored: Stored) -> FieldProfile:
    kinds = stored_kinds(declared_kind(declared), stored)
    known = FieldProfile(
        name=name,
        looked_at=stored.rows,
        nulls=stored.nulls,
        kinds=MappingProxyType(kinds),
        fill=_share(look, stored.present, stored.rows),
    )
    rules = look.plan.rules.get(name, ())
    if not stored.present:
        return replace(known, rules=tuple(_without_values(look, name, rule, stored) for rule in rules))
    measure = _measure(declared, stored)
    figures.teach(look.ask.connection)
    parameters = Parameters(replace(SQLITE, length=lambda _: "l"))
    checks = {rule: made for rule in rules if (made := _check(look, name, rule, parameters)) is not None}
    question = Question(
        value=look.source.fields[name],
        measure=measure,
        declared=declared,
        clipped=stored.longest > CLIP,
        sized=stored.texts + stored.blobs > 0,
        numbers=stored.integers + stored.reals > 0,
        top=look.plan.top,
        bins=look.plan.bins,
        checks=tuple(checks.values()),
        shares=_shares(look, stored.present),
        texts=stored.texts > 0,
    )
    answers = look.ask.rows(figures.statement(look.source, question), parameters.values)
    return _answered(look, known, question, answers, tuple(checks))


def _check(look: _Look, name: str, rule: Rule, parameters: Parameters) -> Check | None:
    if isinstance(rule, Required) or counted_by_groups(rule):
        return None
    return check(rule, "v", parameters, parent=_parent(look, name, rule))


def _parent(look: _Look, name: str, rule: Rule) -> str | None:
    return look.parents.get((name, rule)) if isinstance(rule, Reference) else None


def _measure(declared: str, stored: Stored) -> Measure:
    numbers = stored.integers + stored.reals
    if numbers >= stored.texts + stored.blobs:
        return Measure.NUMBER
    moments = stored.fitting if declared_kind(declared) in (Kind.DATE, Kind.DATETIME) else 0
    return Measure.MOMENT if moments * 2 >= stored.texts else Measure.LENGTH


def _share(look: _Look, hits: int, n: int) -> Figure | None:
    if n == 0:
        return None
    if look.grade is not Grade.SAMPLE:
        return Figure(value=hits / n)
    if look.population is None:
        return Figure(value=hits / n, method=Grade.SAMPLE, approximate=True)
    low, high = wilson(hits, n, max(n, look.population))
    return Figure(value=hits / n, method=Grade.SAMPLE, low=low, high=high)


def _answered(
    look: _Look, known: FieldProfile, question: Question, answers: list[tuple[Any, ...]], checked: tuple[Rule, ...]
) -> FieldProfile:
    """The figures of one field from the rows of its statement."""
    by_letter: dict[str, list[tuple[Any, ...]]] = {letter: [] for letter in "sdtqhf"}
    for letter, *values in answers:
        by_letter[letter].append(tuple(values))
    found, counts = figures.read_figures(by_letter["s"][0])
    numeric = question.measure is Measure.NUMBER
    by_rule = dict(zip(checked, counts, strict=True))
    return replace(
        known,
        empty=int(found.empty),
        blank=int(found.blank),
        distinct=_distinct(look, known, int(found.groups), question.clipped),
        once=int(found.once),
        minimum=found.low if numeric else found.first,
        maximum=found.high if numeric else found.last,
        mean=_finite(found.mean),
        deviation=_deviation(by_letter["d"]) if numeric else None,
        quantiles=tuple(figures.read_quantiles(by_letter["q"])),
        quantile_intervals=_intervals(by_letter["q"], question.shares),
        formats=figures.read_formats(by_letter["f"]),
        histogram=_histogram(found, by_letter["h"], question.bins),
        top=tuple(ValueCount(value, int(count)) for value, count, *_ in by_letter["t"]),
        lengths=_lengths(found),
        zeros=int(found.zeros) if question.numbers else None,
        negatives=int(found.negatives) if question.numbers else None,
        rules=tuple(
            _result(look, known, rule, by_rule.get(rule), int(found.repeated))
            for rule in look.plan.rules.get(known.name, ())
        ),
    )


def _shares(look: _Look, present: int) -> tuple[float, ...]:
    """The shares that quantiles are asked for: of a sample also the ends of the interval of each."""
    if look.population is None:
        return figures.QUANTILES
    ends = [wilson(p * present, present, max(present, look.population)) for p in figures.QUANTILES]
    # one record more to either side: between two records of a sample lie others
    wider = ((low - 1 / max(1, present), high + 1 / max(1, present)) for low, high in ends)
    return (*figures.QUANTILES, *(min(1.0, max(1e-9, end)) for pair in wider for end in pair))


def _intervals(rows: list[tuple[Any, ...]], shares: tuple[float, ...]) -> tuple[tuple[Scalar, Scalar], ...]:
    """The values at the ends of the interval of each share."""
    found = [value for _, value in figures.read_quantiles(rows, shares[len(figures.QUANTILES) :])]
    return tuple(zip(found[::2], found[1::2], strict=True)) if len(found) == 2 * len(figures.QUANTILES) else ()


def _lengths(found: Answer) -> Lengths | None:
    if found.shortest is None or found.longest is None or found.length is None:
        return None
    return Lengths(found.shortest, found.longest, found.length)


def _finite(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None


def _deviation(rows: list[tuple[Any, ...]]) -> float | None:
    variance = _finite(rows[0][0]) if rows else None
    return sqrt(variance) if variance is not None and variance >= 0 else None


def _histogram(found: Answer, rows: list[tuple[Any, ...]], bins: int) -> Histogram | None:
    if found.low is None or found.high is None or not isfinite(float(found.high) - float(found.low)):
        return None
    if found.high == found.low:
        return Histogram(float(found.low), float(found.high), (int(found.scaled),))
    counts = {int(place): int(count) for place, count, *_ in rows if place is not None}
    return Histogram(float(found.low), float(found.high), tuple(counts.get(place, 0) for place in range(bins)))


def _distinct(look: _Look, known: FieldProfile, seen: int, clipped: bool) -> Figure:
    if look.grade is not Grade.SAMPLE:
        return Figure(value=seen, at_least=clipped)
    if (known.name,) in look.plan.shape.unique:
        share = known.fill.value if known.fill else 0.0
        return Figure(value=round(look.rows.value * share), method=Grade.SAMPLE, approximate=True)
    return Figure(value=seen, method=Grade.SAMPLE, at_least=True)


def _without_values(look: _Look, name: str, rule: Rule, stored: Stored) -> RuleResult:
    if isinstance(rule, Required) and stored.nulls:
        return _failing(look, name, rule, stored.rows, stored.nulls)
    return RuleResult(rule=rule, checked=stored.rows if isinstance(rule, Required) else 0, failed=0)


def _result(look: _Look, known: FieldProfile, rule: Rule, counts: tuple[int, int] | None, repeated: int) -> RuleResult:
    if isinstance(rule, Required):
        return _failing(look, known.name, rule, known.looked_at, known.nulls)
    if counted_by_groups(rule) and look.grade is not Grade.SAMPLE:
        return _failing(look, known.name, rule, known.present, repeated)
    if counts is None:
        return RuleResult(rule=rule, checked=0, failed=None)
    return _failing(look, known.name, rule, *counts)


def _failing(look: _Look, name: str, rule: Rule, checked: int, failing: int) -> RuleResult:
    """The result with the locators and values of some failing records."""
    if not failing:
        return RuleResult(rule=rule, checked=checked, failed=0)
    source, parameters = look.source, Parameters(SQLITE)
    value = source.fields[name]
    if counted_by_groups(rule):
        where = duplicated(value, f"{source.relation} AS t")
    else:
        made = check(rule, value, parameters, parent=_parent(look, name, rule))
        where = f"{made.applies} AND NOT ({made.holds})" if made is not None else "1=0"
    shown = f"CASE WHEN {SQLITE.is_sized(value)} THEN substr({value}, 1, {SHOWN}) ELSE {value} END"
    wanted = ", ".join([shown, *source.locators])
    sql = f"SELECT {wanted} FROM {source.relation} AS t WHERE {where} LIMIT {look.plan.failing_keys}"
    rows = look.ask.rows(sql, parameters.values)
    return RuleResult(
        rule=rule,
        checked=checked,
        failed=failing,
        keys=tuple(tuple(row[1:]) for row in rows) if source.locators else (),
        values=tuple(row[0] for row in rows),
    )
