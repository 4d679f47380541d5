"""A model's fields with the one under the cursor opened below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.containers import Vertical
from textual.message import Message

from xregistry_tui.schema.shape import walk
from xregistry_tui.tui.format import line
from xregistry_tui.tui.widgets.columns import Row
from xregistry_tui.tui.widgets.field_detail import detail
from xregistry_tui.tui.widgets.field_rows import GAP, ages, columns, field_row, field_rows, worst_first
from xregistry_tui.tui.widgets.grid import Grid
from xregistry_tui.tui.widgets.lines import Lines

if TYPE_CHECKING:
    import datetime

    from textual.app import ComposeResult

    from xregistry_tui.actions.views import ModelView
    from xregistry_tui.schema.shape import FieldShape


class FieldsPanel(Vertical):
    """Fields in the model's order or the worst first."""

    class Highlighted(Message):
        """The cursor came to another field."""

    class Opened(Message):
        """A field of the record (not one nested in it) was opened."""

        def __init__(self, field: FieldShape) -> None:
            super().__init__()
            self.field = field

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._model: ModelView | None = None
        self._now: datetime.datetime | None = None
        self._worst_first = False

    def compose(self) -> ComposeResult:
        """Table and detail."""
        yield Grid(id="fields", gap=GAP)
        yield Lines(id="detail")

    @property
    def grid(self) -> Grid:
        """The table."""
        return self.query_one(Grid)

    @property
    def field(self) -> FieldShape | None:
        """The field under the cursor; none where that is nested in another."""
        key = self.grid.cursor_key
        if self._model is None or key is None or key.startswith("/"):
            return None
        return next((field for path, field in walk(self._model.shape) if path == key), None)

    def show(self, model: ModelView, now: datetime.datetime) -> None:
        """Show a model's fields; another model's begin at the first one."""
        other = self._model is None or self._model.path != model.path
        self._model, self._now = model, now
        width = self._width
        rows = list(field_rows(model, now, width))
        if self._worst_first:
            order = {path: place for place, path in enumerate(worst_first(model, model.binding))}
            rows.sort(key=lambda row: order[row.key])
        self.grid.set_columns(columns(rows, width))
        nothing = Row("", {"name": line(("It has no fields.", "dim"))}, spill="name", inert=True)
        self.grid.set_rows(rows or [nothing], flash=not other)
        if other and rows:
            self.grid.move_to(rows[0].key)
        self._draw_detail()

    def tick(self, now: datetime.datetime) -> None:
        """Draw anew what tells its age."""
        if self._model is None or not any(ages(row) for row in self.grid.rows):
            return
        fields = dict(walk(self._model.shape))
        width = self._width
        rows = [
            field_row(self._model, row.key, fields[row.key], now, width) if ages(row) else row for row in self.grid.rows
        ]
        self.grid.set_rows(rows, flash=False)

    @property
    def _width(self) -> int:
        return max(0, self.grid.size.width - 3)  # but for the cursor's mark and a bar to scroll by

    def on_resize(self) -> None:
        """Columns and detail are as wide as there is room for."""
        if self._model is not None and self._now is not None:
            self.show(self._model, self._now)

    def turn(self, now: datetime.datetime) -> bool:
        """The worst first, or the model's order again; gives which."""
        self._worst_first = not self._worst_first
        if self._model is not None:
            self.show(self._model, now)
        return self._worst_first

    def _draw_detail(self) -> None:
        lines, key = self.query_one(Lines), self.grid.cursor_key
        if self._model is None or key is None or not lines.size.height:
            lines.set_lines([])
            return
        lines.set_lines(detail(self._model, key, lines.content_size.width, lines.content_size.height))

    @on(Grid.Highlighted)
    def _moved(self, event: Grid.Highlighted) -> None:
        event.stop()
        self._draw_detail()
        self.post_message(self.Highlighted())

    @on(Grid.Selected)
    def _selected(self, event: Grid.Selected) -> None:
        event.stop()
        if self.field is not None:
            self.post_message(self.Opened(self.field))
