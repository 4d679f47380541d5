"""`xreg-tui diff`: two items beside each other, and what live records say of the step from one to the other."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xregistry_tui.actions.base import ActionError
from xregistry_tui.actions.comparing import comparison_document, comparison_text, proven
from xregistry_tui.actions.prove import NoRecords
from xregistry_tui.cli.asking import on_terminal
from xregistry_tui.cli.commands import put, say
from xregistry_tui.cli.items import found, open_wanted
from xregistry_tui.cli.opening import NO_CODE, Code, Opened, binding_of, open_headless, wanted_of
from xregistry_tui.cli.words import FAILED, FINE
from xregistry_tui.schema.canonical import dumps
from xregistry_tui.schema.external_check import InvalidSchema

if TYPE_CHECKING:
    from xregistry_tui.actions.views import Comparison
    from xregistry_tui.schema.proof import Proof


async def diff_items(
    settings: Path | None,
    flags: Mapping[str, Any],
    items: tuple[str, str],
    code: Code = NO_CODE,
    *,
    prove: bool,
    as_json: bool,
) -> int:
    """Print how the second item differs from the first; the code says whether it may follow it."""
    opened = await open_headless(settings, flags, code)
    opened.workspace.ask = on_terminal
    proofs: list[Proof] = []
    try:
        older, newer = [await _pinned(opened, item) for item in items]
        path = older.rpartition("@")[0]
        both: Comparison = (await opened.session.perform("compare", model=path, older=older, newer=newer)).value
        if prove:
            proofs = await _proofs(opened, older, newer)
    except InvalidSchema as error:
        return say(str(error), FAILED)
    finally:
        await opened.session.close()
        if trouble := opened.workspace.trail_trouble:
            say(trouble)
    for proof in proofs:
        took = f"{proof.milliseconds:,.0f} ms"
        say(f"{proof.resource}::{proof.collection} was asked {len(proof.queries)} queries, which took {took}")
    put(
        dumps(comparison_document(*items, both, proofs), indent=2) if as_json else comparison_text(*items, both, proofs)
    )
    return FINE if proven(proofs, both.verdict) else FAILED


async def _pinned(opened: Opened, item: str) -> str:
    """The item as `PATH@VERSION`, whatever becomes of its path later."""
    path, _, version = (await found(opened, item, replace=True)).partition("@")
    models = opened.workspace.registry.models
    if path not in models:
        raise ActionError(f"nothing is registered as {path}")
    held = models[path]
    return f"{held.path}@{version or held.version}"


async def _proofs(opened: Opened, older: str, newer: str) -> list[Proof]:
    """What the records of each of the two say that has any; raises `ActionError` where neither has."""
    await _open_bound(opened, older, newer)
    proofs: dict[tuple[str, str], Proof] = {}
    missing = ""
    for item in (newer, older):
        path = item.rpartition("@")[0]
        try:
            proof: Proof = (await opened.session.perform("prove", model=path, version=newer, older=older)).value
        except NoRecords as error:
            missing = missing or str(error)
        else:
            proofs.setdefault((proof.resource, proof.collection), proof)
    if not proofs:
        raise ActionError(f"{missing}; or name it here: TARGET::COLLECTION")
    return list(proofs.values())


async def _open_bound(opened: Opened, *items: str) -> None:
    """Connect what the settings say the records of these are in."""
    models = opened.workspace.registry.models
    paths = {item.rpartition("@")[0] for item in items}
    bindings = [binding_of(one) for one in opened.loaded.settings.bindings]
    bound = [one for one in bindings if one.model in models and models[one.model].path in paths]
    opened.workspace.want(bound)
    for wanted in wanted_of(opened.loaded):
        if wanted.name in {one.resource for one in bound} and wanted.name not in opened.workspace.connections:
            await open_wanted(opened.session, wanted)
