"""What our own SQL can call in a connection."""

from __future__ import annotations

import sqlite3

from xregistry_tui.schema.regex import modelled

MATCHES = "xreg_matches"
"""(regular expression, text as a blob) → whether it matches."""


def text(stored: bytes) -> str:
    """A stored text, whatever its bytes."""
    return stored.decode("utf-8", "backslashreplace")


def add_to(connection: sqlite3.Connection) -> None:
    """Let a connection call them."""
    connection.create_function(MATCHES, 2, _matches, deterministic=True)


def _matches(regex: str, stored: bytes | None) -> bool:
    # as models search: they read no expression that could take long
    search = modelled(regex)
    return search is not None and stored is not None and search(text(stored))
