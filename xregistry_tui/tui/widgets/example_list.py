"""Examples of a type, to take."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from textual.message import Message

from xregistry_tui.schema.canonical import dumps
from xregistry_tui.tui.format import line
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.line_list import Line, LineList


def as_typed(example: Any) -> str:
    """An example as one would type it: text bare, all else as JSON."""
    return example if isinstance(example, str) else dumps(example)


class ExampleList(LineList):
    """The key of a line is the index of its example in `texts`."""

    DEFAULT_CSS = "ExampleList { height: 1fr; }"

    class NextRequested(Message):
        """The next example is wanted."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.texts: tuple[str, ...] = ()

    def show(self, examples: Sequence[Any]) -> None:
        """Show these."""
        self.texts = tuple(as_typed(example) for example in examples)
        self.cursor = None
        self.redraw()

    def on_focus(self) -> None:
        """The cursor begins at the first."""
        if self.cursor is None and self.texts:
            self.move_to("0")
        self.refresh()

    def draw(self) -> Iterable[Line]:
        """One line each."""
        if not self.texts:
            yield Line(line("   ", ("It came without examples.", "dim")))
            return
        yield Line(line("   ", ("EXAMPLES   ", "dim"), ("tab", "accent"), (" takes the next", "dim")))
        for index, text in enumerate(self.texts):
            yield Line(line("   ", plain(text, max(self.size.width - 4, 4))), str(index))
