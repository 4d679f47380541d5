"""What the engine says of demands: all that are rules over plain values, by one exact look at all records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from xregistry_tui.enrichment.passing import KEPT
from xregistry_tui.profiling.plan import Budget, Grade, Plan
from xregistry_tui.schema.proof import Finding, Outcome
from xregistry_tui.schema.rules import Reference, Required, Rule, Unique
from xregistry_tui.schema.shape import CollectionKind, FieldShape, Shape

if TYPE_CHECKING:
    from xregistry_tui.enrichment.demands import Demand
    from xregistry_tui.profiling.profile import FieldProfile, Profile, RuleResult


def plan_of(asked: Sequence[Demand], shape: Shape, budget: Budget) -> Plan:
    """One exact look at the fields that rules or kinds are asked of; of documents also at those nobody saw yet."""
    wanted = [one for one in asked if one.name and not (one.only_ours or one.closed)]
    if shape.kind is CollectionKind.COLLECTION:
        unseen = dict.fromkeys(one.name for one in wanted if shape.field(one.name) is None)
        shape = replace(shape, fields=(*shape.fields, *(FieldShape(name=name, required=False) for name in unseen)))
    names = list(dict.fromkeys(one.name for one in wanted if shape.field(one.name) is not None))
    rules: dict[str, tuple[Rule, ...]] = {
        name: tuple(one.rule for one in wanted if one.name == name and one.rule is not None) for name in names
    }
    # records are counted by looking at one field
    fields = tuple(names) or tuple(field.name for field in shape.fields[:1])
    return Plan(
        shape=shape, grade=Grade.EXACT, fields=fields, rules=rules, failing_keys=KEPT, budget=budget, figures=False
    )


def counted(demand: Demand, profile: Profile, shape: Shape) -> Finding | None:
    """What became of a demand by the figures of the look; `None`: only the class can tell."""
    documents = shape.kind is CollectionKind.COLLECTION
    if demand.only_ours or (demand.closed and documents):
        return None
    if demand.closed:
        return _tested(demand, profile.n, profile.n if demand.strays else 0)
    if not demand.name:
        return _kept(demand, profile, shape)
    field = profile.fields.get(demand.name)
    if field is None:
        if documents:
            return None
        missing = profile.n if demand.needed else 0
        return _tested(demand, profile.n, missing, note="" if not missing else f"{shape.name} has no such column")
    if isinstance(demand.rule, Required):
        return _present(demand, field, profile.n)
    return _ruled(demand, field, profile)


def _ruled(demand: Demand, field: FieldProfile, profile: Profile) -> Finding | None:
    seen = {kind for kind, count in field.kinds.items() if count}
    if demand.kinds is not None and not seen <= demand.kinds:
        return None
    if demand.rule is None:
        return _tested(demand, profile.n, 0)
    result = _result(field, demand.rule)
    if isinstance(demand.rule, Unique | Reference) and (result is None or result.failed is None):
        return _untold(demand, profile.n)
    if result is None or result.failed is None:
        return None
    if result.checked != field.present and not isinstance(demand.rule, Unique | Reference):
        return None
    return _tested(demand, profile.n, result.failed, result)


def _result(field: FieldProfile, rule: Rule) -> RuleResult | None:
    return next((one for one in field.rules if one.rule == rule), None)


def _present(demand: Demand, field: FieldProfile, rows: int) -> Finding | None:
    """Nulls fail where none are allowed, absence where a value is needed; one rule of the engine counts both."""
    nulls = 0 if demand.nullable else field.nulls
    missing = field.missing if demand.needed else 0
    result = _result(field, Required())
    both = result if result is not None and result.failed == nulls + missing else None
    return _tested(demand, rows, nulls + missing, both)


def _kept(demand: Demand, profile: Profile, shape: Shape) -> Finding:
    """Several fields together: nobody counts them, the engine keeps them unique or not."""
    kept = any(demand.words.endswith(f" {', '.join(names)}") for names in shape.unique)
    return _tested(demand, profile.n, 0) if kept else _untold(demand, profile.n)


def _untold(demand: Demand, rows: int) -> Finding:
    outcome = Outcome.PARTLY if rows else Outcome.PROVEN
    note = "the engine cannot tell"
    return Finding(path=demand.path, words=demand.words, checked=0, failed=0, outcome=outcome, note=note)


def _tested(demand: Demand, rows: int, failed: int, result: RuleResult | None = None, note: str = "") -> Finding:
    return Finding(
        path=demand.path,
        words=demand.words,
        checked=rows,
        failed=failed,
        outcome=Outcome.REFUTED if failed else Outcome.PROVEN,
        keys=result.keys if result is not None else (),
        values=result.values if result is not None else (),
        note=note,
    )
