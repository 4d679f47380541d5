"""What people keep of an item: grants, tags, deprecation, whether it is registered at all."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

from xregistry_tui.actions.access import OF_RESOURCES, decision
from xregistry_tui.actions.base import Action, ActionError, Result
from xregistry_tui.actions.connect import connected, watch_again
from xregistry_tui.core.access import EVERYONE
from xregistry_tui.core.errors import AmbiguousName, NotRegistered

if TYPE_CHECKING:
    from xregistry_tui.core.registry import Registry
    from xregistry_tui.workspace import Workspace

    Words: TypeAlias = tuple[str, ...]
    Held: TypeAlias = frozenset[str]

_RESOURCES = "resources."


def _kept_in(workspace: Workspace, item: str) -> tuple[Registry[Any], str]:
    """The registry that holds an item (its path, or a name that only one has), and its path; retired items belong."""
    whole = workspace.registry
    registries: tuple[Registry[Any], ...] = (whole.functions, whole.models, whole.types)
    found: list[tuple[Registry[Any], str]] = []
    for registry in registries:
        try:
            found.append((registry, registry.known(item).path))
        except AmbiguousName as error:
            raise ActionError(str(error)) from None
        except NotRegistered:
            continue
    if len(found) > 1:
        raise ActionError(str(AmbiguousName(item, tuple(path for _, path in found))))
    if not found:
        raise ActionError(f"nothing is registered as {item!r}: give a path such as models.shop.orders")
    return found[0]


def _change(workspace: Workspace, item: str, act: Callable[[Registry[Any], str], object]) -> str:
    """Do something to an item, and give its path; what a registry has against it is said for people."""
    registry, path = _kept_in(workspace, item)
    try:
        act(registry, path)
    except NotRegistered:
        raise ActionError(f"{path} is unregistered: restore it first") from None
    except ValueError as error:
        raise ActionError(str(error)) from error
    return path


async def grant(workspace: Workspace, item: str, role: str, permissions: Iterable[str]) -> Result:
    """Allow a role something on an item; `*` is everyone."""
    words, role = _permissions(permissions), _role(role)
    if item.startswith(_RESOURCES):
        path = _change_resource(workspace, item, role, words, lambda held: held | set(words))
    else:
        path = _change(workspace, item, lambda registry, path: registry.grant(path, role, *words))
    return Result(None, f"{role} may {_listed(words)} {path}", path)


async def revoke(workspace: Workspace, item: str, role: str, permissions: Iterable[str]) -> Result:
    """Take away what was allowed to a role; what it holds otherwise is said."""
    words, role = _permissions(permissions), _role(role)
    if item.startswith(_RESOURCES):
        path = _change_resource(workspace, item, role, words, lambda held: held - set(words))
    else:
        path = _change(workspace, item, lambda registry, path: registry.revoke(path, role, *words))
    for word in words if role != EVERYONE else ():
        if (still := decision(workspace, role, word, path)).allowed:
            return Result(None, f"{role} may {word} {path} all the same: {still.reason}", path)
    return Result(None, f"{role} may not {_listed(words)} {path} any more", path)


def _words(given: Iterable[str], what: str) -> Words:
    """Words as a list or as one text, each once."""
    words = tuple(dict.fromkeys(" ".join([given] if isinstance(given, str) else given).split()))
    if not words:
        raise ActionError(f"say which {what}")
    return words


def _permissions(given: Iterable[str]) -> Words:
    return tuple(word.lower() for word in _words(given, "permissions, e.g. read"))


def _role(role: str) -> str:
    if not role.strip():
        raise ActionError(f"say to which role ({EVERYONE} is everyone)")
    return role.strip()


def _change_resource(workspace: Workspace, item: str, role: str, words: Words, change: Callable[[Held], Held]) -> str:
    name = item.removeprefix(_RESOURCES)
    connected(workspace, name)
    if wrong := [word for word in words if word not in OF_RESOURCES]:
        raise ActionError(f"{wrong[0]!r} is no permission on resources: give one of {', '.join(OF_RESOURCES)}")
    held = workspace.resource_grants.get(name, {})
    changed = {**held, role: change(held.get(role, frozenset()))}
    workspace.grant_on_resource(name, {one: kept for one, kept in changed.items() if kept})
    return item


def _listed(words: Words) -> str:
    return " and ".join(words)


async def tag(workspace: Workspace, item: str, tags: Iterable[str]) -> Result:
    """Put tags on an item."""
    words = _words(tags, "tags, e.g. finance")
    path = _change(workspace, item, lambda registry, path: registry.tag(path, *words))
    return Result(None, f"{path} is tagged {_listed(words)}", path)


async def untag(workspace: Workspace, item: str, tags: Iterable[str]) -> Result:
    """Take tags off an item."""
    words = _words(tags, "tags, e.g. finance")
    path = _change(workspace, item, lambda registry, path: registry.untag(path, *words))
    return Result(None, f"{path} is not tagged {_listed(words)} any more", path)


async def deprecate(
    workspace: Workspace,
    item: str,
    removal: datetime.datetime | str | None = None,
    alternative: str | None = None,
) -> Result:
    """Say that an item is on its way out: until when, and what to use instead."""
    until, instead = _moment(removal), alternative or None
    path = _change(
        workspace,
        item,
        lambda registry, path: registry.deprecate(path, effective=workspace.now(), removal=until, alternative=instead),
    )
    return Result(None, f"{path} is deprecated", path)


def _moment(when: datetime.datetime | str | None) -> datetime.datetime | None:
    if not isinstance(when, str):
        return when
    if not when.strip():
        return None
    try:
        found = datetime.datetime.fromisoformat(when.strip())
    except ValueError:
        raise ActionError(f"{when!r} is no date: write it as 2027-01-31") from None
    return found if found.tzinfo else found.replace(tzinfo=datetime.UTC)


async def undeprecate(workspace: Workspace, item: str) -> Result:
    """Say that an item stays."""
    path = _change(workspace, item, lambda registry, path: registry.undeprecate(path))
    return Result(None, f"{path} is not deprecated any more", path)


async def unregister(workspace: Workspace, item: str) -> Result:
    """Take an item out of the registry and watch it no more; its path stays reserved and its history is kept."""
    path = _change(workspace, item, lambda registry, path: registry[path])
    for live in workspace.enriched.lives(path):
        await workspace.enriched.unbind(live.binding.key)
    _change(workspace, path, lambda registry, path: registry.unregister(path))
    return Result(None, f"{path} is unregistered; restore brings it back", path)


async def restore(workspace: Workspace, item: str) -> Result:
    """Bring an unregistered item back as it was; a model is watched again where its data is connected."""
    registry, path = _kept_in(workspace, item)
    try:
        registry.restore(path)
    except NotRegistered:
        raise ActionError(f"{path} is registered: there is nothing to restore") from None
    watch_again(workspace, path)
    return Result(None, f"{path} is registered again", path)


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
