"""A verb, written once: what it needs, what it is called in the trail, and what it does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from xregistry_tui.config.masking import mask_text

if TYPE_CHECKING:
    from xregistry_tui.workspace import Workspace


class ActionError(Exception):
    """What was asked cannot be done; the text says why and what to do instead."""


class Refused(ActionError, PermissionError):
    """The role may not do this; the text names the role, the permission and the path."""


@dataclass(frozen=True, slots=True)
class Result:
    """What an action gave, and one past-tense sentence for people (a toast, standard error).

    `subject` is what the trail calls the thing it was done to, where that is not the argument as given, and `detail`
    what it holds besides: counts and names, never values.
    """

    value: Any = None
    said: str = ""
    subject: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A verb. `permission` is asked for on the `subject` (an argument's name; `""`: everyone may).

    `audited` verbs leave a trail; `run` of one that `names_asker` is told `who` asks, whatever the arguments say.
    """

    verb: str
    run: Callable[..., Awaitable[Result]]
    permission: str
    subject: str
    audited: bool = False
    past: str = ""
    names_asker: bool = False


def find(verb: str) -> Action:
    """The action of that verb; raises `ActionError` that names those there are."""
    from xregistry_tui import actions

    found = actions.find(verb)
    if found is None:
        raise ActionError(f"there is no action {verb!r}; there are: {', '.join(sorted(actions.table()))}")
    return found


async def perform(workspace: Workspace, role: str | None, verb: str, arguments: dict[str, Any]) -> Result:
    """Check the permission, run the verb, leave the record. `role=None` is the trusted caller in this process."""
    from xregistry_tui.actions.access import decision

    action = find(verb)
    subject = mask_text(str(arguments.get(action.subject, "")))  # a target may hold a password
    decided = decision(workspace, role, action.permission, subject, action.subject)
    if not decided.allowed:
        asked = {"verb": verb, **await _fingerprinted(workspace, arguments)}
        await workspace.record(role, "refused", subject, decided.reason, asked)
        raise Refused(decided.reason)
    given = {**arguments, "who": role} if action.names_asker else arguments
    if not action.audited:
        workspace.counted[verb] += 1
        return await action.run(workspace, **given)
    began = time.monotonic()
    try:
        result = await action.run(workspace, **given)
    except asyncio.CancelledError:
        workspace.note(role, action.past or verb, subject, "cancelled before it ended")
        raise
    detail = {
        "ms": round((time.monotonic() - began) * 1_000),
        **result.detail,
        **await _fingerprinted(workspace, arguments),
    }
    await workspace.record(role, action.past or verb, result.subject or subject, result.said, detail)
    return result


async def _fingerprinted(workspace: Workspace, arguments: dict[str, Any]) -> dict[str, str]:
    """The arguments as a record may hold them: whether they were the same as another time, and nothing else."""
    told = {name: value for name, value in arguments.items() if not callable(value)}
    made = await workspace.fingerprint(told) if told else ""
    return {"arguments": made} if made else {}
