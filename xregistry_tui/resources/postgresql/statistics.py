"""What the server's own statistics say, without reading a record; nothing is analysed for us.

One read tells it of a table. A second table asked for within a short while is taken for the first of many: then one
read tells it of all, and is kept as long.
"""

# ruff: noqa: S608 - only parts of our own are put together
from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from xregistry_tui.resources.postgresql import statements

if TYPE_CHECKING:
    from xregistry_tui.resources.postgresql.connection import Asker

_SECONDS = 5.0
_LONGEST = 256
_TOPS = 100
# ANALYZE looks at so many records for each unit of the largest target among the columns
_PER_TARGET = 300

# a list of values is an array of the column's own type, or of one that is written with another sign between
_VALUES = """
    (SELECT json_agg(left(v, {longest}))::text
     FROM unnest((CASE WHEN y.typdelim = ',' THEN s.{name}::text::text[] END)[1:{most}]) AS v)"""


def _statement(one: bool) -> str:
    tops = _VALUES.format(name="most_common_vals", longest=_LONGEST, most=_TOPS)
    bounds = """
    (SELECT json_agg(left(h.v[1 + round(p * (cardinality(h.v) - 1))::int], {longest}))::text
     FROM (SELECT CASE WHEN y.typdelim = ',' THEN s.histogram_bounds::text::text[] END) AS h(v),
          unnest(ARRAY[0, 0.25, 0.5, 0.75, 1]) AS p WHERE h.v IS NOT NULL)""".format(longest=_LONGEST)
    return f"""
        WITH wanted AS MATERIALIZED (
            SELECT c.oid, n.nspname, c.relname, c.relkind FROM {statements.FROM}
            WHERE {'c.oid = $1' if one else statements.READABLE}
        )
        SELECT c.oid, s.attname, s.null_frac, s.avg_width, s.n_distinct, {tops},
               to_json((s.most_common_freqs)[1:{_TOPS}])::text, {bounds},
               cardinality(s.most_common_freqs),
               (SELECT max(CASE WHEN b.attstattarget > 0 THEN b.attstattarget
                                ELSE current_setting('default_statistics_target')::int END)
                FROM pg_attribute AS b WHERE b.attrelid = c.oid AND b.attnum > 0),
               pg_catalog.date_trunc('second', greatest(pg_stat_get_last_analyze_time(c.oid),
                                                        pg_stat_get_last_autoanalyze_time(c.oid)))::text
        FROM wanted AS c
        JOIN pg_stats AS s ON s.schemaname = c.nspname AND s.tablename = c.relname
        JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = s.attname
        JOIN pg_type AS y ON y.oid = a.atttypid
        WHERE s.inherited = (c.relkind = 'p' OR EXISTS (SELECT 1 FROM pg_inherits AS i WHERE i.inhparent = c.oid))"""


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
    listed: int
    target: int
    analysed: str

    def frequent(self) -> Iterator[tuple[str, float]]:
        """(value, share of the records) of the most common ones."""
        if self.tops and self.frequencies:
            yield from zip(json.loads(self.tops), json.loads(self.frequencies), strict=False)

    def quantiles(self) -> tuple[str, ...]:
        """The values at 0, ¼, ½, ¾ and 1 of those that are not among the most common; empty where there are none."""
        return tuple(json.loads(self.bounds)) if self.bounds else ()

    @property
    def sample(self) -> int:
        """How many records were looked at, at most."""
        return self.target * _PER_TARGET


Columns = Mapping[str, Stated]


@dataclass(slots=True)
class Known:
    """What was read of tables (by OID) within the last seconds."""

    at: float = float("-inf")
    tables: dict[int, dict[str, Stated]] = field(default_factory=dict)
    all: bool = False


async def stated(ask: Asker, known: Known, table: int) -> Columns:
    """By column what the server says; empty where the table was never analysed."""
    fresh = time.monotonic() - known.at < _SECONDS
    if fresh and (known.all or table in known.tables):
        return known.tables.get(table, {})
    if not fresh:
        known.tables, known.all = {}, False
    many = fresh and bool(known.tables)
    rows = await (ask.rows(_statement(one=False)) if many else ask.rows(_statement(one=True), (table,)))
    known.tables.setdefault(table, {})
    for oid, name, *told in rows:
        known.tables.setdefault(oid, {})[name] = _of(told)
    known.all, known.at = many, time.monotonic()
    return known.tables[table]


def _of(told: list[Any]) -> Stated:
    nulls, width, values, tops, frequencies, bounds, listed, target, analysed = told
    return Stated(nulls, width, values, tops, frequencies, bounds, listed or 0, target, analysed or "")
