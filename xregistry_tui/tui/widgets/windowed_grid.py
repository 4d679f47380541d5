"""A table whose rows come in windows, with a cursor among its columns too."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual import events
from textual.message import Message

from xregistry_tui.tui.widgets.columns import LEAD, Column, Row, header_text, needed
from xregistry_tui.tui.widgets.grid import Grid


class WindowedGrid(Grid):
    """What is not there yet is `·`, and is asked for when it comes into view."""

    WINDOW = 100

    class WindowRequested(Message):
        """Rows from `start` up to `stop` came into view and are not here."""

        def __init__(self, grid: WindowedGrid, start: int, stop: int) -> None:
            super().__init__()
            self.grid = grid
            self.start = start
            self.end = stop

        @property
        def control(self) -> WindowedGrid:
            """The grid that says it."""
            return self.grid

    class HeaderClicked(Message):
        """The label of a column was clicked; the cursor is in that column now."""

    def __init__(self, *, wide: bool = True, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(wide=wide, id=id, classes=classes)
        self._total = 0
        self._loaded: dict[int, Row] = {}
        self._windows_asked: set[int] = set()
        self._column = 0

    # Rows

    @property
    def row_count(self) -> int:
        """How many rows there are, here or not."""
        return self._total

    def row(self, index: int) -> Row | None:
        """The row at a place, `None` where it is not loaded."""
        return self._loaded.get(index)

    def set_count(self, count: int) -> None:
        """How many rows there are."""
        self._total = count
        self._cursor = max(0, min(self._cursor, count - 1))
        self._measure()
        self.refresh()
        self._ask()

    def clear(self) -> None:
        """Forget all rows and go to the top."""
        self.forget()
        self._cursor = 0
        self.scroll_to(y=0, animate=False, force=True)
        self.set_count(0)

    def forget(self, kept: Sequence[int] = ()) -> None:
        """Forget what is loaded but for the windows that begin at these rows; the cursor stays."""
        self._loaded = {index: row for index, row in self._loaded.items() if index - index % self.WINDOW in kept}
        self._index = {row.key: index for index, row in self._loaded.items()}
        self._windows_asked.clear()

    def set_window(self, start: int, rows: Sequence[Row]) -> None:
        """Put rows in their places; those of this window that were there before go."""
        held = self.cursor_key
        for index in range(start + len(rows), start + self.WINDOW):
            self._loaded.pop(index, None)
        for offset, row in enumerate(rows):
            self._loaded[start + offset] = row
            self._index[row.key] = start + offset
        self._windows_asked.discard(start // self.WINDOW)
        self.refresh()
        if held is None and self.cursor_key is not None:
            self.post_message(self.Highlighted(self, self.cursor_key, moved=False))

    @property
    def windows_in_view(self) -> tuple[int, ...]:
        """The first rows of the windows that are on screen."""
        top = self.scroll_offset.y
        last = min(self._total, top + max(1, self.size.height))
        windows = range(top // self.WINDOW, (max(top, last - 1)) // self.WINDOW + 1)
        return tuple(window * self.WINDOW for window in windows)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Ask for what came into view."""
        super().watch_scroll_y(old_value, new_value)
        self._ask()

    def on_resize(self) -> None:
        """Ask for what came into view."""
        super().on_resize()
        self._ask()

    def _ask(self) -> None:
        for start in self.windows_in_view:
            window, stop = start // self.WINDOW, min(self._total, start + self.WINDOW)
            if start < stop and window not in self._windows_asked and start not in self._loaded:
                self._windows_asked.add(window)
                self.post_message(self.WindowRequested(self, start, stop))

    # Columns

    @property
    def column_key(self) -> str | None:
        """The key of the column that the cursor is in."""
        return self._columns[self._column].key if self._column < len(self._columns) else None

    def move_to_column(self, key: str) -> bool:
        """Put the cursor in a column; false where there is none of that key."""
        place = next((place for place, column in enumerate(self._columns) if column.key == key), None)
        if place is not None:
            self._enter_column(place)
        return place is not None

    def action_sideways(self, step: int) -> None:
        """The column to the left or right, scrolled into view."""
        if not self._wide:
            super().action_sideways(step)
            return
        place = max(0, min(len(self._columns) - 1, self._column + step))
        if place != self._column:
            self._enter_column(place)
        elif step < 0:
            self.post_message(self.LeftEdge(self))

    def _enter_column(self, place: int) -> None:
        self._column = place
        self._aside = min(self._aside, max(0, place - 1))
        while self._aside < place - 1 and needed(self._up_to(place), self._gap) > self.room:
            self._aside += 1
        self._arrange()

    def _up_to(self, place: int) -> tuple[Column, ...]:
        return (self._columns[0], *self._columns[1 + self._aside : place + 1])

    def on_click(self, event: events.Click) -> None:
        """A click on a label puts the cursor in its column."""
        if not self._wide or event.y >= self._header:
            super().on_click(event)
            return
        left = LEAD
        for column, width in self._fitted:
            if left <= event.x < left + width and self.move_to_column(column.key):
                self.post_message(self.HeaderClicked())
                return
            left += width + self._gap

    def _header_text(self) -> Text:
        return header_text(self._fitted, self._gap, self.column_key if self._wide else None)
