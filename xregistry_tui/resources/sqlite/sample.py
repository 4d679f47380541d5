"""Some rows of a table in a database of our own in memory, drawn so that the figures are about the whole."""

# ruff: noqa: S608 - names are quoted, values are bound
from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from xregistry_tui.profiling.interval import wilson
from xregistry_tui.profiling.plan import Grade, Plan
from xregistry_tui.profiling.profile import Figure
from xregistry_tui.resources.base import CollectionFailed
from xregistry_tui.resources.sql import quote
from xregistry_tui.resources.sqlite.catalogue import Table, catalogue, table
from xregistry_tui.resources.sqlite.connection import Asker, memory
from xregistry_tui.resources.sqlite.figures import Source, column
from xregistry_tui.schema.rules import Reference

_CELL = 65_536
_COLUMNS = 2_000
_SPARSE = 0.05
_ASKED_AT_ONCE = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Rows in memory (`ask`, `source`), of about how many; `complete` when they are all there are.

    `random`: they were drawn by chance, each for itself.
    """

    ask: Asker
    source: Source
    rows: Figure
    n: int
    complete: bool
    random: bool
    sampling: str
    parents: dict[tuple[str, Reference], str]


@dataclass(frozen=True, slots=True)
class _Choice:
    """Which rows are copied, of about how many there are, and how they were drawn."""

    clause: str
    parameters: tuple[str, ...]
    rows: Figure
    sampling: str


def catalogue_rows(ask: Asker, described: Table) -> Figure | None:
    """How many rows there are without reading them: by ANALYZE, else by the greatest row id; `None` for views."""
    if "sqlite_stat1" in catalogue(ask).names:
        told = ask.quiet("SELECT stat FROM main.sqlite_stat1 WHERE tbl = ? AND stat <> ''", (described.name,))
        counts = [int(stat.split()[0]) for (stat,) in told if str(stat).split()[0].isdigit()]
        if counts:
            return Figure(value=max(counts), method=Grade.CATALOGUE, approximate=True)
    if described.rowid is None:
        return None
    ((low, high),) = _ends(ask, described)
    if low is None or high is None:
        return Figure(value=0, method=Grade.CATALOGUE)
    return Figure(value=high - min(low, 1) + 1, method=Grade.CATALOGUE, approximate=True)


def _ends(ask: Asker, described: Table) -> list[tuple[int | None, int | None]]:
    row, relation = described.rowid, described.relation
    return ask.quiet(f"SELECT (SELECT min({row}) FROM {relation}), (SELECT max({row}) FROM {relation})")


def draw(ask: Asker, described: Table, plan: Plan, names: tuple[str, ...]) -> Sample | None:
    """A sample as planned, or `None` where the table is no larger than one."""
    if described.rowid is None:
        return _first(ask, described, plan, names)
    ((low, high),) = _ends(ask, described)
    if low is None or high is None or high - low < plan.sample:
        return None
    chance = random.Random(f"{described.name}:{low}:{high}")  # noqa: S311 - a repeatable draw, not a secret
    return _copied(ask, described, plan, names, _by_chance(ask, described, plan.sample, chance, (low, high)))


def _by_chance(ask: Asker, described: Table, wanted: int, chance: random.Random, ends: tuple[int, int]) -> _Choice:
    """Rows at random row ids; how many of those are taken tells how many rows there are."""
    low, high = ends
    span = high - low + 1
    probe = _positions(chance, low, high, wanted)
    hits = _present(ask, described, probe)
    share, sampling = len(hits) / len(probe), "random row ids"
    rows = _estimated(len(hits), len(probe), span)
    if share < _SPARSE:
        hits, sampling = _nearest(ask, described, probe), "the rows next to random row ids (row ids are sparse)"
    elif share < 1:
        hits = _present(ask, described, _positions(chance, low, high, min(span, int(wanted / share * 1.2))))
    chosen = hits if len(hits) <= wanted else chance.sample(hits, wanted)
    where = f"WHERE t.{described.rowid} IN (SELECT value FROM json_each(?1))"
    return _Choice(where, (_json(chosen),), rows, sampling)


def _estimated(hits: int, asked: int, span: int) -> Figure:
    """How many rows there are among `span` row ids, by the share of those asked for that are taken."""
    if hits == asked:
        return Figure(value=span, method=Grade.SAMPLE, approximate=True)
    least, most = wilson(hits, asked)
    return Figure(value=round(hits / asked * span), method=Grade.SAMPLE, low=least * span, high=most * span)


def _first(ask: Asker, described: Table, plan: Plan, names: tuple[str, ...]) -> Sample:
    """The first rows, since there is no row id to draw by."""
    known = catalogue_rows(ask, described)
    rows = known or Figure(value=plan.sample, method=Grade.SAMPLE, at_least=True)
    choice = _Choice(f"LIMIT {plan.sample + 1}", (), rows, "the first rows, not random")
    return _copied(ask, described, plan, names, choice)


def _positions(chance: random.Random, low: int, high: int, count: int) -> list[int]:
    if high - low < 2**62:
        return chance.sample(range(low, high + 1), count)
    return sorted({chance.randint(low, high) for _ in range(count)})


def _json(numbers: Iterable[int]) -> str:
    return "[" + ",".join(map(str, numbers)) + "]"


def _present(ask: Asker, described: Table, positions: list[int]) -> list[int]:
    row = described.rowid
    sql = f"SELECT t.{row} FROM {described.relation} AS t WHERE t.{row} IN (SELECT value FROM json_each(?1))"
    return [number for (number,) in ask.rows(sql, (_json(positions),))]


def _nearest(ask: Asker, described: Table, positions: list[int]) -> list[int]:
    row = described.rowid
    after = f"SELECT t.{row} FROM {described.relation} AS t WHERE t.{row} >= j.value ORDER BY t.{row} LIMIT 1"
    return [number for (number,) in ask.rows(f"SELECT DISTINCT ({after}) FROM json_each(?1) AS j", (_json(positions),))]


def _copied(ask: Asker, described: Table, plan: Plan, names: tuple[str, ...], choice: _Choice) -> Sample:
    """The chosen rows in memory, within the plan's budget of bytes."""
    locators = described.locators if len(names) + len(described.locators) <= _COLUMNS else ()
    values = [*(_cut(column(name)) for name in names), *map(column, locators)]
    sql = f"SELECT {', '.join(values)} FROM {described.relation} AS t {choice.clause}"
    own = memory(ask.limit)
    own.connection.execute(f"CREATE TABLE main.sample ({', '.join(f'c{index}' for index in range(len(values)))})")
    copied, ended = _filled(own, ask.stream(sql, choice.parameters), plan)
    complete = described.rowid is None and not ended
    fields = {name: f"t.c{index}" for index, name in enumerate(names)}
    located = tuple(f"t.c{len(names) + index}" for index in range(len(locators)))
    return Sample(
        ask=own,
        source=Source("main.sample", fields, located),
        rows=Figure(value=copied) if complete else choice.rows,
        n=copied,
        complete=complete,
        random=described.rowid is not None and "sparse" not in choice.sampling and not ended,
        sampling="all rows" if complete else f"{choice.sampling}: {copied:,} rows{ended}",
        parents={(name, rule): _parent(ask, own, rule, fields[name]) for name, rule in references(ask, plan, names)},
    )


