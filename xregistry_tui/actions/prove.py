"""Prove a version of a model, or an edited source that may become one, over the records that are there now."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from xregistry_tui.actions.access import decision
from xregistry_tui.actions.base import Action, ActionError, Refused, Result
from xregistry_tui.actions.records import registered
from xregistry_tui.actions.versions import version_at, written_class
from xregistry_tui.workspace import ConnectionStatus

if TYPE_CHECKING:
    from xregistry_tui.core.definition import Definition
    from xregistry_tui.core.models import RegisteredModel
    from xregistry_tui.enrichment.proof import Step
    from xregistry_tui.resources.base import XResource
    from xregistry_tui.schema.proof import Proof
    from xregistry_tui.workspace import Workspace

EDITED = "edited"
"""What an edited source is called as long as it is no version."""


class NoRecords(ActionError):
    """There are no live records to ask; the text says what to connect."""


async def prove(
    workspace: Workspace, model: str, *, version: str = "", older: str = "", source: str = "", who: str | None = None
) -> Result:
    """What live records say of a step from `older` to `version` or `source`; the value is a `schema.proof.Proof`.

    `model` is the one whose records are read: its path, or a binding's key. Both versions are its own, or written as
    `PATH@VERSION`; the newer one is the newest where nothing is given, the older one the version before. A source is
    run, so that asks for UPDATE too.
    """
    found = registered(workspace, model.partition("@")[0])
    place = _place(workspace, found, model)
    if not source:
        step = _step(workspace, found, version, older, who)
        return _told(found, await _proved(workspace, place, step))
    _require(workspace, who, "update", found.path)
    before, old = _version(workspace, found, older or found.version, who)
    async with _edited(found, source) as new:
        from xregistry_tui.enrichment.proof import Step

        return _told(found, await _proved(workspace, place, Step(found.path, before, EDITED, old, new)))


def _told(model: RegisteredModel, proof: Proof) -> Result:
    """Counts alone go into the trail: keys and values are the data's."""
    counts = {name: getattr(proof, name) for name in ("older", "newer", "rows", "checked", "failed")}
    detail = {**counts, "verdict": proof.outcome.value}
    return Result(proof, f"{model.title} {proof.older} → {proof.newer}: {proof.said}", model.path, detail)


# What is proved


def _step(workspace: Workspace, model: RegisteredModel, version: str, older: str, who: str | None) -> Step:
    from xregistry_tui.enrichment.proof import Step

    newer, new = _version(workspace, model, version or model.version, who)
    before, old = _version(workspace, model, older or _before(workspace, model, newer), who)
    return Step(model.path, before, newer, old, new)


def _version(workspace: Workspace, model: RegisteredModel, wanted: str, who: str | None) -> tuple[str, Definition]:
    """What it is called, and what it asks for."""
    return wanted, version_at(workspace, model, wanted, who).body


def _before(workspace: Workspace, model: RegisteredModel, version: str) -> str:
    versions = [one.version for one in workspace.registry.models.version_history[model.path]]
    place = versions.index(version) if version in versions else 0
    if not place:
        raise ActionError(f"there is no version of {model.title} before {version}: name the older one")
    return versions[place - 1]


@asynccontextmanager
async def _edited(model: RegisteredModel, source: str) -> AsyncIterator[Definition]:
    """What an edited source asks for; its class is let go at the end."""
    from xregistry_tui.actions.authoring import Unusable, forget
    from xregistry_tui.core.definition import Definition

    try:
        made = await written_class(source, model)
    except Unusable as error:
        raise ActionError(str(error)) from error
    try:
        yield Definition(title=model.title, source=model.title, model_class=made)
    finally:
        forget(made)


def _require(workspace: Workspace, who: str | None, permission: str, path: str) -> None:
    decided = decision(workspace, who, permission, path, "model")
    if not decided.allowed:
        raise Refused(decided.reason)


# Where the records are


def _place(workspace: Workspace, model: RegisteredModel, wanted: str) -> tuple[XResource, str]:
    """The resource that holds the model's records, and the collection there; that of the binding where one is named."""
    places = list(_places(workspace, model, wanted))
    for name, collection in places:
        connection = workspace.connections.get(name)
        if connection is not None and connection.status is ConnectionStatus.LIVE:
            return connection.resource, collection
    if places:
        raise NoRecords(f"{places[0][0]} holds the records of {model.title} and is not connected: connect it first")
    raise NoRecords(
        f"{model.title} has no live records to prove it over: connect the resource that holds them,"
        " or bind it to a collection under [[bindings]] of the settings"
    )


def _places(workspace: Workspace, model: RegisteredModel, wanted: str) -> Iterator[tuple[str, str]]:
    live = workspace.enriched.live(wanted)
    for one in (live,) if live is not None else workspace.enriched.lives(model.path):
        yield one.binding.resource, one.binding.collection
    if model.resource and model.collection is not None:
        yield model.resource, model.collection
    for binding in workspace.wanted:
        if binding.model in (model.path, model.title) or binding.model == model.path.removeprefix("models."):
            yield binding.resource, binding.collection


async def _proved(workspace: Workspace, place: tuple[XResource, str], step: Step) -> Proof:
    from xregistry_tui.enrichment.proof import budget_at, prove

    resource, collection = place
    job = workspace.start_job(f"proving {collection} {step.older} → {step.newer}")
    try:
        shape = await resource.shape(collection)
        return await prove(
            resource,
            shape,
            step,
            budget=budget_at(resource.metadata.level),
            told=lambda detail, share: workspace.tell_job(job, detail, share),
        )
    finally:
        workspace.end_job(job)


ACTIONS = (
    Action(verb="prove", run=prove, permission="read", subject="model", audited=True, past="proved", names_asker=True),
)
