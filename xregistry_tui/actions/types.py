"""Try a value against a type, and see who uses it."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from xregistry_tui.actions.base import Action, ActionError, Result
from xregistry_tui.actions.views import Tried, Use
from xregistry_tui.schema.canonical import dumps

if TYPE_CHECKING:
    from xregistry_tui.core.types import RegisteredType
    from xregistry_tui.workspace import Workspace

_TEXTUAL = "str"


def _known(workspace: Workspace, name: str) -> RegisteredType:
    try:
        return workspace.registry.types[name]
    except KeyError as error:
        raise ActionError(str(error)) from None


async def try_type(workspace: Workspace, type: str, text: str) -> Result:
    """A text as a value of a type (as JSON where the type is not text itself); the value is a `views.Tried`."""
    found = _known(workspace, type)
    return Result(await asyncio.to_thread(_tried, workspace, found, text))


def _tried(workspace: Workspace, found: RegisteredType, text: str) -> Tried:
    value = _read(text, textual=found.metadata.base_type == _TEXTUAL)
    try:
        checked = workspace.registry.types.validate(found.path, value)
    except ValueError as error:
        return Tried(valid=False, problems=_problems(error))
    dumped = getattr(checked, "model_dump", None)
    return Tried(valid=True, value=dumps(dumped(mode="json") if callable(dumped) else checked))


def _read(text: str, *, textual: bool) -> Any:
    if textual and not text.startswith('"'):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _problems(error: ValueError) -> tuple[str, ...]:
    """What is wrong, a line each; pydantic's errors without the value."""
    details = getattr(error, "errors", None)
    if not callable(details):
        return (str(error),)
    lines = []
    for detail in details(include_url=False, include_input=False):
        place = ".".join(str(part) for part in detail["loc"])
        lines.append(f"{place}: {detail['msg']}" if place else detail["msg"])
    return tuple(lines)


async def used_by(workspace: Workspace, type: str) -> Result:
    """Which fields of which models use a type; the value is a tuple of `views.Use`."""
    found = _known(workspace, type)
    return Result(await asyncio.to_thread(_uses, workspace, found))


def _uses(workspace: Workspace, found: RegisteredType) -> tuple[Use, ...]:
    usage = workspace.registry.types.usage(workspace.registry.models.models)
    return tuple(Use(model, field) for model, field in usage.get(found.path, ()))


ACTIONS = (
    Action(verb="try_type", run=try_type, permission="", subject="type"),
    Action(verb="used_by", run=used_by, permission="", subject="type"),
)
