"""What a collection's validator demands, as rules by field: a `$jsonSchema`, or conditions as in a query."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from xregistry_tui.resources.mongodb.kinds import ALIASES, kind_of
from xregistry_tui.schema.rules import Length, OneOf, Pattern, Range, Required, Rule, merged
from xregistry_tui.schema.shape import FieldShape, Kind

_SCALARS = (str, bool, int, float)
_DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Demand:
    """What is demanded of one field: its rules, the kinds it may have, its title, and what is demanded inside of it."""

    rules: tuple[Rule, ...] = ()
    kinds: tuple[Kind, ...] = ()
    description: str | None = None
    fields: Mapping[str, Demand] | None = None


def demands(validator: Mapping[str, Any]) -> dict[str, Demand]:
    """By name what the validator demands; what rules cannot say is left out."""
    found: dict[str, Demand] = {}
    for name, condition in validator.items():
        if name == "$jsonSchema" and isinstance(condition, Mapping):
            _join(found, _of_schema(condition, 0))
        elif name == "$and" and isinstance(condition, Sequence):
            for part in condition:
                _join(found, demands(part) if isinstance(part, Mapping) else {})
        elif not name.startswith("$") and "." not in name:
            _join(found, {name: Demand(tuple(merged(list(_of_query(condition)))))})
    return found


def _join(found: dict[str, Demand], more: Mapping[str, Demand]) -> None:
    for name, demand in more.items():
        known = found.get(name, Demand())
        found[name] = Demand(
            rules=tuple(merged([*known.rules, *demand.rules])),
            kinds=known.kinds or demand.kinds,
            description=known.description or demand.description,
            fields=known.fields or demand.fields,
        )


def _of_schema(schema: Mapping[str, Any], depth: int) -> dict[str, Demand]:
    found: dict[str, Demand] = {}
    properties = schema.get("properties")
    for name, inner in (properties if isinstance(properties, Mapping) else {}).items():
        if isinstance(inner, Mapping):
            deeper = _of_schema(inner, depth + 1) if depth < _DEEPEST else {}
            said = inner.get("description") or inner.get("title")
            found[name] = Demand(tuple(_rules(inner)), _kinds(inner), str(said) if said else None, deeper or None)
    for name in schema.get("required", ()):
        known = found.get(name, Demand())
        # a name that is there may still be null, if its type allows that: only then presence is not demanded
        if "null" not in _types((properties or {}).get(name, {})):
            found[name] = replace(known, rules=(Required("$jsonSchema"), *known.rules))
    return found


def _types(schema: Any) -> tuple[str, ...]:
    if not isinstance(schema, Mapping):
        return ()
    named = schema.get("bsonType", schema.get("type", ()))
    return (named,) if isinstance(named, str) else tuple(map(str, named))


def _kinds(schema: Mapping[str, Any]) -> tuple[Kind, ...]:
    types = (one for name in _types(schema) if name != "null" for one in ALIASES.get(name, (name,)))
    return tuple(dict.fromkeys(kind_of(one) for one in types))


def _rules(schema: Mapping[str, Any]) -> Iterator[Rule]:
    """The keywords that rules can say, those of draft 4, as the server reads them."""
    source = "$jsonSchema"
    allowed = schema.get("enum")
    if isinstance(allowed, list) and all(one is None or isinstance(one, _SCALARS) for one in allowed):
        yield OneOf(tuple(allowed), source)
    low, high = _number(schema.get("minimum")), _number(schema.get("maximum"))
    if low is not None or high is not None:
        over, under = schema.get("exclusiveMinimum") is True, schema.get("exclusiveMaximum") is True
        bounds = {"gt" if over else "ge": low, "lt" if under else "le": high}
        yield Range(**{name: bound for name, bound in bounds.items() if bound is not None}, source=source)
    least, most = schema.get("minLength"), schema.get("maxLength")
    if least is not None or most is not None:
        yield Length(int(least) if least is not None else None, int(most) if most is not None else None, source)
    if isinstance(schema.get("pattern"), str):
        yield Pattern(schema["pattern"], source)


def _of_query(condition: Any) -> Iterator[Rule]:
    """Conditions on one field; the value alone means that it equals it."""
    source = "validator"
    if isinstance(condition, _SCALARS):
        yield OneOf((condition,), source)
    elif isinstance(condition, Mapping):
        allowed = condition.get("$in")
        if isinstance(allowed, list) and all(one is None or isinstance(one, _SCALARS) for one in allowed):
            yield OneOf(tuple(allowed), source)
        names = {"$gt": "gt", "$gte": "ge", "$lt": "lt", "$lte": "le"}
        found = {one: _number(condition.get(name)) for name, one in names.items()}
        bounds = {name: bound for name, bound in found.items() if bound is not None}
        if bounds:
            yield Range(**bounds, source=source)
        if isinstance(condition.get("$regex"), str) and not condition.get("$options"):
            yield Pattern(condition["$regex"], source)


def _number(value: Any) -> int | float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def applied(field: FieldShape, demand: Demand | None) -> FieldShape:
    """A field as it was seen, with what is demanded of it and inside of it."""
    if demand is None:
        return field
    fields = field.fields
    if demand.fields and Kind.OBJECT in (field.kinds or demand.kinds):
        fields = completed(fields, demand.fields)
    rules = tuple(merged([*field.rules, *demand.rules]))
    kinds = field.kinds or demand.kinds
    return replace(field, kinds=kinds, rules=rules, fields=fields, description=demand.description)


def completed(fields: Sequence[FieldShape], wanted: Mapping[str, Demand]) -> tuple[FieldShape, ...]:
    """The fields that were seen with what is demanded of them, and those that are only declared."""
    seen = {field.name for field in fields}
    declared = [FieldShape(name=name, required=False) for name in wanted if name not in seen]
    return tuple(applied(field, wanted.get(field.name)) for field in (*fields, *declared))
