"""What only the engine can tell of a record: whether what it refers to is there, and what nobody else may have.

A counted set is open: a value off it may be among the records that were not looked at, so the engine is asked before
anyone is warned. Answers are kept for some seconds, for records are checked as they are typed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from xregistry_tui.enrichment.suggestions import shown
from xregistry_tui.resources.base import ResourceError
from xregistry_tui.schema.json_pointer import escape, unescape
from xregistry_tui.schema.report import Problem, Severity
from xregistry_tui.schema.rules import Reference, Unique

if TYPE_CHECKING:
    from xregistry_tui.core.models import RegisteredModel
    from xregistry_tui.enrichment.live import Live
    from xregistry_tui.enrichment.pacing import Clock
    from xregistry_tui.resources.base import XResource
    from xregistry_tui.schema.report import ValidationReport
    from xregistry_tui.schema.shape import FieldShape, Scalar

SECONDS = 2.0
"""So long a record waits for its engine."""

_MOST = 20
_KEPT, _FRESH = 1_000, 10.0
_SCALARS = (str, int, float, bool)

Question = tuple[str, str, Any]
"""(collection, field, value): is there a record with it?"""


@dataclass(slots=True)
class Answers:
    """What engines said within the last seconds."""

    clock: Clock
    _said: dict[tuple[str, Question], tuple[float, bool]] = field(default_factory=dict)

    async def of(self, resource: XResource, question: Question) -> bool:
        """Whether there is such a record; raises `ResourceError`."""
        key, now = (resource.name, question), self.clock.monotonic()
        held = self._said.get(key)
        if held is not None and now - held[0] < _FRESH:
            return held[1]
        said = await resource.exists(*question)
        if len(self._said) >= _KEPT:
            self._said.clear()
        self._said[key] = (now, said)
        return said


@dataclass(frozen=True, slots=True)
class _Doubt:
    """What the engine's word decides: `found` is the problem where there is such a record, `absent` where not."""

    question: Question
    found: Problem | None = None
    absent: Problem | None = None
    about: Problem | None = None


async def asked(
    report: ValidationReport,
    registered: RegisteredModel,
    live: Live,
    resource: XResource,
    answers: Answers,
    *,
    unique: bool = False,
) -> ValidationReport:
    """The report with what the engine says; `unique` also asks whether a value that must not repeat is taken.

    Where the engine cannot be asked, a note says so and what was said without it stays.
    """
    doubts = list(_doubts(report, registered, live, unique=unique))[:_MOST]
    if not doubts:
        return report
    try:
        async with asyncio.timeout(SECONDS):
            said = [await answers.of(resource, doubt.question) for doubt in doubts]
    except (ResourceError, TimeoutError) as error:
        why = error.reason if isinstance(error, ResourceError) else f"it did not answer within {SECONDS:g} s"
        message = f"{resource.name} could not be asked about references and rare values: {why}"
        note = Problem(path="", code="not_asked", severity=Severity.NOTE, message=message)
        return replace(report, problems=(*report.problems, note))
    settled = {doubt.about for doubt, there in zip(doubts, said, strict=True) if doubt.about is not None and there}
    found = [doubt.found if there else doubt.absent for doubt, there in zip(doubts, said, strict=True)]
    kept = [problem for problem in report.problems if problem not in settled]
    return replace(report, problems=(*kept, *(problem for problem in found if problem is not None)))


def _doubts(report: ValidationReport, registered: RegisteredModel, live: Live, *, unique: bool) -> Iterator[_Doubt]:
    record = report.value or {}
    blamed = {problem.path for problem in report.problems if problem.severity is Severity.ERROR}
    for problem in report.problems:
        held = _field(live, registered, problem.path)
        if problem.code == "unseen" and held is not None and _is_scalar(value := record.get(_name(problem.path))):
            yield _Doubt((live.binding.collection, held.name, value), about=problem)
    for name, value in record.items():
        path = "/" + escape(name)
        held = _field(live, registered, path)
        if held is None or path in blamed or not _is_scalar(value):
            continue
        yield from _references(live, registered, held, path, value)
        if unique and _must_not_repeat(live, held):
            message = f"{shown(value)} is taken: a record of {live.binding.collection} has it"
            taken = Problem(path=path, code="taken", severity=Severity.WARNING, message=message)
            yield _Doubt((live.binding.collection, held.name, value), found=taken)


def _references(
    live: Live, registered: RegisteredModel, held: FieldShape, path: str, value: Scalar
) -> Iterator[_Doubt]:
    own = registered.shape.field(_name(path))
    for rule in dict.fromkeys((*held.rules, *(own.rules if own is not None else ()))):
        if isinstance(rule, Reference):
            message = f"refers to no record of {rule.collection}: none has {shown(value)} as its {rule.field}"
            nobody = Problem(path=path, code="reference", severity=Severity.ERROR, message=message)
            yield _Doubt((rule.collection, rule.field, value), absent=nobody)


def _must_not_repeat(live: Live, held: FieldShape) -> bool:
    sets = live.shape.unique if live.shape is not None else ()
    return (held.name,) in sets or any(isinstance(rule, Unique) for rule in held.rules)


def _field(live: Live, registered: RegisteredModel, path: str) -> FieldShape | None:
    """The collection's field behind a top-level path of the model, by its name there."""
    name = _name(path)
    if live.shape is None or registered.shape.field(name) is None:
        return None
    held = live.shape.field(name)
    if held is not None:
        return held
    return next((one for one in live.shape.fields if one.name.casefold() == name.casefold()), None)


def _name(path: str) -> str:
    return unescape(path.removeprefix("/"))


def _is_scalar(value: Any) -> bool:
    return isinstance(value, _SCALARS) and value != ""
