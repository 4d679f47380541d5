"""The subject beside the tree: a model in tabs, a function or type in a room of its own, all else as a page to read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, overload

from rich.text import Text
from textual.containers import Vertical
from textual.message import Message

from xregistry_tui.profiling.plan import Grade
from xregistry_tui.tui.format import line
from xregistry_tui.tui.widgets.fields_panel import FieldsPanel
from xregistry_tui.tui.widgets.grid import Grid
from xregistry_tui.tui.widgets.lines import Lines
from xregistry_tui.tui.widgets.page import Page
from xregistry_tui.tui.widgets.quality_panel import AskNearest, QualityPanel
from xregistry_tui.tui.widgets.record_text import copied
from xregistry_tui.tui.widgets.records import Fetch, Records, Wanted
from xregistry_tui.tui.widgets.source import Source
from xregistry_tui.tui.widgets.subject_head import SubjectHead
from xregistry_tui.tui.widgets.tabs import TabLine

if TYPE_CHECKING:
    import datetime

    from textual.app import ComposeResult
    from textual.widget import Widget

    from xregistry_tui.actions.views import ModelView
    from xregistry_tui.tui.screens.room import Room

TABS = ("fields", "records", "quality", "versions", "code")


class Subject(Vertical):
    """What the tree's cursor is on.

    `fetch` gives pages of a model's records, `make` the rooms when they are needed, `nearest` what values that fail
    were meant to be.
    """

    class TabOpened(Message):
        """Another tab is shown."""

    class CodeRequested(Message):
        """The source of the model is to be shown: see `show_code`."""

    def __init__(
        self, fetch: Fetch, make: Callable[[str], Room], nearest: AskNearest, *, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self._nearest = nearest
        self._fetch = fetch
        self._make = make
        self._rooms: dict[str, Room] = {}
        self.room: Room | None = None
        self._looked: object = None
        self.model: ModelView | None = None
        self.tab = "fields"

    def compose(self) -> ComposeResult:
        """Head, tabs, and what a subject can be at first; rooms come when they are needed."""
        yield Lines(id="subject-rights")
        yield SubjectHead(id="subject-head")
        yield TabLine(id="subject-tabs")
        yield FieldsPanel(id="tab-fields")
        yield Records(self._fetch, id="tab-records")
        yield QualityPanel(self._nearest, id="tab-quality")
        yield Source(id="tab-code")
        yield Page(id="page")

    # What is shown

    def show_page(self, lines: Iterable[Text]) -> None:
        """Show a page instead of a model."""
        self.model = None
        self._enter(None)
        self.set_class(True, "-page")
        self.set_class(False, "-room")
        self.query_one(SubjectHead).clear()
        self.query_one(Page).show(lines)

    def show_room(self, name: str, path: str) -> None:
        """Show an item in its room instead of a model."""
        self.model = None
        self.set_class(False, "-page")
        self.set_class(True, "-room")
        self.query_one(SubjectHead).clear()
        self._enter(name).open(path)

    def show_rights(self, text: Text | None) -> None:
        """Show what a role may do to the subject, or nothing."""
        self.query_one("#subject-rights", Lines).set_lines([text, Text("")] if text is not None else [])

    @property
    def room_name(self) -> str:
        """The name of the room that is shown, empty where none is."""
        return next((name for name, room in self._rooms.items() if room is self.room), "")

    @overload
    def _enter(self, name: str) -> Room: ...

    @overload
    def _enter(self, name: None) -> None: ...

    def _enter(self, name: str | None) -> Room | None:
        """Show one room, or none; one that was not there yet is made."""
        if name is not None and name not in self._rooms:
            self._rooms[name] = self._make(name)
            self.mount(self._rooms[name])
        for known, room in self._rooms.items():
            room.display = known == name
        self.room = self._rooms[name] if name is not None else None
        return self.room

    def show(self, model: ModelView, now: datetime.datetime) -> None:
        """Show a model in the tab that is open."""
        before, self.model = self.model, model
        self.set_class(False, "-page")
        self.set_class(False, "-room")
        for name in TABS:
            self.set_class(name == self.tab, f"-{name}")
        self.query_one(SubjectHead).show(model, now)
        self._draw_tabs(model)
        other = before is None or before.path != model.path
        if self.tab == "versions":
            self._enter("versions").open(model.path)
            return
        self._enter(None)
        if self.tab == "fields":
            self.query_one(FieldsPanel).show(model, now)
        elif self.tab == "records":
            self._draw_records(model, other)
        elif self.tab == "quality":
            self.query_one(QualityPanel).show(model, model.binding)
        elif other or not self.query_one(Source).source:
            self.post_message(self.CodeRequested())

    def tick(self, now: datetime.datetime) -> None:
        """The countdown and the ages."""
        if self.room is not None:
            self.room.tick()
        if self.model is not None:
            self.query_one(SubjectHead).show(self.model, now)
            if self.tab == "fields":
                self.query_one(FieldsPanel).tick(now)

    def _draw_tabs(self, model: ModelView) -> None:
        behind = {"fields": str(len(model.shape.fields)), "versions": str(model.versions)}
        profile = model.binding.profile if model.binding else None
        right = grades(profile.method, profile.n) if profile is not None else Text("")
        self.query_one(TabLine).show([(name, behind.get(name, "")) for name in TABS], self.tab, right)

    def _draw_records(self, model: ModelView, other: bool) -> None:
        records = self.query_one(Records)
        profile = model.binding.profile if model.binding else None
        before, self._looked = self._looked, profile.as_of if profile is not None else None
        if records.wanted is None or records.wanted.model != model.path:
            records.show(Wanted(model.path))
        elif not other and before != self._looked:
            records.table_changed()

    async def show_code(self, path: str, source: str) -> None:
        """Show the source of a model, unless another one is the subject by now."""
        if self.model is not None and self.model.path == path:
            await self.query_one(Source).show(source)

    # What has the keys

    @property
    def panel(self) -> Widget:
        """What takes the keys."""
        if self.room is not None:
            return self.room
        if self.model is None:
            return self.query_one("#page")
        if self.tab == "fields":
            return self.query_one(FieldsPanel).grid
        if self.tab == "records":
            return self.query_one(Records).grid
        return self.query_one(QualityPanel).panel if self.tab == "quality" else self.query_one(Source)

    def focus_panel(self) -> None:
        """Give the keys to what is shown."""
        if self.room is not None:
            self.room.focus_panel()
        else:
            self.panel.focus()

    def open_tab(self, name: str, now: datetime.datetime) -> None:
        """Show another tab of the model."""
        if self.model is not None:
            self.tab = name
            self.show(self.model, now)
            self.post_message(self.TabOpened())

    def show_records(self, wanted: Wanted, now: datetime.datetime) -> None:
        """Show these records of the model."""
        self.query_one(Records).show(wanted)
        self.open_tab("records", now)

    @property
    def copied(self) -> str:
        """What the cursor is on, as text to copy."""
        if self.room is not None:
            return self.room.copied
        if self.tab == "code":
            return self.query_one(Source).source
        if self.tab != "records":
            return self.panel.cursor_key or "" if isinstance(self.panel, Grid) else ""
        records = self.query_one(Records)
        found = records.record_at(records.grid.cursor_index)
        return copied(found[0]) if found else ""


def grades(method: Grade, n: int) -> Text:
    """The three grades, the one in hand marked."""
    pieces: list[Any] = []
    for grade in Grade:
        name = grade.value.upper() if grade is method else grade.value
        more = f" {n:,}" if grade is method and grade is Grade.SAMPLE else ""
        pieces += [(" › ", "dim")] if pieces else []
        pieces.append((f"{name}{more}", "text" if grade is method else "dim"))
    return line(*pieces)
