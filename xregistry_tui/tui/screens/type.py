"""A type: try a value against it, and see which models use it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input

from xregistry_tui.tui.format import line
from xregistry_tui.tui.keymap import Hint
from xregistry_tui.tui.newest import Newest
from xregistry_tui.tui.screens.room import NotDone, Room
from xregistry_tui.tui.widgets.example_list import ExampleList
from xregistry_tui.tui.widgets.grid import Grid
from xregistry_tui.tui.widgets.line_list import LineList
from xregistry_tui.tui.widgets.lines import Lines
from xregistry_tui.tui.widgets.page import Page
from xregistry_tui.tui.widgets.tabs import TabLine
from xregistry_tui.tui.widgets.type_head import tried_lines, type_head
from xregistry_tui.tui.widgets.use_rows import COLUMNS, use_rows

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from textual.app import ComposeResult
    from textual.timer import Timer
    from textual.widget import Widget

    from xregistry_tui.actions.views import Tried, TypeView, Use

DEBOUNCE = 0.12
REST = 0.4
UNUSED = "No model uses it. A field of a registered model that is annotated with it comes to stand here."


class TryInput(Input):
    """A value to try; `tab` takes the next example."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "example", "take an example", show=False, id="try.example"),
        Binding("down", "down", "to the examples", show=False, id="try.down"),
    ]

    def action_example(self) -> None:
        """Take the next example."""
        self.post_message(ExampleList.NextRequested())

    def action_down(self) -> None:
        """To the examples."""
        self.screen.query_one(ExampleList).focus()


