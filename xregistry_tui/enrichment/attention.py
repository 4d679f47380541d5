"""What is looked at unasked: all of a file whenever it changes; of a server less, for others work on it.

Of a table on a server the server's own statistics are read, which costs it next to nothing. Opening a model takes a
sample, once. Only a pinned one is looked at again whenever its data changes.
"""

from __future__ import annotations

from dataclasses import dataclass

SERVERS = frozenset({"postgresql", "mongodb"})


@dataclass(frozen=True, slots=True)
class Attention:
    """What someone made of a binding: `opened` it to look at it, `pinned` it to follow it."""

    opened: bool = False
    pinned: bool = False


def thrifty(kind: str) -> bool:
    """Whether an engine of this kind is looked at only as far as someone asks."""
    return kind.lower() in SERVERS


def held(kind: str, attention: Attention) -> bool:
    """Whether a binding is looked at again only when someone asks."""
    return thrifty(kind) and attention.opened and not attention.pinned


def will_run(kind: str, attention: Attention) -> str:
    """What will run by itself, in a line."""
    if not thrifty(kind):
        return ""
    if attention.pinned:
        return "followed: looked at as it changes"
    if attention.opened:
        return "sampled once, not followed"
    return "the server's statistics; a sample when opened"
