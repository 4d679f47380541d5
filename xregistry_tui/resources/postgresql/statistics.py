"""What the server's own statistics say, without reading a record; nothing is analysed for us.

One read tells it of a table. A second table asked for within a short while is taken for the first of many: then one
read tells it of all, and is kept as long.
"""

# ruff: noqa: S608 - only parts of our own are put together
from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from xregistry_tui.resources.postgresql import statements

if TYPE_CHECKING:
    from xregistry_tui.resources.postgresql.connection import Asker

_SECONDS = 5.0
_TOPS = 100
# ANALYZE looks at so many records for each unit of the largest target among the columns
_PER_TARGET = 300

_TABLES = f"""
    SELECT c.oid, n.nspname, c.relname, c.relkind = 'p' OR c.relhassubclass,
           pg_relation_size(c.oid) / current_setting('block_size')::int8, c.relpages, c.reltuples::float8,
           c.relhassubclass OR c.relkind IN ('p', 'f', 'v'),
           (SELECT max(CASE WHEN b.attstattarget > 0 THEN b.attstattarget
                            ELSE current_setting('default_statistics_target')::int END)
            FROM pg_attribute AS b WHERE b.attrelid = c.oid AND b.attnum > 0),
           greatest(pg_stat_get_last_analyze_time(c.oid), pg_stat_get_last_autoanalyze_time(c.oid))
    FROM {statements.FROM}"""

# lists come as texts of JSON, to be read where they are asked for
_COLUMNS = f"""
    SELECT schemaname, tablename, inherited, attname, null_frac, avg_width, n_distinct,
           array_to_json((most_common_vals::text::text[])[1:{_TOPS}])::text,
           array_to_json(most_common_freqs[1:{_TOPS}])::text,
           (SELECT array_to_json(ARRAY[v[1], v[1 + n / 4], v[1 + n / 2], v[1 + n * 3 / 4], v[1 + n]])::text
            FROM (SELECT v, cardinality(v) - 1 AS n
                  FROM (SELECT histogram_bounds::text::text[] AS v OFFSET 0) AS o) AS h
            WHERE v IS NOT NULL)
    FROM pg_stats"""


@dataclass(frozen=True, slots=True)
class Stated:
    """What the server says of one column: shares of the records that it looked at, in its own words.

    `values` is how many distinct ones there are, or minus their share of the records. `tops` and `frequencies` are
    texts of JSON lists, read when they are asked for; `bounds` those of the quantiles at 0, ¼, ½, ¾ and 1 of what is
    not among the tops.
    """

    nulls: float
    width: int
    values: float
    tops: str | None
    frequencies: str | None
    bounds: str | None
    target: int
    analysed: str

    def frequent(self) -> list[str]:
        """The most common values."""
        return list(json.loads(self.tops)) if self.tops else []

    def shares(self) -> list[float]:
        """How much of the records each of them has."""
        return list(json.loads(self.frequencies)) if self.frequencies else []

    def quantiles(self) -> list[str]:
        """The values at 0, ¼, ½, ¾ and 1 of those that are not among the most common; empty where there are none."""
        return list(json.loads(self.bounds)) if self.bounds else []

    @property
    def sample(self) -> int:
        """How many records were looked at, at most."""
        return self.target * _PER_TARGET


@dataclass(slots=True)
class Statistics:
    """What the server knows of one table: pages now, pages and records when it last counted, its columns.

    `many`: its records are those of several tables, or elsewhere.
    """

    pages: int
    counted: int
    rows: float
    many: bool
    columns: dict[str, Stated] = field(default_factory=dict)


@dataclass(slots=True)
class Known:
    """What was read of tables (by OID) within the last seconds."""

    at: float = float("-inf")
    tables: dict[int, Statistics] = field(default_factory=dict)
    all: bool = False


async def stated(ask: Asker, known: Known, table: int) -> Statistics | None:
    """What the server says of a table; `None` where the table is gone."""
    fresh = time.monotonic() - known.at < _SECONDS
    if fresh and (known.all or table in known.tables):
        return known.tables.get(table)
    many = fresh and bool(known.tables)
    known.tables, known.all, known.at = await _read(ask, None if many else table), many, time.monotonic()
    return known.tables.get(table)


async def _read(ask: Asker, table: int | None) -> dict[int, Statistics]:
    if table is None:
        tables = await ask.quiet(f"{_TABLES} WHERE {statements.READABLE}")
        columns = await ask.rows(f"{_COLUMNS} WHERE schemaname NOT IN ('pg_catalog', 'information_schema')")
    else:
        tables = await ask.quiet(f"{_TABLES} WHERE c.oid = $1", (table,))
        names = [(schema, name) for _, schema, name, *_ in tables]
        one = f"{_COLUMNS} WHERE schemaname = $1 AND tablename = $2"
        columns = [row for pair in names for row in await ask.rows(one, pair)]
    by_table: dict[Any, dict[str, Any]] = {}
    for schema, name, inherited, column, *told in columns:
        by_table.setdefault((schema, name, inherited), {})[column] = told
    found = {}
    for oid, schema, name, inherited, *sizes, target, analysed in tables:
        when = str(analysed.replace(microsecond=0)) if analysed else ""
        held: dict[str, list[Any]] = by_table.get((schema, name, inherited), {})
        its = {column: Stated(*[*figures, target, when]) for column, figures in held.items()}
        found[oid] = Statistics(*[*sizes, its])
    return found
