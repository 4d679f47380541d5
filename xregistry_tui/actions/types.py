"""Try a value against a type, and see who uses it."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from xregistry_tui.actions.access import visible
from xregistry_tui.actions.base import Action, ActionError, Result
from xregistry_tui.actions.beside import Endless, beside
from xregistry_tui.actions.views import Tried, Use
from xregistry_tui.core.type_errors import InvalidValue
from xregistry_tui.schema.canonical import dumps, plain

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
    """A text as a value of a type (as JSON where the type is not text itself); the value is a `views.Tried`.

    A transformer shows what it makes of the value.
    """
    found = _known(workspace, type)
    try:
        return Result(await beside(lambda: _tried(workspace, found, text)))
    except Endless as error:
        return Result(Tried(valid=False, problems=(str(error),)))


def _tried(workspace: Workspace, found: RegisteredType, text: str) -> Tried:
    types = workspace.registry.types
    value = _read(text, textual=found.metadata.base_type == _TEXTUAL)
    try:
        checked = (types.validate if found.transformer is None else types.transform)(found.path, value)
        return Tried(valid=True, value=dumps(plain(checked)))
    except InvalidValue as error:
        return Tried(valid=False, problems=tuple(f"{one.path}: {one.message}".lstrip("/: ") for one in error.problems))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a stranger's validator may raise anything: it is shown
        return Tried(valid=False, problems=(f"{error.__class__.__name__}: {error}",))


def _read(text: str, *, textual: bool) -> Any:
    if textual and not text.startswith('"'):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


async def used_by(workspace: Workspace, type: str, *, who: str | None = None) -> Result:
    """Which fields of which models that the asker sees use a type; the value is a tuple of `views.Use`."""
    found = _known(workspace, type)
    uses = await asyncio.to_thread(_uses, workspace, found)
    return Result(tuple(use for use in uses if visible(workspace, who, use.model)))


def _uses(workspace: Workspace, found: RegisteredType) -> tuple[Use, ...]:
    usage = workspace.registry.types.usage(workspace.registry.models.models)
    return tuple(Use(model, field) for model, field in usage.get(found.path, ()))


ACTIONS = (
    Action(verb="try_type", run=try_type, permission="", subject="type"),
    Action(verb="used_by", run=used_by, permission="", subject="type", names_asker=True),
)
