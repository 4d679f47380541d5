"""Rows of cells drawn by the line API: any number of them costs what is visible."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from xregistry_tui.tui.format import ground, line, palette, strip
from xregistry_tui.tui.widgets.columns import LEAD, Column, Fitted, Row, changed, fit, header_text, in_view, row_text

FLASH_SECONDS = 0.4
MARK = "▌"


class Sheet(ScrollView):
    """Rows under a header, one of them marked. `wide` ones show their first column and what lies `aside` of it."""

    DEFAULT_CSS = """
    Sheet { height: 1fr; width: 1fr; overflow-x: hidden; scrollbar-size-vertical: 1; }
    """

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
        self._fitted: Fitted = ()
        self._rows: tuple[Row, ...] = ()
        self._index: dict[str, int] = {}
        self._cursor = 0
        self._aside = 0
        self._flashing: set[tuple[str, str]] = set()

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
    def columns(self) -> tuple[Column, ...]:
        """The columns, shown or dropped."""
        return self._columns

    def find(self, key: str) -> Row | None:
        """The row of that key."""
        return self._rows[self._index[key]] if key in self._index else None

    @property
    def shown_columns(self) -> tuple[str, ...]:
        """The keys of the columns that there is room for."""
        return tuple(column.key for column, _ in self._fitted)

    @property
    def room(self) -> int:
        """The cells that columns and their gaps may take."""
        return self.scrollable_content_region.width - LEAD

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Show other columns; a wide table stays where it is while their names are the same."""
        if tuple(columns) == self._columns:
            return
        if [column.key for column in columns] != [column.key for column in self._columns]:
            self._aside = 0
        self._columns = tuple(columns)
        self._arrange()

    def _replace(self, rows: Sequence[Row], flash: bool) -> None:
        """Only lines that differ are repainted; changed cells flash."""
        before, held = self._rows, self._index
        self._rows = tuple(rows)
        self._index = {row.key: index for index, row in enumerate(self._rows)}
        if flash:
            known = ((before[held[row.key]], row) for row in self._rows if row.key in held)
            self._flash({cell for old, row in known if old is not row for cell in changed(old, row)})
        if len(before) != len(self._rows):
            self._measure()
            self.refresh()
            return
        for index, row in enumerate(self._rows):
            if row is not before[index] and row != before[index]:
                self._refresh_row(index)

    # Drawing

    @property
    def _body_height(self) -> int:
        return self.size.height - self._header

    def _keep_visible(self) -> None:
        height = self._body_height
        if height <= 0:
            return
        top = self.scroll_offset.y
        wanted = min(max(top, self._cursor - height + 1), self._cursor)
        if wanted != top:
            self.scroll_to(y=wanted, animate=False, force=True)

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
        columns = self._columns
        if self._wide and columns:
            columns = (columns[0], *columns[1 + self._aside :])
        if self._wide:
            columns = in_view(columns, self.room, self._gap)
        self._fitted = fit(columns, self.room, drop=not self._wide, gap=self._gap)
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
        return header_text(self._fitted, self._gap)

    def _row_text(self, row: Row) -> Text:
        return row_text(row, self._fitted, self._gap, self._flashing)
