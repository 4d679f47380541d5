"""Rules as expressions of the server: where one can be judged, and where it is obeyed, as `rules.holds` has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xregistry_tui.resources.mongodb.kinds import ABSENT
from xregistry_tui.resources.mongodb.values import sent
from xregistry_tui.schema.rules import Length, OneOf, Pattern, Range, Required, Rule

_LEAST = float("-inf")


@dataclass(frozen=True, slots=True)
class Check:
    """A rule over one value: both are expressions."""

    applies: Any
    holds: Any

    @property
    def broken(self) -> dict[str, Any]:
        """Where the rule can be judged and is not obeyed."""
        return {"$and": [self.applies, {"$not": [self.holds]}]}


def check(rule: Rule, value: Any) -> Check | None:
    """A rule as expressions of a value; `None` where one value does not tell."""
    kind = {"$type": value}
    present = {"$not": [{"$in": [kind, [*ABSENT]]}]}
    if isinstance(rule, Required):
        return Check(True, present)
    if isinstance(rule, OneOf):
        return Check(present, {"$in": [value, [{"$literal": sent(one)} for one in rule.values if one is not None]]})
    if isinstance(rule, Range):
        return Check({"$isNumber": value}, _within(rule, value))
    if isinstance(rule, Length):
        return _sized(rule, value, kind)
    if isinstance(rule, Pattern):
        return Check({"$eq": [kind, "string"]}, {"$regexMatch": {"input": value, "regex": {"$literal": rule.regex}}})
    return None


def _within(rule: Range, value: Any) -> dict[str, Any]:
    # what is no number comes before all of them in the order of the server, and is within no bounds
    bounds = (("$gte", rule.ge), ("$gt", rule.gt), ("$lte", rule.le), ("$lt", rule.lt))
    asked = [{sign: [value, {"$literal": sent(bound)}]} for sign, bound in bounds if bound is not None]
    return {"$and": [*([{"$gte": [value, _LEAST]}] if asked else []), *asked]}


def _sized(rule: Length, value: Any, kind: Any) -> Check:
    length = size(value, {"string": "$strLenCP", "binData": "$binarySize"})
    bounds = (("$gte", rule.least), ("$lte", rule.most))
    asked = [{sign: [length, bound]} for sign, bound in bounds if bound is not None]
    return Check({"$in": [kind, ["string", "binData"]]}, {"$and": asked})


def size(value: Any, by_type: dict[str, str]) -> dict[str, Any]:
    """An expression of how long a value is, null for those of other types."""
    kind = {"$type": value}
    branches = [{"case": {"$eq": [kind, name]}, "then": {operator: value}} for name, operator in by_type.items()]
    return {"$switch": {"branches": branches, "default": None}}
