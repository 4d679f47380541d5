"""The result of one rule, with the `_id` and the values of some records that break it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import bson

from xregistry_tui.profiling.plan import Grade
from xregistry_tui.profiling.profile import FieldProfile, RuleResult
from xregistry_tui.resources.mongodb.checks import check
from xregistry_tui.resources.mongodb.connection import aggregate
from xregistry_tui.resources.mongodb.figures import SHOWN
from xregistry_tui.resources.mongodb.kinds import ABSENT
from xregistry_tui.resources.mongodb.values import CODEC, locator, plain
from xregistry_tui.schema.rules import Rule, Unique

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bson.raw_bson import RawBSONDocument

    from xregistry_tui.resources.mongodb.findings import Typed
    from xregistry_tui.resources.mongodb.profile import Look


async def failing(
    look: Look, seen: FieldProfile, rule: Rule, typed: Typed, told: Mapping[str, Any] | None
) -> RuleResult:
    """How many records a rule was judged by, how many break it, and some of those."""
    if isinstance(rule, Unique):
        return await _repeated(look, seen, rule, told)
    asked = list(look.checks(seen.name))
    if rule not in asked:
        return RuleResult(rule=rule, checked=0, failed=None)
    place = asked.index(rule)
    checked, failed = typed.total(f"a{place}"), typed.total(f"f{place}")
    made = check(rule, look.value(seen.name))
    if not failed or made is None:
        return RuleResult(rule=rule, checked=checked, failed=failed)
    stages = [*look.drawn.stages, {"$match": {"$expr": made.broken}}, {"$limit": look.plan.failing_keys}]
    shown = {"_id": 0, "k": "$_id", "v": _cut(look.value(seen.name))}
    found = await look.ask.raw(aggregate(look.described.name, [*stages, {"$project": shown}]))
    rows = [bson.decode(one.raw, CODEC) for one in found]
    return _result(look, rule, checked, failed, [(row.get("k"), row.get("v")) for row in rows])


def _result(look: Look, rule: Rule, checked: int, failed: int, found: list[tuple[Any, Any]]) -> RuleResult:
    keys = tuple((locator(key),) for key, _ in found) if look.described.plain else ()
    return RuleResult(
        rule=rule, checked=checked, failed=failed, keys=keys, values=tuple(plain(value) for _, value in found)
    )


async def _repeated(look: Look, seen: FieldProfile, rule: Rule, told: Mapping[str, Any] | None) -> RuleResult:
    """By how often values occur; a sample cannot tell, and what the server keeps unique needs no telling."""
    if look.grade is Grade.SAMPLE:
        return RuleResult(rule=rule, checked=0, failed=None)
    if told is None:
        kept = (seen.name,) in look.plan.shape.unique
        return RuleResult(rule=rule, checked=seen.present if kept else 0, failed=0 if kept else None)
    failed = int(told.get("repeated", 0))
    if not failed:
        return RuleResult(rule=rule, checked=seen.present, failed=0)
    value = look.value(seen.name)
    ends = {"first": {"$min": "$_id"}, "last": {"$max": "$_id"}}
    stages: list[dict[str, Any]] = [
        {"$project": {"v": value}},
        {"$match": {"$expr": {"$not": [{"$in": [{"$type": "$v"}, [*ABSENT]]}]}}},
        {"$group": {"_id": "$v", "n": {"$sum": 1}, **ends}},
        {"$match": {"n": {"$gt": 1}}},
        {"$sort": {"first": 1}},
        {"$limit": max(1, look.plan.failing_keys // 2)},
        {"$set": {"_id": _cut("$_id")}},
    ]
    found: list[RawBSONDocument] = list(await look.ask.raw(aggregate(look.described.name, stages)))
    rows = [bson.decode(one.raw, CODEC) for one in found]
    pairs = [(row[end], row["_id"]) for row in rows for end in ends]
    return _result(look, rule, seen.present, failed, pairs)


def _cut(value: Any) -> dict[str, Any]:
    """The value, or its beginning; what holds others is not shown."""
    kind = {"$type": value}
    branches = [
        {"case": {"$eq": [kind, "string"]}, "then": {"$substrCP": [value, 0, SHOWN]}},
        {"case": {"$in": [kind, ["object", "array", "binData"]]}, "then": None},
    ]
    return {"$switch": {"branches": branches, "default": value}}
