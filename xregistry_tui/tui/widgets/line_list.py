"""Lines of text that scroll; some are anchors that a cursor can stand on, and the end may be followed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.style import Style
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from xregistry_tui.tui.format import fitted, line, palette, strip
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.grid import MARK

if TYPE_CHECKING:
    from textual import events


@dataclass(frozen=True, slots=True)
class Line:
    """One line as drawn. Lines of one `key` belong together; the cursor is drawn at the first of them."""

    text: Text
    key: str | None = None


class LineList(ScrollView, can_focus=True):
    """A virtual list of lines: only what is visible is rendered, only what changed is repainted."""

    DEFAULT_CSS = """
    LineList { background: transparent; overflow-x: hidden; scrollbar-size-vertical: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "step(-1)", "up", show=False, id="lines.up"),
        Binding("down,j", "step(1)", "down", show=False, id="lines.down"),
        Binding("enter", "choose", "choose", show=False, id="lines.choose"),
    ]

    class Chosen(Message):
        """A key was chosen by enter or by mouse."""

        def __init__(self, lines: LineList, key: str) -> None:
            super().__init__()
            self.lines = lines
            self.key = key

        @property
        def control(self) -> LineList:
            """The list that says it."""
            return self.lines

    def __init__(self, *, id: str | None = None, follow: bool = False, cursor: bool = True) -> None:
        super().__init__(id=id)
        self._lines: tuple[Line, ...] = ()
        self._keys: tuple[str, ...] = ()
        self._with_cursor = cursor
        self.cursor: str | None = None
        self.following = follow

    @property
    def lines(self) -> tuple[Line, ...]:
        """What is drawn, top to bottom."""
        return self._lines

    @property
    def plain(self) -> str:
        """What is drawn, as text."""
        return "\n".join(shown.text.plain for shown in self._lines)

    def draw(self) -> Iterable[Line]:
        """The lines for the present width; what shows a value of its own overrides this."""
        return self._lines

    def redraw(self) -> None:
        """Draw the same value anew."""
        if self.is_mounted and self.size.width:
            self.set_lines(self.draw())

    def on_resize(self) -> None:
        """Another width is another drawing."""
        self.redraw()

    def set_lines(self, lines: Iterable[Line]) -> None:
        """Draw these lines; the cursor stays on its key while that is there, and the end stays in view if followed."""
        earlier, self._lines = self._lines, tuple(lines)
        self._keys = tuple(dict.fromkeys(shown.key for shown in self._lines if shown.key is not None))
        if self.cursor is not None and self.cursor not in self._keys:
            self.cursor = None
        self.virtual_size = Size(0, len(self._lines))
        if self.following:
            self.scroll_to(y=self.max_scroll_y, animate=False, force=True)
        self._repaint(earlier)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many as there are lines."""
        return len(self._lines)

    def _repaint(self, earlier: Sequence[Line]) -> None:
        if len(earlier) != len(self._lines):
            self.refresh(layout=self.styles.is_auto_height)
            return
        for number, (old, new) in enumerate(zip(earlier, self._lines, strict=True)):
            if old != new:
                self._refresh_at(number)

    def _refresh_at(self, number: int) -> None:
        y = number - self.scroll_offset.y
        if 0 <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def move_to(self, key: str | None) -> None:
        """Put the cursor on a key, scrolled into view; `None` shows no cursor."""
        if key == self.cursor:
            return
        before, self.cursor = self.cursor, key
        for number, shown in enumerate(self._lines):
            if shown.key is not None and shown.key in {before, key}:
                self._refresh_at(number)
        self._show_cursor()

    def _show_cursor(self) -> None:
        numbers = [number for number, shown in enumerate(self._lines) if shown.key and shown.key == self.cursor]
        if numbers:
            self.scroll_to_region(Region(0, numbers[0], 1, len(numbers)), animate=False, force=True)

    def action_step(self, by: int) -> None:
        """Move the cursor by keys, or scroll where there are none."""
        if not self._keys or not self._with_cursor:
            self.scroll_relative(y=by, animate=False)
            return
        at = self._keys.index(self.cursor) if self.cursor in self._keys else -1
        self.move_to(self._keys[max(0, min(len(self._keys) - 1, at + by))])

    def action_choose(self) -> None:
        """Choose the cursor's key."""
        if self.cursor is not None:
            self.post_message(self.Chosen(self, self.cursor))

    def on_click(self, event: events.Click) -> None:
        """Choose what was clicked."""
        number = event.y + self.scroll_offset.y
        key = self._lines[number].key if 0 <= number < len(self._lines) else None
        if key is not None and self._with_cursor:
            self.move_to(key)
            self.post_message(self.Chosen(self, key))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Tell what follows the end that the window moved."""
        super().watch_scroll_y(old_value, new_value)
        self.scrolled_to(at_end=new_value >= self.max_scroll_y)

    def scrolled_to(self, *, at_end: bool) -> None:
        """The window moved; a list that follows decides what that means."""

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        number = y + self.scroll_offset.y
        width = self.size.width
        under = Style(bgcolor=self.rich_style.bgcolor)
        if not 0 <= number < len(self._lines):
            return Strip.blank(width, under)
        shown = self._lines[number]
        text = shown.text
        if shown.key is not None and shown.key == self.cursor and self._is_first(number):
            text = line((MARK, "accent" if self.has_focus else "dim"), text[1:])
        return strip(text, palette(self.app), under).adjust_cell_length(width, under)

    def on_focus(self) -> None:
        """The mark shows who has the keys."""
        self.refresh()

    def on_blur(self) -> None:
        """See `on_focus`."""
        self.refresh()

    def _is_first(self, number: int) -> bool:
        return number == 0 or self._lines[number - 1].key != self._lines[number].key


def cell(value: object, width: int, role: str = "text") -> Text:
    """A value from outside as neutral text of exactly that many cells."""
    return fitted(Text(plain(value, width), role, end=""), width)


def ends(left: Text, right: Text, width: int) -> Text:
    """Two texts at both ends of a line; the right one goes where there is no room for both."""
    gap = width - left.cell_len - right.cell_len - 1
    return line(left, " " * gap, right) if gap >= 2 else left