class TypeRoom(Room):
    """Two tabs: *Try* and *Used by*."""

    TABS = ("try", "used by")
    tab = "try"
    DEFAULT_CSS = """
    TypeRoom #type-head { height: auto; }
    TypeRoom #try-line { height: 1; margin-bottom: 1; }
    TypeRoom #try-label { width: 9; }
    TypeRoom #try-verdict { height: auto; }
    TypeRoom #uses-said { height: auto; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.type: TypeView | None = None
        self.tried: Tried | None = None
        self.uses: tuple[Use, ...] | None = None
        self._texts: dict[str, str] = {}
        self._said = ""
        self._taken = -1
        self._debounce: Timer | None = None
        self._rest: Timer | None = None
        self._tries: Newest[tuple[str, str]] = Newest(self._try, self._start)

    def compose(self) -> ComposeResult:
        """Head, tabs, a value with its verdict and examples, or the models that use the type."""
        yield Lines(id="type-head")
        yield TabLine(id="type-tabs")
        with Vertical(id="type-try"):
            with Horizontal(id="try-line"):
                yield Lines([line("   ", ("value", "dim"))], id="try-label")
                yield TryInput(placeholder="type a value", select_on_focus=False, id="try-value")
            yield Page(id="try-verdict")
            yield ExampleList(id="try-examples")
        with Vertical(id="type-uses"):
            yield Page(id="uses-said")
            yield Grid(id="uses")

    @property
    def value(self) -> Input:
        """What is tried."""
        return self.query_one(TryInput)

    def _start(self, work: Coroutine[Any, Any, None]) -> object:
        return self.run_worker(work)

    # Drawing

    def draw(self) -> None:
        """Read the type; another one brings what was tried with it."""
        before, found = self.type, self.session.type(self.path) if self.session is not None else None
        self.type = found
        if found is None:
            return
        if before is None or before.path != found.path:
            self.tried, self.uses, self._said, self._taken = None, None, "", -1
            with self.prevent(Input.Changed):
                self.value.value = self._texts.get(found.path, "")
            self._find_uses_soon(found.path)
            self.query_one(ExampleList).show(found.examples)
            self.ask_now()
        self._draw_around(found)

    def _draw_around(self, found: TypeView) -> None:
        self.query_one("#type-try").display = self.tab == "try"
        self.query_one("#type-uses").display = self.tab != "try"
        width = self.size.width
        self.query_one("#type-head", Lines).set_lines(type_head(found, width) if width else [])
        behind = ("", str(len(self.uses)) if self.uses else "")
        self.query_one(TabLine).show(list(zip(self.TABS, behind, strict=True)), self.tab, Text(""))
        self._draw_verdict()

    def _draw_verdict(self) -> None:
        shown = tried_lines(self.tried if self.value.value else None, self._said)
        self.query_one("#try-verdict", Page).show([*shown, Text("")])

    def on_resize(self) -> None:
        """Another width, other lines."""
        if self._ready and self.type is not None:
            self._draw_around(self.type)

    # Trying

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._texts[self.path] = event.value
        if self._debounce is not None:
            self._debounce.stop()
        self._debounce = self.set_timer(DEBOUNCE, self.ask_now)

    @on(Input.Submitted)
    def ask_now(self) -> None:
        """Try the value as it is now."""
        if self.value.value:
            self._tries.ask((self.path, self.value.value))
        else:
            self.tried, self._said = None, ""
            self._draw_verdict()

    async def _try(self, request: tuple[str, str]) -> None:
        path, text = request
        tried, said = None, ""
        try:
            tried = await self.ask("try_type", type=path, text=text)
        except NotDone as error:
            said = f"not tried: {error}"
        if (self.path, self.value.value) == request:
            self.tried, self._said = tried, said
            self._draw_verdict()

    @on(ExampleList.NextRequested)
    def action_example(self) -> None:
        """Take the next example."""
        examples = self.query_one(ExampleList).texts
        if examples:
            self._taken = (self._taken + 1) % len(examples)
            self._take(examples[self._taken])

    @on(LineList.Chosen, "#try-examples")
    def _example_chosen(self, event: LineList.Chosen) -> None:
        event.stop()
        self._taken = int(event.key)
        self._take(self.query_one(ExampleList).texts[self._taken])

    def _take(self, text: str) -> None:
        self.value.value = text
        self.value.cursor_position = len(text)
        self.value.focus()

    # Who uses it

    def _find_uses_soon(self, path: str) -> None:
        """Look through the models when the cursor has rested here, or at once where they are shown."""
        if self._rest is not None:
            self._rest.stop()
        if self.tab != "try":
            self._find_uses(path)
        else:
            self._rest = self.set_timer(REST, lambda: self._find_uses(path))

    def _find_uses(self, path: str) -> None:
        if path == self.path and self.uses is None:
            self.run_worker(self._read_uses(path), group="uses", exclusive=True)

    async def _read_uses(self, path: str) -> None:
        said = self.query_one("#uses-said", Page)
        said.show([line(" ", ("looking through the models …", "dim"))])
        uses: tuple[Use, ...] = ()
        try:
            uses = tuple(await self.ask("used_by", type=path))
            told = "" if uses else UNUSED
        except NotDone as error:
            told = f"Who uses it cannot be said: {error}"
        if path == self.path and self.type is not None:
            self.uses = uses
            said.show([line(" ", (told, "dim"))] if told else [])
            said.display = bool(told)
            grid = self.query_one("#uses", Grid)
            grid.display = bool(uses)
            grid.set_columns(COLUMNS)
            grid.set_rows(use_rows(uses), flash=False)
            self.draw_hints()
            self._draw_around(self.type)

    @on(Grid.Selected)
    def _use_chosen(self, event: Grid.Selected) -> None:
        event.stop()
        if self.uses is not None:
            use = self.uses[int(event.key)]
            self.app.open_subject(use.model, use.field)

    # What has the keys

    @property
    def panel(self) -> Widget:
        """The value, or the models."""
        if self.tab == "try":
            return self.value
        grid = self.query_one("#uses", Grid)
        return grid if grid.display else self.query_one("#uses-said", Page)

    def hints(self) -> list[Hint]:
        """What can be done where the keys are."""
        if self.tab != "try":
            return [Hint("grid.select", "the model")] if self.uses else []
        if self.value.has_focus:
            example = [Hint("try.example", "example")] if self.query_one(ExampleList).texts else []
            return [*example, Hint("room.leave", "leave the value")]
        return [Hint("lines.choose", "take it"), Hint("explore.copy", "copy")]

    def open_tab(self, name: str) -> None:
        """Show a tab; where the keys are in the room they stay in it."""
        inside, self.tab = self.has_keys, name
        if self.type is not None:
            self._find_uses_soon(self.path)
            self._draw_around(self.type)
        if inside:
            (self.query_one(ExampleList) if name == "try" else self.panel).focus()

    def back(self) -> bool:
        """Out of the value to the examples, where single keys act."""
        if self.value.has_focus:
            self.query_one(ExampleList).focus()
            return True
        return False

    @property
    def copied(self) -> str:
        """The value as it is read; the use under the cursor."""
        if self.tab == "try":
            return self.tried.value if self.tried is not None and self.tried.valid else self.value.value or self.path
        key = self.query_one("#uses", Grid).cursor_key
        use = self.uses[int(key)] if self.uses and key is not None else None
        return f"{use.model} {use.field}" if use is not None else self.path
