"""Something to read in full above the screen, and to copy: a query, a record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from xregistry_tui.tui import clipboard
from xregistry_tui.tui.format import chopped, line
from xregistry_tui.tui.widgets.line_list import Line, LineList
from xregistry_tui.tui.widgets.lines import Lines

if TYPE_CHECKING:
    from textual.app import ComposeResult


class PeekScreen(ModalScreen[None]):
    """Lines under a title; `y` copies `copied`."""

    DEFAULT_CSS = """
    PeekScreen { align: center middle; background: $background 70%; }
    PeekScreen > Vertical {
        width: 90%; max-width: 110; height: auto; max-height: 90%; padding: 1 2; background: $surface;
    }
    PeekScreen LineList { height: auto; max-height: 100%; margin-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter,i", "dismiss", "close", show=False, id="peek.close"),
        Binding("y", "copy", "copy", show=False, id="peek.copy"),
    ]

    def __init__(self, title: Text, lines: Sequence[Text], copied: str) -> None:
        super().__init__()
        self._title_text = title
        self._shown = tuple(lines)
        self.copied = copied

    def compose(self) -> ComposeResult:
        """Title, lines, keys."""
        with Vertical():
            keys = line(("    y", "accent"), (" copy    ", "dim"), ("esc", "accent"), (" close", "dim"))
            yield Lines([line(self._title_text, keys)])
            yield LineList(cursor=False)

    def on_mount(self) -> None:
        """The keys scroll it."""
        self.query_one(LineList).focus()

    def on_resize(self) -> None:
        """Fold what is too long for the width there is."""
        self.call_after_refresh(self._fold)

    def _fold(self) -> None:
        listing = self.query_one(LineList)
        width = max(10, listing.size.width - 1)
        listing.set_lines(Line(part) for text in self._shown for part in chopped(text, width))

    async def action_copy(self) -> None:
        """Copy it as it is."""
        way = await clipboard.copy(self.app, self.copied)
        self.notify(f"Copied {way}.", timeout=3, markup=False)
