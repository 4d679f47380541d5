"""What to ask of an engine about one collection, as a neutral value that each engine turns into its own queries."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xregistry_tui.schema.rules import Rule
    from xregistry_tui.schema.shape import Shape


class Grade(StrEnum):
    """How good a figure is asked to be, cheapest first."""

    CATALOGUE = "catalogue"
    SAMPLE = "sample"
    EXACT = "exact"


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The bounds of one operation: seconds on the server, rows and bytes fetched."""

    seconds: float = 30.0
    rows: int = 10_000
    bytes: int = 16 * 1024 * 1024

    def within(self, other: Budget) -> Budget:
        """The tighter of both in each."""
        return Budget(
            seconds=min(self.seconds, other.seconds),
            rows=min(self.rows, other.rows),
            bytes=min(self.bytes, other.bytes),
        )


def budget_of(level: str) -> Budget:
    """What one operation may take of an engine at a level: in production less."""
    return Budget(seconds=10.0, rows=1_000, bytes=4 * 1024 * 1024) if level == "production" else Budget()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One look at one collection.

    `fields` are top-level true names (empty: all). `rules` by field are counted in the engine where it can; what it
    cannot is reported unchecked, never as passed. `sample` is the number of records looked at in the sample grade.
    """

    shape: Shape
    grade: Grade = Grade.EXACT
    fields: tuple[str, ...] = ()
    rules: dict[str, tuple[Rule, ...]] = field(default_factory=dict)
    sample: int = 10_000
    top: int = 10
    bins: int = 12
    failing_keys: int = 20
    budget: Budget = Budget()

    @property
    def collection(self) -> str:
        """The true name of the collection looked at."""
        return self.shape.name

    @property
    def width(self) -> int:
        """How many fields are looked at, at least one."""
        return max(1, len(self.fields or self.shape.fields))

    def looked_at(self, rows: float) -> float:
        """How many records are read of so many."""
        return {Grade.CATALOGUE: 0, Grade.SAMPLE: min(rows, self.sample)}.get(self.grade, rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a plan is expected to cost before it runs; `None` where the engine cannot say."""

    rows: int | None
    milliseconds: float | None


# so many values are counted in about half a second, the longest that anyone waits for a first figure
COUNTABLE_VALUES = 400_000


def countable(rows: float | None, shape: Shape) -> bool:
    """Whether a collection of so many rows is small enough to count whole unasked; not where its size is unknown."""
    return rows is not None and rows * len(shape.fields) <= COUNTABLE_VALUES
