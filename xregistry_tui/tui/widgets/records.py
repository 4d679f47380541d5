"""Live records in windows: filtered and sorted by the engine, read again in place when their table changed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from xregistry_tui.profiling import wording
from xregistry_tui.tui.format import line
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.grid import Grid
from xregistry_tui.tui.widgets.lines import Lines
from xregistry_tui.tui.widgets.record_text import columns, record_row, widened
from xregistry_tui.tui.widgets.windowed_grid import WindowedGrid

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.timer import Timer

    from xregistry_tui.resources.base import Page


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records: of which model, where, in which order; `keys` are those of the only ones wanted."""

    model: str
    where: str = ""
    order_by: str | None = None
    descending: bool = False
    keys: tuple[tuple[Any, ...], ...] = ()

    def sorted_by(self, name: str) -> Wanted:
        """By this field: ascending, then descending, then in the engine's own order."""
        if self.order_by != name:
            return replace(self, order_by=name, descending=False)
        return replace(self, order_by=None if self.descending else name, descending=not self.descending)


Fetch = Callable[[Wanted, int, int], Awaitable["Page | str"]]


class Records(Vertical):
    """The records of one model. `fetch` gives a page, or a sentence that says why there is none."""

    DEFAULT_CSS = """
    Records > Input { margin: 0 1; }
    Records > #records-note { height: auto; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("slash", "filter", "filter", show=False, id="records.filter")]
    REST_SECONDS = 2.0

    class Opened(Message):
        """A record was opened: its columns with their values, and the key that locates it."""

        def __init__(self, record: dict[str, Any], key: tuple[Any, ...]) -> None:
            super().__init__()
            self.record = record
            self.key = key

    def __init__(self, fetch: Fetch, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._fetch = fetch
        self.wanted: Wanted | None = None
        self._turn = 0
        self._pages: dict[int, Page] = {}
        self._resting: Timer | None = None
        self._outdated = False

    def compose(self) -> ComposeResult:
        """Filter, note, table."""
        yield Input(placeholder="/ filter    field=value   field<value   field contains text", id="records-filter")
        yield Lines(id="records-note")
        yield WindowedGrid(id="records-grid")

    @property
    def grid(self) -> WindowedGrid:
        """The table."""
        return self.query_one(WindowedGrid)

    # What is shown

    def show(self, wanted: Wanted) -> None:
        """Show these records; the same ones stay as they are."""
        if wanted != self.wanted:
            self._start(wanted)

    def reload(self) -> None:
        """Read what is in view again; the place stays."""
        if self.wanted is None:
            return
        self._turn += 1
        kept = self.grid.windows_in_view
        self._pages = {start: page for start, page in self._pages.items() if start in kept}
        self.grid.forget(kept)
        self.run_worker(self._load(self._turn, *kept), group="records-first", exclusive=True)

    def table_changed(self) -> None:
        """Read again, now or when the last reading has rested for a while."""
        if self._resting is not None:
            self._outdated = True
            return
        self._outdated = False
        self._resting = self.set_timer(self.REST_SECONDS, self._rested)
        self.reload()

    def _rested(self) -> None:
        self._resting = None
        if self._outdated:
            self.table_changed()

    def _start(self, wanted: Wanted) -> None:
        other = self.wanted is None or wanted.model != self.wanted.model
        self.wanted = wanted
        self._turn += 1
        self._pages.clear()
        field = self.query_one("#records-filter", Input)
        if field.value != wanted.where:
            with field.prevent(Input.Changed):
                field.value = wanted.where
        self._say("reading …", "dim")
        self.grid.clear()
        if other:
            self.grid.move_to_column("0")
        self.run_worker(self._load(self._turn, 0), group="records-first", exclusive=True)

    async def _load(self, turn: int, *starts: int) -> None:
        """Read windows, one after the other, unless others are wanted meanwhile."""
        for start in starts:
            wanted = self.wanted
            if wanted is None:
                return
            page = await self._fetch(wanted, start, WindowedGrid.WINDOW)
            if turn != self._turn:
                return
            if isinstance(page, str):
                self._say(page, "warn")
                return
            self._take(page, start, wanted)

    def _take(self, page: Page, start: int, wanted: Wanted) -> None:
        held = self.record_at(self.grid.cursor_index)
        made = columns(page, wanted.order_by, wanted.descending)
        self.grid.set_columns(widened(self.grid.columns, made) if self._pages else made)
        self._pages[start] = page
        count = self._count(page, start)
        self.grid.set_window(start, [record_row(start + place, page, place) for place in range(len(page.rows))])
        self.grid.set_count(count)
        if held is not None and held[1] and held[1] in page.keys:
            self.grid.move_to(str(start + page.keys.index(held[1])))
        self._tell(page, count, wanted)

    def _count(self, page: Page, start: int) -> int:
        known = start + len(page.rows)
        if page.total is not None and not page.total.approximate:
            return max(known, int(page.total.value))
        return max(self.grid.row_count if page.more else 0, known + (1 if page.more else 0))

    def _tell(self, page: Page, count: int, wanted: Wanted) -> None:
        if not count:
            chosen = "none of these records is there any more" if wanted.keys else "it holds no records"
            self._say("no record matches this filter" if wanted.where else chosen, "dim")
            return
        total = wording.write(page.total) if page.total is not None else f"{count:,}{'+' if page.more else ''}"
        order = f" · by {plain(wanted.order_by, 30)}" if wanted.order_by else ""
        order += " ↓" if order and wanted.descending else ""
        chosen = " by their keys · / enter shows all" if wanted.keys else ""
        self._say(f"{total} records{chosen}{order} · {wording.duration(page.how.milliseconds)}", "dim")

    def _say(self, text: str, role: str) -> None:
        self.query_one("#records-note", Lines).set_lines([line(" ", (plain(text), role))])

    def record_at(self, index: int) -> tuple[dict[str, Any], tuple[Any, ...]] | None:
        """A record that is loaded, with its key."""
        start = index - index % WindowedGrid.WINDOW
        page = self._pages.get(start)
        if page is None or index - start >= len(page.rows):
            return None
        values = page.rows[index - start]
        key = page.keys[index - start] if index - start < len(page.keys) else ()
        return dict(zip(page.columns, values, strict=False)), key

    # What was asked for

    def on_windowed_grid_window_requested(self, event: WindowedGrid.WindowRequested) -> None:
        """Read what came into view."""
        event.stop()
        if event.start or self._pages:
            self.run_worker(self._load(self._turn, event.start))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Ask the engine."""
        event.stop()
        if self.wanted is not None:
            self._start(replace(self.wanted, where=event.value.strip(), keys=()))
            self.grid.focus()

    def on_grid_selected(self, event: Grid.Selected) -> None:
        """Open the record under the cursor."""
        event.stop()
        found = self.record_at(int(event.key))
        if found is not None:
            self.post_message(self.Opened(*found))

    def on_windowed_grid_header_clicked(self, event: WindowedGrid.HeaderClicked) -> None:
        """A click on a label sorts."""
        event.stop()
        self.sort()

    def sort(self) -> None:
        """Sort by the column under the cursor: ascending, descending, not at all."""
        page, key = next(iter(self._pages.values()), None), self.grid.column_key
        if self.wanted is not None and page is not None and key is not None:
            self._start(self.wanted.sorted_by(page.columns[int(key)]))

    def action_filter(self) -> None:
        """Type a filter."""
        self.query_one("#records-filter", Input).focus()
