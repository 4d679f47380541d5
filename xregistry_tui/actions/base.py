"""A verb, written once: what it needs, what it is called in the trail, and what it does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
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

    `subject` is what the trail calls the thing it was done to, where that is not the argument as given.
    """

    value: Any = None
    said: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A verb. `permission` is asked for on the `subject` (an argument's name; `""`: everyone may).

    `audited` verbs leave a trail; `run` of one that `names_asker` is told who asks.
    """

    verb: str
    run: Callable[..., Awaitable[Result]]
    permission: str
    subject: str
    audited: bool = False
    past: str = ""
    names_asker: bool = False


def find(verb: str) -> Action:
    """The action of that verb."""
    from xregistry_tui.actions import table

    try:
        return table()[verb]
    except KeyError:
        raise ActionError(f"there is no action {verb!r}; there are: {', '.join(sorted(table()))}") from None


async def perform(workspace: Workspace, role: str | None, verb: str, arguments: dict[str, Any]) -> Result:
    """Check the permission, run the verb, leave the record. `role=None` is the trusted caller in this process."""
    from xregistry_tui.actions.access import decision

    action = find(verb)
    subject = mask_text(str(arguments.get(action.subject, "")))  # a target may hold a password
    decided = decision(workspace, role, action.permission, subject)
    if not decided.allowed:
        await workspace.record(role, "refused", subject, decided.reason)
        raise Refused(decided.reason)
    result = await action.run(workspace, **arguments)
    if action.audited:
        await workspace.record(role, action.past or verb, result.subject or subject, result.said)
    return result
