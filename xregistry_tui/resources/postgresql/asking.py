"""One look at one table: what is asked of it, in which statements, and how far it got."""

# ruff: noqa: S608 - names are quoted, values are bound
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import asyncpg

from xregistry_tui.profiling.formats import PATTERNS
from xregistry_tui.resources.postgresql import clusters, figures, groups
from xregistry_tui.resources.postgresql.figures import Asked, Counts
from xregistry_tui.resources.postgresql.groups import FINE, Groups, Question
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
_GLANCED = 400
# of the texts glanced at; few enough that chance does not hide a format
_PROMISING = 0.25


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


async def drawn(look: Look, draw: Draw, asked: Sequence[Asked], numbers: Sequence[int]) -> dict[int, Groups]:
    """Values told apart within a sample, with the sums that intervals are made of; `numbers` are columns of `s`."""
    table = draw.table([f"t.{quote(name)}" for name in look.names])
    wanted = [(one, number) for one, number in zip(asked, numbers, strict=True)]
    likely = await _of_sample(look, draw, wanted, table)
    found: dict[int, Groups] = {}
    for start in range(0, len(wanted), _GROUPED):
        some = wanted[start : start + _GROUPED]
        questions = [_question(look, one, number, likely.get(number, ()), FINE) for one, number in some]
        sql = groups.statement(*_sampled(table, some, questions, random=draw.random))
        found |= groups.read(questions, await look.rows(sql))
        look.told(0.5 + 0.5 * (start + len(some)) / len(wanted))
    return found


def _question(look: Look, asked: Asked, number: int, formats: tuple[str, ...], parts: int) -> Question:
    plan = look.plan
    return Question(measure=asked.measure, number=number, top=plan.top, bins=plan.bins, parts=parts, formats=formats)


def _sampled(
    table: str, asked: Sequence[tuple[Asked, int]], questions: Sequence[Question], *, random: bool
) -> tuple[list[str], list[str]]:
    tables, selects = [table], []
    for question in questions:
        more, asking = groups.parts(question, "s AS t")
        tables += more
        selects += asking
    pairs = zip(asked, questions, strict=True)
    rates = [rate for (one, _), question in pairs for rate in clusters.rates(one, question)]
    if rates and random:
        more, asking = clusters.parts(rates, "s AS t")
        tables += more
        selects += asking
    return tables, selects


async def _of_sample(
    look: Look, draw: Draw, asked: Sequence[tuple[Asked, int]], table: str
) -> dict[int, tuple[str, ...]]:
    step = max(1, int(draw.rows.value * draw.fraction) // _GLANCED) if draw.fraction else 1
    return await formats(look, asked, f"s AS t WHERE i % {step} = 0", f"WITH {table} ")


async def formats(
    look: Look, asked: Sequence[tuple[Asked, int]], source: str, before: str = ""
) -> dict[int, tuple[str, ...]]:
    """By column the formats that many of its texts have, by a glance at some of them."""
    texts = [(one, number) for one, number in asked if one.measure.class_ is Class.TEXT]
    found: dict[int, tuple[str, ...]] = {}
    for start in range(0, len(texts), _GROUPED):
        some = texts[start : start + _GROUPED]
        counts = [f"ARRAY[{', '.join(_glances(one))}]" for one, _ in some]
        (row,) = await look.rows(f"{before}SELECT {', '.join(counts)} FROM {source}")
        found |= {number: _promising(told) for (_, number), told in zip(some, row, strict=True)}
    return found


def _glances(asked: Asked) -> Iterator[str]:
    value = asked.measure.grouped
    yield f"count(*) FILTER (WHERE {value} <> '')"
    for name in PATTERNS:
        yield f"count(*) FILTER (WHERE {groups.has_format(name, value)})"


def _promising(told: list[int]) -> tuple[str, ...]:
    texts, *hits = told
    return tuple(name for name, hit in zip(PATTERNS, hits, strict=True) if texts and hit >= _PROMISING * texts)
