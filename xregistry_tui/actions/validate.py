"""Check records against a model and what is live, and say what would do instead."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from xregistry_tui.actions.base import Action, Result
from xregistry_tui.actions.records import registered, resource_of
from xregistry_tui.actions.refresh import live_of
from xregistry_tui.resources.base import RecordQuery

if TYPE_CHECKING:
    from xregistry_tui.enrichment.live import Live
    from xregistry_tui.schema.report import SampleReport, Suggestion, ValidationReport
    from xregistry_tui.workspace import Workspace


def _first_live(workspace: Workspace, path: str) -> Live | None:
    lives = workspace.enriched.lives(path)
    return lives[0] if lives else None


async def validate(workspace: Workspace, model: str, text: str) -> Result:
    """One record as JSON text; the value is a `schema.report.ValidationReport`."""
    found = registered(workspace, model)
    live = _first_live(workspace, found.path)

    def check() -> ValidationReport:
        from xregistry_tui.enrichment.validation import validate_text

        return validate_text(text, found, live, now=workspace.now())

    # Pydantic's import and the building of a validator take longer than a loop may be held
    report = await asyncio.to_thread(check)
    return Result(report, f"{model}: {'valid' if report.valid else 'invalid'}")


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
    Action(verb="suggest", run=suggest, permission="read", subject="model"),
)
