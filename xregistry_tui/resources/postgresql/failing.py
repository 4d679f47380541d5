"""What became of each rule, with the keys and values of some records that fail it."""

# ruff: noqa: S608 - names are quoted, values are bound
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from xregistry_tui.profiling.profile import Figure, RuleResult
from xregistry_tui.resources.postgresql.measures import SHOWN
from xregistry_tui.resources.postgresql.rules import enforced
from xregistry_tui.resources.postgresql.values import locators
from xregistry_tui.resources.sql import counted_by_groups, duplicated
from xregistry_tui.schema.rules import Required, Rule
from xregistry_tui.schema.shape import Kind

if TYPE_CHECKING:
    from xregistry_tui.profiling.profile import FieldProfile
    from xregistry_tui.resources.postgresql.asking import Look
    from xregistry_tui.resources.postgresql.figures import Asked, Counts
    from xregistry_tui.resources.postgresql.sample import Draw


@dataclass(frozen=True, slots=True)
class _Records:
    """Where failing records are looked for: all, or those of a draw."""

    look: Look
    asked: Asked
    source: str
    draw: Draw | None


async def results(
    look: Look,
    asked: Asked,
    counts: Counts,
    known: FieldProfile,
    source: str,
    *,
    repeated: int | None = None,
    before: Draw | None = None,
    rates: Mapping[int, Figure | None] | None = None,
) -> tuple[RuleResult, ...]:
    """One result for each rule planned for the field; `repeated` counts records whose value is not theirs alone."""
    records = _Records(look, asked, source, before)
    found = []
    for rule in look.plan.rules.get(known.name, ()):
        result = _result(look, asked, counts, known, rule, repeated=repeated)
        if result.failed:
            result = await _with_keys(records, result)
        if rates and rule in asked.checks:
            result = replace(result, rate=rates.get(list(asked.checks).index(rule)))
        found.append(result)
    return tuple(found)


def _result(
    look: Look, asked: Asked, counts: Counts, known: FieldProfile, rule: Rule, *, repeated: int | None
) -> RuleResult:
    if enforced(rule, known.name, look.described):
        return RuleResult(rule=rule, checked=known.looked_at if isinstance(rule, Required) else known.present, failed=0)
    if isinstance(rule, Required):
        return RuleResult(rule=rule, checked=known.looked_at, failed=known.nulls)
    if counted_by_groups(rule) and (repeated is not None or not known.present):
        return RuleResult(rule=rule, checked=known.present, failed=repeated or 0)
    if rule not in asked.checks:
        return RuleResult(rule=rule, checked=0, failed=None)
    place = list(asked.checks).index(rule)
    checked, failed = (int(counts[f"{name} {place}"] or 0) for name in ("checked", "failed"))
    return RuleResult(rule=rule, checked=checked, failed=failed)


async def _with_keys(records: _Records, result: RuleResult) -> RuleResult:
    """The result with the locators and values of some failing records."""
    look, measure = records.look, records.asked.measure
    places = locators(look.described, look.known)
    keys = [place.sql for place in places]
    before = ""
    if records.draw is not None:
        first = len(look.names)
        columns = [*look.columns(look.names).values(), *keys]
        before = f"WITH {records.draw.table(columns)} "
        keys = [f"t.c{first + index}" for index in range(len(places))]
    shown = measure.read.cut(measure.value, str(SHOWN)) if not measure.as_text else f"left({measure.grouped}, {SHOWN})"
    wanted = ", ".join([shown, *(place.reading.whole(key) for place, key in zip(places, keys, strict=True))])
    where = _where(records, result.rule)
    rows = await look.rows(
        f"{before}SELECT {wanted} FROM {records.source} WHERE {where} LIMIT {look.plan.failing_keys}"
    )
    read = measure.read.decode if not measure.as_text and measure.kind is not Kind.OBJECT else str
    return replace(
        result,
        keys=tuple(
            tuple(place.reading.decode(cell) for place, cell in zip(places, row[1:], strict=True)) for row in rows
        )
        if places
        else (),
        values=tuple(read(row[0]) if row[0] is not None else None for row in rows),
    )


def _where(records: _Records, rule: Rule) -> str:
    measure = records.asked.measure
    if isinstance(rule, Required):
        return f"NOT ({measure.present})"
    if counted_by_groups(rule):
        return duplicated(measure.grouped, records.source)
    check = records.asked.checks[rule]
    return f"{check.applies} AND NOT ({check.holds})"
