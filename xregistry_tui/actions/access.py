"""Who may do what to which item, and why (not): the words of verbs asked of functions, models and resources.

Connecting, discovering and refreshing are asked of the resource; changing what is kept of an item is MODIFY on a
function and DELETE on a model. What has no grants of its own (a type, a resource nobody was granted) is for superusers.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from xregistry_tui.actions.base import Refused
from xregistry_tui.actions.views import Right
from xregistry_tui.core.access import EVERYONE, Decision, Grants, decide
from xregistry_tui.core.registered_function import FunctionPermission
from xregistry_tui.core.registered_model import ModelPermission

if TYPE_CHECKING:
    from xregistry_tui.core.registry import Registry
    from xregistry_tui.enrichment.live import Live
    from xregistry_tui.workspace import Workspace

OF_RESOURCES = ("connect", "discover", "refresh")
_SEEN_WITH: dict[str, frozenset[Any]] = {  # as members, and as the words that a caller may have granted instead
    "models": frozenset({ModelPermission.LIST, "list"}),
    "functions": frozenset({FunctionPermission.VIEW, FunctionPermission.EXECUTE, "view", "execute"}),
}
_OF_FUNCTIONS = ("view", "execute", "modify")
_OF_MODELS = ("list", "read", "create", "update", "delete")


def decision(workspace: Workspace, role: str | None, permission: str, subject: str, kind: str = "item") -> Decision:
    """Whether a role may do what needs `permission` on `subject`; `None` is the trusted caller in this process.

    `kind` says what the subject can be: a `function`, a `model`, or any `item`.
    """
    if not permission:
        return Decision(True, "everyone may")
    path, grants = _asked(workspace, permission, subject, kind)
    if permission == "modify" and path.startswith("models."):
        permission = "delete"
    return decide(grants, role, permission, path, workspace.settings.access.superuser_roles)


def _asked(workspace: Workspace, permission: str, subject: str, kind: str) -> tuple[str, Grants]:
    """The item that is asked about, by its path, and what is granted on it."""
    if permission in OF_RESOURCES:
        name = _resource(workspace, subject)
        # what is to be connected has no path yet: it is named as it was asked for
        path = f"resources.{name}" if name in workspace.connections else subject
        return path, workspace.resource_grants.get(name, {})
    item = subject.partition("@")[0]  # what is asked of a binding is asked of its model
    held: dict[str, Registry[Any]] = {"function": workspace.registry.functions, "model": workspace.registry.models}
    for registry in [held[kind]] if kind in held else held.values():
        with suppress(KeyError):
            found = registry.known(item)
            return found.path, found.permissions
    return item, {}


def _resource(workspace: Workspace, subject: str) -> str:
    """The name of the resource behind a resource's path or name, a binding, or a model."""
    live = workspace.enriched.live(subject)
    lives = (live,) if live is not None else workspace.enriched.lives(subject)
    return lives[0].binding.resource if lives else subject.removeprefix("resources.")


def rights(workspace: Workspace, own: str, path: str, role: str | None) -> tuple[Right, ...]:
    """What a role may do to an item, each with its reason; raises `Refused` where it may do more than `own` may."""
    held = [_right(workspace, own, word, path) for word in _words(path)]
    if role is None or role == own:
        return tuple(held)
    asked = [_right(workspace, role, word, path) for word in _words(path)]
    for mine, theirs in zip(held, asked, strict=True):
        if theirs.allowed and not mine.allowed:
            word = theirs.permission.upper()
            raise Refused(f"role {own} cannot look as {role}, who holds {word} on {path}, which {own} does not")
    return tuple(asked)


def _right(workspace: Workspace, role: str, word: str, path: str) -> Right:
    made = decision(workspace, role, word, path)
    return Right(word, made.allowed, made.reason)


def _words(path: str) -> tuple[str, ...]:
    words = {"functions": _OF_FUNCTIONS, "models": _OF_MODELS, "resources": OF_RESOURCES}
    return words.get(path.partition(".")[0], ())


def roles(workspace: Workspace, own: str) -> tuple[str, ...]:
    """Every role that is known: its own first, then those with grants and the superusers, by name."""
    registry = workspace.registry
    known = {role for item in registry.functions.functions.values() for role in item.permissions}
    known |= {role for item in registry.models.models.values() for role in item.permissions}
    known |= {role for grants in workspace.resource_grants.values() for role in grants}
    known |= set(workspace.settings.access.superuser_roles)
    return (own, *sorted(known - {own, "*"}))


def visible(workspace: Workspace, role: str | None, path: str) -> bool:
    """Whether a role sees an item at all: LIST on a model, VIEW or EXECUTE on a function; the rest is seen by all.

    As `decision` decides, without its reasons: a tree asks this of all that lies below a level.
    """
    if role is None or role in workspace.settings.access.superuser_roles:
        return True
    group = path.partition(".")[0]
    if group not in _SEEN_WITH:
        return True
    registry: Registry[Any] = workspace.registry.models if group == "models" else workspace.registry.functions
    item = registry.get_by_namespace(path)
    held = item.permissions if item is not None else {}
    words = _SEEN_WITH[group]
    return not (words.isdisjoint(held.get(role, ())) and words.isdisjoint(held.get(EVERYONE, ())))


def lives(workspace: Workspace, role: str | None, model: str | None = None) -> tuple[Live, ...]:
    """The bindings (of one model, by its path) whose figures a role may see: READ on the model."""
    return _readable(workspace, role, workspace.enriched.lives(model))


def standing(workspace: Workspace, role: str | None, model: str | None = None) -> tuple[Live, ...]:
    """The same without the rates of this moment: cheap enough for a thousand models at once."""
    return _readable(workspace, role, workspace.enriched.standing(model))


def _readable(workspace: Workspace, role: str | None, every: tuple[Live, ...]) -> tuple[Live, ...]:
    if role is None or role in workspace.settings.access.superuser_roles:
        return every
    return tuple(live for live in every if decision(workspace, role, "read", live.binding.model, "model").allowed)
