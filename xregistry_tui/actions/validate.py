"""Check records against a model and what is live, and say what would do instead."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from xregistry_tui.actions.base import Action, Result
from xregistry_tui.actions.connect import connected
from xregistry_tui.actions.records import registered, resource_of
from xregistry_tui.actions.refresh import live_of
from xregistry_tui.resources.base import RecordQuery

if TYPE_CHECKING:
    from collections.abc import Callable

    from xregistry_tui.enrichment.live import Live
    from xregistry_tui.schema.report import SampleReport, Suggestion, ValidationReport
    from xregistry_tui.workspace import Workspace


def _first_live(workspace: Workspace, path: str) -> Live | None:
    lives = workspace.enriched.lives(path)
    return lives[0] if lives else None


async def validate(workspace: Workspace, model: str, text: str, *, unique: bool = False) -> Result:
    """One record as JSON text; the value is a `schema.report.ValidationReport`.

    `unique` also asks whether another record has a value that must not repeat.
    """
    found = registered(workspace, model)
    live = _first_live(workspace, found.path)

    def check() -> ValidationReport:
        from xregistry_tui.enrichment.validation import validate_text

        return validate_text(text, found, live, now=workspace.now())

    # Pydantic's import and the building of a validator take longer than a loop may be held
    report = await asyncio.to_thread(check)
    report = await workspace.enriched.asked(report, found, live, unique=unique)
    report = await asyncio.to_thread(placed, report, text)
    return Result(report, f"{model}: {'valid' if report.valid else 'invalid'}")


def placed(report: ValidationReport, text: str) -> ValidationReport:
    """The report with the lines of those problems that have none, in reading order."""
    from xregistry_tui.schema.json_text import SIZE, JsonTextError, parse

    if all(problem.line is not None for problem in report.problems):
        return report
    try:
        document = parse(text, size=SIZE)
    except JsonTextError:
        return report
    found = (replace(problem, line=problem.line or document.line(problem.path)) for problem in report.problems)
    return replace(report, problems=tuple(sorted(found, key=lambda one: (one.line or 0, one.path))))


async def validate_sample(workspace: Workspace, model: str, limit: int = 200) -> Result:
    """Live records against their model; the value is a `schema.report.SampleReport`."""
    found = registered(workspace, model)
    live = live_of(workspace, found.path)
    query = RecordQuery(collection=live.binding.collection, limit=limit, cell_limit=1_000_000)
    page = await resource_of(workspace, live).records(query)

    def check() -> SampleReport:
        from xregistry_tui.enrichment.validation import validate_records

        return validate_records(page, found, now=workspace.now())

    report = await asyncio.to_thread(check)
    return Result(report, f"{report.checked} records, {report.invalid} invalid")


async def validate_file(
    workspace: Workspace, model: str, file: str, told: Callable[[int, int], None] | None = None
) -> Result:
    """Every record of a file (`-`: standard input) against a model; the value is a `schema.report.SampleReport`.

    `told` hears how many records were checked and how many of them are invalid; the result's detail has `notes` of
    what could not be read.
    """
    from xregistry_tui.enrichment.bulk import validate_lines
    from xregistry_tui.resources.documents.lines import lines_of

    found = registered(workspace, model)
    live = _first_live(workspace, found.path)
    with lines_of(file) as lines:
        report = await validate_lines(lines.read, found, live, now=workspace.now(), told=told or _nobody)
        notes = lines.notes()
    said = f"{report.checked:,} records, {report.invalid:,} invalid"
    return Result(report, said, detail={"notes": notes} if notes else {})


async def validate_collection(
    workspace: Workspace,
    model: str,
    resource: str,
    collection: str,
    told: Callable[[int, int], None] | None = None,
) -> Result:
    """The records of a collection against a model, as many as the budget allows; the value is a `SampleReport`."""
    from xregistry_tui.enrichment.bulk_records import validate_collection as check

    found = registered(workspace, model)
    held = connected(workspace, resource).resource
    report, whole = await check(held, collection, found, now=workspace.now(), told=told or _nobody)
    notes = [] if whole else ["there are more records than were checked: that is as far as the budget went"]
    notes += [f"{report.excluded:,} records have values too large to be fetched"] if report.excluded else []
    said = f"{report.checked:,} records, {report.invalid:,} invalid"
    return Result(report, said, detail={"notes": notes} if notes else {})


def _nobody(_checked: int, _invalid: int) -> None:
    """Nobody wants to hear how far it is."""


async def suggest(workspace: Workspace, model: str, field: str, text: str = "") -> Result:
    """Values for a field by frequency and closeness; the value is a tuple of `schema.report.Suggestion`."""
    found = registered(workspace, model)
    live = _first_live(workspace, found.path)

    def rank() -> tuple[Suggestion, ...]:
        from xregistry_tui.enrichment.suggestions import suggest as ranked

        return ranked(field, live, found, text)

    return Result(await asyncio.to_thread(rank))


ACTIONS = (
    Action(verb="validate", run=validate, permission="read", subject="model"),
    Action(
        verb="validate_sample",
        run=validate_sample,
        permission="read",
        subject="model",
        audited=True,
        past="validated",
    ),
    Action(
        verb="validate_collection",
        run=validate_collection,
        permission="read",
        subject="model",
        audited=True,
        past="validated",
    ),
    Action(
        verb="validate_file",
        run=validate_file,
        permission="read",
        subject="model",
        audited=True,
        past="validated",
    ),
    Action(verb="suggest", run=suggest, permission="read", subject="model"),
)
