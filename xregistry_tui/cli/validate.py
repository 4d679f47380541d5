"""`xreg-tui validate`: the records of a file against a model and what is live of it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xregistry_tui.actions.base import ActionError
from xregistry_tui.actions.records import registered
from xregistry_tui.actions.tables import validation_document, validation_text
from xregistry_tui.cli.asking import on_terminal
from xregistry_tui.cli.commands import put, say
from xregistry_tui.cli.items import found
from xregistry_tui.cli.opening import NO_CODE, Code, Opened, open_headless
from xregistry_tui.cli.profile import split
from xregistry_tui.cli.words import FAILED, FINE
from xregistry_tui.core.bindings import Binding
from xregistry_tui.resources.base import ResourceError
from xregistry_tui.schema.canonical import dumps
from xregistry_tui.schema.external_check import InvalidSchema

if TYPE_CHECKING:
    from xregistry_tui.actions.base import Result
    from xregistry_tui.schema.report import SampleReport

_SECONDS_BETWEEN = 0.5


async def validate_file(
    settings: Path | None,
    flags: Mapping[str, Any],
    item: str,
    file: str,
    code: Code = NO_CODE,
    *,
    as_json: bool,
) -> int:
    """Print what is wrong with the records of a file; the code says whether anything is."""
    opened = await open_headless(settings, flags, code)
    opened.workspace.ask = on_terminal
    try:
        path = await found(opened, item)
        if "@" in path:
            raise ActionError("records are checked against the newest version: leave out @VERSION")
        result = await _validated(opened, path, file)
    except InvalidSchema as error:
        return say(f"{item}: {error}", FAILED)
    finally:
        await opened.session.close()
        if trouble := opened.workspace.trail_trouble:
            say(trouble)
    report: SampleReport = result.value
    for note in result.detail.get("notes", ()):
        say(f"{file}: {note}")
    put(dumps(validation_document(report), indent=2) if as_json else validation_text(report))
    return FAILED if report.invalid or result.detail.get("notes") else FINE


async def _validated(opened: Opened, path: str, file: str) -> Result:
    """The records of a file, or of `TARGET::COLLECTION`."""
    _, collection = split(file)
    if collection is None:
        await _look(opened, path)
        return await opened.session.perform("validate_file", model=path, file=file, told=_progress())
    held = opened.workspace.registry.models[await found(opened, file)]
    place = {"resource": held.resource, "collection": held.collection}
    return await opened.session.perform("validate_collection", model=path, **place, told=_progress())


async def _look(opened: Opened, path: str) -> None:
    """Look once at the records that the model was discovered in: what their values are is part of the check."""
    model, enriched = registered(opened.workspace, path), opened.workspace.enriched
    if model.resource is None or model.collection is None or model.resource not in opened.workspace.connections:
        return
    resource = opened.workspace.connections[model.resource].resource
    binding = Binding(model=model.path, resource=model.resource, collection=model.collection)
    enriched.attach(resource)
    enriched.bind(binding)
    try:
        await enriched.look(binding.key)
    except ResourceError as error:
        say(f"{model.collection} could not be looked at, so its live values are not known: {error}")


@dataclass(slots=True)
class _Progress:
    """How far it is, on one line of a terminal; nothing where standard error is none."""

    shown: float

    def __call__(self, checked: int, invalid: int) -> None:
        now = time.monotonic()
        if now - self.shown >= _SECONDS_BETWEEN:
            self.shown = now
            sys.stderr.write(f"\r{checked:,} records, {invalid:,} invalid \x1b[K")
            sys.stderr.flush()


def _progress() -> Callable[[int, int], None]:
    if sys.stderr is None or not sys.stderr.isatty():
        return lambda _checked, _invalid: None
    return _Progress(time.monotonic())
