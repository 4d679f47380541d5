"""What the registries of functions, models and types share: items, and what people give to them and take away."""

from __future__ import annotations

import datetime
from collections import deque
from collections.abc import Collection, Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any

from xregistry_tui.core.access import SUPERUSERS, Access, Granted, decide, word
from xregistry_tui.core.deprecation import Deprecation
from xregistry_tui.core.errors import AmbiguousName, DefinitionConflict, NotRegistered
from xregistry_tui.core.lookup import Clock, Item, Lookup, Registered, utc_now
from xregistry_tui.core.paths import join, with_prefix, without_prefix
from xregistry_tui.core.view import View

__all__ = [
    "AmbiguousName",
    "Clock",
    "DefinitionConflict",
    "Item",
    "NotRegistered",
    "Registered",
    "Registry",
    "View",
    "utc_now",
]

_KEPT = 1_000


class Registry(Lookup[Item]):
    """Items, their tags, grants and deprecations; what is unregistered keeps its path, and comes back as it was.

    `access_log` holds the newest answers of `check_access`; `superuser_roles` hold every permission.
    """

    permission_type: type[Enum] | None = None

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.superuser_roles: Collection[str] = SUPERUSERS
        self.access_log: deque[Access] = deque(maxlen=_KEPT)
        self._gone: dict[str, Item] = {}

    def tag(self, path: str, *tags: str) -> Item:
        """Add tags to an item; raises `NotRegistered`."""
        with self._lock:
            item = self[path]
            return self._change(item, tags=item.tags | set(tags))

    def untag(self, path: str, *tags: str) -> Item:
        """Take tags from an item; those it does not have are no error."""
        with self._lock:
            item = self[path]
            return self._change(item, tags=item.tags - set(tags))

    def deprecate(
        self,
        path: str,
        *,
        effective: datetime.datetime | None = None,
        removal: datetime.datetime | None = None,
        alternative: str | None = None,
    ) -> Deprecation:
        """Say that an item is going away (default: from now on); moments are aware, else ValueError."""
        deprecation = Deprecation(effective=effective or self._clock(), removal=removal, alternative=alternative)
        with self._lock:
            self._change(self[path], deprecation=deprecation)
        return deprecation

    def undeprecate(self, path: str) -> Item:
        """Take that back."""
        with self._lock:
            return self._change(self[path], deprecation=None)

    def grant(self, path: str, role: str, *permissions: Enum | str) -> Item:
        """Give a role (`*`: everyone) permissions on an item."""
        with self._lock:
            item = self[path]
            wanted = [self._permission(permission) for permission in permissions]
            return self._change(item, permissions=self._granted(item).granting(role, wanted))

    def revoke(self, path: str, role: str, *permissions: Enum | str) -> Item:
        """Take permissions from a role; what everyone holds by default is then withheld from everyone."""
        with self._lock:
            item = self[path]
            wanted = [self._permission(permission) for permission in permissions]
            return self._change(item, permissions=self._granted(item).revoking(role, wanted))

    def unregister(self, path: str) -> Item:
        """Take an item out of every lookup; its path stays reserved, and `restore` brings it back as it was."""
        with self._lock:
            item = self[path]
            self._displace(item, reserve=True)
            self._gone[item.path] = item
        self._mark(item.path)
        return item

    def restore(self, path: str) -> Item:
        """Bring back what was unregistered; raises `NotRegistered` where nothing was."""
        with self._lock:
            item = self._retired(path)
            if item is None:
                raise NotRegistered(path)
            self._put(item)
        self._mark(item.path)
        return item

    def known(self, name: str) -> Item:
        """The item of a path or an unambiguous bare name; of a path also one that was unregistered. Raises KeyError."""
        try:
            return self[name]
        except NotRegistered:
            retired = self._retired(name)
            if retired is None:
                raise
            return retired

    def _retired(self, path: str) -> Item | None:
        key = without_prefix(path, self._prefix)
        return self._gone.get(key) or self._gone.get(join(self.group, key))

    def show_under(self, prefix: str) -> None:
        """Show and find paths under another prefix, what was unregistered too; keys have none, and stay."""
        with self._lock:
            self._prefix, self._dotted = prefix, f"{prefix}." if prefix else ""
            for item in tuple(self._items.values()):
                self._change(item, ns_path=with_prefix(item.path, prefix))
            for path, item in tuple(self._gone.items()):
                self._gone[path] = self._amend(item, ns_path=with_prefix(path, prefix))

    def unregistered(self) -> Mapping[str, Item]:
        """What was unregistered and can be restored, by path."""
        return MappingProxyType(dict(self._gone))

    def _change(self, item: Item, **changes: Any) -> Item:
        earlier = item.tags
        changed = self._amend(item, **changes)
        self._unindex(item.path, earlier - changed.tags)
        self._put(changed)
        self._mark(item.path)
        return changed

    def _amend(self, item: Item, **changes: Any) -> Item:
        """The item with other `tags`, `permissions` or `deprecation`: itself changed, or another in its place."""
        raise NotImplementedError(f"{type(self).__name__} does not say how its items are amended")

    def _granted(self, item: Item) -> Granted:
        return Granted(self._permissions(item))

    def _permissions(self, item: Item) -> Mapping[str, frozenset[Any]]:
        permissions: Mapping[str, frozenset[Any]] = getattr(item, "permissions")  # noqa: B009
        return permissions

    def _put(self, item: Item) -> None:
        """Add, replace or bring back an item; the caller holds the lock, and marks the change afterwards."""
        self._place(item)
        if self._gone.pop(item.path, None) is not None:
            self._tree.release(item.path)

    def _held(self, path: str) -> Item | None:
        """What has a path, be it unregistered."""
        return self._items.get(path) or self._gone.get(path)

    def _back(self, item: Item) -> Item:
        """What is registered again by its own definition, as it was."""
        return self.restore(item.path) if item.path in self._gone else item

    def _conflict(self, there: Item, held: str, new: str, remedy: str) -> DefinitionConflict:
        """What to raise where a path is taken: `held` and `new` are the two definitions."""
        if there.path in self._gone:
            return DefinitionConflict(
                f"{there} is reserved for {held}, which was unregistered; restore it, or {new} needs {remedy}"
            )
        return DefinitionConflict(f"{there} is {held} already; {new} needs {remedy}")

    def check_access(self, name: str, operation: str, role: str | None = "anonymous") -> bool:
        """Whether a role may do an operation (a permission's name) on an item, noted in `access_log`.

        Unknown items are nobody's; an unknown operation raises ValueError, a name that several have `AmbiguousName`.
        """
        permission = self._permission(operation)
        item = View(self._items, self.resolve).get(name)
        if item is None:
            allowed, reason, path = False, f"nothing is registered as {name!r}", name
        else:
            decision = decide(self._permissions(item), role, permission, item.path, self.superuser_roles)
            allowed, reason, path = decision.allowed, decision.reason, item.path
        self.access_log.append(
            Access(at=self._clock(), path=path, operation=permission.value, role=role, allowed=allowed, reason=reason)
        )
        return allowed

    def get_accessible(self, role: str | None, permission: Enum | str | None = None) -> list[Item]:
        """The items on which a role holds a permission (default: any), in order of registration."""
        every = tuple(self._permission_type()) if permission is None else (self._permission(permission),)
        return [item for item in tuple(self._items.values()) if self._may(item, role, every)]

    def _may(self, item: Item, role: str | None, permissions: Collection[Enum]) -> bool:
        held = self._permissions(item)
        return any(decide(held, role, one, item.path, self.superuser_roles).allowed for one in permissions)

    def _permission_type(self) -> type[Enum]:
        if self.permission_type is None:
            raise ValueError(f"{self.group} know no permissions: grant them on functions and models")
        return self.permission_type

    def _permission(self, permission: Enum | str) -> Enum:
        known = self._permission_type()
        wanted = word(permission)
        for one in known:
            if wanted == one.value:
                return one
        raise ValueError(
            f"{wanted!r} is no permission on {self.group}: give one of {', '.join(p.value for p in known)}"
        )