def _filled(own: Asker, records: Iterator[tuple[Any, ...]], plan: Plan) -> tuple[int, str]:
    """Copy until the plan is met: (rows copied, why it ended before the last one; empty at the last one)."""
    copied = spent = 0
    own.connection.execute("BEGIN")
    for record in records:
        if copied >= plan.sample:
            return copied, " of more"
        if spent > plan.budget.bytes:
            return copied, ", ended by the limit of bytes"
        own.connection.execute(f"INSERT INTO main.sample VALUES ({', '.join('?' * len(record))})", record)
        copied += 1
        spent += sum(len(value) for value in record if isinstance(value, str | bytes))
    return copied, ""


def _cut(value: str) -> str:
    longer = f"typeof({value}) IN ('text', 'blob') AND length({value}) > {_CELL}"
    return f"CASE WHEN {longer} THEN substr({value}, 1, {_CELL}) ELSE {value} END"


def references(ask: Asker, plan: Plan, names: tuple[str, ...]) -> list[tuple[str, Reference]]:
    """The planned references by field, those whose parent is there."""
    pairs = [(name, rule) for name in names for rule in plan.rules.get(name, ()) if isinstance(rule, Reference)]
    return [(name, rule) for name, rule in pairs if _is_there(ask, rule)]


def _is_there(ask: Asker, rule: Reference) -> bool:
    try:
        parent = table(ask, rule.collection)
    except CollectionFailed:
        return False
    return any(column.name == rule.field for column in parent.columns)


def _parent(ask: Asker, own: Asker, rule: Reference, value: str) -> str:
    """A relation in memory with those of the sampled values that the parent has."""
    relation = "main." + quote(f"{value} in {rule.collection}.{rule.field}")
    own.connection.execute(f"CREATE TABLE {relation} ({quote(rule.field)})")
    seen = own.quiet(f"SELECT DISTINCT {value} FROM main.sample AS t WHERE {value} IS NOT NULL")
    for start in range(0, len(seen), _ASKED_AT_ONCE):
        some = [cell for (cell,) in seen[start : start + _ASKED_AT_ONCE]]
        asked = f"WITH v(value) AS (VALUES {', '.join(['(?)'] * len(some))}) SELECT value FROM v "
        held = ask.rows(asked + f"WHERE value IN (SELECT {quote(rule.field)} FROM {_main(rule)})", some)
        own.connection.executemany(f"INSERT INTO {relation} VALUES (?)", held)
    return relation


def _main(rule: Reference) -> str:
    return f"main.{quote(rule.collection)}"
