"""The verbs, one file per noun. `table()` has them all; nothing is imported before it is asked for."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xregistry_tui.actions.base import Action


@cache
def table() -> dict[str, Action]:
    """Every action by its verb."""
    from xregistry_tui.actions import (
        connect,
        exporting,
        functions,
        imports,
        keeping,
        records,
        refresh,
        trail,
        types,
        validate,
        versions,
        welcome,
    )

    items = (records, validate, versions, keeping, exporting, functions, types)
    rooms = (welcome, connect, imports, refresh, *items, trail)
    return {action.verb: action for room in rooms for action in room.ACTIONS}
