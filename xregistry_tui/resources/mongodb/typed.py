"""What is in a field by the type of its values, whichever pass told it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xregistry_tui.resources.mongodb.kinds import ABSENT

SHOWN = 1_024
"""Characters of a text that a profile keeps."""

CLIP = 4_096
"""Characters by which longer texts are told apart."""

QUANTILES = (0.25, 0.5, 0.75)
"""The shares of records that quantiles are given for."""

NUMBERS = ("int", "long", "double", "decimal")
CONTAINERS = ("object", "array")
SIZED = ("string", "binData", "array")
LENGTHS = {"string": "$strLenCP", "array": "$size", "binData": "$binarySize"}
"""What tells how long a value of a type is."""


@dataclass(frozen=True, slots=True)
class Typed:
    """One row for each type of a field's values.

    A row has `n` and, where its type has them, `low`, `high`, `finite` (numbers that are), their `mean`, `deviation`
    and `quantiles`, `zeros`, `negatives`, `nans`, `empty`, `blank`, `shortest`, `longest`, `length` (the mean one),
    and by rule `a0`… and `f0`…: how many it could judge, how many broke it. What is said of several types at once
    stands in one of their rows.
    """

    rows: Mapping[str, Mapping[str, Any]]

    def total(self, name: str, types: Sequence[str] | None = None) -> int:
        """A count, over all types or some."""
        return sum(int(row.get(name) or 0) for kind, row in self.rows.items() if types is None or kind in types)

    def some(self, name: str, types: Sequence[str]) -> list[Any]:
        """What these types say, where they say anything."""
        return [row[name] for kind, row in self.rows.items() if kind in types and row.get(name) is not None]

    @property
    def present(self) -> int:
        """Records that have a value."""
        return self.total("n") - self.total("n", ABSENT)

    @property
    def dominant(self) -> tuple[str, ...]:
        """The types of one scale that most values are of; among equals numbers, then by name."""
        groups: dict[tuple[str, ...], int] = {}
        for kind in self.rows:
            if kind not in ABSENT:
                group = NUMBERS if kind in NUMBERS else (kind,)
                groups[group] = groups.get(group, 0) + self.total("n", (kind,))
        return max(sorted(groups, key=lambda group: (group != NUMBERS, group)), key=groups.__getitem__, default=())
