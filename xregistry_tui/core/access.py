"""Who may do what: deny by default, and a reason people can act on."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import datetime

EVERYONE = "*"
SUPERUSERS = frozenset({"admin"})

Grants: TypeAlias = Mapping[str, Collection[Enum | str]]


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether it is allowed, and why (not)."""

    allowed: bool
    reason: str


class Denied(PermissionError):
    """A role lacks a permission; `decision` says which, on what, and who has it."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.reason)
        self.decision = decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One question about rights and its answer. `path` is the name as asked where nothing is registered as that."""

    at: datetime.datetime
    path: str
    operation: str
    role: str | None
    allowed: bool
    reason: str


class Granted(Mapping[str, frozenset[Any]]):
    """What was granted to whom, by name. A registry's defaults come on top for everyone, less what is `withheld`
    of them; none come where that is `None`.
    """

    __slots__ = ("_given", "withheld")

    def __init__(self, given: Mapping[str, Collection[Any]], withheld: frozenset[Any] | None = None) -> None:
        self._given = {role: frozenset(granted) for role, granted in given.items()}
        self.withheld = withheld

    def __getitem__(self, role: str) -> frozenset[Any]:
        return self._given[role]

    def __iter__(self) -> Iterator[str]:
        return iter(self._given)

    def __len__(self) -> int:
        return len(self._given)

    def __repr__(self) -> str:
        return f"Granted({self._given!r}, withheld={self.withheld!r})"

    def granting(self, role: str, permissions: Collection[Any]) -> Granted:
        """These and more for a role."""
        return Granted(
            {**self._given, role: self._given.get(role, frozenset()) | frozenset(permissions)}, self.withheld
        )

    def revoking(self, role: str, permissions: Collection[Any]) -> Granted:
        """These and less for a role; what everyone loses is withheld of the defaults too."""
        left = self._given.get(role, frozenset()) - frozenset(permissions)
        given = {**self._given, role: left} if left else {name: g for name, g in self._given.items() if name != role}
        withheld = self.withheld
        if role == EVERYONE and withheld is not None:
            withheld = withheld | frozenset(permissions)
        return Granted(given, withheld)

    def effective(self, defaults: Collection[Any]) -> Mapping[str, frozenset[Any]]:
        """What counts: the grants and what of the defaults comes on top."""
        if self.withheld is None:
            return MappingProxyType(self._given)
        everyone = self._given.get(EVERYONE, frozenset()) | (frozenset(defaults) - self.withheld)
        return MappingProxyType({**self._given, EVERYONE: everyone})


UNTOUCHED = Granted({}, frozenset())
"""No grants: the defaults alone."""


def decide(
    permissions: Grants,
    role: str | None,
    permission: Enum | str,
    path: str,
    superuser_roles: Collection[str] = SUPERUSERS,
) -> Decision:
    """Whether a role holds a permission on a path: its own grants and those of `*`; `None` is the trusted caller.

    >>> decide({"ops": {"execute"}}, "analyst", "execute", "functions.pricing.reprice").reason
    'role analyst lacks EXECUTE on functions.pricing.reprice; granted to ops'
    """
    if role is None:
        return Decision(True, "the caller is trusted")
    if role in superuser_roles:
        return Decision(True, f"role {role} holds every permission")
    wanted = word(permission)
    holders = [holder for holder in sorted(permissions) if wanted in map(word, permissions[holder])]
    holder = role if role in holders else EVERYONE
    if holder in holders:
        return Decision(True, f"{wanted.upper()} on {path} is granted to {_named(holder)}")
    granted = ", ".join(holders) or "nobody"
    return Decision(False, f"role {role} lacks {wanted.upper()} on {path}; granted to {granted}")


def word(permission: Enum | str) -> str:
    """The name of a permission in lower case, however it is given."""
    return str(permission.value if isinstance(permission, Enum) else permission).lower()


def _named(holder: str) -> str:
    return "everyone" if holder == EVERYONE else f"role {holder}"
