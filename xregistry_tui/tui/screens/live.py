"""Live: every binding with its state and figures, worst first, and the trail below, following."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message

from xregistry_tui.core.bindings import RefreshStatus
from xregistry_tui.tui.format import joined, line
from xregistry_tui.tui.keymap import Hint
from xregistry_tui.tui.screens.base import ModeScreen
from xregistry_tui.tui.screens.live_rows import TICKING, Group, Made, columns, grouped, in_order, rows, summary, ticking
from xregistry_tui.tui.widgets.grid import Grid, Row
from xregistry_tui.tui.widgets.line_list import ends
from xregistry_tui.tui.widgets.lines import Lines
from xregistry_tui.tui.widgets.trail import Trail

if TYPE_CHECKING:
    import datetime

    from textual.app import ComposeResult

    from xregistry_tui.actions.views import BindingView

SORTS: Mapping[str, Callable[[BindingView], Any] | None] = {
    "worst first": None,
    "by name": lambda view: view.title.casefold(),
    "most rows first": lambda view: -(view.profile.rows.value if view.profile else -1),
    "dearest first": lambda view: -view.spent_ms_per_minute,
}
LOUD = frozenset({"model", "rows", "quality", "drift"})
EMPTY = "Nothing is watched yet. Connect something: leave with ctrl+q and start xreg-tui with a file, or xreg-tui demo."


class Table(Grid):
    """The grid of bindings, which tells when it fitted its columns anew."""

    class Fitted(Message):
        """See `shown_columns`."""

    def on_resize(self) -> None:
        """Fit, and tell."""
        super().on_resize()
        self.post_message(self.Fitted())


class LiveScreen(ModeScreen):
    """The second mode. Nothing changes its place while the table has the keys."""

    mode = "live"
    CSS_PATH = "live.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "pause", "pause", id="live.pause"),
        Binding("r", "refresh", "refresh", id="live.refresh"),
        Binding("A", "accept", "accept what changed", id="live.accept"),
        Binding("f", "follow", "follow", id="live.follow"),
        Binding("s", "sort", "sort", id="live.sort"),
        Binding("z", "zoom", "zoom trail", id="live.zoom"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._views: dict[str, BindingView] = {}
        self._groups: tuple[Group, ...] = ()
        self._order: tuple[str, ...] = ()
        self._sort = "worst first"
        self._moved = False
        self._width = 0
        self._made = Made()

    def compose_body(self) -> ComposeResult:
        """The table above, the trail below."""
        yield Lines(id="live-summary")
        yield Table(id="live-table")
        with Vertical(id="live-below"):
            yield Lines(id="live-trail-heading")
            yield Trail(id="live-trail")

    def on_mount(self) -> None:
        """The table has the keys."""
        self.grid.focus()

    @property
    def grid(self) -> Table:
        """The table."""
        return self.query_one(Table)

    def hints(self) -> Iterator[Hint]:
        """What keys do here."""
        yield Hint("grid.select", "open")
        paused = self._current is not None and self._current.state.status is RefreshStatus.PAUSED
        yield Hint("live.pause", "resume" if paused else "pause")
        yield Hint("live.follow", "follow")
        yield Hint("live.sort", "sort")
        yield Hint("live.zoom", "zoom")

    # Reading

    def read(self) -> None:
        """Read everything anew, in the order that is due now."""
        self._order = ()
        self._read_bindings(flash=False)
        self._read_trail()

    def on_items(self, keys: frozenset[str]) -> None:
        """Read what is dirty."""
        if any(key.startswith(("binding:", "resource:", "tree")) for key in keys):
            self._read_bindings()
        if "trail" in keys:
            self._read_trail()

    def _read_bindings(self, *, flash: bool = True) -> None:
        session = self.app.session
        views = session.bindings() if session is not None else ()
        self._views = {view.binding.key: view for view in views}
        due = self._due(views)
        wanted = tuple(view.binding.key for view in due)
        held = self._order if self._order and self.grid.has_focus else wanted
        shown = in_order(held, due)
        self._order = tuple(view.binding.key for view in shown)
        self._moved = self._order != wanted
        resources = session.overview().resources if session is not None else ()
        self._groups = grouped(shown, resources)
        self._draw(flash=flash)

    def _due(self, views: tuple[BindingView, ...]) -> tuple[BindingView, ...]:
        key = SORTS[self._sort]
        if key is None:
            return views
        groups = list(dict.fromkeys(view.binding.resource for view in views))
        return tuple(sorted(views, key=lambda view: (groups.index(view.binding.resource), key(view))))

    def _read_trail(self) -> None:
        session = self.app.session
        if session is not None:
            self.query_one(Trail).show(session.trail())
        self._draw_trail_heading()

    # Drawing

    def _draw(self, *, flash: bool) -> None:
        now = self.app.now()
        shown = self._ticked(tuple(rows(self._groups, now, self.grid.shown_columns, self._made)), now)
        empty = Row("empty", {"model": line((EMPTY, "dim"))}, spill="model", inert=True)
        if flash:
            self.grid.set_rows(tuple(self._quiet(row) for row in shown) or (empty,), flash=False)
        self.grid.set_rows(shown or (empty,), flash=flash)
        self._draw_summary()

    def _quiet(self, row: Row) -> Row:
        """A row in which nothing is new but what changes by the clock alone: that is no news, and must not flash."""
        held = self.grid.find(row.key)
        if held is row:
            return row
        loud = {key: held.cells[key] for key in LOUD & held.cells.keys() & row.cells.keys()} if held else {}
        return replace(row, cells={**row.cells, **loud})

    def _draw_summary(self) -> None:
        heading = self.query_one("#live-summary", Lines)
        left, right = summary(tuple(self._views.values()), len(self._groups), self.app.now())
        order = line((self._sort, "dim"), (" · s puts in order", "accent") if self._moved else "")
        heading.set_lines(
            (ends(line(" ", left), joined((order, (right, "dim")), "     "), heading.size.width), Text(""))
        )

    def _draw_trail_heading(self) -> None:
        heading = self.query_one("#live-trail-heading", Lines)
        follows = self.query_one(Trail).following
        state = ("following", "dim") if follows else ("stands still · f follows", "accent")
        heading.set_lines((line(" ", ("TRAIL", "dim"), "   ", state), Text("")))

    def on_clock(self) -> None:
        """Count on: only the cells that count, only of the lines in view."""
        self.grid.set_rows(self._ticked(self.grid.rows, self.app.now()), flash=False)
        self._draw_summary()

    def _ticked(self, rows: Sequence[Row], now: datetime.datetime) -> tuple[Row, ...]:
        """The rows, those in view with what the clock says now."""
        top, shown = self.grid.scroll_offset.y, list(rows)
        for place in range(top, min(len(shown), top + self.grid.size.height)):
            view = self._views.get(shown[place].key)
            if view is not None:
                shown[place] = _counted(shown[place], ticking(view, now))
        return tuple(shown)

    def draw_shell(self) -> None:
        """What there is room for decides where a reason is written."""
        super().draw_shell()
        if self.is_mounted and self._width != self.size.width:
            self._width = self.size.width
            self.grid.set_columns(columns(self._width))
            self._draw_summary()
            self._draw_trail_heading()

    def on_table_fitted(self) -> None:
        """Other columns may be shown."""
        self._draw(flash=False)

    # Commands

    def on_grid_selected(self, event: Grid.Selected) -> None:
        """Open the model in Explore."""
        if (view := self._views.get(event.key)) is not None:
            self.app.open_subject(view.binding.model)

    def on_descendant_blur(self) -> None:
        """Focus left the table: the order that waits is due."""
        if self._moved and not self.grid.has_focus:
            self._read_bindings()

    def on_trail_moved(self) -> None:
        """It follows, or not any more."""
        self._draw_trail_heading()

    def action_pause(self) -> None:
        """Pause the binding under the cursor, or let it go on."""
        view = self._current
        if view is not None:
            paused = view.state.status is RefreshStatus.PAUSED
            self.run_worker(self.app.perform("resume" if paused else "pause", model=view.binding.model))

    def action_accept(self) -> None:
        """What this data is now is what drift is seen against from here on."""
        if (view := self._current) is not None:
            self.run_worker(self.app.perform("accept_drift", model=view.binding.key), group="accept", exclusive=True)

    def action_refresh(self) -> None:
        """Look again now."""
        if (view := self._current) is not None:
            self.run_worker(self.app.perform("refresh", model=view.binding.model))

    def action_sort(self) -> None:
        """Put in order; where it is in order, sort by something else."""
        if not self._moved:
            names = tuple(SORTS)
            self._sort = names[(names.index(self._sort) + 1) % len(names)]
        self._order = ()
        self._read_bindings()

    def action_follow(self) -> None:
        """Follow the trail, or let it stand still."""
        trail = self.query_one(Trail)
        trail.follow(not trail.following)

    def action_zoom(self) -> None:
        """The trail alone, or both."""
        self.toggle_class("-zoomed")
        (self.query_one(Trail) if self.has_class("-zoomed") else self.grid).focus()

    @property
    def _current(self) -> BindingView | None:
        key = self.grid.cursor_key
        return self._views.get(key) if key is not None else None


def _counted(row: Row, cells: Mapping[str, Any]) -> Row:
    kept = {key: cell for key, cell in cells.items() if key in TICKING}
    return replace(row, cells={**row.cells, **kept})
