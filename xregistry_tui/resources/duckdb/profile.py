"""One look at one collection: a plan becomes figures, by one pass over all columns and one over each of few values."""

# ruff: noqa: S608 - names are quoted, values are bound
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xregistry_tui.profiling.found import Found, Since
from xregistry_tui.profiling.plan import COUNTABLE_VALUES, Grade, Plan
from xregistry_tui.profiling.profile import FieldProfile, Figure, Profile, ValueCount
from xregistry_tui.resources.duckdb import footers
from xregistry_tui.resources.duckdb.conclusions import Answers, Counted, field_profile, without_values
from xregistry_tui.resources.duckdb.connection import Asker
from xregistry_tui.resources.duckdb.dialect import estimated
from xregistry_tui.resources.duckdb.failing import failing
from xregistry_tui.resources.duckdb.relation import Relation, rejected
from xregistry_tui.resources.duckdb.sources import Format
from xregistry_tui.resources.duckdb.statements import SHOWN, Place, dialect, groups, overview, places, values
from xregistry_tui.resources.sql import Parameters, quote
from xregistry_tui.schema.shape import FieldShape, Kind

_FEW = 1_000
_SAMPLE = "sample"
_VECTOR = 2_048


@dataclass(slots=True)
class _Look:
    """What one look reads from, how good its figures are, and how they were got."""

    sql: str
    rows: Figure
    grade: Grade
    said: list[str]
    random: bool = True


def catalogue_rows(ask: Asker, relation: Relation) -> Figure:
    """How many rows there are without reading them; exact where the files say so."""
    source = relation.source
    if not relation.columns:
        return Figure(value=0)
    if source.format is Format.PARQUET:
        return Figure(value=footers.rows(ask, relation))
    if source.format is Format.CSV:
        return Figure(value=estimated(source.files, headed=relation.headed), method=Grade.CATALOGUE, approximate=True)
    ((count,),) = ask.rows(f"SELECT count(*) FROM {relation.sql}")
    return Figure(value=count)


def profile(ask: Asker, relation: Relation, plan: Plan, resource: str) -> Profile:
    """Look once, as planned; raises `CollectionFailed` when a planned column is gone, and what the driver does."""
    since = Since()
    known = {field.name: field for field in relation.shape.fields}
    names = plan.fields or tuple(field.name for field in plan.shape.fields)
    relation.require(*names)
    wanted = [known[name] for name in names]
    rows = catalogue_rows(ask, relation)
    if plan.grade is Grade.CATALOGUE or not wanted:
        look, n, fields = _catalogue(ask, relation, wanted, rows)
    else:
        look, n, fields = _looked(ask, relation, wanted, plan, rows)
    said = "; ".join(look.said)
    found = Found(rows=look.rows, n=n, grade=look.grade, fields=fields, sampling=said, random=look.random)
    return since.profile(found, plan, resource, ask.queries)


_Figures = tuple[_Look, int, dict[str, FieldProfile]]


def _catalogue(ask: Asker, relation: Relation, wanted: list[FieldShape], rows: Figure) -> _Figures:
    fields: dict[str, FieldProfile] = {}
    said = "estimated from the first lines" if rows.approximate else "counted without reading the values"
    if relation.source.format is Format.PARQUET and wanted:
        fields = footers.fields(ask, relation, wanted, int(rows.value))
        said = "the files' footers: rows, nulls and extremes are exact, nothing else was read"
    grade = Grade.CATALOGUE if relation.columns else Grade.EXACT
    return _Look(relation.sql, rows, grade, [said]), 0, fields


