"""The cell under the cursor of a quality table, as lines beside it; the failing records among them can be chosen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from xregistry_tui.tui.widgets.line_list import Line, LineList
from xregistry_tui.tui.widgets.quality_detail import Spot, lines

if TYPE_CHECKING:
    from textual import events


class SpotDetail(LineList):
    """One cell in full."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("left,h", "left", "to the table", show=False, id="detail.left")]

    class Left(Message):
        """Left was pressed: the table wants the keys."""

    class Opened(Message):
        """Enter was pressed where no record is chosen: what is behind the cell is wanted."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._spot: Spot | None = None

    def show(self, spot: Spot | None) -> None:
        """Show a cell, or nothing; another one begins at its top, without a cursor."""
        other = (self._spot is None) != (spot is None) or (
            spot is not None and self._spot is not None and _place(spot) != _place(self._spot)
        )
        self._spot = spot
        if other:
            self.cursor = None
            self.scroll_to(y=0, animate=False, force=True)
        self.redraw()

    def draw(self) -> Iterable[Line]:
        """The cell for the present width."""
        width = self.scrollable_content_region.width
        return tuple(lines(self._spot, width)) if self._spot is not None and width else ()

    @property
    def has_keys(self) -> bool:
        """Whether failing records can be chosen."""
        return bool(self._keys)

    def enter(self) -> None:
        """Take the keys, the cursor on the first failing record."""
        self.focus()
        if self.cursor is None:
            self.action_step(1)

    def action_choose(self) -> None:
        """The record under the cursor, else all that is behind the cell."""
        if self.cursor is None:
            self.post_message(self.Opened())
        else:
            super().action_choose()

    def action_left(self) -> None:
        """Back to the table."""
        self.post_message(self.Left())

    def on_click(self, event: events.Click) -> None:
        """The first click chooses nothing, it only puts the cursor there."""
        number = event.y + self.scroll_offset.y
        key = self._lines[number].key if 0 <= number < len(self._lines) else None
        if key is not None and key != self.cursor:
            event.prevent_default()
            self.move_to(key)


def _place(spot: Spot) -> tuple[str, str, str]:
    return spot.board.view.binding.key, spot.path, spot.dimension
