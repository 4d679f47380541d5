"""A table with a cursor in one of its cells: up and down follow keys, left and right step through some columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rich.text import Text

from xregistry_tui.tui.format import line
from xregistry_tui.tui.widgets.columns import LEAD, Cell, Row, header_text
from xregistry_tui.tui.widgets.grid import Grid

if TYPE_CHECKING:
    from textual import events
    from textual.strip import Strip


class Matrix(Grid):
    """`stops` are the columns that the cursor may be in. A cell there ends with a blank, where its bracket goes.

    Only one of several that are read together is `active`: it alone shows where the cursor is.
    """

    class Stepped(Grid.Said):
        """The cursor came to another column."""

    class TopEdge(Grid.Said):
        """Up was pressed in the first row."""

    class BottomEdge(Grid.Said):
        """Down was pressed in the last row."""

    def __init__(self, stops: Sequence[str], *, header: bool = True, id: str | None = None) -> None:
        super().__init__(header=header, gap=0, id=id)
        self._stops = tuple(stops)
        self._at = self._stops[0]
        self.active = header

    @property
    def column_key(self) -> str:
        """The column that the cursor is in; the last one shown where its own is not."""
        shown = self._shown_stops
        return self._at if self._at in shown or not shown else shown[-1]

    @property
    def _shown_stops(self) -> tuple[str, ...]:
        return tuple(key for key in self.shown_columns if key in self._stops)

    def move_to_column(self, key: str) -> None:
        """Put the cursor in a column."""
        if key != self._at:
            self._at = key
            self.refresh()

    def activate(self, active: bool) -> None:
        """Show where the cursor is, or not any more."""
        self.active = active
        self.refresh()

    def action_sideways(self, step: int) -> None:
        """A column to the left or right."""
        shown = self._shown_stops
        place = shown.index(self.column_key) + step if shown else 0
        if not shown or place < 0:
            self.post_message(self.LeftEdge(self))
        elif place >= len(shown):
            self.post_message(self.RightEdge(self))
        else:
            self._step_to(shown[place])

    def _step_to(self, key: str) -> None:
        self.move_to_column(key)
        self.post_message(self.Stepped(self, self.cursor_key or ""))

    def action_cursor(self, step: int) -> None:
        """Up or down; past the ends is for who holds the table."""
        before = self._cursor
        super().action_cursor(step)
        if self._cursor == before:
            self.post_message(self.TopEdge(self) if step < 0 else self.BottomEdge(self))

    def on_click(self, event: events.Click) -> None:
        """A click puts the cursor in the cell; on the cursor's cell it opens."""
        left = LEAD
        for column, width in self._fitted:
            if left <= event.x < left + width and column.key in self._stops and column.key != self.column_key:
                self._step_to(column.key)
                if event.y - self._header + self.scroll_offset.y == self._cursor:
                    return
            left += width
        super().on_click(event)

    # Drawing

    def _header_text(self) -> Text:
        return header_text(self._fitted, self._gap, self.column_key if self.active else None)

    def _row_strip(self, row: Row | None, at_cursor: bool, width: int) -> Strip:
        return super()._row_strip(row, at_cursor and self.active, width)

    def _row_text(self, row: Row) -> Text:
        at = self.column_key
        if self.active and row.key == self.cursor_key and at in row.cells:
            row = replace(row, cells={**row.cells, at: _bracketed(row.cells[at])})
        return super()._row_text(row)


def _bracketed(cell: Cell) -> Text:
    text = line(cell)
    return line(("[", "accent"), text[:-1], ("]", "accent"))
