"""The rooms of Explore: imported when the first of its kind is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xregistry_tui.actions.session import Session
    from xregistry_tui.tui.screens.room import Room


def room_of(session: Session, path: str) -> str:
    """The room that an item is shown in; empty where it has none. Where nothing is open, that is the welcome."""
    if not path:
        return "" if any(one.status == "live" for one in session.overview().resources) else "welcome"
    group = path.partition(".")[0]
    if group == "functions" and session.function(path) is not None:
        return "function"
    return "type" if group == "types" and session.type(path) is not None else ""


def make_room(name: str) -> Room:
    """A room by its name."""
    if name == "versions":
        from xregistry_tui.tui.screens.versions import VersionsRoom

        return VersionsRoom(id="tab-versions")
    if name == "function":
        from xregistry_tui.tui.screens.function import FunctionRoom

        return FunctionRoom(id="room-function")
    if name == "welcome":
        from xregistry_tui.tui.screens.welcome import WelcomeRoom

        return WelcomeRoom(id="room-welcome")
    from xregistry_tui.tui.screens.type import TypeRoom

    return TypeRoom(id="room-type")
