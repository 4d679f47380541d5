"""What Parquet files say of themselves: rows, extremes and nulls, counted when they were written and free to read."""

# ruff: noqa: S608 - files are literals
from __future__ import annotations

from typing import Any

from xregistry_tui.profiling.plan import Grade
from xregistry_tui.profiling.profile import FieldProfile, Figure
from xregistry_tui.resources.duckdb.connection import Asker, literal
from xregistry_tui.resources.duckdb.relation import Relation
from xregistry_tui.schema.shape import FieldShape, Kind

_BARE = frozenset({Kind.INTEGER, Kind.NUMBER, Kind.DECIMAL, Kind.STRING, Kind.DATE, Kind.DATETIME, Kind.BOOLEAN})


def rows(ask: Asker, relation: Relation) -> int:
    """How many rows the files have."""
    ((found,),) = ask.rows(f"SELECT sum(num_rows) FROM parquet_file_metadata([{_files(relation)}])")
    return int(found or 0)


def fields(ask: Asker, relation: Relation, wanted: list[FieldShape], count: int) -> dict[str, FieldProfile]:
    """What is known of the columns; those that files say nothing of are left out."""
    sql = (
        "SELECT path_in_schema, sum(stats_null_count), count(*) = count(stats_null_count), "
        "list(stats_min_value), list(stats_max_value) "
        f"FROM parquet_metadata([{_files(relation)}]) GROUP BY 1"
    )
    told = {path: rest for path, *rest in ask.rows(sql)}
    found: dict[str, FieldProfile] = {}
    for field in wanted:
        if field.kind in _BARE and field.name in told and told[field.name][1]:
            found[field.name] = _field(ask, field, count, told[field.name])
    return found


def _field(ask: Asker, field: FieldShape, count: int, told: list[Any]) -> FieldProfile:
    nulls, _, lows, highs = told
    nulls = int(nulls)
    type_ = field.native or "VARCHAR"
    complete = None not in lows and None not in highs
    # an extreme of a long text may be cut in the footer: it is a bound, not a value
    extremes = complete and field.kind not in (Kind.STRING, Kind.BOOLEAN)
    cast = f"TRY_CAST(x AS {type_})"
    sql = f"SELECT (SELECT min({cast}) FROM unnest($1) AS v(x)), (SELECT max({cast}) FROM unnest($2) AS v(x))"
    low, high = ask.quiet(sql, (lows, highs))[0] if extremes else (None, None)
    return FieldProfile(
        name=field.name,
        looked_at=count,
        nulls=nulls,
        kinds={field.kind: count - nulls} if count > nulls else {},
        fill=Figure(value=(count - nulls) / count, method=Grade.CATALOGUE) if count else None,
        minimum=low,
        maximum=high,
    )


def _files(relation: Relation) -> str:
    return ", ".join(literal(path) for path in relation.source.files)
