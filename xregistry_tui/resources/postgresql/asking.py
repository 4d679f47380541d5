"""One look at one table: what is asked of it, in which statements, and how far it got."""

# ruff: noqa: S608 - names are quoted, values are bound
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import asyncpg

from xregistry_tui.resources.postgresql import clusters, figures, groups
from xregistry_tui.resources.postgresql.figures import Asked, Counts
from xregistry_tui.resources.postgresql.groups import COARSE, FINE, Groups, Question
from xregistry_tui.resources.postgresql.measures import Class, measure
from xregistry_tui.resources.postgresql.rules import Typed, checked, enforced, nothing
from xregistry_tui.resources.postgresql.sample import SAMPLED
from xregistry_tui.resources.sql import quote

if TYPE_CHECKING:
    from xregistry_tui.profiling.plan import Plan
    from xregistry_tui.resources.postgresql.catalogue import Catalogue, Table
    from xregistry_tui.resources.postgresql.connection import Asker
    from xregistry_tui.resources.postgresql.sample import Draw

# tables and selects of so many columns are planned in some milliseconds
_GROUPED = 20
GLANCED = 150
"""At so many records a glance tells the formats that are worth counting."""


@dataclass(slots=True)
class Look:
    """What one look knows: `told` hears the share of it that is done."""

    ask: Asker
    plan: Plan
    described: Table
    known: Catalogue
    names: tuple[str, ...]
    told: Callable[[float], None] = lambda _: None
    bound: Typed = field(default_factory=nothing)

    def asked(self, values: Mapping[str, str]) -> list[Asked]:
        """The columns, their values written so, with the rules that must be counted."""
        return [self._asked(name, value) for name, value in values.items()]

    def _asked(self, name: str, value: str) -> Asked:
        item = self.described.column(name)
        made = measure(self.known, item, value, self.ask.version)
        rules = [rule for rule in self.plan.rules.get(name, ()) if not enforced(rule, name, self.described)]
        found = {rule: checked(rule, made, self.known, self.bound) for rule in rules}
        return Asked(made, {rule: check for rule, check in found.items() if check is not None})

    async def rows(self, sql: str) -> list[Any]:
        """The rows of a statement, with the values that its rules compare with."""
        return await self.ask.rows(*self.bound.settled(sql))

    def columns(self, names: Sequence[str]) -> dict[str, str]:
        """SQL of columns of the relation aliased `t`."""
        return {name: f"t.{quote(name)}" for name in names}


async def counted(look: Look, asked: Sequence[Asked], source: str, before: str = "") -> tuple[int, list[Counts]]:
    """(records, aggregates by column), in as few passes as an answer has room for."""
    records, found = 0, []
    for batch in figures.batches(asked):
        records, some = await _counted(look, batch, source, before)
        found += some
    return records, found


async def _counted(look: Look, batch: Sequence[Asked], source: str, before: str) -> tuple[int, list[Counts]]:
    """Without care for what is no number first, which is seldom there: care costs every record a comparison."""
    sql = before + figures.statement(source, batch)
    try:
        async with look.ask.apart():
            row = (await look.rows(sql))[0]
        found = figures.read(batch, row)
        if not figures.suspect(batch, found):
            return row[0], found
    except asyncpg.DataError:
        pass  # a square was beyond all numbers
    sql = before + figures.statement(source, batch, guarded=True)
    row = (await look.rows(sql))[0]
    return row[0], figures.read(batch, row, guarded=True)


async def grouped(look: Look, questions: Sequence[Question], source: str) -> dict[int, Groups]:
    """Values of each column told apart, one statement a column; a view is read once for many."""
    if look.described.kind not in SAMPLED:
        return await _grouped_together(look, questions)
    found: dict[int, Groups] = {}
    for done, question in enumerate(questions):
        look.told(0.6 + 0.2 * done / len(questions))
        found |= groups.read([question], await look.rows(groups.statement(*groups.parts(question, source))))
    return found


async def _grouped_together(look: Look, questions: Sequence[Question]) -> dict[int, Groups]:
    found: dict[int, Groups] = {}
    for start in range(0, len(questions), _GROUPED):
        some = questions[start : start + _GROUPED]
        read = ", ".join(f"t.{quote(question.measure.name)}" for question in some)
        tables, selects = [f"s AS (SELECT {read} FROM {look.described.relation} AS t)"], []
        for question in some:
            more, asking = groups.parts(question, "s AS t")
            tables += more
            selects += asking
        found |= groups.read(some, await look.rows(groups.statement(tables, selects)))
    return found


async def drawn(look: Look, draw: Draw, asked: Sequence[Asked], counts: Sequence[Counts]) -> dict[int, Groups]:
    """Values told apart within a sample, by the place of their column, with the sums that intervals are made of."""
    columns = [f"t.{quote(name)}" for name in look.names]
    table = draw.table(columns, clustered=draw.random)
    wanted = [(one, number) for number, one in enumerate(asked)]
    likely = await formats(look, wanted, *_glanced(draw, columns))
    found: dict[int, Groups] = {}
    for start in range(0, len(wanted), _GROUPED):
        some = wanted[start : start + _GROUPED]
        questions = [
            question(look, one, number, counts[number], formats=likely.get(number, ()), parts=FINE)
            for one, number in some
        ]
        sql = groups.statement(*_sampled(table, some, questions, random=draw.random))
        found |= groups.read(questions, await look.rows(sql))
        look.told(0.5 + 0.5 * (start + len(some)) / len(wanted))
    return found


def question(
    look: Look, asked: Asked, number: int, counts: Counts, *, formats: tuple[str, ...], parts: int = COARSE
) -> Question:
    """What is asked about the values of one column, of which these counts are known."""
    measure = asked.measure
    return Question(
        measure=measure,
        number=number,
        top=look.plan.top,
        bins=look.plan.bins,
        ends=figures.ends(measure, counts),
        parts=parts,
        formats=formats,
    )


def _sampled(
    table: str, asked: Sequence[tuple[Asked, int]], questions: Sequence[Question], *, random: bool
) -> tuple[list[str], list[str]]:
    tables, selects = [table], []
    for question in questions:
        # the formats of a random sample are counted by page already
        more, asking = groups.parts(replace(question, formats=()) if random else question, "s AS t")
        tables += more
        selects += asking
    pairs = zip(asked, questions, strict=True)
    rates = [rate for (one, _), question in pairs for rate in clusters.rates(one, question)]
    if rates and random:
        more, asking = clusters.parts(rates, "s AS t")
        tables += more
        selects += asking
    return tables, selects


def _glanced(draw: Draw, columns: Sequence[str]) -> tuple[str, str]:
    """(source, what comes before it) of some records of a draw, spread over all of it."""
    step = max(1, int(draw.rows.value * draw.fraction) // GLANCED) if draw.fraction else 1
    return f"s AS t WHERE i % {step} = 0", f"WITH {draw.table(columns, numbered=True)} "


async def formats(
    look: Look, asked: Sequence[tuple[Asked, int]], source: str, before: str = ""
) -> dict[int, tuple[str, ...]]:
    """By column the formats that many of its texts have, by a glance at some of them."""
    texts = [(one, number) for one, number in asked if one.measure.class_ is Class.TEXT]
    found: dict[int, tuple[str, ...]] = {}
    for start in range(0, len(texts), _GROUPED):
        some = texts[start : start + _GROUPED]
        ((told,),) = await look.rows(f"{before}SELECT {figures.glances([one for one, _ in some])} FROM {source}")
        found |= dict(zip((number for _, number in some), figures.promising(told), strict=True))
    return found
