"""Bounds of numbers and of sizes: what the keywords of a way add up to, and which of two is the tighter."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xregistry_tui.schema.change import shown

SIZES = {
    "string": ("minLength", "maxLength", "characters"),
    "array": ("minItems", "maxItems", "items"),
    "object": ("minProperties", "maxProperties", "entries"),
}


@dataclass(frozen=True, slots=True)
class Bound:
    """One side of a range: `value` is excluded where `open`; an infinite value is no bound."""

    upper: bool
    value: float
    open: bool = False
    unit: str = ""

    @property
    def rank(self) -> tuple[float, bool]:
        """Greater the tighter the bound is."""
        return (-self.value if self.upper else self.value), self.open

    @property
    def real(self) -> bool:
        """Whether it refuses anything."""
        return self.value not in (math.inf, -math.inf)

    def holds(self, value: float) -> bool:
        """Whether a value lies on the right side."""
        if value == self.value:
            return not self.open
        return value < self.value if self.upper else value > self.value

    def __str__(self) -> str:
        sign = {(False, False): "≥", (False, True): ">", (True, False): "≤", (True, True): "<"}[self.upper, self.open]
        return f"{sign} {shown(self.value)} {self.unit}".strip() if self.real else "unbounded"

    def as_json(self) -> float | None:
        """The value where there is a bound."""
        return self.value if self.real else None


def bounds(kind: str, words: Mapping[str, Any], *, whole: bool = False) -> tuple[Bound, ...]:
    """The lower and the upper bound of a number's value or of a text's, an array's or a record's size."""
    if kind == "number":
        return (
            _tightest(False, words.get("minimum"), words.get("exclusiveMinimum"), whole),
            _tightest(True, words.get("maximum"), words.get("exclusiveMaximum"), whole),
        )
    if kind not in SIZES:
        return ()
    least, most, unit = SIZES[kind]
    low = _tightest(False, words.get(least), None, True, unit)
    return (low if low.value > 0 else Bound(False, -math.inf, False, unit)), _tightest(
        True, words.get(most), None, True, unit
    )


def _tightest(upper: bool, closed: float | None, opened: float | None, whole: bool, unit: str = "") -> Bound:
    """The tighter of an inclusive and an exclusive bound; among whole numbers `> 0.5` is `≥ 1`."""
    given = [
        Bound(upper, value, excluded, unit)
        for value, excluded in ((closed, False), (opened, True))
        if value is not None
    ]
    found = max(
        given, key=lambda bound: bound.rank, default=Bound(upper, math.inf if upper else -math.inf, False, unit)
    )
    if not whole or not found.real:
        return found
    if upper:
        return Bound(True, math.ceil(found.value) - 1 if found.open else math.floor(found.value), False, unit)
    return Bound(False, math.floor(found.value) + 1 if found.open else math.ceil(found.value), False, unit)


def divides(step: int | float, value: int | float) -> bool:
    """Whether a value is a multiple of a step for certain: said of whole numbers only, for others engines differ."""
    if isinstance(value, float):
        return value.is_integer() and divides(step, int(value))
    return isinstance(step, int) and value % step == 0
