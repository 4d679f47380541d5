"""Tabs in one line of text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text
from textual.message import Message

from xregistry_tui.tui.format import line, spread
from xregistry_tui.tui.widgets.lines import Lines

if TYPE_CHECKING:
    from textual import events


class TabLine(Lines):
    """The names of tabs, the chosen one in brackets, and something dim at the right end."""

    DEFAULT_CSS = "TabLine { height: 2; }"

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__([Text(""), Text("")], id=id)
        self._places: tuple[tuple[int, int, str], ...] = ()
        self._shown: tuple[Sequence[tuple[str, str]], str, Text] | None = None

    def on_resize(self) -> None:
        """Another width has room for other things."""
        if self._shown is not None:
            self.show(*self._shown)

    def show(self, tabs: Sequence[tuple[str, str]], chosen: str, right: Text) -> None:
        """Show tabs as (name, what stands behind the name)."""
        self._shown = (tabs, chosen, right)
        text, places = line(" "), []
        for name, behind in tabs:
            start = text.cell_len
            label = name.capitalize()
            more = f" {behind}" if behind else ""
            if name == chosen:
                text.append_text(line(("[", "accent"), (label, "bright"), (more, "dim"), ("]", "accent"), " "))
            else:
                text.append_text(line(" ", label, (more, "dim"), "  "))
            places.append((start, text.cell_len, name))
        self._places = tuple(places)
        width = self.size.width
        fits = width and text.cell_len + right.cell_len + 1 < width
        self.set_lines([spread(text, line(right, " "), width) if fits else text, Text("")])

    def on_click(self, event: events.Click) -> None:
        """The tab that was clicked."""
        for start, end, name in self._places:
            if start <= event.x < end:
                self.post_message(self.Chosen(name))
