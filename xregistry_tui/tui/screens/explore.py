"""Explore: the tree beside its subject. A model has tabs; everything else an honest page to read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input

from xregistry_tui.actions.base import ActionError
from xregistry_tui.actions.views import NodeKind
from xregistry_tui.core.bindings import RefreshStatus
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.resources.base import ResourceError
from xregistry_tui.schema.shape import Kind, walk
from xregistry_tui.tui import clipboard
from xregistry_tui.tui.format import line
from xregistry_tui.tui.keymap import Hint
from xregistry_tui.tui.screens import explore_fields, explore_quality, explore_subject
from xregistry_tui.tui.screens.base import NARROW, ModeScreen
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.grid import Grid, Row, WindowedGrid
from xregistry_tui.tui.widgets.line_list import Line, LineList
from xregistry_tui.tui.widgets.lines import Lines
from xregistry_tui.tui.widgets.records import Records, Wanted, copied, record_lines
from xregistry_tui.tui.widgets.source import Source
from xregistry_tui.tui.widgets.tabs import TabLine
from xregistry_tui.tui.widgets.tree import Tree

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.widget import Widget

    from xregistry_tui.actions.session import Session
    from xregistry_tui.actions.views import ModelView
    from xregistry_tui.resources.base import Page

TABS = ("fields", "records", "quality", "code")
EMPTY = {
    "models": "No models yet. They appear when something is connected: xreg-tui FILE, or xreg-tui demo.",
    "functions": "No functions. A program registers them with @register_function.",
    "types": "No types. A program registers them with registry.types.register.",
    "resources": "Nothing is connected. Leave with ctrl+q and start xreg-tui with a file, or xreg-tui demo.",
}


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
        Binding("plus", "sharpen", "sharpen", id="explore.sharpen"),
        Binding("p", "pause", "pause", id="explore.pause"),
        Binding("i", "how", "show query", id="explore.how"),
        Binding("y", "copy", "copy", id="explore.copy"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._tab = "fields"
        self._model: ModelView | None = None
        self._shown = ""
        self._worst_first = False

    def compose_body(self) -> ComposeResult:
        """The tree, and everything that a subject can be."""
        with Horizontal(id="explore"):
            with Vertical(id="explore-tree"):
                yield Input(placeholder="/ filter", id="tree-filter")
                yield Tree(id="tree")
            with Vertical(id="explore-subject"):
                yield Lines(id="subject-head")
                yield TabLine(id="subject-tabs")
                yield Lines(id="subject-note")
                with Vertical(id="tab-fields"):
                    yield Grid(id="fields", gap=1)
                    yield Lines(id="detail")
                yield Records(self._fetch, id="tab-records")
                with Vertical(id="tab-quality"):
                    yield Grid(id="quality")
                    yield Lines(id="quality-foot")
                yield Source(id="tab-code")
                yield LineList(id="page", cursor=False)

    def on_mount(self) -> None:
        """The tree has the keys at first."""
        self.query_one("#fields", Grid).set_columns(explore_fields.COLUMNS)
        self.query_one("#quality", Grid).set_columns(explore_quality.COLUMNS)
        self.nodes.focus()

    @property
    def nodes(self) -> Tree:
        """The tree."""
        return self.query_one("#tree", Tree)

    @property
    def tab(self) -> str:
        """The tab that a model shows."""
        return self._tab

    # Reading

    def read(self) -> None:
        """Read the tree and the subject anew."""
        session = self.app.session
        if session is None:
            self._draw_waiting()
            return
        self.nodes.read(session.children)
        if not self.app.subject:
            self.app.subject = self._first_model()
        if self.app.subject and self.nodes.cursor_key != self.app.subject:
            self.nodes.reveal(self.app.subject)
        self._draw_subject(session)

    def on_items(self, keys: frozenset[str]) -> None:
        """Read what is shown and dirty."""
        session = self.app.session
        if session is None:
            return
        if not self.app.subject:
            self.read()
            return
        if "tree" in keys:
            self.nodes.read(session.children)
        subject = self.app.subject
        if any(key == f"model:{subject}" or key.startswith((f"binding:{subject}@", "resource:")) for key in keys) or (
            "tree" in keys and self._model is None
        ):
            self._draw_subject(session)

    def on_clock(self) -> None:
        """The countdown and the ages."""
        if self._model is not None:
            self._draw_head(self._model)

    def _first_model(self) -> str:
        leaves = (self.nodes.leaf(row.key) for row in self.nodes.rows)
        return next((leaf.node.path for leaf in leaves if leaf and leaf.node.kind is NodeKind.MODEL), "")

    async def _fetch(self, wanted: Wanted, offset: int, limit: int) -> Page | str:
        session = self.app.session
        if session is None:
            return "nothing is open"
        try:
            result = await session.perform(
                "records",
                model=wanted.model,
                where=wanted.where,
                order_by=wanted.order_by,
                descending=wanted.descending,
                offset=offset,
                limit=limit,
            )
        except (ActionError, ResourceError) as error:
            return str(error)
        page: Page = result.value
        return page

    # Drawing

    def _draw_waiting(self) -> None:
        failure = self.app.failure
        self.set_class(True, "-page")
        self.set_class(True, "-closed")
        self.query_one("#subject-head", Lines).set_lines([])
        if failure is None:
            text = [Text(""), line("  ", ("⟳ ", "accent"), f"opening {plain(self.app.what, 60) or 'the workspace'} …")]
        else:
            text = [Text(""), line("  ", ("✗ ", "bad"), (plain(failure.reason, 400), "bright"))]
            text += [line("    ", (plain(failure.hint, 400), "dim"))] if failure.hint else []
            text += [
                Text(""),
                line("    ", ("r", "accent"), (" try again    ", "dim"), ("q", "accent"), (" leave", "dim")),
            ]
        self.query_one("#page", LineList).set_lines(Line(part) for part in text)

    def _draw_subject(self, session: Session) -> None:
        if self.has_class("-closed"):
            self.remove_class("-closed")
            self.call_after_refresh(self._fit)
        path = self.app.subject
        model = session.model(path) if path.startswith("models.") else None
        other = path != self._shown
        self._model, self._shown = model, path
        self.set_class(model is None, "-page")
        if model is None:
            self._draw_page(session, path)
        else:
            self._draw_model(model, other)
        if self.size.width < NARROW and self.focused in {None, self.nodes} and not self.has_class("-tree"):
            self._panel().focus()
        self.draw_hints()

    def _draw_page(self, session: Session, path: str) -> None:
        self.query_one("#subject-head", Lines).set_lines([])
        listing = self.query_one("#page", LineList)
        listing.set_lines(Line(text) for text in _page(session, path, self))

    def _draw_model(self, model: ModelView, other: bool) -> None:
        for name in TABS:
            self.set_class(name == self._tab, f"-{name}")
        self._draw_head(model)
        self._draw_tabs(model)
        if self._tab == "fields":
            self._draw_fields(model, other)
        elif self._tab == "records":
            self._draw_records(model)
        elif self._tab == "quality":
            self._draw_quality(model)
        elif self._tab == "code" and (other or not self.query_one(Source).source):
            self._draw_code(model)

    def _draw_head(self, model: ModelView) -> None:
        head = self.query_one("#subject-head", Lines)
        width = head.size.width or self.query_one("#explore-subject").size.width
        if width:
            head.set_lines([*explore_subject.model_lines(model, self.app.now(), width), Text("")])

    def _draw_tabs(self, model: ModelView) -> None:
        behind = {"fields": str(len(model.shape.fields))}
        profile = model.binding.profile if model.binding else None
        right = _grades(profile.method, profile.n) if profile is not None else Text("")
        self.query_one(TabLine).show([(name, behind.get(name, "")) for name in TABS], self._tab, right)

    def _draw_fields(self, model: ModelView, other: bool) -> None:
        rows = list(explore_fields.field_rows(model))
        if self._worst_first:
            order = {path: place for place, path in enumerate(explore_fields.worst_first(model, model.binding))}
            rows.sort(key=lambda row: order[row.key])
        grid = self.query_one("#fields", Grid)
        note = "It has no fields." if not rows else ""
        grid.set_rows(rows or [Row("", {"name": line((note, "dim"))}, spill="name", inert=True)], flash=not other)
        if other and rows:
            grid.move_to(rows[0].key)
        self._draw_detail()

    def _draw_detail(self) -> None:
        detail, grid = self.query_one("#detail", Lines), self.query_one("#fields", Grid)
        key = grid.cursor_key
        if self._model is None or key is None or not detail.size.height:
            detail.set_lines([])
            return
        height = detail.content_size.height
        detail.set_lines(explore_fields.detail(self._model, key, detail.content_size.width, height))

    def _draw_records(self, model: ModelView) -> None:
        panel = self.query_one(Records)
        if panel.wanted is None or panel.wanted.model != model.path:
            panel.show(Wanted(model.path))

    def _draw_quality(self, model: ModelView) -> None:
        rows = list(explore_quality.quality_rows(model))
        nothing = "not assessed yet" if model.binding else "bound to no collection: there is no live data to assess"
        shown = rows or [Row("", {"name": line((nothing, "dim"))}, spill="name", inert=True)]
        self.query_one("#quality", Grid).set_rows(shown)
        self.query_one("#quality-foot", Lines).set_lines([line(" ", (explore_quality.EXPLAINED, "dim"))])

    def _draw_code(self, model: ModelView) -> None:
        self.query_one(Source).say("writing the model as Python …")
        self.run_worker(self._code(model.path), group="code", exclusive=True)

    async def _code(self, path: str) -> None:
        source, session = self.query_one(Source), self.app.session
        if session is None:
            return
        try:
            text = str((await session.perform("code", model=path)).value)
        except (ActionError, ResourceError) as error:
            source.say(str(error))
            return
        if self._model is not None and self._model.path == path:
            await source.show(text)

    # What the widgets say

    @on(Tree.NodeHighlighted)
    def _highlighted(self, event: Tree.NodeHighlighted) -> None:
        session = self.app.session
        overtaken = event.path != self.nodes.cursor_key  # the cursor has moved on since
        if session is not None and event.path != self.app.subject and not overtaken:
            self.app.subject = event.path
            self._draw_subject(session)
            self.draw_shell()

    @on(Tree.NodeSelected)
    def _selected(self) -> None:
        self.remove_class("-tree")
        self._panel().focus()

    @on(Grid.LeftEdge)
    def _left(self) -> None:
        self._show_tree()

    @on(Grid.Highlighted, "#fields")
    def _field(self) -> None:
        self._draw_detail()

    @on(Grid.Selected, "#fields")
    def _field_opened(self, event: Grid.Selected) -> None:
        """The records of the most frequent value, or in the order of the field."""
        model = self._model
        if model is None:
            return
        field = next((field for path, field in walk(model.shape) if path == event.key), None)
        if field is None or event.key.startswith("/"):
            return
        self.query_one(Records).show(Wanted(model.path, order_by=field.name, descending=_from_the_top(field.kind)))
        self._open_tab("records")

    @on(Records.Opened)
    def _record(self, event: Records.Opened) -> None:
        from xregistry_tui.tui.screens.peek import PeekScreen

        key = " ".join(plain(part, 30) for part in event.key)
        title = line((plain(self._model.title, 40) if self._model else "record", "bright"), (f"  {key}", "dim"))
        self.app.push_screen(PeekScreen(title, record_lines(event.record), copied(event.record)))

    @on(TabLine.Chosen)
    def _tab_chosen(self, event: TabLine.Chosen) -> None:
        self._open_tab(event.name)

    @on(Input.Changed, "#tree-filter")
    def _filtered(self, event: Input.Changed) -> None:
        self.nodes.filter(event.value)

    @on(Input.Submitted, "#tree-filter")
    def _filter_done(self) -> None:
        self.nodes.focus()

    def on_resize(self, event: Any) -> None:
        """Everything that is fitted by hand is fitted anew."""
        super().on_resize(event)
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        if self.app.session is not None:
            self._draw_subject(self.app.session)

    # Commands

    def hints(self) -> Iterable[Hint]:
        """What matters where the keys are."""
        if self.app.session is None:
            return [Hint("explore.refresh", "try again")] if self.app.failure else []
        if self.focused is self.nodes or self._model is None:
            return [Hint("grid.select", "open"), Hint("explore.filter", "filter"), *self._model_hints()]
        if self._tab == "records":
            return [Hint("grid.select", "record"), Hint("explore.filter", "filter"), *_TAB_HINTS, Hint("back", "back")]
        if self._tab == "fields":
            return [Hint("grid.select", "records"), Hint("explore.how", "how"), *_TAB_HINTS, *self._model_hints()]
        return [*_TAB_HINTS, Hint("explore.copy", "copy"), *self._model_hints()]

    def _model_hints(self) -> list[Hint]:
        view = self._model.binding if self._model else None
        if view is None:
            return []
        exact = view.profile is not None and view.profile.method is Grade.EXACT
        return [Hint("validate", "validate"), *([] if exact else [Hint("explore.sharpen", "sharpen")])]

    def _panel(self) -> Widget:
        if self._model is None:
            return self.query_one("#page")
        if self._tab == "records":
            return self.query_one(Records).grid
        return self.query_one({"fields": "#fields", "quality": "#quality", "code": "#tab-code"}[self._tab])

    def _show_tree(self) -> None:
        self.remove_class("-zoomed")
        if self.size.width < NARROW:
            self.add_class("-tree")
        self.nodes.focus()

    def back(self) -> bool:
        """Out of an input, then to the tree."""
        field = self.focused
        if isinstance(field, Input):
            if field.id == "tree-filter":
                field.value = ""
                self.nodes.focus()
            else:
                self.query_one(Records).grid.focus()
            return True
        if field is not self.nodes:
            self._show_tree()
            return True
        if self.query_one("#tree-filter", Input).value:
            self.query_one("#tree-filter", Input).value = ""
            return True
        return False

    def action_filter(self) -> None:
        """Filter the records where they are shown, else the tree."""
        if self._model is not None and self._tab == "records" and self.focused is not self.nodes:
            self.query_one(Records).action_filter()
        else:
            self._show_tree()
            self.query_one("#tree-filter", Input).focus()

    def action_tab(self, step: int) -> None:
        """The next or previous tab."""
        if self._model is not None:
            self._open_tab(TABS[(TABS.index(self._tab) + step) % len(TABS)])

    def _open_tab(self, name: str) -> None:
        inside = self.focused is not None and self.focused is not self.nodes
        self._tab = name
        if self._model is not None:
            self._draw_model(self._model, other=False)
            self.call_after_refresh(self._fit)
        if inside or name == "records":
            self._panel().focus()
        self.draw_hints()

    def action_zoom(self) -> None:
        """The subject alone, or the tree beside it."""
        self.toggle_class("-zoomed")
        self.remove_class("-tree")
        if self.has_class("-zoomed"):
            self._panel().focus()
        self.call_after_refresh(self._fit)

    def action_sort(self) -> None:
        """Fields in their own order, or the worst first."""
        if self._model is not None and self._tab == "fields":
            self._worst_first = not self._worst_first
            self._draw_fields(self._model, other=False)
            self.notify("worst first" if self._worst_first else "in the model's order", timeout=2, markup=False)

    async def action_refresh(self) -> None:
        """Look again at the same grade; without a session, try again to open one."""
        if self.app.session is None:
            self.app.open()
        elif self._model is not None:
            await self.app.perform("refresh", model=self._model.path)
            if self._tab == "records":
                self.query_one(Records).reload()
        elif self.app.subject.startswith("resources."):
            await self.app.perform("discover", resource=self.app.subject.removeprefix("resources."))

    def action_sharpen(self) -> None:
        """Catalogue, then sample, then exact."""
        if self._model is not None:
            self.run_worker(self.app.perform("sharpen", model=self._model.path))

    async def action_pause(self) -> None:
        """Stop the timer of this model, or start it."""
        view = self._model.binding if self._model else None
        if self._model is not None and view is not None:
            paused = view.state.status is RefreshStatus.PAUSED
            await self.app.perform("resume" if paused else "pause", model=self._model.path)

    def action_how(self) -> None:
        """The queries behind the figures."""
        profile = self._model.binding.profile if self._model and self._model.binding else None
        if self._model is None or profile is None:
            return
        from xregistry_tui.tui.screens.peek import PeekScreen

        queries = "\n\n".join(profile.how.queries)
        lines = [explore_fields.how_line(profile, self._model.version)[:-16], Text("")]
        lines += [line(plain(part)) for part in queries.splitlines()] or [line(("the engine was not asked", "dim"))]
        self.app.push_screen(PeekScreen(line((plain(self._model.title, 40), "bright")), lines, queries))

    async def action_copy(self) -> None:
        """Copy what the cursor is on."""
        text = self._copied()
        if text:
            way = await clipboard.copy(self.app, text)
            self.notify(f"Copied {way}.", timeout=3, markup=False)

    def _copied(self) -> str:
        if self._model is None or self.focused is self.nodes:
            return self.app.subject
        if self._tab == "code":
            return self.query_one(Source).source
        if self._tab == "records":
            key = self.query_one(WindowedGrid).cursor_key
            found = self.query_one(Records).record_at(int(key)) if key else None
            return copied(found[0]) if found else ""
        return self.query_one(f"#{self._tab}", Grid).cursor_key or ""


_TAB_HINTS = (Hint("explore.tab-next", "next tab"),)


def _from_the_top(kind: Kind) -> bool:
    return kind in {Kind.DATETIME, Kind.DATE, Kind.NUMBER, Kind.DECIMAL}


def _grades(method: Grade, n: int) -> Text:
    """The three grades, the one in hand marked."""
    pieces: list[Any] = []
    for grade in Grade:
        name = grade.value.upper() if grade is method else grade.value
        more = f" {n:,}" if grade is method and grade is Grade.SAMPLE else ""
        pieces += [(" › ", "dim")] if pieces else []
        pieces.append((f"{name}{more}", "text" if grade is method else "dim"))
    return line(*pieces)


def _page(session: Session, path: str, screen: ExploreScreen) -> Iterable[Text]:
    now = screen.app.now()
    group = path.partition(".")[0]
    if group == "functions" and (function := session.function(path)) is not None:
        return explore_subject.function_lines(function, now)
    if group == "types" and (registered := session.type(path)) is not None:
        return explore_subject.type_lines(registered)
    if group == "resources" and (found := session.resource(path.removeprefix("resources."))) is not None:
        return explore_subject.resource_lines(found)
    if not path:
        return [Text(""), line("  ", (EMPTY["models"], "dim"))]
    title = path.rpartition(".")[2]
    return explore_subject.branch_lines(
        title, session.children(path), EMPTY.get(path, "Nothing is below it (any more).")
    )
