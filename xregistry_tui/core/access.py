"""Who may do what: deny by default, and a reason people can act on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

EVERYONE = "*"
SUPERUSERS = frozenset({"admin"})

Grants: TypeAlias = Mapping[str, Collection[Enum | str]]


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether it is allowed, and why (not)."""

    allowed: bool
    reason: str


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
    wanted = _word(permission)
    holders = [holder for holder in sorted(permissions) if wanted in map(_word, permissions[holder])]
    holder = role if role in holders else EVERYONE
    if holder in holders:
        return Decision(True, f"{wanted.upper()} on {path} is granted to {_named(holder)}")
    granted = ", ".join(holders) or "nobody"
    return Decision(False, f"role {role} lacks {wanted.upper()} on {path}; granted to {granted}")


def _word(permission: Enum | str) -> str:
    return str(permission.value if isinstance(permission, Enum) else permission).lower()


def _named(holder: str) -> str:
    return "everyone" if holder == EVERYONE else f"role {holder}"
