"""What the data was when someone looked: figures that say how they were got."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from xregistry_tui.profiling.plan import Grade

if TYPE_CHECKING:
    import datetime

    from xregistry_tui.schema.rules import Rule
    from xregistry_tui.schema.shape import Kind, Scalar


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number and how it was got. `low` and `high` are the 95 % interval of a sampled one.

    `at_least` marks a lower bound (distinct values seen in a sample), `approximate` an estimate; it may have an
    interval too (distinct values counted by a share of their hashes). `population` is how many records a rate is over.
    """

    value: float
    method: Grade = Grade.EXACT
    low: float | None = None
    high: float | None = None
    at_least: bool = False
    approximate: bool = False
    population: int | None = None


@dataclass(frozen=True, slots=True)
class ValueCount:
    """A value and how many of the records looked at have it."""

    value: Scalar
    count: int


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts in equal bins from `low` to `high` (numbers; seconds since 1970 for moments; characters for text)."""

    low: float
    high: float
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Lengths:
    """Characters of text, bytes of binary, items of arrays."""

    least: int
    most: int
    mean: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleResult:
    """One rule over the values looked at.

    `failed` is `None` when the engine could not check it, `checked` then 0. `keys` locate some failing records: the
    values of the primary key, or the engine's row id. `values` are the offending values of the same records. `rate` is
    the share that obeys it, where its interval is not that of independent records.
    """

    rule: Rule
    checked: int
    failed: int | None
    keys: tuple[tuple[Scalar, ...], ...] = ()
    values: tuple[Scalar, ...] = ()
    rate: Figure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldProfile:
    """One field over the records looked at. All counts are of records; a figure not looked for is `None`.

    `kinds` counts present values by kind; `present` = `looked_at` − `missing` − `nulls`. `blank` counts texts that
    are empty or only white space. `once` counts the values that occur once. `quantiles` are (p, value), 0 ≤ p ≤ 1;
    `quantile_intervals` the 95 % intervals of the same, in their order, where they are sampled. `formats` are (name,
    share of those present). `rates` are shares with their intervals, by name: `complete` (neither absent nor blank),
    `zeros`, `negatives`, `format email`, `kind string`. Means and deviations are those of finite values; `infinities`
    counts the others beside `nans`. `spread` says how quantiles, histogram and formats were got where that is not how
    the other figures were. `categorical` is false where its values are not to be taken for a list that they are picked
    from.
    """

    name: str
    looked_at: int
    missing: int = 0
    nulls: int = 0
    empty: int = 0
    blank: int = 0
    kinds: Mapping[Kind, int] = field(default_factory=lambda: MappingProxyType({}))
    fill: Figure | None = None
    distinct: Figure | None = None
    once: int | None = None
    minimum: Scalar = None
    maximum: Scalar = None
    mean: float | None = None
    deviation: float | None = None
    quantiles: tuple[tuple[float, Scalar], ...] = ()
    histogram: Histogram | None = None
    top: tuple[ValueCount, ...] = ()
    lengths: Lengths | None = None
    zeros: int | None = None
    negatives: int | None = None
    nans: int | None = None
    formats: tuple[tuple[str, float], ...] = ()
    categorical: bool = True
    rules: tuple[RuleResult, ...] = ()
    infinities: int | None = None
    quantile_intervals: tuple[tuple[Scalar, Scalar], ...] = ()
    rates: Mapping[str, Figure] = field(default_factory=lambda: MappingProxyType({}))
    spread: Grade | None = None

    @property
    def present(self) -> int:
        """Records that have a value here."""
        return self.looked_at - self.missing - self.nulls


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """How figures were got: the queries as sent, the records looked at, the cost in milliseconds."""

    queries: tuple[str, ...] = ()
    sampling: str = ""
    milliseconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One look at one collection. `n` records were looked at of about `rows`.

    `random` is false where those of a sample were not drawn by chance: then its rates have no intervals.
    """

    resource: str
    collection: str
    rows: Figure
    n: int
    method: Grade
    as_of: datetime.datetime
    fields: Mapping[str, FieldProfile]
    how: How = How()
    random: bool = True

    @property
    def failing(self) -> int:
        """The largest number of records that one rule saw fail: a lower bound of the records that fail."""
        counts = (result.failed or 0 for profile in self.fields.values() for result in profile.rules)
        return max(counts, default=0)
