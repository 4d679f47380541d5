"""Explore: the tree beside its subject. What is shown is in the widgets; here they meet the session."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input

from xregistry_tui.core.bindings import RefreshStatus
from xregistry_tui.tui import clipboard
from xregistry_tui.tui.keymap import Hint
from xregistry_tui.tui.screens.base import NARROW, ModeScreen
from xregistry_tui.tui.screens.explore_cost import Costs
from xregistry_tui.tui.screens.explore_hints import NEXT, model_hints, quality_hints, resource_hints, subject_hints
from xregistry_tui.tui.screens.explore_looking import REST, Looking
from xregistry_tui.tui.screens.explore_reading import fetch_records, fetch_source, page_lines
from xregistry_tui.tui.screens.explore_rooms import make_room, room_of
from xregistry_tui.tui.widgets import pages
from xregistry_tui.tui.widgets.field_detail import from_the_top
from xregistry_tui.tui.widgets.fields_panel import FieldsPanel
from xregistry_tui.tui.widgets.grid import Grid
from xregistry_tui.tui.widgets.quality_panel import QualityPanel
from xregistry_tui.tui.widgets.records import Records, Wanted
from xregistry_tui.tui.widgets.source import Source
from xregistry_tui.tui.widgets.subject import TABS, Subject
from xregistry_tui.tui.widgets.tabs import TabLine
from xregistry_tui.tui.widgets.tree import Tree
from xregistry_tui.tui.widgets.tree_pane import TreePane

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from xregistry_tui.actions.session import Session
    from xregistry_tui.actions.views import ModelView
    from xregistry_tui.resources.base import Page
    from xregistry_tui.tui.widgets.quality_detail import Nearest, Spot


class ExploreScreen(ModeScreen):
    """The first mode."""

    mode = "explore"
    CSS_PATH = "explore.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "filter", id="explore.filter"),
        Binding("left_square_bracket", "tab(-1)", "tab before", id="explore.tab-before"),
        Binding("right_square_bracket", "tab(1)", "next tab", id="explore.tab-next"),
        Binding("z", "zoom", "zoom", id="explore.zoom"),
        Binding("s", "sort", "sort", id="explore.sort"),
        Binding("r", "refresh", "refresh", id="explore.refresh"),
        Binding("A", "accept", "accept what changed", id="explore.accept"),
        Binding("plus", "sharpen", "sharpen", id="explore.sharpen"),
        Binding("p", "pause", "pause", id="explore.pause"),
        Binding("f", "follow", "follow changes, or no more", id="explore.follow"),
        Binding("i", "how", "show query", id="explore.how"),
        Binding("y", "copy", "copy", id="explore.copy"),
        Binding("w", "why", "what may be done here", id="explore.why"),
        Binding("e", "export", "export", id="explore.export"),
        Binding("E", "edit", "edit the source", id="explore.edit"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._costs = Costs()
        self._looking = Looking()
        self._welcomed = False

    def compose_body(self) -> ComposeResult:
        """The tree, and its subject."""
        with Horizontal(id="explore"):
            yield TreePane(id="explore-tree")
            yield Subject(self._fetch, make_room, self._nearest, id="explore-subject")

    def on_mount(self) -> None:
        """The tree has the keys at first."""
        self.nodes.focus()

    @property
    def nodes(self) -> Tree:
        """The tree."""
        return self.pane.nodes

    @property
    def pane(self) -> TreePane:
        """The tree with its filter."""
        return self.query_one(TreePane)

    @property
    def subject(self) -> Subject:
        """What is beside the tree."""
        return self.query_one(Subject)

    @property
    def tab(self) -> str:
        """The tab that a model shows."""
        return self.subject.tab

    # Reading

    def read(self) -> None:
        """Read the tree and the subject anew."""
        session = self.app.session
        if session is None:
            self._draw_waiting()
        else:
            self._read_tree(session)
            self._draw_subject(session)

    def _read_tree(self, session: Session) -> None:
        self.pane.read(session.children, self.app.subject)
        self.app.subject = self.app.subject or self.pane.found
        self._fit_tree()

    def on_items(self, keys: frozenset[str]) -> None:
        """Read what is shown and dirty."""
        session = self.app.session
        if session is None:
            return
        if not self.app.subject:
            self.read()
            return
        if "tree" in keys:
            self._read_tree(session)
        subject = self.app.subject
        about = {f"{kind}:{subject}" for kind in ("model", "function", "type")}
        own = any(key in about or key.startswith((f"binding:{subject}@", "resource:")) for key in keys)
        if own or ("tree" in keys and self.subject.model is None):
            self._draw_subject(session)

    def on_clock(self) -> None:
        """The countdown and the ages."""
        self.subject.tick(self.app.now())

    async def _fetch(self, wanted: Wanted, offset: int, limit: int) -> Page | str:
        return await fetch_records(self.app.session, wanted, offset, limit)

    # Drawing

    def _draw_waiting(self) -> None:
        failure = self.app.failure
        self.set_class(True, "-closed")
        self.subject.show_page(
            pages.opening_lines(self.app.what) if failure is None else pages.failure_lines(failure.reason, failure.hint)
        )

    def _draw_subject(self, session: Session) -> None:
        self.remove_class("-closed")
        path = self.app.subject
        self.subject.show_rights(self.preview_line())
        model = session.model(path) if path.startswith("models.") else None
        if model is None and (room := room_of(session, path)):
            self.subject.show_room(room, path or ".")
            if room == "welcome" and not self._welcomed:
                self._welcomed = True
                self.subject.focus_panel()
        elif model is None:
            self.subject.show_page(page_lines(session, path))
        else:
            self._show_model(model)
            if (asked := self._costs.unknown(model)) is not None:
                self.run_worker(self._costs.ask(session, asked, self.draw_hints), group="cost")
        self._looking.rest_on(model, lambda: self.set_timer(REST, self._open_rested))
        if self.size.width < NARROW and self.focused in {None, self.nodes} and not self.has_class("-tree"):
            self.subject.focus_panel()
        self.draw_hints()

    def _open_rested(self) -> None:
        if (session := self.app.session) is not None:
            self.run_worker(self._looking.open(session), group="look")

    def _show_model(self, model: ModelView) -> None:
        """Show it; a field that was asked for has the cursor."""
        field, self.app.field = self.app.field, ""
        if field:
            self.subject.tab = "fields"
        self.subject.show(model, self.app.now())
        if field and self.query_one(FieldsPanel).grid.move_to(field):
            self.subject.focus_panel()

    def on_resize(self, event: Any) -> None:
        """Everything that is fitted by hand is fitted anew."""
        super().on_resize(event)
        self._fit_tree(anew=True)
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        if self.app.session is not None:
            self._draw_subject(self.app.session)

    def _fit_tree(self, *, anew: bool = False) -> None:
        self.pane.fit(self.size.width if self.size.width >= NARROW else None, anew=anew)

    # What the widgets say

    @on(Tree.NodeHighlighted)
    def _highlighted(self, event: Tree.NodeHighlighted) -> None:
        """A cursor that settled by itself chooses nothing, unless what it was on is gone."""
        session = self.app.session
        overtaken = event.path != self.nodes.cursor_key  # the cursor has moved on since
        chosen = event.moved or self.pane.found == self.app.subject != ""
        if session is not None and chosen and event.path != self.app.subject and not overtaken:
            self.app.subject = self.pane.found = event.path
            self._draw_subject(session)
            self.draw_shell()

    @on(Tree.NodeSelected)
    def _selected(self) -> None:
        self.remove_class("-tree")
        self.subject.focus_panel()

    @on(Grid.LeftEdge)
    def _left(self) -> None:
        self._show_tree()

    @on(FieldsPanel.Highlighted)
    def _field(self) -> None:
        self.draw_hints()

    @on(FieldsPanel.Opened)
    def _field_opened(self, event: FieldsPanel.Opened) -> None:
        """The records in the order of the field."""
        model, field = self.subject.model, event.field
        if model is not None:
            wanted = Wanted(model.path, order_by=field.name, descending=from_the_top(field.kind))
            self.subject.show_records(wanted, self.app.now())

    def show_keys(self, keys: tuple[tuple[Any, ...], ...]) -> None:
        """The records of the subject that have these keys."""
        if (model := self.subject.model) is not None:
            self.subject.show_records(Wanted(model.path, keys=keys), self.app.now())

    @on(Records.Opened)
    def _record(self, event: Records.Opened) -> None:
        from xregistry_tui.tui.screens.quality_records import show_record

        model, wanted = self.subject.model, self.query_one(Records).wanted
        marked = wanted.marked if wanted is not None and wanted.keys else None
        show_record(self.app, model.title if model else "record", event.record, event.key, marked)

    # Quality

    async def _nearest(self, spot: Spot) -> Nearest:
        from xregistry_tui.tui.screens.quality_records import ask_nearest

        return await ask_nearest(self.app.session, spot)

    @on(QualityPanel.Moved)
    def _spot_moved(self) -> None:
        self.draw_hints()

    @on(QualityPanel.CellOpened)
    def _cell_opened(self, event: QualityPanel.CellOpened) -> None:
        """The records behind the figure."""
        from xregistry_tui.tui.screens.quality_records import records_behind

        if (model := self.subject.model) is not None:
            self.subject.show_records(records_behind(event.spot, model.path), self.app.now())

    @on(QualityPanel.RecordOpened)
    def _failing_opened(self, event: QualityPanel.RecordOpened) -> None:
        from xregistry_tui.tui.screens.quality_records import open_failing

        self.run_worker(open_failing(self.app, event.spot, event.place), group="record", exclusive=True)

    @on(TabLine.Chosen)
    def _tab_chosen(self, event: TabLine.Chosen) -> None:
        self.subject.open_tab(event.name, self.app.now())

    @on(Subject.TabOpened)
    def _tab_opened(self) -> None:
        inside = self.focused is not self.nodes  # nothing has the keys where what had them was hidden just now
        if inside or self.tab == "records":
            self.subject.focus_panel()

    @on(Subject.CodeRequested)
    def _code_requested(self) -> None:
        if (model := self.subject.model) is not None:
            self.query_one(Source).say("writing the model as Python …")
            self.run_worker(self._code(model.path), group="code", exclusive=True)

    async def _code(self, path: str) -> None:
        if (session := self.app.session) is None:
            return
        source, reason = await fetch_source(session, path)
        if reason:
            self.query_one(Source).say(reason)
        else:
            await self.subject.show_code(path, source)

    # Commands

    def hints(self) -> Iterable[Hint]:
        """What matters where the keys are."""
        if self.app.session is None:
            return [Hint("explore.refresh", "try again")] if self.app.failure else []
        model = self.subject.model
        own = [*model_hints(model, self._costs.said(model)), *resource_hints(self.app.session, self.app.subject)]
        room = self.subject.room
        if room is not None and room.has_keys:
            return [*room.hints(), *([] if room.typing or not self.app.subject else [NEXT])]
        if self.focused is self.nodes or model is None:
            return [Hint("grid.select", "open"), Hint("explore.filter", "filter"), *own]
        if self.tab == "quality":
            return quality_hints(self.query_one(QualityPanel).spot, own)
        return subject_hints(self.tab, self.query_one(FieldsPanel).field, own)

    def _show_tree(self) -> None:
        self.remove_class("-zoomed")
        if self.size.width < NARROW:
            self.add_class("-tree")
        self.nodes.focus()

    def back(self) -> bool:
        """Out of an input, then to the tree."""
        field, room = self.focused, self.subject.room
        if room is not None and room.has_keys and room.back():
            return True
        if field is self.pane.filter:
            self.pane.clear_filter()
            self.nodes.focus()
        elif isinstance(field, Input):
            self.query_one(Records).grid.focus()
        elif field is not self.nodes:
            self._show_tree()
        else:
            return self.pane.clear_filter()
        return True

    def action_filter(self) -> None:
        """Filter the records where they are shown, else the tree."""
        if self.subject.model is not None and self.tab == "records" and self.focused is not self.nodes:
            self.query_one(Records).action_filter()
        else:
            self._show_tree()
            self.pane.filter.focus()

    def action_tab(self, step: int) -> None:
        """The next or previous tab."""
        if self.subject.model is None and self.subject.room is not None:
            self.subject.room.step_tab(step)
            return
        self.subject.open_tab(TABS[(TABS.index(self.tab) + step) % len(TABS)], self.app.now())

    def action_zoom(self) -> None:
        """The subject alone, or the tree beside it."""
        self.toggle_class("-zoomed")
        self.remove_class("-tree")
        if self.has_class("-zoomed"):
            self.subject.focus_panel()

    def action_sort(self) -> None:
        """Records by the column under the cursor; fields in their own order, or the worst first."""
        if self.subject.model is None:
            return
        if self.tab == "records":
            self.query_one(Records).sort()
        elif self.tab == "fields":
            worst_first = self.query_one(FieldsPanel).turn(self.app.now())
            self.notify("worst first" if worst_first else "in the model's order", timeout=2, markup=False)
        elif self.tab == "quality" and (order := self.query_one(QualityPanel).turn()):
            self.notify(order, timeout=2, markup=False)

    def action_accept(self) -> None:
        """What the data of this model is now is what drift is seen against from here on."""
        if (model := self.subject.model) is not None and model.binding is not None:
            self.run_worker(self.app.perform("accept_drift", model=model.path), group="accept", exclusive=True)

    def action_refresh(self) -> None:
        """Look again at the same grade; without a session, try again to open one."""
        model = self.subject.model
        if self.app.session is None:
            self.app.open()
        elif model is not None:
            self.run_worker(self._refresh(model.path), group="refresh")
        elif self.app.subject.startswith("resources."):
            # beside the loop of the screen: a password may be asked for
            self.run_worker(self.app.perform("discover", resource=self.app.subject.removeprefix("resources.")))

    async def _refresh(self, path: str) -> None:
        await self.app.perform("refresh", model=path)
        model = self.subject.model
        if self.tab == "records" and model is not None and model.path == path:
            self.query_one(Records).reload()

    def action_sharpen(self) -> None:
        """Catalogue, then sample, then exact."""
        if (model := self.subject.model) is not None:
            self.run_worker(self.app.perform("sharpen", model=model.path))

    async def action_pause(self) -> None:
        """Stop the timer of this model, or start it."""
        model = self.subject.model
        if model is not None and model.binding is not None:
            paused = model.binding.state.status is RefreshStatus.PAUSED
            await self.app.perform("resume" if paused else "pause", model=model.path)

    def action_follow(self) -> None:
        """Look again whenever the data of this model changes, or only when asked."""
        model = self.subject.model
        if model is not None and model.binding is not None:
            verb = "unpin" if model.binding.pinned else "pin"
            self.run_worker(self.app.perform(verb, model=model.path), group="follow", exclusive=True)

    def action_how(self) -> None:
        """The queries behind the figures; where there are none, all there is to read."""
        model, room = self.subject.model, self.subject.room
        if model is None and room is not None:
            room.how()
        if model is not None:
            from xregistry_tui.tui.screens.how import show_how

            show_how(self.app, model, model.binding)

    async def action_copy(self) -> None:
        """Copy what the cursor is on."""
        spot = self.query_one(QualityPanel).spot if self.subject.model is not None and self.tab == "quality" else None
        if spot is not None and self.focused is not self.nodes:
            from xregistry_tui.tui.screens.quality_records import copy_where

            await copy_where(self.app, spot)
            return
        at_tree = (self.subject.model is None and self.subject.room is None) or self.focused is self.nodes
        if text := self.app.subject if at_tree else self.subject.copied:
            way = await clipboard.copy(self.app, text)
            self.notify(f"Copied {way}.", timeout=3, markup=False)

    # What only some subjects have

    @property
    def room_name(self) -> str:
        """The room that is shown."""
        return self.subject.room_name

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is something to edit or to take along only where the subject is a model."""
        return self.subject.model is not None if action in {"edit", "export"} else True

    def action_edit(self) -> None:
        """The model's source in an editor; what comes back is judged."""
        if (model := self.subject.model) is not None:
            from xregistry_tui.tui.authoring import edit_model

            self.run_worker(edit_model(self.app, model.path, model.title), group="edit", exclusive=True)

    def action_export(self) -> None:
        """Take the model along, in one of four forms."""
        if (model := self.subject.model) is not None:
            from xregistry_tui.tui.exporting import offer_export

            offer_export(self.app, model.path, model.title)

    def action_why(self) -> None:
        """What may be done here, with the reasons."""
        from xregistry_tui.tui.obeying import show_why

        show_why(self.app)

    def action_show_tab(self, name: str) -> None:
        """Show a tab by its name."""
        if self.subject.model is not None:
            self.subject.open_tab(name, self.app.now())
        elif self.subject.room is not None:
            self.subject.room.open_tab(name)

    async def action_room(self, action: str) -> None:
        """Do what the room that is shown can do."""
        if self.subject.room is not None:
            await self.app.run_action(action, self.subject.room)

    def cancel(self) -> bool:
        """End what the room waits for."""
        return self.subject.room is not None and self.subject.room.cancel()
