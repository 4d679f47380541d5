"""One look at one collection: a plan becomes figures, by one pass over all columns and one over those of few values."""

# ruff: noqa: S608 - names are quoted, values are bound
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import sqrt
from typing import Any

from xregistry_tui.profiling.found import Found, Since
from xregistry_tui.profiling.plan import COUNTABLE_VALUES, Grade, Plan
from xregistry_tui.profiling.profile import FieldProfile, Figure, Profile
from xregistry_tui.resources.duckdb import footers
from xregistry_tui.resources.duckdb.conclusions import Answers, field_profile, without_values
from xregistry_tui.resources.duckdb.connection import Asker
from xregistry_tui.resources.duckdb.counting import Counted, counted, counts
from xregistry_tui.resources.duckdb.dialect import estimated
from xregistry_tui.resources.duckdb.failing import failing
from xregistry_tui.resources.duckdb.forms import formed
from xregistry_tui.resources.duckdb.places import Place, dialect, places
from xregistry_tui.resources.duckdb.relation import Relation, rejected
from xregistry_tui.resources.duckdb.sampling import Look, by_hash, look
from xregistry_tui.resources.duckdb.sources import Format
from xregistry_tui.resources.duckdb.statements import DRAWN, Question, moments, overview
from xregistry_tui.resources.sql import Parameters
from xregistry_tui.schema.shape import FieldShape, Kind

_WIDE = 200


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
        found = _catalogue(ask, relation, wanted, rows)
    else:
        found = _together([_looked(ask, relation, part, plan, rows) for part in _parts(wanted)])
    return since.profile(found, plan, resource, ask.queries)


def _catalogue(ask: Asker, relation: Relation, wanted: list[FieldShape], rows: Figure) -> Found:
    fields: dict[str, FieldProfile] = {}
    said = "estimated from the first lines" if rows.approximate else "counted without reading the values"
    if relation.source.format is Format.PARQUET and wanted:
        fields = footers.fields(footers.told(ask, relation, wanted), wanted, int(rows.value))
        said = "the files' footers: rows, nulls and extremes are exact, nothing else was read"
    grade = Grade.CATALOGUE if relation.columns else Grade.EXACT
    return Found(rows=rows, n=0, grade=grade, fields=fields, sampling=said)


def _parts(wanted: list[FieldShape]) -> Iterator[list[FieldShape]]:
    """As many columns as there is room for at once."""
    return (wanted[start : start + _WIDE] for start in range(0, len(wanted), _WIDE))


def _together(parts: Sequence[Found]) -> Found:
    fields = {path: seen for part in parts for path, seen in part.fields.items()}
    return replace(parts[0], fields=fields) if len(parts) > 1 else parts[0]


def _looked(ask: Asker, relation: Relation, wanted: list[FieldShape], plan: Plan, rows: Figure) -> Found:
    source = look(ask, relation, [field.name for field in wanted], plan, rows)
    found = places(wanted, plan.rules)
    answers = _asked(ask, relation, source, found, _known(ask, relation, source, wanted))
    n = int(answers[""]["rows"])
    if source.grade is Grade.EXACT:
        source.rows = Figure(value=n)
        source.said += rejected(ask, relation.source) if relation.counting else ()
    told = [Answers(place, answers[place.path], n, source.rows, source.grade, source.random) for place in found]
    again = relation.sql if source.sql == relation.counting else source.sql
    values = _counted(ask, told, again, plan.top, small=n * len(found) <= COUNTABLE_VALUES)
    fields = {one.place.path: _field(one, values.get(one.place.path), plan) for one in told}
    if source.copied:
        fields = {place.path: formed(ask, place, source.sql, fields[place.path]) for place in found}
    if source.grade is Grade.EXACT:
        fields = failing(ask, relation, plan, found, fields)
    said = "; ".join((*source.said, *_approximations(fields, n, int(answers[""]["drawn"]))))
    return Found(rows=source.rows, n=n, grade=source.grade, fields=fields, sampling=said, random=source.random)


def _known(ask: Asker, relation: Relation, source: Look, wanted: list[FieldShape]) -> dict[str, dict[Any, Any]]:
    """What the footers of Parquet files answer of all rows."""
    if relation.source.format is not Format.PARQUET or source.grade is not Grade.EXACT:
        return {}
    told, count = footers.told(ask, relation, wanted), int(source.rows.value)
    return {field.name: footers.answers(field.kind, told[field.name], count) for field in wanted if field.name in told}


def _asked(
    ask: Asker, relation: Relation, source: Look, found: Sequence[Place], known: Mapping[str, Mapping[Any, Any]]
) -> dict[str, dict[Any, Any]]:
    """The pass over all rows that are read."""
    share = DRAWN / source.rows.value if source.grade is Grade.EXACT and source.rows.value > DRAWN else 1.0
    placed, place = relation.placed
    chance = by_hash(place, share) if placed else f"random() < {share:.9f}"
    question = Question(known, chance if share < 1 else "")
    parameters = Parameters(dialect(None))
    overview(question, found, parameters)
    sql = placed if placed and share < 1 else source.sql
    (row,) = ask.rows(question.statement(sql, relation.row), parameters.values)
    answers = question.read(row)
    for one in found:
        answer = answers[one.path]
        if answer.get("nans") and "squares" in answer:
            # footers do not tell of what is no number, and no sum with one is a number
            ((answer["mean"], answer["deviation"]),) = ask.rows(
                f"SELECT {', '.join(moments(one))} FROM {source.sql} AS t"
            )
    return answers


def _field(answers: Answers, counted: Counted | None, plan: Plan) -> FieldProfile:
    if not _has_values(answers):
        return without_values(answers)
    return field_profile(answers, counted, plan.bins)


def _has_values(answers: Answers) -> bool:
    return answers.place.comparable and answers.present > 0


def _counted(ask: Asker, told: list[Answers], relation: str, top: int, *, small: bool) -> dict[str, Counted]:
    """The values of the places that have few, counted; in a small collection those of all."""
    valued = [answers for answers in told if _has_values(answers)]
    if small:
        return {one.place.path: counted(ask, one.place, relation, top, one.n) for one in valued}
    few = [one.place for one in valued if one.place.kind is Kind.BOOLEAN or one.found["distinct"] <= footers.FEW]
    return counts(ask, few, relation, top)


def _approximations(fields: Mapping[str, FieldProfile], n: int, drawn: int) -> list[str]:
    """How good the figures are that are not counted."""
    said = []
    bounded = [seen for seen in fields.values() if seen.distinct is not None and seen.distinct.approximate]
    if bounded:
        said.append(f"distinct values of {len(bounded)} fields are approximate (±6 %), their most frequent not counted")
    if drawn < n:
        said.append(f"quartiles and histograms are of {drawn:,} rows drawn (±{98 / sqrt(drawn):.1f} points of rank)")
    return said
