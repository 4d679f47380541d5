"""What a look reads: all rows, or some of them in a table of our own."""

# ruff: noqa: S608 - names are quoted
from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xregistry_tui.profiling.plan import COUNTABLE_VALUES, Grade, Plan
from xregistry_tui.profiling.profile import Figure
from xregistry_tui.resources.duckdb.connection import Asker
from xregistry_tui.resources.duckdb.relation import Relation
from xregistry_tui.resources.duckdb.sources import Format
from xregistry_tui.resources.sql import quote

SCANNED = 2_000_000
"""Of so many rows some are drawn one by one; of more in runs, since that would take seconds."""

_SAMPLE = "sample"
_RUNS = 16
_COPIED = 16 * 1024 * 1024


@dataclass(slots=True)
class Look:
    """What one look reads from, how good its figures are, and how they were got."""

    sql: str
    rows: Figure
    grade: Grade
    said: list[str]
    random: bool = True

    @property
    def copied(self) -> bool:
        """Whether it reads a table of our own, which has few rows."""
        return self.sql == quote(_SAMPLE)


def look(ask: Asker, relation: Relation, names: Sequence[str], plan: Plan, rows: Figure) -> Look:
    """Take a sample of these columns where the plan wants one and there are more rows than that."""
    if plan.grade is Grade.EXACT or (not rows.approximate and rows.value <= plan.sample):
        return _whole(ask, relation, names, rows)
    drawn, said, by_chance = _drawn(relation, names, plan, rows)
    copied = _copied(ask, drawn)
    if copied < plan.sample and relation.source.format is Format.CSV:
        return _whole(ask, relation, names, Figure(value=copied))
    about = rows
    if rows.approximate:
        about = Figure(value=max(rows.value, copied), method=Grade.SAMPLE, approximate=True)
    return Look(quote(_SAMPLE), about, Grade.SAMPLE, [f"{said}: {copied:,} rows"], by_chance)


def _whole(ask: Asker, relation: Relation, names: Sequence[str], rows: Figure) -> Look:
    """All rows; few are copied, so that their file is read once however often they are asked about."""
    sql = relation.counting or relation.sql
    if rows.value * len(names) <= COUNTABLE_VALUES and relation.source.bytes <= _COPIED:
        rows, sql = Figure(value=_copied(ask, f"SELECT {_listed(names)} FROM {sql}")), quote(_SAMPLE)
    return Look(sql, rows, Grade.EXACT, ["all rows"])


def _copied(ask: Asker, sql: str) -> int:
    """Rows as a table of our own; gives how many they are."""
    ask.quiet(f"DROP TABLE IF EXISTS {quote(_SAMPLE)}")
    ((count,),) = ask.rows(f"CREATE TEMP TABLE {quote(_SAMPLE)} AS {sql}")
    return int(count)


def _drawn(relation: Relation, names: Sequence[str], plan: Plan, rows: Figure) -> tuple[str, str, bool]:
    """(SQL, how it is called, whether each row is drawn for itself)."""
    if relation.source.format is Format.CSV:
        return f"SELECT {_listed(names)} FROM {relation.sql} LIMIT {plan.sample}", "the first rows, not random", False
    if relation.placed[0] and rows.value > SCANNED and len(relation.source.files) == 1:
        return (
            _runs(relation, names, plan, int(rows.value)),
            f"{_RUNS} runs of rows at random places, which may be alike",
            False,
        )
    placed, place = relation.placed
    if placed:
        return (
            f"SELECT {_listed(names)} FROM {placed} WHERE {by_hash(place, plan.sample / rows.value)}",
            "rows drawn at random",
            True,
        )
    sample = f"USING SAMPLE reservoir({plan.sample} ROWS) REPEATABLE (42)"
    return f"SELECT {_listed(names)} FROM {relation.sql} {sample}", "rows drawn at random", True


def by_hash(place: str, share: float) -> str:
    """What is true for a share of rows, the same ones each time: their numbers are mixed."""
    return f"hash({place}) < {int(share * 2**64)}::UBIGINT"


def _runs(relation: Relation, names: Sequence[str], plan: Plan, rows: int) -> str:
    source, place = relation.placed
    ends = _places(relation.source.files[0].name, plan.sample, rows)
    where = (f"{place} BETWEEN {start} AND {end}" for start, end in ends)
    return " UNION ALL ".join(f"SELECT {_listed(names)} FROM {source} WHERE {one}" for one in where)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(quote, names))


def _places(name: str, wanted: int, rows: int) -> Iterator[tuple[int, int]]:
    """One run in each part of the file, the same ones while it has as many rows."""
    chance = random.Random(f"{name}:{rows}")  # noqa: S311 - a repeatable draw, not a secret
    length, part = max(1, wanted // _RUNS), rows // _RUNS
    for number in range(_RUNS):
        start = number * part + chance.randrange(max(1, part - length))
        yield start, start + length - 1
