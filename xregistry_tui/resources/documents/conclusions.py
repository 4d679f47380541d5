"""The figures of one place from what was counted there."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite
from typing import TYPE_CHECKING, Any

from xregistry_tui.profiling.formats import LIKELY
from xregistry_tui.profiling.interval import wilson
from xregistry_tui.profiling.plan import Grade, Plan
from xregistry_tui.profiling.profile import FieldProfile, Figure, Lengths, RuleResult
from xregistry_tui.resources.documents.seeing import kind_by_type
from xregistry_tui.schema.rules import Required, Rule, Unique
from xregistry_tui.schema.shape import Kind

if TYPE_CHECKING:
    from xregistry_tui.resources.documents.column import Column
    from xregistry_tui.resources.documents.tally import Tally

_NOTHING = type(None)


def field_profile(found: Tally, n: int, rows: Figure, grade: Grade, plan: Plan, *, random: bool = True) -> FieldProfile:
    """The figures of one field over `n` records of about `rows`, `random` where a sample was drawn by chance."""
    looked_at = found.seen if found.per_value else n
    kinds = _kinds(found)
    present = found.seen - found.nulls
    known = FieldProfile(
        name=found.path,
        looked_at=looked_at,
        missing=looked_at - found.seen,
        nulls=found.nulls,
        kinds=kinds,
        fill=_share(present, looked_at, rows, grade, random=random),
        nans=found.nans or None,
        lengths=Lengths(found.sizes[0], found.sizes[1], found.sizes[2] / found.types[list]) if found.sizes else None,
        categorical=not found.per_value,
    )
    columns = list(dict.fromkeys(found.columns.values()))
    if columns:
        known = _with_values(known, found, columns, grade, plan)
    return replace(known, rules=tuple(_result(found, known, rule, columns, grade) for rule in found.rules))


def _kinds(found: Tally) -> dict[Kind, int]:
    kinds: dict[Kind, int] = {}
    as_map = found.items is not None and not found.children
    for type_, count in found.types.items():
        if type_ is not _NOTHING:
            kind = kind_by_type(type_)
            kind = Kind.MAP if kind is Kind.OBJECT and as_map and list not in found.types else kind
            kinds[kind] = kinds.get(kind, 0) + count
    if Kind.NUMBER in kinds and Kind.INTEGER in kinds:
        kinds[Kind.NUMBER] += kinds.pop(Kind.INTEGER)  # 1 among 0.5 and 1.5 is one of them
    return kinds


def _share(hits: int, n: int, rows: Figure, grade: Grade, *, random: bool) -> Figure | None:
    if not n:
        return None
    if grade is Grade.EXACT:
        return Figure(value=hits / n)
    if not random:
        return Figure(value=hits / n, method=Grade.SAMPLE, approximate=True)
    low, high = wilson(hits, n, max(n, int(rows.value)))
    return Figure(value=hits / n, method=Grade.SAMPLE, low=low, high=high)


def _with_values(known: FieldProfile, found: Tally, columns: list[Column], grade: Grade, plan: Plan) -> FieldProfile:
    """With the figures of the type that most values have; what is counted over all types is summed."""
    counts = {id(column): 0 for column in columns}
    for type_, column in found.columns.items():
        counts[id(column)] += found.types.get(type_, 0)
    main = max(columns, key=lambda column: counts[id(column)])
    bounded = any(column.bounded for column in columns)
    mean, deviation = _moments(main)
    tops = sorted((entry for column in columns for entry in column.most(plan.top)), key=lambda entry: -entry.count)
    return replace(
        known,
        empty=sum(column.empty for column in columns),
        blank=sum(column.blank for column in columns),
        distinct=Figure(
            value=sum(column.distinct for column in columns),
            method=grade,
            at_least=bounded or grade is Grade.SAMPLE,
        ),
        once=None if bounded else sum(column.once for column in columns),
        minimum=main.low,
        maximum=main.high,
        mean=mean,
        deviation=deviation,
        quantiles=() if main.texts else main.quantiles(),
        histogram=main.histogram(plan.bins),
        top=tuple(tops[: plan.top]),
        lengths=main.sizes(counts[id(main)]) or known.lengths,
        zeros=main.zeros if main.moments.n else None,
        negatives=main.negatives if main.moments.n else None,
        formats=_formats(columns, known.present),
        categorical=known.categorical and not bounded,
    )


def _formats(columns: list[Column], present: int) -> tuple[tuple[str, float], ...]:
    """The formats that most of the texts have, with the share of all values."""
    shares = [(name, count / present) for column in columns for name, count in (column.formed or {}).items()]
    return tuple(sorted(((name, share) for name, share in shares if share >= LIKELY), key=lambda entry: -entry[1]))


def _moments(main: Column) -> tuple[float | None, float | None]:
    mean, deviation = main.moments.mean, main.moments.deviation
    if not main.moments.n or not isfinite(mean):
        return None, None
    return mean, deviation if isfinite(deviation) else None


def _result(found: Tally, known: FieldProfile, rule: Rule, columns: list[Column], grade: Grade) -> RuleResult:
    if isinstance(rule, Required):
        return RuleResult(rule=rule, checked=known.looked_at, failed=known.missing + known.nulls)
    if isinstance(rule, Unique):
        if grade is not Grade.EXACT or any(column.bounded for column in columns):
            return RuleResult(rule=rule, checked=0, failed=None)
        return RuleResult(rule=rule, checked=known.present, failed=sum(column.repeated for column in columns))
    checked = sum(column.checked[rule] for column in columns)
    if not checked and known.present:
        return RuleResult(rule=rule, checked=0, failed=None)
    return RuleResult(rule=rule, checked=checked, failed=sum(column.failed[rule] for column in columns))


def offenders(found: Tally, rule: Rule) -> set[Any]:
    """The values that a rule was seen to fail for, as they were counted."""
    return {value for column in found.columns.values() for value in column.offenders.get(rule, ())}
