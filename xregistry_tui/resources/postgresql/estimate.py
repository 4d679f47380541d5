"""What a look will cost, by how large the table is and how fast the last look was."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xregistry_tui.profiling.plan import Cost, Grade

if TYPE_CHECKING:
    from xregistry_tui.profiling.plan import Plan
    from xregistry_tui.profiling.profile import Profile
    from xregistry_tui.resources.postgresql.connection import Asker

# values in a millisecond before anything was measured: a server with its data in memory
_AT_FIRST = {Grade.SAMPLE: 700.0, Grade.EXACT: 7_000.0}
_FEWEST = 10_000
_CATALOGUE_MS = 3.0


@dataclass(slots=True)
class Speed:
    """Values (records times fields) in a millisecond, by grade, as last measured on a resource."""

    measured: dict[Grade, float] = field(default_factory=lambda: dict(_AT_FIRST))

    def note(self, plan: Plan, found: Profile) -> None:
        """Remember how fast a look was; one at few values says nothing."""
        values = found.n * max(1, len(found.fields))
        if found.method is plan.grade and found.method in self.measured and values >= _FEWEST:
            self.measured[found.method] = values / max(found.how.milliseconds, 0.1)

    def milliseconds(self, grade: Grade, values: float) -> float:
        """How long so many values will take."""
        return values / self.measured[grade] if grade in self.measured else _CATALOGUE_MS


async def expected(ask: Asker, plan: Plan, speed: Speed) -> Cost:
    """The records that a plan looks at and the time it takes; nothing is read of them."""
    from xregistry_tui.resources.postgresql.catalogue import table
    from xregistry_tui.resources.postgresql.sample import estimate, size

    described, _ = await table(ask, plan.collection)
    rows = estimate(await size(ask, described), described)
    if rows is None:
        return Cost(rows=None, milliseconds=None)
    values = plan.looked_at(rows.value) * plan.width
    return Cost(rows=int(rows.value), milliseconds=speed.milliseconds(plan.grade, values))
