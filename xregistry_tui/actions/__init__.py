"""The verbs, one file per noun. `table()` has them all; nothing is imported before it is asked for."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xregistry_tui.actions.base import Action


@cache
def table() -> dict[str, Action]:
    """Every action by its verb."""
    from xregistry_tui.actions import connect, records, refresh, trail, validate

    rooms = (connect.ACTIONS, refresh.ACTIONS, records.ACTIONS, validate.ACTIONS, trail.ACTIONS)
    return {action.verb: action for actions in rooms for action in actions}
