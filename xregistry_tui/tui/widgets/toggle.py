"""A choice between yes, no and what there is by default."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from xregistry_tui.tui.format import line
from xregistry_tui.tui.widgets.lines import Lines

if TYPE_CHECKING:
    from textual import events

_ORDER = ("", "true", "false")


class Toggle(Lines, can_focus=True):
    """Its `value` is `true`, `false`, or empty where nothing was chosen: then the placeholder shows."""

    DEFAULT_CSS = "Toggle { height: 1; padding: 0 1; background: $surface; } Toggle:focus { background: $panel; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,right,l", "turn(1)", "yes or no", show=False, id="toggle.turn"),
        Binding("left,h", "turn(-1)", "the other way", show=False, id="toggle.turn-back"),
        Binding("enter", "submit", "next", show=False, id="toggle.next"),
    ]

    class Changed(Message):
        """Another value was chosen."""

    class Submitted(Message):
        """Enter was pressed."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.value = ""
        self.placeholder = ""

    def show(self, value: str, placeholder: str) -> None:
        """Show a value, and what is meant where there is none."""
        self.value = value if value in _ORDER else ""
        self.placeholder = placeholder
        self._draw()

    def _draw(self) -> None:
        said = (self.value, "bright") if self.value else (self.placeholder, "dim")
        self.set_lines([line(("‹ ", "accent"), said, (" ›", "accent"))])

    def action_turn(self, step: int) -> None:
        """The next value."""
        self.value = _ORDER[(_ORDER.index(self.value) + step) % len(_ORDER)]
        self._draw()
        self.post_message(self.Changed())

    def action_submit(self) -> None:
        """Go on."""
        self.post_message(self.Submitted())

    def on_click(self, event: events.Click) -> None:
        """A click is a turn."""
        event.stop()
        self.action_turn(1)
