"""One look at one table or view: a plan becomes figures, in the grade that was asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from xregistry_tui.profiling.found import Found, Since
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.profiling.profile import Figure
from xregistry_tui.resources.base import CollectionFailed
from xregistry_tui.resources.postgresql import exact, fields
from xregistry_tui.resources.postgresql.asking import Look, counted, drawn
from xregistry_tui.resources.postgresql.catalogue import table
from xregistry_tui.resources.postgresql.sample import Draw, Size, draw, estimate, grown, size
from xregistry_tui.resources.postgresql.statistics import Known, Statistics, stated

if TYPE_CHECKING:
    from xregistry_tui.profiling.plan import Plan
    from xregistry_tui.profiling.profile import Profile
    from xregistry_tui.resources.postgresql.catalogue import Catalogue, Table
    from xregistry_tui.resources.postgresql.connection import Asker


async def profile(
    ask: Asker, plan: Plan, resource: str, known: Known, told: Callable[[float], None] = lambda _: None
) -> Profile:
    """Look once, as planned; raises `CollectionFailed` when the table or a planned column is gone."""
    since = Since()
    described, declared = await _declared(ask, plan)
    names = plan.fields or tuple(field.name for field in plan.shape.fields)
    look = Look(ask, plan, described, declared, names, told)
    for name in names:
        described.column(name)
    found = await _GRADES[plan.grade](look, known)
    return since.profile(found, plan, resource, ask.queries)


async def _declared(ask: Asker, plan: Plan) -> tuple[Table, Catalogue]:
    """What is declared; for what the server's own statistics say it need not be the newest: they are by name."""
    known = ask.notes.catalogue
    if plan.grade is Grade.CATALOGUE and known is not None and plan.collection in known.tables:
        return known.tables[plan.collection], known
    return await table(ask, plan.collection)


async def _catalogue(look: Look, known: Known) -> Found:
    told = await stated(look.ask, known, look.described.oid)
    if told is None:
        raise CollectionFailed(f"there is no {look.described.collection} any more", "discover again")
    measured = Size(told.pages, grown(told.pages, told.counted, told.rows), foreign=False, parts=False)
    if told.many:
        measured = await size(look.ask, look.described)
    rows = estimate(measured, look.described)
    if measured.pages and not measured.foreign and (rows is None or not told.columns):
        found = await _sample(look, known)
        return replace(found, sampling=f"no statistics, so a sample: {found.sampling}")
    if rows is None:
        rows = Figure(value=0, method=Grade.CATALOGUE, at_least=True)
    said = fields.of_catalogue(look, told.columns, rows)
    n = max((field.looked_at for field in said.values()), default=0)
    # how far they are off nobody can say: they are of some time ago
    return Found(rows=rows, n=n, grade=Grade.CATALOGUE, fields=said, sampling=_of_statistics(told), random=False)


def _of_statistics(told: Statistics) -> str:
    if not told.columns:
        return "what the catalogue says, nothing was read"
    analysed = next((one.analysed for one in told.columns.values() if one.analysed), "")
    return f"the server's statistics{f' of {analysed}' if analysed else ''}, nothing was read"


async def _sample(look: Look, _: Known) -> Found:
    described, plan = look.described, look.plan
    taken = await draw(look.ask, described, plan.sample)
    if taken.complete:
        return await _whole(look)
    if not taken.random:
        # several processes would give the first rows in no order
        await look.ask.connection.execute("SET LOCAL max_parallel_workers_per_gather = 0")
    asked = look.asked({name: f"t.c{index}" for index, name in enumerate(look.names)})
    before = f"WITH {taken.table(list(look.columns(look.names).values()))} "
    n, counts = await counted(look, asked, "s AS t", before)
    if not taken.random and n <= plan.sample:
        return await _whole(look)
    if not n:
        return await _whole(look) if taken.rows.value < 1_000_000 else _nothing(taken)
    look.told(0.5)
    found = await drawn(look, taken, asked, range(len(asked)))
    made = {
        one.measure.name: await fields.of_sample(look, taken, one, counts=some, told=found[number], n=n)
        for number, (one, some) in enumerate(zip(asked, counts, strict=True))
    }
    sampling = f"{taken.sampling}: {n:,} rows"
    return Found(rows=taken.rows, n=n, grade=Grade.SAMPLE, fields=made, sampling=sampling, random=taken.random)


def _nothing(taken: Draw) -> Found:
    """All pages that were drawn are empty."""
    return Found(rows=taken.rows, n=0, grade=Grade.SAMPLE, fields={}, sampling=f"{taken.sampling}: 0 rows")


async def _whole(look: Look) -> Found:
    n, made, sampling = await exact.look_at(look)
    return Found(rows=Figure(value=n), n=n, grade=Grade.EXACT, fields=made, sampling=sampling)


async def _exact(look: Look, known: Known) -> Found:
    told = await stated(look.ask, known, look.described.oid)
    n, made, sampling = await exact.look_at(look, told.columns if told is not None else None)
    return Found(rows=Figure(value=n), n=n, grade=Grade.EXACT, fields=made, sampling=sampling)


_GRADES = {Grade.CATALOGUE: _catalogue, Grade.SAMPLE: _sample, Grade.EXACT: _exact}
