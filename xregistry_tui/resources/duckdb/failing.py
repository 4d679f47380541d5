"""Some of the records that fail a rule, located by their place in the file."""

# ruff: noqa: S608 - names are quoted, values are bound
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xregistry_tui.profiling.plan import Plan
from xregistry_tui.profiling.profile import FieldProfile, RuleResult
from xregistry_tui.resources.duckdb.connection import Asker
from xregistry_tui.resources.duckdb.places import Place, checked, dialect
from xregistry_tui.resources.duckdb.relation import Relation
from xregistry_tui.resources.sql import Parameters, quote
from xregistry_tui.schema.rules import Required, Unique


def failing(
    ask: Asker, relation: Relation, plan: Plan, found: Sequence[Place], fields: dict[str, FieldProfile]
) -> dict[str, FieldProfile]:
    """The figures with the places of some failing records and their values."""
    return {
        place.path: replace(
            fields[place.path],
            rules=tuple(
                _located(ask, relation, plan, place, result) if result.failed else result
                for result in fields[place.path].rules
            ),
        )
        for place in found
    }


def _located(ask: Asker, relation: Relation, plan: Plan, place: Place, result: RuleResult) -> RuleResult:
    parameters = Parameters(dialect(place))
    if isinstance(result.rule, Unique):
        repeated = f"SELECT {place.sql} FROM {relation.sql} AS t GROUP BY 1 HAVING count(*) > 1"
        where = f"{place.sql} IN ({repeated})"
    elif isinstance(result.rule, Required):
        where = f"{place.sql} IS NULL"
    else:
        made = checked(result.rule, place, parameters)
        if made is None:
            return result
        where = f"{made.applies} AND NOT ({made.holds})"
    row = f"t.{quote(relation.row)}"
    sql = f"SELECT {row}, {place.sql} FROM {relation.numbered} AS t WHERE {where} LIMIT {plan.failing_keys}"
    rows = ask.rows(sql, parameters.values)
    return replace(result, keys=tuple((place_,) for place_, _ in rows), values=tuple(value for _, value in rows))
