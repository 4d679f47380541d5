"""A page to read: lines folded between words where they are wider than the screen."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text

from xregistry_tui.tui.format import folded
from xregistry_tui.tui.widgets.line_list import Line, LineList


class Page(LineList):
    """Lines whole at any width."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, cursor=False)
        self._whole: tuple[Text, ...] = ()

    def show(self, lines: Iterable[Text]) -> None:
        """Show these lines."""
        self._whole = tuple(lines)
        self.set_lines(self.draw())

    def draw(self) -> Iterable[Line]:
        """The lines folded to the present width; as they are until it is known."""
        width = self.scrollable_content_region.width
        return (Line(part) for text in self._whole for part in (folded(text, width) if width else (text,)))