def _looked(ask: Asker, relation: Relation, wanted: list[FieldShape], plan: Plan, rows: Figure) -> _Figures:
    look = _source(ask, relation, plan, rows)
    parameters = Parameters(dialect(None))
    found = places(wanted, plan.rules)
    question = overview(found, parameters)
    (row,) = ask.rows(f"SELECT {', '.join(question.asked)} FROM {look.sql} AS t", parameters.values)
    answers = question.read(row)
    n = int(answers[""]["rows"])
    if look.grade is Grade.EXACT:
        look.rows = Figure(value=n)
        look.said += rejected(ask) if relation.counting else ()
    again = relation.sql if look.grade is Grade.EXACT else look.sql
    told = [Answers(place, answers[place.path], n, look.rows, look.grade, look.random) for place in found]
    counts = _counts(ask, told, again, plan.top, small=n * len(found) <= COUNTABLE_VALUES)
    fields = {one.place.path: _field(one, counts.get(one.place.path), plan) for one in told}
    if look.grade is Grade.EXACT:
        fields = failing(ask, relation, plan, found, fields)
    bounded = [seen for seen in fields.values() if seen.distinct is not None and seen.distinct.approximate]
    if bounded:
        look.said.append(f"distinct values of {len(bounded)} fields are approximate, their most frequent not counted")
    if n > 8_192:
        look.said.append("quartiles and histograms are of 8,192 drawn values (±1.1 points of rank)")
    return look, n, fields


def _source(ask: Asker, relation: Relation, plan: Plan, rows: Figure) -> _Look:
    """All rows, or a table of our own with some of them."""
    if plan.grade is Grade.EXACT or (not rows.approximate and rows.value <= plan.sample):
        return _Look(relation.counting or relation.sql, rows, Grade.EXACT, ["all rows"])
    drawn, said = _drawn(relation, plan, rows)
    ask.rows(f"CREATE OR REPLACE TEMP TABLE {quote(_SAMPLE)} AS SELECT * FROM {drawn}")
    ((copied,),) = ask.quiet(f"SELECT count(*) FROM {quote(_SAMPLE)}")
    if copied < plan.sample and relation.source.format is Format.CSV:
        return _Look(relation.counting, Figure(value=copied), Grade.EXACT, ["all rows"])
    about = Figure(value=max(rows.value, copied), method=Grade.SAMPLE, approximate=rows.approximate)
    return _Look(quote(_SAMPLE), about, Grade.SAMPLE, [f"{said}: {copied:,} rows"], random=False)


def _drawn(relation: Relation, plan: Plan, rows: Figure) -> tuple[str, str]:
    if relation.source.format is Format.CSV:
        return f"{relation.sql} LIMIT {plan.sample}", "the first rows, not random"
    # whole vectors are taken: enough of them that none is likely not to be
    percent = min(100.0, 100 * (plan.sample + 2 * _VECTOR) / max(rows.value, 1))
    return f"{relation.sql} TABLESAMPLE system({percent:.4f}%) REPEATABLE (42)", "runs of 2,048 rows at random places, which may be alike"


def _field(answers: Answers, counted: Counted | None, plan: Plan) -> FieldProfile:
    if not _has_values(answers):
        return without_values(answers)
    return field_profile(answers, counted, plan.bins)


def _has_values(answers: Answers) -> bool:
    return answers.place.comparable and answers.present > 0


def _counts(ask: Asker, told: list[Answers], relation: str, top: int, *, small: bool) -> dict[str, Counted]:
    """The values of the places that have few, counted; in a small collection those of all."""
    valued = [answers for answers in told if _has_values(answers)]
    if small:
        return {one.place.path: _one_by_one(ask.rows(values(one.place, relation, top))) for one in valued}
    few = [one.place for one in valued if one.place.kind is Kind.BOOLEAN or one.found["distinct"] <= _FEW]
    return _together(ask, few, relation, top) if few else {}


def _one_by_one(rows: list[tuple[Any, ...]]) -> Counted:
    distinct, once = rows[0][:2]
    return Counted(distinct, once, tuple(ValueCount(value, count) for *_, value, count in rows))


def _together(ask: Asker, few: list[Place], relation: str, top: int) -> dict[str, Counted]:
    """All values of all these places by one more pass."""
    seen: dict[int, list[ValueCount]] = {at: [] for at in range(len(few))}
    for *row, at, count in ask.rows(groups(few, relation)):
        if row[at] is not None:
            seen[at].append(ValueCount(_shown(row[at]), count))
    return {few[at].path: _ranked(found, top) for at, found in seen.items()}


def _shown(value: Any) -> Any:
    return value[:SHOWN] if isinstance(value, str | bytes) else value


def _ranked(found: list[ValueCount], top: int) -> Counted:
    found.sort(key=lambda entry: (-entry.count, str(entry.value)))
    return Counted(len(found), sum(entry.count == 1 for entry in found), tuple(found[:top]))
