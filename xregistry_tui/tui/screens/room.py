"""A part of Explore that meets the session itself; it is imported and mounted when it is first shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from xregistry_tui.actions.base import ActionError
from xregistry_tui.resources.base import ResourceError
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.tabs import TabLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.widget import Widget

    from xregistry_tui.actions.session import Session
    from xregistry_tui.tui.app import XregApp
    from xregistry_tui.tui.keymap import Hint
    from xregistry_tui.tui.screens.base import ModeScreen


class NotDone(Exception):
    """What was asked of the session could not be done; the text says why, for people."""


class Room(Vertical):
    """Shows the item at `path`. A subclass draws it (`draw`), says what has the keys (`panel`) and which are worth it.

    What `open` and `focus_panel` ask before the room is mounted is done when it is.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "leave the input", show=False, id="room.leave")]
    TABS: ClassVar[tuple[str, ...]] = ()
    tab = ""
    path = ""
    _ready = False
    _wants_focus = False

    @property
    def app(self) -> XregApp:  # type: ignore[override]  # Textual types it as any app
        """The app, with its session and subject."""
        return cast("XregApp", super().app)

    @property
    def session(self) -> Session | None:
        """Who is asked."""
        return self.app.session

    def on_mount(self) -> None:
        """Everything is there: do what was asked meanwhile."""
        self._ready = True
        if self.path:
            self.draw()
        if self._wants_focus:
            self.focus_panel()

    def open(self, path: str) -> None:
        """Show an item as it is now."""
        self.path = path
        if self._ready:
            self.draw()

    def draw(self) -> None:
        """Read the item and show it."""

    def tick(self) -> None:
        """A second has passed."""

    # What has the keys

    @property
    def panel(self) -> Widget:
        """What takes the keys."""
        return self

    def focus_panel(self) -> None:
        """Give the keys to the panel."""
        self._wants_focus = not self._ready
        if self._ready:
            self.panel.focus()

    @property
    def has_keys(self) -> bool:
        """Something in it has the focus."""
        focused = self.screen.focused
        return focused is not None and self in focused.ancestors_with_self

    @property
    def typing(self) -> bool:
        """An input of it has the keys."""
        return self.has_keys and isinstance(self.screen.focused, Input)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """An input is left only from within it."""
        return self.typing if action == "leave" else True

    def action_leave(self) -> None:
        """Out of the input."""
        self.back()

    def hints(self) -> Sequence[Hint]:
        """The keys worth saying now."""
        return ()

    @property
    def copied(self) -> str:
        """What the cursor is on, as text to copy."""
        return self.path

    def draw_hints(self) -> None:
        """Other keys matter now."""
        cast("ModeScreen", self.screen).draw_hints()

    def step_tab(self, step: int) -> None:
        """The next or previous tab, where there are tabs."""
        if self.TABS:
            self.open_tab(self.TABS[(self.TABS.index(self.tab) + step) % len(self.TABS)])

    def open_tab(self, name: str) -> None:
        """Show a tab, where there are tabs."""

    @on(TabLine.Chosen)
    def _tab_chosen(self, event: TabLine.Chosen) -> None:
        event.stop()
        self.open_tab(event.name)

    def cancel(self) -> bool:
        """End what it waits for; false where it waits for nothing."""
        return False

    def how(self) -> None:
        """Show in full what is cut on screen."""

    def back(self) -> bool:
        """Go back one step within the room; false where there is none."""
        return False

    # Asking

    async def ask(self, verb: str, **arguments: Any) -> Any:
        """Do something; raises `NotDone`."""
        if self.session is None:
            raise NotDone("nothing is open")
        try:
            result = await self.session.perform(verb, **arguments)
        except (ActionError, ResourceError) as error:
            raise NotDone(plain(error, 400)) from error
        if result.said:
            self.app.notify(plain(result.said, 400), timeout=3, markup=False)
        return result.value
