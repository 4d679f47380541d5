"""What values a field has or may have, closed or open, with their share of live values."""

from __future__ import annotations

import decimal
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xregistry_tui.profiling.categories import named
from xregistry_tui.schema.canonical import jsonable
from xregistry_tui.schema.rules import OneOf
from xregistry_tui.schema.shape import Kind, pointer, segments

if TYPE_CHECKING:
    from xregistry_tui.core.models import RegisteredModel
    from xregistry_tui.enrichment.live import Live
    from xregistry_tui.profiling.profile import FieldProfile
    from xregistry_tui.schema.rules import Rule
    from xregistry_tui.schema.shape import FieldShape, Scalar, Shape


@dataclass(frozen=True, slots=True)
class Choices:
    """Values with their share of live values (0–1, `None` unknown), most frequent first.

    `closed`: no other value is allowed; `complete`: these are all that were seen in the `seen` records looked at.
    `declared` are all values of a closed set: of two that Python takes for one (`0` and `False`) `shares` has one.
    """

    shares: Mapping[Scalar, float | None]
    closed: bool = False
    complete: bool = False
    seen: int = 0
    source: str = ""
    declared: tuple[Scalar, ...] = ()

    @property
    def values(self) -> tuple[Scalar, ...]:
        """Every value, also those that `shares` cannot tell apart."""
        return self.declared or tuple(self.shares)


def field_of(shape: Shape | None, field: str) -> FieldShape | None:
    """The field a path leads to; items of lists by any index."""
    if shape is None:
        return None
    first, *below = segments(field)
    held = shape.field(first)
    return _below(held, tuple(below)) if held is not None else None


def _below(held: FieldShape, wanted: tuple[str, ...]) -> FieldShape | None:
    if not wanted:
        return held
    part, rest = wanted[0], wanted[1:]
    if held.items is not None and (part == "*" or part.isdigit()) and (found := _below(held.items, rest)) is not None:
        return found
    child = next((child for child in held.fields if child.name == part), None)
    return _below(child, rest) if child is not None else None


def _leads(known: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    if len(known) != len(wanted):
        return False
    return all(a == b or (a == "*" and b.isdigit()) for a, b in zip(known, wanted, strict=True))


def live_field(live: Live | None, field: str) -> FieldProfile | None:
    """What was last seen in a field of a model: the collection's field of that name, else without regard to case."""
    if live is None or live.profile is None:
        return None
    wanted = segments(field)
    fields = live.profile.fields
    if (held := fields.get(pointer(*wanted))) is not None:
        return held
    for path, found in fields.items():
        if _leads(segments(path), wanted):
            return found
    folded = tuple(part.casefold() for part in wanted)
    return next((fields[path] for path in fields if _leads(tuple(map(str.casefold, segments(path))), folded)), None)


def choices(field: str, registered: RegisteredModel, live: Live | None) -> Choices | None:
    """The closed set of a field where its model or the engine declares one, else what was seen; `None`: nothing."""
    seen = live_field(live, field)
    shares = _shares(seen)
    shape = field_of(registered.shape, field)
    if closed := closed_set(shape.rules if shape else ()) or _booleans(shape) or _declared(field, live):
        ordered = sorted(closed.values, key=lambda value: -(shares.get(value) or 0.0))
        known = {value: shares.get(value, 0.0 if seen and named(seen) else None) for value in ordered}
        return Choices(
            known, closed=True, seen=seen.present if seen else 0, source=closed.source, declared=closed.values
        )
    if seen is None or not shares:
        return None
    return Choices(shares, complete=named(seen) is not None, seen=seen.present)


def closed_set(rules: tuple[Rule, ...]) -> OneOf | None:
    """The declared set among rules."""
    return next((rule for rule in rules if isinstance(rule, OneOf)), None)


def _booleans(shape: FieldShape | None) -> OneOf | None:
    return OneOf((True, False), "boolean") if shape is not None and set(shape.kinds) == {Kind.BOOLEAN} else None


def _declared(field: str, live: Live | None) -> OneOf | None:
    held = field_of(live.shape, field) if live is not None else None
    return closed_set(held.rules) if held is not None else None


def _shares(seen: FieldProfile | None) -> dict[Scalar, float | None]:
    if seen is None or seen.present <= 0:
        return {}
    return {entry.value: entry.count / seen.present for entry in seen.top if entry.value is not None}


def as_json(value: Any) -> Any:
    """A value as JSON data; a decimal as a number where a number says the same."""
    if isinstance(value, decimal.Decimal) and value.is_finite():
        number = int(value) if value == value.to_integral_value() else float(value)
        return number if decimal.Decimal(str(number)) == value else str(value)
    return jsonable(value)
