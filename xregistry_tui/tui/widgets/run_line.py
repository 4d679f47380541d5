"""The line that runs something: enter or a click."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from xregistry_tui.tui.format import line
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.grid import MARK
from xregistry_tui.tui.widgets.lines import Lines

if TYPE_CHECKING:
    from textual import events


class RunLine(Lines, can_focus=True):
    """Says what would run."""

    DEFAULT_CSS = "RunLine { height: 1; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "run", "call", show=False, id="run.run"),
        Binding("up,k", "leave(-1)", "to the form", show=False, id="run.up"),
        Binding("down,j", "leave(1)", "to the result", show=False, id="run.down"),
    ]

    class Pressed(Message):
        """It is to run."""

    class Left(Message):
        """Up or down was pressed."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._call = ""

    def show(self, call: str) -> None:
        """Show what would run."""
        self._call = call
        self._draw()

    def _draw(self) -> None:
        here = self.has_focus
        room = max(self.size.width - 16, 8)
        mark = (MARK, "accent") if here else " "
        call = (plain(self._call, room), "bright" if here else "text")
        self.set_lines([line(mark, " ", ("▸ ", "accent"), call, ("   enter calls" if here else "   c calls", "dim"))])

    def on_resize(self) -> None:
        """As much as there is room for."""
        self._draw()

    def watch_has_focus(self, has_focus: bool) -> None:
        """The mark shows who has the keys."""
        super().watch_has_focus(has_focus)
        self._draw()

    def action_run(self) -> None:
        """Run it."""
        self.post_message(self.Pressed())

    def action_leave(self, by: int) -> None:
        """Go on."""
        self.post_message(self.Left(by))

    def on_click(self, event: events.Click) -> None:
        """A click runs it."""
        event.stop()
        self.focus()
        self.action_run()
