"""A JSON editor: its own colouring by line, problem marks in the gutter and at line ends, hazards made visible."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widgets import TextArea

from xregistry_tui.tui.format import palette
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.json_cursor import TOKEN

if TYPE_CHECKING:
    from textual import events
    from textual.document._document import EditResult, Location
    from textual.document._edit import Edit

ROLES: Mapping[str, str] = {"error": "bad", "warning": "warn", "note": "dim"}
GLYPHS: Mapping[str, str] = {"error": "✗", "warning": "!", "note": "·"}
_MARGIN = 3
_LEAST_GUTTER = 4
_COLOURED = 4_000
_LEAST_MESSAGE = 8
_KEYED = re.compile(r"\s*:")
_HAZARDS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ud800-\udfff\ufff9-\ufffb]"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A problem drawn at a line: `severity` is error, warning or note, `span` the columns underlined."""

    severity: str
    message: str
    span: tuple[int, int] | None = None


def escaped(text: str) -> str:
    """JSON text with terminal and line-breaking hazards as escapes: the same value, and nothing hidden."""
    return _HAZARDS.sub(lambda match: json.dumps(match.group())[1:-1], text.replace("\r\n", "\n").replace("\r", "\n"))


def _visible(match: re.Match[str]) -> str:
    code = ord(match.group())
    return chr(0x2400 + code) if code < 0x20 else "�"


class JsonEditor(TextArea):
    """The text being checked. It knows nothing of models: marks come from outside, by line (from 0)."""

    DEFAULT_CSS = """
    JsonEditor {
        border: none;
        padding: 0;
        background: transparent;
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 1;
        &:focus { border: none; }
        & .text-area--gutter { color: $foreground 35%; }
        & .text-area--cursor-gutter { color: $foreground; background: transparent; text-style: none; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "accept", "Accept", id="validate.accept", show=False),
        Binding("escape", "leave", "Commands", id="validate.leave", show=False),
    ]

    class AcceptRequested(Message):
        """The suggestion of the cursor's line was asked for."""

    class Left(Message):
        """The user is done typing for now."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__("", soft_wrap=False, show_line_numbers=True, id=id)
        self.indent_width = 2
        self._marks: dict[int, Mark] = {}

    @property
    def marks(self) -> Mapping[int, Mark]:
        """The marks as drawn, by line from 0."""
        return self._marks

    def set_marks(self, marks: Mapping[int, Mark]) -> None:
        """Draw these marks instead of the former."""
        if marks != self._marks:
            self._marks = dict(marks)
            self._line_cache.clear()
            self.refresh()

    def load_text(self, text: str) -> None:
        """Start anew from this text; marks and the undo history go."""
        self._marks = {}
        super().load_text(escaped(text))

    def write(self, text: str, start: Location, end: Location) -> None:
        """Replace a range as one step of the undo history."""
        self.history.checkpoint()
        self.replace(text, start, end)
        self.history.checkpoint()

    def indent(self) -> None:
        """Put spaces up to the next stop of two at the cursor."""
        self.insert(" " * self._find_columns_to_next_tab_stop())

    def edit(self, edit: Edit) -> EditResult:
        """Edit, and let the marks below move along until they are drawn anew."""
        before = self.document.line_count
        result = super().edit(edit)
        self._move_marks(edit.top[0], self.document.line_count - before)
        return result

    def _move_marks(self, row: int, lines: int) -> None:
        self._marks = {
            line + lines if line > row else line: replace(mark, span=None) if line == row else mark
            for line, mark in self._marks.items()
        }

    @property
    def gutter_width(self) -> int:
        """Cells left of the text: the mark, then the line number."""
        return max(super().gutter_width, _LEAST_GUTTER) + _MARGIN

    def on_key(self, event: events.Key) -> None:
        """Enter keeps the indentation of the line."""
        if event.key != "enter" or self.read_only:
            return
        event.stop()
        event.prevent_default()
        row, column = self.selection.start
        line = self.document.get_line(row)[:column]
        indent = line[: len(line) - len(line.lstrip())] + ("  " if line.rstrip().endswith(("{", "[")) else "")
        self._replace_via_keyboard("\n" + indent, *self.selection)

    async def _on_paste(self, event: events.Paste) -> None:
        event.text = escaped(event.text)
        await super()._on_paste(event)
        event.prevent_default()

    def action_accept(self) -> None:
        """Ask for the suggestion of this line."""
        self.post_message(self.AcceptRequested())

    def action_leave(self) -> None:
        """Leave the text."""
        self.post_message(self.Left())

    def get_line(self, line_index: int) -> Text:
        """One line, coloured, hazards shown as one visible character each."""
        source = self.document.get_line(line_index)
        line = Text(_HAZARDS.sub(_visible, source), end="", no_wrap=True)
        self._colour(line, source)
        mark = self._marks.get(line_index)
        if mark is not None and mark.span is not None:
            line.stylize(palette(self.app)[ROLES[mark.severity]] + Style(underline=True), *mark.span)
        return line

    def _colour(self, line: Text, source: str) -> None:
        colours = palette(self.app)
        for match in TOKEN.finditer(source, 0, min(len(source), _COLOURED)):
            line.stylize(colours[_role(match, source)], *match.span())

    def render_line(self, y: int) -> Strip:
        """One line of the screen, with its mark."""
        if self._theme is not None:
            # the stylesheet's colour would hide the colouring of the cursor's line
            self._theme.cursor_line_style = palette(self.app)["cursor"]
        strip = super().render_line(y)
        line = self.scroll_offset.y + y
        mark = self._marks.get(line)
        return strip if mark is None else self._marked(strip, mark, line)

    def _marked(self, strip: Strip, mark: Mark, line: int) -> Strip:
        ink = palette(self.app)[ROLES[mark.severity]]
        strip = _overlaid(strip, 1, GLYPHS[mark.severity], ink + Style(bold=True))
        width = self.scrollable_content_region.width
        end = self.gutter_width + cell_len(self.document.get_line(line)) - self.scroll_offset.x
        room = width - end - 3
        if room < min(_LEAST_MESSAGE, cell_len(mark.message)):
            return strip
        message = plain(mark.message, room)
        return _overlaid(strip, width - 1 - cell_len(message), message, palette(self.app)["dim"])


def _role(match: re.Match[str], source: str) -> str:
    lexeme = match.group()
    if lexeme in "{}[],:":
        return "dim"
    if not lexeme.startswith('"'):
        return "bright"
    return "accent" if _KEYED.match(source, match.end()) else "text"


def _overlaid(strip: Strip, start: int, text: str, ink: Style) -> Strip:
    """A strip with some cells replaced, keeping the background that is there."""
    end = start + cell_len(text)
    under = next((segment.style for segment in strip.crop(start, end)), None) or Style.null()
    over = Strip([Segment(text, Style(bgcolor=under.bgcolor) + ink)], end - start)
    return Strip.join([strip.crop(0, start), over, strip.crop(end)])
