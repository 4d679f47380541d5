"""Live records in windows, with a filter that the engine answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from xregistry_tui.profiling import wording
from xregistry_tui.resources.base import Clipped
from xregistry_tui.schema.canonical import dumps
from xregistry_tui.tui.format import line
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.grid import Column, Grid, Row, WindowedGrid
from xregistry_tui.tui.widgets.lines import Lines

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from xregistry_tui.resources.base import Page

NARROWEST, WIDEST = 4, 28


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records: of which model, where, in which order."""

    model: str
    where: str = ""
    order_by: str | None = None
    descending: bool = False


Fetch = Callable[[Wanted, int, int], Awaitable["Page | str"]]


class Records(Vertical):
    """The records of one model. `fetch` gives a page, or a sentence that says why there is none."""

    DEFAULT_CSS = """
    Records > Input { margin: 0 1; }
    Records > #records-note { height: auto; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("slash", "filter", "filter", show=False, id="records.filter")]

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
        self._more_at: int | None = None

    def compose(self) -> ComposeResult:
        """Filter, note, table."""
        yield Input(placeholder="/ filter    field=value   field<value   field contains text", id="records-filter")
        yield Lines(id="records-note")
        yield WindowedGrid(id="records-grid")

    @property
    def grid(self) -> WindowedGrid:
        """The table."""
        return self.query_one(WindowedGrid)

    def show(self, wanted: Wanted) -> None:
        """Show these records; the same ones stay as they are."""
        if wanted != self.wanted:
            self._start(wanted)

    def reload(self) -> None:
        """Read them again."""
        if self.wanted is not None:
            self._start(self.wanted)

    def _start(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self._turn += 1
        self._pages.clear()
        field = self.query_one(Input)
        if field.value != wanted.where:
            with field.prevent(Input.Changed):
                field.value = wanted.where
        self._say("reading …", "dim")
        self.grid.clear()
        self.run_worker(self._load(self._turn, 0), group="records-first", exclusive=True)

    async def _load(self, turn: int, start: int) -> None:
        wanted = self.wanted
        if wanted is None:
            return
        page = await self._fetch(wanted, start, WindowedGrid.WINDOW)
        if turn != self._turn:
            return
        if isinstance(page, str):
            self._say(page, "warn")
            return
        self._take(page, start)

    def _take(self, page: Page, start: int) -> None:
        if start == 0:
            self.grid.set_columns(columns(page))
        self._pages[start] = page
        known = start + len(page.rows)
        if page.total is not None and not page.total.approximate:
            count = max(known, int(page.total.value))
        else:
            count = max(self.grid.row_count, known + (1 if page.more else 0))
        self.grid.set_count(count)
        self.grid.set_window(start, [_row(start + place, page, place) for place in range(len(page.rows))])
        self._tell(page, count)

    def _tell(self, page: Page, count: int) -> None:
        wanted = self.wanted
        if not count:
            nothing = "no record matches this filter" if wanted and wanted.where else "it holds no records"
            self._say(nothing, "dim")
            return
        total = wording.write(page.total) if page.total is not None else f"{count:,}{'+' if page.more else ''}"
        order = f" · by {plain(wanted.order_by, 30)}" if wanted and wanted.order_by else ""
        order += " ↓" if order and wanted and wanted.descending else ""
        self._say(f"{total} records{order} · {wording.duration(page.how.milliseconds)}", "dim")

    def _say(self, text: str, role: str) -> None:
        self.query_one("#records-note", Lines).set_lines([line(" ", (plain(text), role))])

    def on_windowed_grid_window_requested(self, event: WindowedGrid.WindowRequested) -> None:
        """Read what came into view."""
        event.stop()
        if event.start:
            self.run_worker(self._load(self._turn, event.start))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Ask the engine."""
        event.stop()
        if self.wanted is not None:
            asked = Wanted(self.wanted.model, event.value.strip(), self.wanted.order_by, self.wanted.descending)
            self._start(asked)
            self.grid.focus()

    def on_grid_selected(self, event: Grid.Selected) -> None:
        """Open the record under the cursor."""
        event.stop()
        found = self.record_at(int(event.key))
        if found is not None:
            self.post_message(self.Opened(*found))

    def record_at(self, index: int) -> tuple[dict[str, Any], tuple[Any, ...]] | None:
        """A record that is loaded, with its key."""
        start = index - index % WindowedGrid.WINDOW
        page = self._pages.get(start)
        if page is None or index - start >= len(page.rows):
            return None
        values = page.rows[index - start]
        key = page.keys[index - start] if index - start < len(page.keys) else ()
        return dict(zip(page.columns, values, strict=False)), key

    def action_filter(self) -> None:
        """Type a filter."""
        self.query_one(Input).focus()


def columns(page: Page) -> tuple[Column, ...]:
    """A column for each field, as wide as the first rows need."""
    out = []
    for place, name in enumerate(page.columns):
        values = [row[place] for row in page.rows[:50]]
        texts = [_cell(value).cell_len for value in values]
        label = plain(name, WIDEST) or "“”"
        width = max(NARROWEST, min(WIDEST, max([len(label), *texts])))
        right = any(_is_number(value) for value in values) and all(v is None or _is_number(v) for v in values)
        out.append(Column(str(place), label, width, align="right" if right else "left"))
    return tuple(out)


def _is_number(value: object) -> bool:
    import decimal

    return isinstance(value, int | float | decimal.Decimal) and not isinstance(value, bool)


def _row(index: int, page: Page, place: int) -> Row:
    return Row(str(index), {str(column): _cell(value) for column, value in enumerate(page.rows[place])})


def _cell(value: object) -> Text:
    if value is None:
        return line(("null", "dim"))
    if isinstance(value, Clipped):
        return line(plain(wording.scalar(value.head, WIDEST - 2), WIDEST - 2), ("…", "dim"))
    if value == "":
        return line(("“”", "dim"))
    return line(plain(wording.scalar(value, WIDEST), WIDEST))


def record_lines(record: dict[str, Any]) -> list[Text]:
    """A record in full: a line for each field, long texts over several."""
    label = min(24, max((len(plain(name, 24)) for name in record), default=1))
    out: list[Text] = []
    for name, value in record.items():
        shown = _written(value)
        head = line((f"{plain(name, 24) or '“”':<{label}}  ", "dim"))
        for place, part in enumerate(shown):
            out.append(line(head if place == 0 else " " * (label + 2), part))
    return out


def _written(value: object) -> list[Text]:
    if value is None:
        return [line(("null", "dim"))]
    if isinstance(value, Clipped):
        unit = "bytes" if isinstance(value.head, bytes) else "characters"
        return [*_written(value.head)[:20], line((f"… {value.length:,} {unit} in all", "dim"))]
    if isinstance(value, bytes):
        return [line(plain(value.hex(" ", 2), 400), (f"   {wording.size(len(value))}", "dim"))]
    text = value if isinstance(value, str) else dumps(value)
    parts = text.splitlines() or [""]
    return [line(piece) for part in parts[:200] for piece in _folded(plain(part))]


def _folded(text: str, width: int = 78) -> list[str]:
    return [text[at : at + width] for at in range(0, len(text), width)] or [""]


def copied(record: dict[str, Any]) -> str:
    """A record as JSON; what was cut says so by its length."""
    whole = {name: value.head if isinstance(value, Clipped) else value for name, value in record.items()}
    return dumps(whole, indent=2)
