"""What people keep of an item: grants, tags, deprecation, whether it is registered at all."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from enum import Enum
from typing import TYPE_CHECKING, Any

from xregistry_tui.actions.access import OF_RESOURCES
from xregistry_tui.actions.base import Action, ActionError, Result
from xregistry_tui.core.access import EVERYONE

if TYPE_CHECKING:
    from xregistry_tui.core.registry import Registry
    from xregistry_tui.workspace import Workspace


def registry_of(workspace: Workspace, item: str) -> Registry[Any]:
    """The registry that an item (its path, or a name that only one has) belongs to; retired items belong too."""
    registries: tuple[Registry[Any], ...] = (
        workspace.registry.functions,
        workspace.registry.models,
        workspace.registry.types,
    )
    for registry in registries:
        if item in registry or item in registry.unregistered():
            return registry
    raise ActionError(f"nothing is registered as {item!r}: give a path such as models.shop.orders")


async def grant(workspace: Workspace, item: str, role: str, permissions: Iterable[str]) -> Result:
    """Allow a role something on an item; `*` is everyone."""
    words = _words(permissions)
    if item.startswith("resources."):
        _change_resource(workspace, item, role, words, lambda held, new: held | new)
    else:
        registry = registry_of(workspace, item)
        registry.grant(item, _role(role), *_known(workspace, item, words))
    return Result(None, f"{role} may {_listed(words)} {item}")


async def revoke(workspace: Workspace, item: str, role: str, permissions: Iterable[str]) -> Result:
    """Take away what was allowed to a role."""
    words = _words(permissions)
    if item.startswith("resources."):
        _change_resource(workspace, item, role, words, lambda held, gone: held - gone)
    else:
        registry = registry_of(workspace, item)
        registry.revoke(item, _role(role), *_known(workspace, item, words))
    return Result(None, f"{role} may not {_listed(words)} {item} any more")


def _words(permissions: Iterable[str]) -> tuple[str, ...]:
    given = permissions.split() if isinstance(permissions, str) else permissions
    words = tuple(dict.fromkeys(word.strip().lower() for word in given))
    if not words:
        raise ActionError("say what is granted, e.g. grant analyst read")
    return words


def _role(role: str) -> str:
    if not role.strip():
        raise ActionError(f"say to which role ({EVERYONE} is everyone)")
    return role.strip()


def _known(workspace: Workspace, item: str, words: tuple[str, ...]) -> tuple[Enum, ...]:
    """The permissions behind words, of the kind that the item has."""
    from xregistry_tui.core.functions import FunctionPermission
    from xregistry_tui.core.models import ModelPermission

    kinds: dict[int, type[Enum]] = {
        id(workspace.registry.functions): FunctionPermission,
        id(workspace.registry.models): ModelPermission,
    }
    kind = kinds.get(id(registry_of(workspace, item)))
    if kind is None:
        raise ActionError(f"{item} is a type: types carry no grants, everyone may use them")
    try:
        return tuple(kind(word) for word in words)
    except ValueError:
        known = ", ".join(str(member.value) for member in kind)
        raise ActionError(f"{' '.join(words)}: what may be granted on {item} is {known}") from None


def _change_resource(
    workspace: Workspace,
    item: str,
    role: str,
    words: tuple[str, ...],
    change: Callable[[frozenset[str], frozenset[str]], frozenset[str]],
) -> None:
    name = item.removeprefix("resources.")
    if name not in workspace.connections:
        raise ActionError(f"no resource is named {name!r}; connected: {', '.join(workspace.connections) or 'none'}")
    if not set(words) <= set(OF_RESOURCES):
        raise ActionError(f"{' '.join(words)}: what may be granted on a resource is {', '.join(OF_RESOURCES)}")
    held = workspace.resource_grants.get(name, {})
    changed = {**held, _role(role): change(held.get(role, frozenset()), frozenset(words))}
    workspace.grant_on_resource(name, {one: kept for one, kept in changed.items() if kept})


def _listed(words: Iterable[str]) -> str:
    return " and ".join(words)


async def tag(workspace: Workspace, item: str, tags: Iterable[str]) -> Result:
    """Put tags on an item."""
    words = _tags(tags)
    registry_of(workspace, item).tag(item, *words)
    return Result(None, f"{item} is tagged {_listed(words)}")


async def untag(workspace: Workspace, item: str, tags: Iterable[str]) -> Result:
    """Take tags off an item."""
    words = _tags(tags)
    registry_of(workspace, item).untag(item, *words)
    return Result(None, f"{item} is not tagged {_listed(words)} any more")


def _tags(tags: Iterable[str]) -> tuple[str, ...]:
    given = tags.split() if isinstance(tags, str) else tags
    words = tuple(dict.fromkeys(word.strip() for word in given if word.strip()))
    if not words:
        raise ActionError("say which tags, e.g. tag finance")
    return words


async def deprecate(
    workspace: Workspace,
    item: str,
    removal: datetime.datetime | str | None = None,
    alternative: str | None = None,
) -> Result:
    """Say that an item is on its way out: until when, and what to use instead."""
    registry_of(workspace, item).deprecate(
        item, effective=workspace.now(), removal=_moment(removal), alternative=alternative or None
    )
    return Result(None, f"{item} is deprecated")


def _moment(when: datetime.datetime | str | None) -> datetime.datetime | None:
    if not isinstance(when, str):
        return when
    try:
        found = datetime.datetime.fromisoformat(when)
    except ValueError:
        raise ActionError(f"{when!r} is no date: write it as 2027-01-31") from None
    return found if found.tzinfo else found.replace(tzinfo=datetime.UTC)


async def undeprecate(workspace: Workspace, item: str) -> Result:
    """Say that an item stays."""
    registry_of(workspace, item).undeprecate(item)
    return Result(None, f"{item} is not deprecated any more")


async def unregister(workspace: Workspace, item: str) -> Result:
    """Take an item out of the registry; its path stays reserved and its history is kept."""
    registry = registry_of(workspace, item)
    path = registry.resolve(item)
    for live in workspace.enriched.lives(path):
        await workspace.enriched.unbind(live.binding.key)
    registry.unregister(path)
    return Result(None, f"{path} is unregistered; restore brings it back")


async def restore(workspace: Workspace, item: str) -> Result:
    """Bring an unregistered item back as it was."""
    registry_of(workspace, item).restore(item)
    return Result(None, f"{item} is registered again")


def _kept(verb: str, run: Callable[..., Any], past: str) -> Action:
    return Action(verb=verb, run=run, permission="modify", subject="item", audited=True, past=past)


ACTIONS = (
    _kept("grant", grant, "granted"),
    _kept("revoke", revoke, "revoked"),
    _kept("tag", tag, "tagged"),
    _kept("untag", untag, "untagged"),
    _kept("deprecate", deprecate, "deprecated"),
    _kept("undeprecate", undeprecate, "undeprecated"),
    _kept("unregister", unregister, "unregistered"),
    _kept("restore", restore, "restored"),
)
