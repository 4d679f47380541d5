"""The versions of a model: seen, compared, authored, rolled back."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from xregistry_tui.actions.base import Action, ActionError, Result
from xregistry_tui.actions.records import registered, source_of
from xregistry_tui.actions.views import Comparison, Proposal, VersionView

if TYPE_CHECKING:
    from pydantic import BaseModel

    from xregistry_tui.core.models import ModelMetadata, RegisteredModel
    from xregistry_tui.schema.diff import Diff
    from xregistry_tui.schema.evolution import Judgement
    from xregistry_tui.workspace import Workspace


async def versions(workspace: Workspace, model: str) -> Result:
    """Every version, newest first; the value is a tuple of `views.VersionView`."""
    found = registered(workspace, model)
    return Result(await asyncio.to_thread(_views, workspace, found))


def _views(workspace: Workspace, model: RegisteredModel) -> tuple[VersionView, ...]:
    models = workspace.registry.models
    history = models.version_history[model.path]
    steps = {step.to_version: step for step in models.evolutions.get(model.path, ())}
    shown = []
    for version in reversed(history):
        step = steps.get(version.version)
        shown.append(
            VersionView(
                version=version.version,
                at=version.updated_at,
                fingerprint=version.fingerprint,
                current=version is history[-1],
                kept=version.definition is not None,
                mode=step.mode.value if step else models.compatibility(model.path).mode.value,
                verdict=step.verdict if step else "compatible",
                changes=step.changes if step else (),
                migration=step.migration_script if step else None,
                applied_at=step.applied_at if step else None,
            )
        )
    return tuple(shown)


async def compare(workspace: Workspace, model: str, older: str, newer: str) -> Result:
    """Two versions; the value is a `views.Comparison`."""
    found = registered(workspace, model)
    ends = [_kept(workspace, found, version) for version in (older, newer)]
    return Result(await asyncio.to_thread(_compared, workspace, found, *ends))


def _kept(workspace: Workspace, model: RegisteredModel, version: str) -> ModelMetadata:
    try:
        found = workspace.registry.models.version(model.path, version)
    except KeyError as error:
        raise ActionError(str(error)) from None
    if found.definition is None:
        raise ActionError(f"{model.title} {version} is too old: only its number, fingerprint and date are kept")
    return found


def _compared(workspace: Workspace, model: RegisteredModel, older: ModelMetadata, newer: ModelMetadata) -> Comparison:
    from xregistry_tui.schema import diff
    from xregistry_tui.schema.evolution import judge

    held = workspace.registry.models.compatibility(model.path)
    judgement = judge(newer.json_schema, [(older.version, older.json_schema)], held.mode, strict=held.strict)
    between = diff.compare(older.json_schema, newer.json_schema, strict=held.strict)
    return _told(model, older.version, newer.version, judgement, between)


def _told(model: RegisteredModel, older: str, newer: str, judgement: Judgement, between: Diff) -> Comparison:
    return Comparison(
        model=model.path,
        older=older,
        newer=newer,
        mode=judgement.mode.value,
        verdict=judgement.verdict.value,
        changes=judgement.changes,
        change=between.change,
        renames=tuple((one.old, one.new) for one in between.renames),
    )


async def draft(workspace: Workspace, model: str) -> Result:
    """The newest version as source to edit."""
    return Result(await asyncio.to_thread(source_of, registered(workspace, model)))


async def propose(workspace: Workspace, model: str, source: str) -> Result:
    """What an edited source would become; the value is a `views.Proposal`. The source is run; nothing is changed."""
    from xregistry_tui.actions.authoring import Unusable, forget

    found = registered(workspace, model)
    try:
        made = await _written(source, found)
    except Unusable as error:
        wrong = Proposal(model=found.path, source=source, version="", comparison=None, problems=(str(error),))
        return Result(wrong)
    try:
        return Result(await asyncio.to_thread(_proposed, workspace, found, source, made))
    finally:
        forget(made)


async def _written(source: str, model: RegisteredModel) -> type[BaseModel]:
    """The class that a source defines; raises `authoring.Unusable`."""
    from xregistry_tui.actions.authoring import Unusable, written
    from xregistry_tui.actions.beside import Endless, beside

    try:
        return await beside(lambda: written(source, model), grace=1)
    except Endless as error:
        raise Unusable(str(error)) from error


def _proposed(workspace: Workspace, model: RegisteredModel, source: str, made: type[BaseModel]) -> Proposal:
    from xregistry_tui.core.versions import following
    from xregistry_tui.schema.change import Change
    from xregistry_tui.schema.diff import compare

    new = made.model_json_schema()
    judgement = workspace.registry.models.judge(model.path, new)
    between = compare(model.json_schema, new, strict=judgement.strict)
    # validators are no part of a schema
    version = following(model.version, between.change or Change.DOCUMENTATION, None)
    comparison = _told(model, model.version, version, judgement, between)
    return Proposal(model=model.path, source=source, version=version, comparison=comparison)


async def accept(
    workspace: Workspace, model: str, source: str, version: str | None = None, *, anyway: bool = False
) -> Result:
    """Make an edited source the next version; the value is its number."""
    from xregistry_tui.actions.authoring import Unusable, forget

    found = registered(workspace, model)
    try:
        written = await _written(source, found)
    except Unusable as error:
        raise ActionError(str(error)) from error
    update = partial(workspace.registry.models.update_model, found.path, written, version or None, anyway=anyway)
    try:
        made = await asyncio.to_thread(update)
    except ValueError as error:
        forget(written)
        raise ActionError(str(error)) from error
    return Result(made.version, f"{found.title} {found.version} → {made.version}", found.path)


async def rollback(workspace: Workspace, model: str, version: str) -> Result:
    """Make what an old version asked for the newest again; the value is the new, higher version."""
    found = registered(workspace, model)
    if version == found.version:
        raise ActionError(f"{found.title} is at {version}: name an earlier version")
    try:
        made = await asyncio.to_thread(workspace.registry.models.rollback, found.path, version)
    except LookupError as error:
        raise ActionError(str(error)) from error
    return Result(made.version, f"{found.title} {found.version} → {made.version}, as {version} was", found.path)


async def mark_applied(workspace: Workspace, model: str, version: str) -> Result:
    """Note that the migration to a version was run."""
    found = registered(workspace, model)
    try:
        workspace.registry.models.mark_applied(found.path, version)
    except KeyError as error:
        raise ActionError(str(error)) from error
    return Result(None, f"the migration of {found.title} to {version} was run", found.path)


ACTIONS = (
    Action(verb="versions", run=versions, permission="list", subject="model"),
    Action(verb="compare", run=compare, permission="list", subject="model"),
    Action(verb="draft", run=draft, permission="update", subject="model"),
    Action(verb="propose", run=propose, permission="update", subject="model"),
    Action(verb="accept", run=accept, permission="update", subject="model", audited=True, past="version"),
    Action(verb="rollback", run=rollback, permission="update", subject="model", audited=True, past="version"),
    Action(verb="mark_applied", run=mark_applied, permission="update", subject="model", audited=True, past="applied"),
)
