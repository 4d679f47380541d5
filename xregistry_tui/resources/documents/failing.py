"""Some of the records that fail a rule: found by a second pass, which ends as soon as there are enough."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from xregistry_tui.profiling.plan import Plan
from xregistry_tui.profiling.profile import FieldProfile, RuleResult
from xregistry_tui.resources.base import ResourceSlow
from xregistry_tui.resources.documents.column import SHOWN, counted_as, shown
from xregistry_tui.resources.documents.conclusions import offenders
from xregistry_tui.resources.documents.look import as_object, opened_stream, reading
from xregistry_tui.resources.documents.place import Place
from xregistry_tui.resources.documents.tally import Tally
from xregistry_tui.resources.thread import Limit
from xregistry_tui.schema.rules import Required, Unique

_Wanted = dict[tuple[str, int], tuple[Callable[[Any], bool], list[tuple[int]], list[Any]]]


def with_failing(
    place: Place, plan: Plan, root: Tally, fields: dict[str, FieldProfile], limit: Limit, *, whole: bool
) -> dict[str, FieldProfile]:
    """The figures with the places of some failing records (`(index,)`) and their values; top-level fields only."""
    wanted: _Wanted = {}
    for name, seen in fields.items():
        for position, result in enumerate(seen.rules):
            if whole and result.failed and name in root.children and not isinstance(result.rule, Unique):
                wanted[name, position] = (_fails(root.children[name], result), [], [])
    if not wanted:
        return fields
    # the counts stand without the places of failing records
    with suppress(ResourceSlow):
        _search(place, plan, wanted, limit)
    found = dict(fields)
    for (name, position), (_, keys, values) in wanted.items():
        rules = list(found[name].rules)
        rules[position] = replace(rules[position], keys=tuple(keys), values=tuple(values))
        found[name] = replace(found[name], rules=tuple(rules))
    return found


def _fails(found: Tally, result: RuleResult) -> Callable[[Any], bool]:
    if isinstance(result.rule, Required):
        return lambda value: value is None
    bad = offenders(found, result.rule)
    return lambda value: not isinstance(value, dict | list) and _counted(value) in bad


def _counted(value: Any) -> Any:
    return counted_as(value) if isinstance(value, str | bytes) and len(value) > SHOWN else value


def _search(place: Place, plan: Plan, wanted: _Wanted, limit: Limit) -> None:
    with opened_stream(place, plan.collection) as stream:
        for record in reading(place, plan.collection, stream, limit).records():
            left = False
            value = as_object(record.value)
            for (name, _), (fails, keys, values) in wanted.items():
                if len(keys) < plan.failing_keys:
                    left = True
                    if fails(value.get(name)):
                        keys.append((record.index,))
                        values.append(shown(_counted(value.get(name))))
            if not left:
                return
