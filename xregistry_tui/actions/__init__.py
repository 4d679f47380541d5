"""The verbs, one file per noun. A room is loaded when a verb of it, or of one after it, is first asked for."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xregistry_tui.actions.base import Action

# those that a dashboard asks for at its start come first
ROOMS = (
    *("connect", "refresh", "records", "validate", "imports", "welcome"),
    *("versions", "keeping", "exporting", "functions", "types", "trail"),
)


@cache
def find(verb: str) -> Action | None:
    """The action of that verb; `None` where there is none."""
    return next((held[verb] for room in ROOMS if verb in (held := _actions(room))), None)


def table() -> dict[str, Action]:
    """Every action by its verb."""
    return {verb: action for room in ROOMS for verb, action in _actions(room).items()}


@cache
def _actions(room: str) -> dict[str, Action]:
    actions: tuple[Action, ...] = import_module(f"{__name__}.{room}").ACTIONS
    return {action.verb: action for action in actions}
