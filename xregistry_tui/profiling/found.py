"""What a look at a collection found, and since when it ran: every engine makes its `Profile` of these."""

from __future__ import annotations

import datetime
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from xregistry_tui.profiling.profile import How, Profile

if TYPE_CHECKING:
    from xregistry_tui.profiling.plan import Grade, Plan
    from xregistry_tui.profiling.profile import FieldProfile, Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a look found, before it is a profile. The fields mean what those of `Profile` mean."""

    rows: Figure
    n: int
    grade: Grade
    fields: Mapping[str, FieldProfile]
    sampling: str
    random: bool = True


@dataclass(frozen=True, slots=True)
class Since:
    """When an operation began: made first thing, and asked at its end."""

    moment: datetime.datetime = field(default_factory=lambda: datetime.datetime.now(datetime.UTC))
    counter: float = field(default_factory=time.perf_counter)

    def how(self, queries: Iterable[str], sampling: str = "") -> How:
        """How the operation got what it got, its cost being the time until now."""
        milliseconds = (time.perf_counter() - self.counter) * 1000
        return How(queries=tuple(queries), sampling=sampling, milliseconds=milliseconds)

    def profile(self, found: Found, plan: Plan, resource: str, queries: Iterable[str]) -> Profile:
        """What was found as the profile of a collection as it was when the look began."""
        return Profile(
            resource=resource,
            collection=plan.collection,
            rows=found.rows,
            n=found.n,
            method=found.grade,
            as_of=self.moment,
            fields=MappingProxyType(dict(found.fields)),
            how=self.how(queries, found.sampling),
            random=found.random,
        )
