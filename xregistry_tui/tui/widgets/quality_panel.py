"""A model's quality: fields by dimensions, the model below them, and the cell under the cursor in full."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from rich.text import Text
from textual import on
from textual.containers import Container, Vertical
from textual.message import Message

from xregistry_tui.core.bindings import RefreshStatus
from xregistry_tui.tui.format import line
from xregistry_tui.tui.newest import Newest
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets import quality_board, quality_rows
from xregistry_tui.tui.widgets.columns import Row
from xregistry_tui.tui.widgets.grid import Grid
from xregistry_tui.tui.widgets.line_list import LineList
from xregistry_tui.tui.widgets.lines import Lines
from xregistry_tui.tui.widgets.matrix import Matrix
from xregistry_tui.tui.widgets.quality_board import FIRST, LABELS, MODEL, SORTS, THRESHOLDS, Board
from xregistry_tui.tui.widgets.quality_detail import Nearest, Spot
from xregistry_tui.tui.widgets.quality_spot import SpotDetail

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from xregistry_tui.actions.views import BindingView, ModelView
    from xregistry_tui.schema.rules import Rule

AskNearest = Callable[[Spot], Awaitable[Nearest]]
TALL = 20


class QualityPanel(Container):
    """The table, what its signs mean, and the detail. `nearest` asks what failing values were meant to be.

    Nothing changes its place while the same model is shown, until `turn`.
    """

    DEFAULT_CSS = """
    QualityPanel { height: 1fr; }
    QualityPanel > #quality-table { height: 1fr; width: 1fr; }
    QualityPanel Matrix { scrollbar-gutter: stable; }
    QualityPanel #quality-model { height: 2; border-top: solid $x-rule; }
    QualityPanel #quality-foot { height: 1; }
    QualityPanel.-tall #quality-foot { height: 3; }
    """

    class Moved(Message):
        """The cursor came to another cell, or its cell changed."""

    class CellOpened(Message):
        """Enter was pressed in a cell."""

        def __init__(self, spot: Spot) -> None:
            super().__init__()
            self.spot = spot

    class RecordOpened(Message):
        """A failing record was chosen, by its place among those known."""

        def __init__(self, spot: Spot, place: int) -> None:
            super().__init__()
            self.spot = spot
            self.place = place

    def __init__(self, nearest: AskNearest, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._ask = nearest
        self._board: Board | None = None
        self._order: tuple[str, ...] = ()
        self._known: tuple[object, Nearest] | None = None
        self._questions: Newest[Spot] = Newest(self._find, self.run_worker)
        self.sort = FIRST
        self.threshold = THRESHOLDS[0]

    def compose(self) -> ComposeResult:
        """Table and detail."""
        with Vertical(id="quality-table"):
            yield Matrix(tuple(LABELS), id="quality")
            yield Matrix(tuple(LABELS), header=False, id="quality-model")
            yield Lines(id="quality-foot")
        yield SpotDetail(id="quality-detail")

    @property
    def grid(self) -> Matrix:
        """The table of fields."""
        return self.query_one("#quality", Matrix)

    @property
    def _model_grid(self) -> Matrix:
        return self.query_one("#quality-model", Matrix)

    @property
    def detail(self) -> SpotDetail:
        """The cell under the cursor in full."""
        return self.query_one(SpotDetail)

    @property
    def panel(self) -> Matrix:
        """Which of both tables the cursor is in."""
        return self._model_grid if self._model_grid.active else self.grid

    @property
    def spot(self) -> Spot | None:
        """The cell under the cursor."""
        path = self.panel.cursor_key
        if self._board is None or path is None or (path != MODEL and path not in self._board.fields):
            return None
        spot = Spot(self._board, path, self.panel.column_key)
        return replace(spot, nearest=self._known[1]) if self._known and self._known[0] == _question(spot) else spot

    @property
    def moved(self) -> bool:
        """Whether another order is due."""
        return self._board is not None and quality_board.ordered(self._board, self.sort) != self._order

    # What is shown

    def show(self, model: ModelView, view: BindingView | None) -> None:
        """Show the quality of a model as one of its bindings sees it, or why there is none."""
        before, self._board = self._board, None
        self.set_class(view is None or view.assessment is None, "-nothing")
        if view is None or view.assessment is None:
            self._order = ()
            self.grid.set_rows([Row("", {"name": _nothing(view)}, spill="name", inert=True)], flash=False)
            self.detail.show(None)
            return
        self._board = quality_board.board(model, view)
        same = before is not None and before.model.path == model.path
        due = quality_board.ordered(self._board, self.sort)
        self._order = quality_board.held(self._order, due) if same else due
        self._draw(flash=before is not None and before.view.binding == view.binding)
        if not same:
            self._begin()
        self._draw_spot()

    def _begin(self) -> None:
        """Put the cursor in the cell that is most worth it: what changed, else what is worst, of the first field."""
        self._enter(self.grid)
        if self._board is not None and self._order:
            self.grid.move_to(self._order[0])
            self.grid.move_to_column(quality_board.notable(self._board, self._order[0]))

    def _draw(self, *, flash: bool) -> None:
        if self._board is None:
            return
        width = self.grid.room
        for grid in (self.grid, self._model_grid):
            grid.set_columns(quality_rows.columns(width))
        found = quality_rows.rows(self._board, self._order, self.threshold, width)
        nothing = Row("", {"name": line(("It has no fields.", "dim"))}, spill="name", inert=True)
        self.grid.set_rows(found or [nothing], flash=flash)
        self._model_grid.set_rows([quality_rows.model_row(self._board, self.threshold, width)], flash=flash)
        self._draw_foot()

    def _draw_foot(self) -> None:
        dimension = self.panel.column_key
        meaning = line(" ", (f"{LABELS[dimension]} = {quality_rows.MEANINGS[dimension]}", "dim"))
        signs = line(" ", quality_rows.legend(self.threshold))
        shown = [Text(""), meaning, signs] if self.has_class("-tall") else [meaning]
        self.query_one("#quality-foot", Lines).set_lines(shown)

    def _draw_spot(self) -> None:
        """Show the cell; ask what its failing values were meant to be, once for each look."""
        spot = self.spot
        self.detail.show(spot)
        self._draw_foot()
        if spot is not None and spot.nearest is None and spot.failing is not None and spot.failing.values:
            self._questions.ask(spot)
        self.post_message(self.Moved())

    async def _find(self, spot: Spot) -> None:
        found = await self._ask(spot)
        self._known = (_question(spot), found)
        now = self.spot
        if self.is_attached and now is not None and now.nearest is not None:
            self.detail.show(now)

    def on_resize(self) -> None:
        """As wide as there is room for; the tables are fitted first."""
        self.set_class(self.size.height >= TALL, "-tall")
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        self._draw(flash=False)
        if self.is_attached:
            self.detail.show(self.spot)

    # Where the cursor is

    def focus_panel(self) -> None:
        """Give the keys to the table."""
        self.panel.focus()

    def _enter(self, grid: Matrix) -> None:
        other = self.grid if grid is self._model_grid else self._model_grid
        grid.move_to_column(other.column_key)
        had_keys = other.has_focus
        other.activate(False)
        grid.activate(True)
        if had_keys:
            grid.focus()

    @on(Matrix.BottomEdge, "#quality")
    @on(Matrix.TopEdge, "#quality-model")
    def _crossed(self, event: Grid.Said) -> None:
        event.stop()
        self._enter(self._model_grid if event.grid is self.grid else self.grid)
        self._draw_spot()

    @on(Matrix.TopEdge, "#quality")
    @on(Matrix.BottomEdge, "#quality-model")
    def _at_the_end(self, event: Grid.Said) -> None:
        event.stop()

    def on_descendant_focus(self) -> None:
        """A click may have given the keys to the other table."""
        for grid in (self.grid, self._model_grid):
            if grid.has_focus and not grid.active:
                self._enter(grid)
                self._draw_spot()

    @on(Grid.Highlighted)
    @on(Matrix.Stepped)
    def _stepped(self, event: Grid.Said) -> None:
        event.stop()
        self._draw_spot()

    @on(Grid.RightEdge)
    def _to_detail(self, event: Grid.Said) -> None:
        event.stop()
        if self.detail.has_keys and self.detail.display:
            self.detail.enter()

    @on(SpotDetail.Left)
    def _from_detail(self) -> None:
        self.focus_panel()

    @on(Grid.Selected)
    @on(SpotDetail.Opened)
    def _opened(self, event: Message) -> None:
        event.stop()
        if (spot := self.spot) is not None:
            self.post_message(self.CellOpened(spot))

    @on(LineList.Chosen)
    def _chosen(self, event: LineList.Chosen) -> None:
        event.stop()
        if (spot := self.spot) is not None and spot.failing is not None:
            self.post_message(self.RecordOpened(spot, int(event.key)))

    # Commands

    def turn(self) -> str:
        """Put in order; where it is in order, by something else. Gives by what."""
        if self._board is None:
            return ""
        if not self.moved:
            names = tuple(SORTS)
            self.sort = names[(names.index(self.sort) + 1) % len(names)]
        self._order = quality_board.ordered(self._board, self.sort)
        self._draw(flash=False)
        return self.sort

    def take_threshold(self) -> float:
        """Take the next threshold; gives it."""
        self.threshold = THRESHOLDS[(THRESHOLDS.index(self.threshold) + 1) % len(THRESHOLDS)]
        self._draw(flash=False)
        return self.threshold

    def settle(self) -> None:
        """Nobody looks: the order that is due may be taken."""
        self._order = ()


def _question(spot: Spot) -> object:
    """What tells one question for nearest values from another."""
    found = spot.failing
    rule: Rule | None = found.rule if found is not None else None
    return spot.board.view.binding.key, spot.path, rule, found.values if found is not None else ()


def _nothing(view: BindingView | None) -> Text:
    if view is None:
        return line(("bound to no collection: there is no live data to assess", "dim"))
    reason = plain(view.state.reason, 200)
    if view.state.status is RefreshStatus.REFRESHING:
        return line(("looking for the first time   ", "dim"), ("x", "accent"), (" cancel", "dim"))
    told = f"{view.state.status.value}: {reason}" if reason else "not assessed yet"
    return line((told, "warn" if reason else "dim"), ("   r", "accent"), (" look again", "dim"))
