"""Quality: how good the subject's fields are in each dimension, what fails and since when; without a subject, all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message

from xregistry_tui.tui.format import folded
from xregistry_tui.tui.screens.base import NARROW, ModeScreen
from xregistry_tui.tui.screens.explore_cost import Costs
from xregistry_tui.tui.screens.explore_reading import fetch_records
from xregistry_tui.tui.screens.how import show_how
from xregistry_tui.tui.screens.quality_heading import every_heading, model_heading, scope
from xregistry_tui.tui.screens.quality_hints import detail_hints, field_hints, level_hints
from xregistry_tui.tui.screens.quality_models import model_columns, model_rows, worst_first
from xregistry_tui.tui.screens.quality_records import (
    ask_nearest,
    copy_where,
    open_failing,
    records_behind,
    scope_text,
    show_record,
)
from xregistry_tui.tui.widgets.grid import Grid
from xregistry_tui.tui.widgets.lines import Lines
from xregistry_tui.tui.widgets.pages import failure_lines, opening_lines
from xregistry_tui.tui.widgets.quality_board import held
from xregistry_tui.tui.widgets.quality_panel import QualityPanel
from xregistry_tui.tui.widgets.records import Records, Wanted

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from xregistry_tui.actions.session import Session
    from xregistry_tui.actions.views import BindingView, ModelView
    from xregistry_tui.resources.base import Page
    from xregistry_tui.tui.keymap import Hint
    from xregistry_tui.tui.widgets.quality_detail import Nearest, Spot

LEVELS = ("every", "fields", "records", "waiting")
OF_FIELDS = frozenset({"threshold", "sharpen", "how", "copy", "prove"})


class QualityScreen(ModeScreen):
    """The third mode, in levels: every model › the fields of one › the records behind a cell.

    Nothing changes its place while it is shown, but by `s`.
    """

    mode = "quality"
    CSS_PATH = "quality.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("plus", "sharpen", "sharpen", id="quality.sharpen"),
        Binding("i", "how", "show query", id="quality.how"),
        Binding("y", "copy", "copy as WHERE", id="quality.copy"),
        Binding("s", "sort", "sort", id="quality.sort"),
        Binding("t", "threshold", "another threshold", id="quality.threshold"),
        Binding("b", "binding", "next binding", id="quality.binding"),
        Binding("a", "every", "every model", id="quality.every"),
        Binding("r", "refresh", "look again", id="quality.refresh"),
        Binding("A", "accept", "accept what changed", id="quality.accept"),
    ]

    class ProveRequested(Message):
        """A tighter rule for the field of a cell is to be proved on all rows. No key asks for it yet."""

        def __init__(self, spot: Spot) -> None:
            super().__init__()
            self.spot = spot

    def __init__(self) -> None:
        super().__init__()
        self._level = "waiting"
        self._left = True
        self._every: str | None = None
        self._order: tuple[str, ...] = ()
        self._views: dict[str, BindingView] = {}
        self._chosen: dict[str, str] = {}
        self._model: ModelView | None = None
        self._scope: tuple[str, Spot] | None = None
        self._costs = Costs()

    def compose_body(self) -> ComposeResult:
        """The heading, and one of the levels below it."""
        yield Lines(id="quality-heading")
        yield Grid(id="quality-every", gap=0)
        yield QualityPanel(self._nearest, id="quality-panel")
        with Vertical(id="quality-behind"):
            yield Records(self._fetch, id="quality-records")

    @property
    def panel(self) -> QualityPanel:
        """The fields of the subject."""
        return self.query_one(QualityPanel)

    @property
    def every(self) -> Grid:
        """The table of all models."""
        return self.query_one("#quality-every", Grid)

    @property
    def level(self) -> str:
        """What is shown: `every` model, the `fields` of one, the `records` behind a cell; `waiting` for a session."""
        return self._level

    # Reading

    def read(self) -> None:
        """Read everything anew; in the order that is due now where another mode was shown meanwhile."""
        if self._left:
            self._left = False
            self._order = ()
            self.panel.settle()
        self._read(flash=False)

    def on_screen_suspend(self) -> None:
        """What lies over it for a moment changes nothing's place."""
        self._left = self._left or self.app.current_mode != self.mode

    def on_items(self, keys: frozenset[str]) -> None:
        """Read what is shown and dirty; nothing changes its place."""
        path = self.app.subject
        every = self._level in {"every", "waiting"} and any(key.startswith(("binding:", "tree")) for key in keys)
        if every or f"model:{path}" in keys or any(key.startswith(f"binding:{path}@") for key in keys):
            self._read(flash=True)

    def _read(self, *, flash: bool) -> None:
        session = self.app.session
        if session is None:
            self._show("waiting")
            return
        path = self.app.subject
        model = session.model(path) if path.startswith("models.") and self._every != path else None
        before, self._model = self._model, self._as_bound(model) if model is not None else None
        if self._model is None:
            self._show("every")
            self._read_every(session, flash=flash)
            return
        same = before is not None and before.path == self._model.path
        if self._level != "records" or not same:
            self._show("fields")
        self.panel.show(self._model, self._model.binding)
        if (asked := self._costs.unknown(self._model)) is not None:
            self.run_worker(self._costs.ask(session, asked, self.draw_hints), group="cost")
        self._draw_heading()

    def _as_bound(self, model: ModelView) -> ModelView:
        """The model with the binding that was chosen for it as its first."""
        chosen = self._chosen.get(model.path)
        return replace(model, bindings=tuple(sorted(model.bindings, key=lambda view: view.binding.key != chosen)))

    def _read_every(self, session: Session, *, flash: bool) -> None:
        views = {view.binding.key: view for view in session.bindings()}
        due = tuple(view.binding.key for view in worst_first(tuple(views.values())))
        self._views, self._order = views, held(self._order, due)
        self._draw_every(flash=flash)

    # Drawing

    def _show(self, level: str) -> None:
        """Show a level; the keys go with it."""
        before, self._level = self._level, level
        for name in LEVELS:
            self.set_class(name == level, f"-{name}")
        if before != level:
            self.remove_class("-detail")
            self._scope = self._scope if level == "records" else None
            self._focus_level()
        self._draw_heading()

    def _focus_level(self) -> None:
        if self._level == "every":
            self.every.focus()
        elif self._level == "records":
            self.query_one(Records).grid.focus()
        elif self.has_class("-detail"):
            self.panel.detail.enter()
        else:
            self.panel.focus_panel()

    def _draw_every(self, *, flash: bool) -> None:
        grid = self.every
        views = [self._views[key] for key in self._order]
        grid.set_columns(model_columns(grid.room))
        shown = tuple(model_rows(views, self.panel.threshold, grid.room, self.app.now()))
        grid.set_rows(shown, flash=flash)
        self._draw_heading()

    def _draw_heading(self) -> None:
        heading = self.query_one("#quality-heading", Lines)
        width = heading.size.width or self.size.width
        shown = self._heading(width)
        self.set_class(len(shown) > 1 and bool(shown[1].plain), "-told")
        heading.set_lines(shown)

    def _heading(self, width: int) -> list[Text]:
        panel, now = self.panel, self.app.now()
        if self._level == "waiting":
            failure = self.app.failure
            told = opening_lines(self.app.what) if failure is None else failure_lines(failure.reason, failure.hint)
            return [part for text in told for part in folded(text, width)]
        if self._level == "every":
            return every_heading(tuple(self._views.values()), panel.threshold, width)
        if self._model is None:
            return []
        if self._scope is not None and self._level == "records":
            return scope(self._model, self._scope[0], width)
        return model_heading(self._model, panel.threshold, panel.sort, now, width, moved=panel.moved)

    def on_clock(self) -> None:
        """The ages."""
        self._draw_heading()

    def draw_shell(self) -> None:
        """What is fitted by hand is fitted anew."""
        super().draw_shell()
        if self.stands:
            if self._level == "every" and self.every.columns != model_columns(self.every.room):
                self._draw_every(flash=False)
            self._draw_heading()

    # What the widgets say

    async def _nearest(self, spot: Spot) -> Nearest:
        return await ask_nearest(self.app.session, spot)

    async def _fetch(self, wanted: Wanted, offset: int, limit: int) -> Page | str:
        return await fetch_records(self.app.session, wanted, offset, limit)

    @on(QualityPanel.Moved)
    def _moved(self) -> None:
        self._draw_heading()
        self.draw_hints()

    @on(Grid.Selected, "#quality-every")
    def _model_opened(self, event: Grid.Selected) -> None:
        view = self._views.get(event.key)
        if view is not None:
            self._every = None
            self.app.subject, self._chosen[view.binding.model] = view.binding.model, view.binding.key
            self._read(flash=False)
            self.draw_shell()

    @on(QualityPanel.CellOpened)
    def _cell_opened(self, event: QualityPanel.CellOpened) -> None:
        """The records behind the figure; where there is no room for the detail beside it, that comes first."""
        if self.size.width < NARROW and not self.has_class("-detail"):
            self.add_class("-detail")
            self.call_after_refresh(self._focus_level)
        else:
            self._open_records(event.spot)

    def _open_records(self, spot: Spot) -> None:
        self._scope = (scope_text(spot), spot)
        self.query_one(Records).show(records_behind(spot, spot.board.view.binding.key))
        self._show("records")

    @on(QualityPanel.RecordOpened)
    def _failing_opened(self, event: QualityPanel.RecordOpened) -> None:
        self.run_worker(open_failing(self.app, event.spot, event.place), group="record", exclusive=True)

    @on(Records.Opened)
    def _record_opened(self, event: Records.Opened) -> None:
        wanted = self.query_one(Records).wanted
        marked = wanted.marked if wanted is not None and wanted.keys else None
        show_record(self.app, self._model.title if self._model else "record", event.record, event.key, marked)

    # Commands

    def hints(self) -> Iterable[Hint]:
        """What keys do here."""
        if self._level != "fields":
            return level_hints(self._level, failed=self.app.failure is not None)
        spot = self.panel.spot
        if spot is not None and self.panel.detail.has_focus:
            return detail_hints(spot)
        return field_hints(spot, self._costs.said(self._model), narrow=self.size.width < NARROW)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is about fields acts only where fields are shown."""
        if action in OF_FIELDS:
            return self._level == "fields" or (action == "threshold" and self._level == "every")
        if action == "binding":
            return self._level == "fields" and self._model is not None and len(self._model.bindings) > 1
        return True

    def back(self) -> bool:
        """Out of an input; from records to fields, from the detail to the table, and from there to every model."""
        records = self.query_one(Records)
        if self._level == "records" and records.grid is not self.focused and self.focused is not None:
            records.grid.focus()
        elif self._level == "records":
            self._show("fields")
        elif self._level == "fields" and (self.has_class("-detail") or self.panel.detail.has_focus):
            self.remove_class("-detail")
            self.call_after_refresh(self.panel.focus_panel)
        elif self._level == "fields" and self._order:
            self.action_every()
        else:
            return False
        return True

    def action_every(self) -> None:
        """Every model; the subject stays."""
        self._every = self.app.subject
        self._read(flash=False)

    def action_sort(self) -> None:
        """Put in order; where it is in order, by something else."""
        if self._level == "every":
            self._order = ()
            self._read(flash=False)
        elif self._level == "fields" and (order := self.panel.turn()):
            self._draw_heading()
            self.notify(order, timeout=2, markup=False)

    def action_threshold(self) -> None:
        """Another threshold."""
        self.panel.take_threshold()
        if self._level == "every":
            self._draw_every(flash=False)
        self._draw_heading()

    def action_binding(self) -> None:
        """The same model in its next data."""
        if self._model is not None and len(self._model.bindings) > 1:
            session = self.app.session
            model = session.model(self._model.path) if session is not None else None
            keys = [view.binding.key for view in model.bindings] if model is not None else []
            now = self._model.bindings[0].binding.key
            self._chosen[self._model.path] = keys[(keys.index(now) + 1) % len(keys)]
            self._read(flash=False)

    def action_sharpen(self) -> None:
        """Catalogue, then sample, then exact."""
        self._perform("sharpen")

    def action_accept(self) -> None:
        """What this data is now is what drift is seen against from here on."""
        if self._level == "every":
            if (view := self._views.get(self.every.cursor_key or "")) is not None:
                self.run_worker(self.app.perform("accept_drift", model=view.binding.key), group="accept")
        else:
            self._perform("accept_drift")

    def action_refresh(self) -> None:
        """Look again at the same grade; without a session, try again to open one."""
        if self.app.session is None:
            self.app.open()
        elif self._level == "every":
            view = self._views.get(self.every.cursor_key or "")
            if view is not None:
                self.run_worker(self.app.perform("refresh", model=view.binding.key), group="look")
        else:
            self._perform("refresh")

    def _perform(self, verb: str) -> None:
        view = self._model.binding if self._model is not None else None
        if view is not None:
            self.run_worker(self.app.perform(verb, model=view.binding.key), group="look")

    def action_how(self) -> None:
        """The queries behind the figures."""
        if self._model is not None:
            show_how(self.app, self._model, self._model.binding)

    async def action_copy(self) -> None:
        """Copy how to find the failing records."""
        if (spot := self.panel.spot) is not None:
            await copy_where(self.app, spot)

    def action_prove(self) -> None:
        """Ask for a proof of a tighter rule; whoever can prove one hears of it."""
        if (spot := self.panel.spot) is not None:
            self.post_message(self.ProveRequested(spot))
