"""A virtual table by the line API: any number of rows costs what is visible, and the cursor follows identity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from xregistry_tui.tui.format import fitted, ground, line, palette, strip

if TYPE_CHECKING:
    from textual import events

Cell: TypeAlias = str | Text
LEAD = 2
FLASH_SECONDS = 0.4
MARK = "▌"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of `width` cells and its part (`flex`) of the rest. The highest `priority` is dropped first."""

    key: str
    label: str
    width: int
    align: Literal["left", "right"] = "left"
    flex: int = 0
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One line. The cell of `spill` may run over empty cells to its right; the cursor passes over `inert` rows."""

    key: str
    cells: Mapping[str, Cell] = field(default_factory=dict)
    indent: int = 0
    spill: str = ""
    inert: bool = False


def fit(columns: Sequence[Column], width: int, *, drop: bool = True, gap: int = 2) -> tuple[tuple[Column, int], ...]:
    """The columns that go into `width` cells, each with the width it gets.

    >>> fit([Column("a", "A", 4, flex=1), Column("b", "B", 4, priority=1)], 8)[0][1]
    8
    """
    kept = list(columns)
    while drop and len(kept) > 1 and _needed(kept, gap) > width:
        worst = max(range(len(kept)), key=lambda index: (kept[index].priority, index))
        del kept[worst]
    spare = max(0, width - _needed(kept, gap))
    flexes = sum(column.flex for column in kept)
    out = []
    for column in kept:
        share = spare * column.flex // flexes if flexes else 0
        spare, flexes = spare - share, flexes - column.flex
        out.append((column, column.width + share))
    return tuple(out)


def _needed(columns: Sequence[Column], gap: int) -> int:
    return sum(column.width for column in columns) + gap * max(0, len(columns) - 1)


class Grid(ScrollView, can_focus=True):
    """A table of rows with keys. `wide` grids scroll sideways by columns behind a fixed first one."""

    DEFAULT_CSS = """
    Grid { height: 1fr; width: 1fr; overflow-x: hidden; scrollbar-size-vertical: 1; }
    """

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
        """The cursor came to a row."""

    class Selected(Said):
        """A row was opened (enter, or a click on the cursor's row)."""

    class LeftEdge(Said):
        """Left was pressed where nothing lies further left."""

    class RightEdge(Said):
        """Right was pressed where nothing lies further right."""

    def __init__(
        self,
        *,
        header: bool = True,
        wide: bool = False,
        gap: int = 2,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._header = int(header)
        self._wide = wide
        self._gap = gap
        self._columns: tuple[Column, ...] = ()
        self._fitted: tuple[tuple[Column, int], ...] = ()
        self._rows: tuple[Row, ...] = ()
        self._index: dict[str, int] = {}
        self._cursor = 0
        self._aside = 0
        self._flashing: set[tuple[str, str]] = set()
        self._g = False

    # What is shown

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows, in order."""
        return self._rows

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    def row(self, index: int) -> Row | None:
        """The row at a place, `None` where it is not loaded."""
        return self._rows[index] if 0 <= index < len(self._rows) else None

    @property
    def cursor_key(self) -> str | None:
        """The key of the row under the cursor."""
        row = self.row(self._cursor)
        return row.key if row is not None and not row.inert else None

    @property
    def cursor_index(self) -> int:
        """The place of the cursor."""
        return self._cursor

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns, shown or dropped."""
        return self._columns

    @property
    def shown_columns(self) -> tuple[str, ...]:
        """The keys of the columns that there is room for."""
        return tuple(column.key for column, _ in self._fitted)

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Show other columns."""
        if tuple(columns) == self._columns:
            return
        self._columns = tuple(columns)
        self._aside = 0
        self._arrange()

    def set_rows(self, rows: Sequence[Row], flash: bool = True) -> None:
        """Show other rows: the cursor stays on its key, only lines that differ are repainted, changed cells flash."""
        before, held, key = self._rows, self._index, self.cursor_key
        self._rows = tuple(rows)
        self._index = {row.key: index for index, row in enumerate(self._rows)}
        if flash:
            self._flash(
                {cell for row in self._rows if row.key in held for cell in _changed(before[held[row.key]], row)}
            )
        if len(before) != len(self._rows):
            self._measure()
            self.refresh()
        else:
            for index, row in enumerate(self._rows):
                if row != before[index]:
                    self._refresh_row(index)
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
            self.post_message(self.Highlighted(self, self.cursor_key))

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
            self.post_message(self.Highlighted(self, self.cursor_key))

    def _keep_visible(self) -> None:
        height = self._body_height
        if height <= 0:
            return
        top = self.scroll_offset.y
        wanted = min(max(top, self._cursor - height + 1), self._cursor)
        if wanted != top:
            self.scroll_to(y=wanted, animate=False, force=True)

    @property
    def _body_height(self) -> int:
        return self.size.height - self._header

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

    # Drawing

    def on_resize(self) -> None:
        """Fit the columns to the room there is."""
        self._arrange()
        self._keep_visible()

    def on_focus(self) -> None:
        """The cursor's row shows who has the keys."""
        self._refresh_row(self._cursor)

    def on_blur(self) -> None:
        """See `on_focus`."""
        self._refresh_row(self._cursor)

    def _arrange(self) -> None:
        width = self.scrollable_content_region.width - LEAD
        columns = self._columns
        if self._wide and columns:
            columns = (columns[0], *columns[1 + self._aside :])
        self._fitted = fit(columns, width, drop=not self._wide, gap=self._gap)
        self._measure()
        self.refresh()

    def _measure(self) -> None:
        self.virtual_size = Size(self.scrollable_content_region.width, self.row_count + self._header)

    def _refresh_row(self, index: int) -> None:
        self.refresh_line(index + self._header)

    def _flash(self, cells: set[tuple[str, str]]) -> None:
        if cells and self.is_attached:
            self._flashing |= cells
            self.set_timer(FLASH_SECONDS, lambda: self._settle(cells))

    def _settle(self, cells: set[tuple[str, str]]) -> None:
        self._flashing -= cells
        for key in {key for key, _ in cells}:
            if key in self._index:
                self._refresh_row(self._index[key])

    def render_line(self, y: int) -> Strip:
        """The header, then rows from the scroll position on."""
        width = self.size.width
        if y < self._header:
            return strip(self._header_text(), palette(self.app), ground(self)).adjust_cell_length(width, ground(self))
        index = y - self._header + self.scroll_offset.y
        row = self.row(index)
        if index >= self.row_count:
            return Strip.blank(width, ground(self))
        at_cursor = index == self._cursor and self.row_count > 0 and not (row is not None and row.inert)
        return self._row_strip(row, at_cursor, width)

    def _row_strip(self, row: Row | None, at_cursor: bool, width: int) -> Strip:
        colours = palette(self.app)
        text = line("  ", ("·", "dim")) if row is None else self._row_text(row)
        base = ground(self)
        if at_cursor:
            mark = line((MARK, "accent" if self.has_focus else "dim"), text[1:])
            text, base = mark, base + colours["cursor"] if self.has_focus else base
            if self.has_focus:
                text.stylize("bold", 0)
        return strip(text, colours, base).adjust_cell_length(width, base)

    def _header_text(self) -> Text:
        cells = [fitted(column.label, width, column.align) for column, width in self._fitted]
        out = line(" " * LEAD, Text(" " * self._gap).join(cells))
        out.stylize("dim")
        return out

    def _row_text(self, row: Row) -> Text:
        out = line(" " * LEAD)
        skip_until = -1
        for place, (column, width) in enumerate(self._fitted):
            if place <= skip_until:
                continue
            cell = row.cells.get(column.key, "")
            room = width
            if column.key == row.spill:
                room, skip_until = self._spilled(row, place)
            if place == 0 and row.indent:
                cell = line(" " * row.indent, cell)
            text = fitted(cell, room, column.align if room == width else "left")
            if (row.key, column.key) in self._flashing:
                text.stylize("flash")
            out.append_text(text)
            out.append(" " * self._gap)
        return out

    def _spilled(self, row: Row, place: int) -> tuple[int, int]:
        """The room of a cell that runs over the empty ones to its right, and the last place it covers."""
        room, last = self._fitted[place][1], place
        for column, width in self._fitted[place + 1 :]:
            if line(row.cells.get(column.key, "")).plain:
                break
            room, last = room + self._gap + width, last + 1
        return room, last


def _changed(old: Row, new: Row) -> set[tuple[str, str]]:
    if old == new:
        return set()
    keys = new.cells.keys() & old.cells.keys()
    return {(new.key, key) for key in keys if line(old.cells[key]).plain != line(new.cells[key]).plain}


class WindowedGrid(Grid):
    """A grid whose rows come in windows: what is not there yet is `·`, and is asked for when it comes into view."""

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

    def __init__(self, *, wide: bool = True, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(wide=wide, id=id, classes=classes)
        self._total = 0
        self._loaded: dict[int, Row] = {}
        self._windows_asked: set[int] = set()

    @property
    def row_count(self) -> int:
        """How many rows there are, here or not."""
        return self._total

    def row(self, index: int) -> Row | None:
        """The row at a place, `None` where it is not loaded."""
        return self._loaded.get(index)

    @property
    def cursor_key(self) -> str | None:
        """The key of the row under the cursor, where it is loaded."""
        row = self._loaded.get(self._cursor)
        return row.key if row is not None else None

    def set_count(self, count: int) -> None:
        """How many rows there are."""
        self._total = count
        self._cursor = max(0, min(self._cursor, count - 1))
        self._measure()
        self.refresh()
        self._ask()

    def clear(self) -> None:
        """Forget all rows and go to the top."""
        self._loaded.clear()
        self._index.clear()
        self._windows_asked.clear()
        self._cursor = 0
        self.scroll_to(y=0, animate=False, force=True)
        self.set_count(0)

    def set_window(self, start: int, rows: Sequence[Row]) -> None:
        """Put rows in their places."""
        held = self.cursor_key
        for offset, row in enumerate(rows):
            self._loaded[start + offset] = row
            self._index[row.key] = start + offset
        self._windows_asked.discard(start // self.WINDOW)
        self.refresh()
        if held is None and self.cursor_key is not None:
            self.post_message(self.Highlighted(self, self.cursor_key))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Ask for what came into view."""
        super().watch_scroll_y(old_value, new_value)
        self._ask()

    def on_resize(self) -> None:
        """Ask for what came into view."""
        super().on_resize()
        self._ask()

    def _ask(self) -> None:
        top = self.scroll_offset.y
        last = min(self._total, top + max(1, self.size.height))
        for window in range(top // self.WINDOW, (max(top, last - 1)) // self.WINDOW + 1):
            start, stop = window * self.WINDOW, min(self._total, (window + 1) * self.WINDOW)
            if start < stop and window not in self._windows_asked and start not in self._loaded:
                self._windows_asked.add(window)
                self.post_message(self.WindowRequested(self, start, stop))
