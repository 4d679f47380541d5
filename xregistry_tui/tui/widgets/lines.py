"""Some lines of text with roles: headers, details, empty states."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from xregistry_tui.tui.format import fitted, ground, palette, strip

if TYPE_CHECKING:
    from rich.text import Text
    from textual.geometry import Size


class Lines(Widget):
    """Draws lines as given, cut to its width; only lines that differ are repainted."""

    DEFAULT_CSS = "Lines { height: auto; width: 1fr; }"

    def __init__(self, lines: Sequence[Text] = (), *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._lines = tuple(lines)

    @property
    def lines(self) -> tuple[Text, ...]:
        """What is shown."""
        return self._lines

    @property
    def plain(self) -> str:
        """What is shown, as text."""
        return "\n".join(text.plain for text in self._lines)

    def set_lines(self, lines: Sequence[Text]) -> None:
        """Show other lines."""
        before, self._lines = self._lines, tuple(lines)
        if len(before) != len(self._lines):
            self.refresh(layout=True)
            return
        for y, (old, new) in enumerate(zip(before, self._lines, strict=True)):
            if old != new or old.spans != new.spans:
                self.refresh(Region(0, y, max(1, self.size.width), 1))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many as there are lines."""
        return len(self._lines)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """The longest line."""
        return max((text.cell_len for text in self._lines), default=0)

    def render_line(self, y: int) -> Strip:
        """One line."""
        width = self.content_size.width
        under = ground(self)
        if y >= len(self._lines):
            return Strip.blank(width, under)
        text = self._lines[y]
        if text.cell_len > width:
            text = fitted(text, width)
        return strip(text, palette(self.app), under).adjust_cell_length(width, under)
