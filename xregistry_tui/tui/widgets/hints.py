"""The last line: at most six keys that matter now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text
from textual.message import Message

from xregistry_tui.tui.format import line
from xregistry_tui.tui.widgets.lines import Lines

if TYPE_CHECKING:
    from textual import events

MOST = 6


class Hints(Lines):
    """Keys and what they do; a click on one is the key. `Pressed` says which binding."""

    DEFAULT_CSS = "Hints { height: 1; }"

    class Pressed(Message):
        """A hint was clicked; `name` is that of its binding."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self) -> None:
        super().__init__([Text("")])
        self._places: tuple[tuple[int, int, str], ...] = ()

    def show(self, hints: Sequence[tuple[str, str, str]]) -> None:
        """Show hints: the binding's name, its key, what it does. What does not fit is left out, the last stays."""
        width = self.size.width or self.app.size.width
        kept = list(hints[:MOST])
        while len(kept) > 1 and _length(kept) > width:
            del kept[-2]
        text, places = line(" "), []
        for name, key, label in kept:
            start = text.cell_len
            text.append_text(line((key, "accent"), " ", (label, "dim")))
            places.append((start, text.cell_len, name))
            text.append("    ")
        text.right_crop(4)
        self._places = tuple(places)
        self.set_lines([text])

    def on_click(self, event: events.Click) -> None:
        """The hint that was clicked."""
        for start, end, name in self._places:
            if start <= event.x < end:
                self.post_message(self.Pressed(name))


def _length(hints: Sequence[tuple[str, str, str]]) -> int:
    return 1 + sum(len(key) + 1 + len(label) + 4 for _, key, label in hints) - 4
