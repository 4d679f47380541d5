"""A new version of a model before all live records: what the engine can count it counts, the rest the class reads.

What is asked are the demands that the older version did not make. Those that are rules over plain values are counted
in one exact look; what only code can tell is told by the new class over records in the order of their keys, as many as
the budget allows. Nothing is written anywhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xregistry_tui.enrichment.counting import counted, plan_of
from xregistry_tui.enrichment.demands import Demand, demands
from xregistry_tui.enrichment.passing import KEPT, Against, Judged, judged
from xregistry_tui.profiling.plan import Budget
from xregistry_tui.schema.proof import Finding, Outcome, Proof
from xregistry_tui.schema.rules import Length, OneOf, Pattern, Range, Reference, Required, Unique
from xregistry_tui.schema.shape import segments

if TYPE_CHECKING:
    from xregistry_tui.core.definition import Definition
    from xregistry_tui.enrichment.problems import Complaint
    from xregistry_tui.profiling.profile import Profile
    from xregistry_tui.resources.base import XResource
    from xregistry_tui.schema.proof import Keys
    from xregistry_tui.schema.shape import Shape

PROOF = Budget(seconds=60.0, rows=200_000, bytes=512 * 1024 * 1024)
"""What a proof may take of an engine."""
IN_PRODUCTION = Budget(seconds=10.0, rows=10_000, bytes=32 * 1024 * 1024)

Told = Callable[[str, float | None], None]
"""Hears what is done now, and what share of it is done where that is known."""

_CODES: Mapping[type, frozenset[str]] = {
    Range: frozenset({"range"}),
    Length: frozenset({"length"}),
    Pattern: frozenset({"pattern"}),
    OneOf: frozenset({"not_allowed"}),
    Required: frozenset({"missing", "type", "not_allowed"}),
    # these are about several records, which no class sees together
    Unique: frozenset(),
    Reference: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Step:
    """What is proved: a model, from one version to another."""

    model: str
    older: str
    newer: str
    old: Definition
    new: Definition


def budget_at(level: str) -> Budget:
    """What a proof may take of an engine at a level."""
    return IN_PRODUCTION if level == "production" else PROOF


async def prove(
    resource: XResource,
    shape: Shape,
    step: Step,
    *,
    budget: Budget = PROOF,
    told: Told = lambda _said, _share: None,
) -> Proof:
    """Prove a step over a collection, whose shape is given as it is now; raises `ResourceError`."""
    asked = await asyncio.to_thread(demands, step.old, step.new, shape, resource.get_type())
    told("counting in the engine", None)
    profile = await resource.profile(plan_of(asked, shape, budget))
    tested = [counted(one, profile, shape) for one in asked]
    # what the engine found to hold everywhere is no record's fault
    wanted = {place: one for place, one in enumerate(asked) if (held := tested[place]) is None or held.failed}
    read: Judged | None = None
    if None in tested:
        read = await judged(
            resource,
            shape.name,
            step.new.model_class,
            lambda complaint: _about(complaint, wanted),
            budget=budget,
            told=lambda seen: told(f"{seen:,} of {profile.n:,} records read", min(1.0, seen / max(1, profile.n))),
        )
    rows = max(profile.n, read.seen if read is not None and read.whole else 0)
    made = tuple(
        found if found is not None or read is None else _by_class(one, read, place, rows)
        for place, (one, found) in enumerate(zip(asked, tested, strict=True))
    )
    return _proof(step, profile, rows, tuple(one for one in made if one is not None), read)


# What the class says


def _about(complaint: Complaint, asked: Mapping[int, Demand]) -> tuple[int, ...]:
    """The demands, by their places, that a complaint is about; of what the engine counted only those of its kind."""
    return tuple(place for place, one in asked.items() if _concerns(complaint, one))


def _concerns(complaint: Complaint, demand: Demand) -> bool:
    if demand.anywhere:
        return True
    if demand.closed and not demand.name:
        return complaint.code == "unknown_field" and len(segments(complaint.pointer)) == 1
    if not demand.path:
        return not complaint.pointer
    place, wanted = segments(complaint.pointer) if complaint.pointer else (), segments(demand.path)
    below = len(place) >= len(wanted) and all(b in ("*", a) for a, b in zip(place, wanted, strict=False))
    if isinstance(demand.rule, Required) and complaint.code != "missing" and complaint.value is not None:
        return False
    codes = _CODES.get(type(demand.rule)) if demand.rule is not None else None
    return below and (codes is None or complaint.code in codes)


def _by_class(demand: Demand, read: Judged, place: int, rows: int) -> Finding:
    against = read.by_demand.get(place, Against())
    whole = read.whole and not read.clipped
    outcome = Outcome.REFUTED if against.failed else Outcome.PROVEN if whole or not rows else Outcome.PARTLY
    return Finding(
        path=demand.path,
        words=demand.words,
        checked=read.checked,
        failed=against.failed,
        outcome=outcome,
        at_least=bool(against.failed) and not whole,
        keys=tuple(against.keys),
        values=tuple(against.values),
        way="model",
    )


# Both together


def _proof(step: Step, profile: Profile, rows: int, made: tuple[Finding, ...], read: Judged | None) -> Proof:
    failed, at_least = _failing(made, read)
    return Proof(
        model=step.model,
        older=step.older,
        newer=step.newer,
        resource=profile.resource,
        collection=profile.collection,
        rows=rows,
        checked=min((one.checked for one in made if not one.note), default=rows),
        failed=failed,
        at_least=at_least,
        outcome=_outcome(made),
        before=read.before if read is not None else 0,
        tested=made,
        keys=_keys(made, read),
        as_of=profile.as_of,
        queries=(*profile.how.queries, *(read.queries if read is not None else ())),
        milliseconds=profile.how.milliseconds + (read.milliseconds if read is not None else 0.0),
        notes=tuple(_notes(read, rows)),
    )


def _outcome(tested: Sequence[Finding]) -> Outcome:
    outcomes = {one.outcome for one in tested}
    return next((one for one in (Outcome.REFUTED, Outcome.PARTLY) if one in outcomes), Outcome.PROVEN)


def _failing(tested: Sequence[Finding], read: Judged | None) -> tuple[int, bool]:
    """How many records fail anything, and whether that is a lower bound: two demands may fail the same record."""
    failing = [one for one in tested if one.failed]
    if read is not None and read.whole and not read.clipped and not any(_between(one) for one in failing):
        return read.failed, False
    known = {key for one in failing for key in one.keys}
    most = max([one.failed for one in failing] + [len(known), read.failed if read is not None else 0], default=0)
    partial = any(one.at_least for one in failing)
    if partial or not failing:
        return most, partial
    counted = all(len(set(one.keys)) == one.failed for one in failing)
    return (len(known), False) if counted else (most, len(failing) > 1)


def _between(tested: Finding) -> bool:
    """Whether it is about several records, which no class sees together."""
    return tested.way == "engine" and tested.words.startswith(("must be unique", "must be in ", "must have no other"))


def _keys(tested: Sequence[Finding], read: Judged | None) -> Keys:
    found = [key for one in tested for key in one.keys]
    if read is not None:
        found += read.keys
    return tuple(dict.fromkeys(found))[:KEPT]


def _notes(read: Judged | None, rows: int) -> list[str]:
    if read is None:
        return []
    notes = []
    if not read.whole:
        seen = read.seen
        why = "its own code came to no end" if read.stuck else "that is as far as the budget went"
        notes.append(f"what only the model can tell was told of {seen:,} of {rows:,} records: {why}")
    if read.clipped:
        notes.append(f"{read.clipped:,} records have a value too large to fetch, and were not judged")
    if read.before:
        notes.append(f"{read.before:,} records were invalid before, for what the older version asks too")
    return notes
