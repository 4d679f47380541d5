"""Which records of a table are looked at: whole pages by chance where it is large, single records where it is not.

A draw is a common table expression `s` that gives the same records each time it runs within one state of the data: a
sample is asked several questions without ever being kept. `b` is the cluster that a record was drawn with, `i` its
number, `c0` … its columns.
"""

# ruff: noqa: S608 - names are quoted, values are bound
from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xregistry_tui.profiling.plan import Grade
from xregistry_tui.profiling.profile import Figure
from xregistry_tui.resources.postgresql.catalogue import Relation

if TYPE_CHECKING:
    from xregistry_tui.resources.postgresql.catalogue import Table
    from xregistry_tui.resources.postgresql.connection import Asker

# so few pages are read whole in some milliseconds, and single records say more than whole pages
_FEW_PAGES = 2_000
# to learn how many records a page has
_PROBED = 32
_LEAST_PAGES = 50
SAMPLED = frozenset({Relation.TABLE, Relation.PARTITIONED, Relation.MATERIALISED})

_SIZE = """
    WITH RECURSIVE tree(oid) AS (
        SELECT $1::oid UNION SELECT i.inhrelid FROM tree JOIN pg_inherits AS i ON i.inhparent = tree.oid)
    SELECT coalesce(sum(pg_relation_size(c.oid)), 0)::int8 / current_setting('block_size')::int8,
           coalesce(sum(c.relpages) FILTER (WHERE c.relkind <> 'p'), 0)::int8,
           CASE WHEN bool_and(c.relkind = 'p' OR c.reltuples > 0 OR pg_relation_size(c.oid) = 0)
                THEN sum(greatest(c.reltuples, 0)) FILTER (WHERE c.relkind <> 'p') END::float8,
           bool_or(c.relkind = 'f'), count(*) > 1
    FROM tree JOIN pg_class AS c USING (oid)"""


@dataclass(frozen=True, slots=True)
class Size:
    """Pages now, and how many records they have by the engine's last estimate; `None` where it has none.

    `foreign` parts are elsewhere, `parts` says whether the records are those of several tables.
    """

    pages: int
    rows: float | None
    foreign: bool
    parts: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """Records of a relation: `clause` draws them, a `fraction` of all its pages or records, of about `rows`.

    `pages`: they were drawn by whole pages. `random`: by chance, so that figures are about the whole. `complete`:
    they are all there are.
    """

    described: Table
    clause: str
    fraction: float
    rows: Figure
    sampling: str
    pages: bool = False
    parts: bool = False
    random: bool = True
    complete: bool = False

    def table(self, values: Sequence[str], among: str = "") -> str:
        """The common table expression `s` with these columns."""
        listed = "".join(f", {value} AS c{index}" for index, value in enumerate(values))
        block = "row_number() OVER ()"
        if self.pages:
            block = "(t.ctid::text::point)[0]::int8"
            if self.parts:
                # the pages of each part have numbers of their own
                block = f"t.tableoid::int8 * 4294967296 + {block}"
        inner = (
            f"SELECT {block} AS b, row_number() OVER () AS i{listed} FROM {self.described.relation} AS t{self.clause}"
        )
        return f"s AS ({inner}{among})"


async def size(ask: Asker, described: Table) -> Size:
    """How large a table is now, its partitions and heirs with it."""
    ((pages, counted, rows, foreign, parts), *_) = await ask.quiet(_SIZE, (described.oid,))
    return Size(pages, grown(pages, counted, rows), bool(foreign), bool(parts))


def grown(pages: int, counted: int, rows: float | None) -> float | None:
    """Records now, when there were `rows` on `counted` pages: between two counts a table grows by pages."""
    if rows is None or rows < 0 or (rows == 0 and pages > 0):
        return None
    return rows / counted * pages if counted else rows


def estimate(known: Size, described: Table) -> Figure | None:
    """How many records there are, by what the engine knows; `None` where it knows nothing."""
    if described.kind not in SAMPLED or known.rows is None or known.foreign:
        return None
    return Figure(value=round(known.rows), method=Grade.CATALOGUE, approximate=True)


async def draw(ask: Asker, described: Table, wanted: int) -> Draw:
    """About so many records, the same ones as long as the data is the same."""
    known = await size(ask, described)
    if described.kind not in SAMPLED or known.foreign:
        return _first(described, wanted)
    rows = known.rows if known.rows is not None else await _probed(ask, described, known)
    if rows <= wanted and known.pages <= max(_FEW_PAGES, wanted):
        whole = Figure(value=round(rows), approximate=True)
        return Draw(described=described, clause="", fraction=1.0, rows=whole, sampling="all rows", complete=True)
    share = min(1.0, wanted / max(rows, 1.0))
    seed = zlib.crc32(described.collection.encode("utf-8", "backslashreplace")) % 10_000
    figure = estimate(known, described) or Figure(value=round(rows), method=Grade.SAMPLE, approximate=True)
    by_page = known.pages > _FEW_PAGES
    if by_page:
        share = min(1.0, max(share, _LEAST_PAGES / known.pages))
    method = "SYSTEM" if by_page else "BERNOULLI"
    sampling = "whole pages by chance" if by_page else "single rows by chance"
    # who may read some columns only may not read which page a record is on
    blind = by_page and described.hidden > 0
    return Draw(
        described=described,
        clause=f" TABLESAMPLE {method} ({share * 100:.10f}) REPEATABLE ({seed})",
        fraction=share,
        rows=figure,
        sampling=f"{sampling}, of which no interval can be told" if blind else sampling,
        pages=by_page and not blind,
        random=not blind,
        parts=known.parts,
    )


def _first(described: Table, wanted: int) -> Draw:
    """The first records, since there are no pages to draw from."""
    rows = Figure(value=wanted, method=Grade.SAMPLE, at_least=True)
    return Draw(
        described=described,
        clause=f" LIMIT {wanted + 1}",
        fraction=0.0,
        rows=rows,
        sampling="the first rows, not random",
        random=False,
    )


async def _probed(ask: Asker, described: Table, known: Size) -> float:
    """How many records there are, from some pages: the engine never counted them."""
    if known.pages <= _FEW_PAGES // 4:
        return float((await ask.rows(f"SELECT count(*) FROM {described.relation} AS t"))[0][0])
    share = min(1.0, _PROBED / known.pages)
    sql = f"SELECT count(*) FROM {described.relation} AS t TABLESAMPLE SYSTEM ({share * 100:.10f}) REPEATABLE (0)"
    return float((await ask.rows(sql))[0][0]) / share
