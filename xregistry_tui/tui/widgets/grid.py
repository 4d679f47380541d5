"""A table of rows with keys: the cursor follows identity, never position."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from xregistry_tui.tui.widgets.columns import Cell, Column, Row, fit
from xregistry_tui.tui.widgets.sheet import MARK, Sheet

if TYPE_CHECKING:
    from textual import events

__all__ = ["MARK", "Cell", "Column", "Grid", "Row", "fit"]


class Grid(Sheet, can_focus=True):
    """A sheet with a cursor that the keys move. `wide` grids scroll sideways by columns behind a fixed first one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "cursor(-1)", "up", show=False, id="grid.up"),
        Binding("down,j", "cursor(1)", "down", show=False, id="grid.down"),
        Binding("pageup", "page(-1)", "page up", show=False, id="grid.page-up"),
        Binding("pagedown", "page(1)", "page down", show=False, id="grid.page-down"),
        Binding("home", "end(-1)", "first", show=False, id="grid.first"),
        Binding("end,G", "end(1)", "last", show=False, id="grid.last"),
        Binding("g", "first", "first (twice)", show=False, id="grid.first-twice"),
        Binding("left,h", "sideways(-1)", "left", show=False, id="grid.left"),
        Binding("right,l", "sideways(1)", "right", show=False, id="grid.right"),
        Binding("enter", "select", "open", show=False, id="grid.select"),
    ]

    class Said(Message):
        """What all messages of a grid have: the grid, and the key that it is about."""

        def __init__(self, grid: Grid, key: str = "") -> None:
            super().__init__()
            self.grid = grid
            self.key = key

        @property
        def control(self) -> Grid:
            """The grid that says it."""
            return self.grid

    class Highlighted(Said):
        """The cursor came to a row: `moved` there, or settled there because rows came or went."""

        def __init__(self, grid: Grid, key: str, *, moved: bool) -> None:
            super().__init__(grid, key)
            self.moved = moved

    class Selected(Said):
        """A row was opened (enter, or a click on the cursor's row)."""

    class LeftEdge(Said):
        """Left was pressed where nothing lies further left."""

    class RightEdge(Said):
        """Right was pressed where nothing lies further right."""

    _g = False

    @property
    def cursor_key(self) -> str | None:
        """The key of the row under the cursor."""
        row = self.row(self._cursor)
        return row.key if row is not None and not row.inert else None

    @property
    def cursor_index(self) -> int:
        """The place of the cursor."""
        return self._cursor

    def set_rows(self, rows: Sequence[Row], flash: bool = True) -> None:
        """Show other rows: the cursor stays on its key, only lines that differ are repainted, changed cells flash."""
        key = self.cursor_key
        self._replace(rows, flash)
        self._hold_cursor(key)

    def _hold_cursor(self, key: str | None) -> None:
        """Put the cursor back on its key, else near where it was."""
        place = self._index.get(key) if key is not None else None
        if place is None or self._rows[place].inert:
            place = self._nearest(min(self._cursor, max(0, self.row_count - 1)))
        moved = place != self._cursor
        self._cursor = place
        if moved:
            self.refresh()
            self._keep_visible()
        if self.cursor_key is not None and self.cursor_key != key:
            self.post_message(self.Highlighted(self, self.cursor_key, moved=False))

    def _nearest(self, index: int) -> int:
        order = sorted(range(self.row_count), key=lambda other: abs(other - index)) if self._rows else []
        return next((other for other in order if not self._inert(other)), index)

    def _inert(self, index: int) -> bool:
        row = self.row(index)
        return row is not None and row.inert

    # Moving

    def move_to(self, key: str) -> bool:
        """Put the cursor on a row; false where there is none of that key."""
        if key not in self._index:
            return False
        self._move(self._index[key])
        return True

    def _move(self, index: int, step: int = 1) -> None:
        if not self.row_count:
            return
        index = max(0, min(index, self.row_count - 1))
        while 0 <= index < self.row_count and self._inert(index):
            index += step
        if not 0 <= index < self.row_count or index == self._cursor:
            return
        self._refresh_row(self._cursor)
        self._cursor = index
        self._refresh_row(index)
        self._keep_visible()
        if self.cursor_key is not None:
            self.post_message(self.Highlighted(self, self.cursor_key, moved=True))

    def action_cursor(self, step: int) -> None:
        """Up or down."""
        self._move(self._cursor + step, step)

    def action_page(self, step: int) -> None:
        """A page up or down."""
        self._move(self._cursor + step * max(1, self._body_height - 1), step)

    def action_end(self, step: int) -> None:
        """To the first or the last row."""
        self._move(0 if step < 0 else self.row_count - 1, -step)

    def action_first(self) -> None:
        """`gg`: to the first row."""
        if self._g:
            self.action_end(-1)
        self._g = not self._g

    def action_sideways(self, step: int) -> None:
        """A column to the left or right."""
        if not self._wide:
            self.post_message(self.LeftEdge(self) if step < 0 else self.RightEdge(self))
            return
        most = max(0, len(self._columns) - 2)
        aside = max(0, min(most, self._aside + step))
        if aside == self._aside and step < 0:
            self.post_message(self.LeftEdge(self))
        if aside != self._aside:
            self._aside = aside
            self._arrange()

    def action_select(self) -> None:
        """Open the cursor's row."""
        if self.cursor_key is not None:
            self.post_message(self.Selected(self, self.cursor_key))

    def on_key(self, event: events.Key) -> None:
        """Any other key forgets a first `g`."""
        if event.key != "g":
            self._g = False

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor; on the cursor's row it opens."""
        index = event.y - self._header + self.scroll_offset.y
        if event.y < self._header or not 0 <= index < self.row_count or self._inert(index):
            return
        if index == self._cursor:
            self.action_select()
        else:
            self._move(index)
