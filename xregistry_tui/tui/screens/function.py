"""A function: called by a form made from its signature, and the calls of the past."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from xregistry_tui.actions.views import Called
from xregistry_tui.tui.format import folded, line
from xregistry_tui.tui.keymap import Hint
from xregistry_tui.tui.screens.room import NotDone, Room
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.call_history import CallHistory
from xregistry_tui.tui.widgets.call_result import CallResult, CallState
from xregistry_tui.tui.widgets.function_head import NO_DOCSTRING, docstring_lines, function_head
from xregistry_tui.tui.widgets.lines import Lines
from xregistry_tui.tui.widgets.parameter_form import ParameterForm, label
from xregistry_tui.tui.widgets.run_line import RunLine
from xregistry_tui.tui.widgets.tabs import TabLine

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.widget import Widget
    from textual.worker import Worker

    from xregistry_tui.actions.views import FunctionView

BLIND = "…"
SHORT = 26


@dataclass(slots=True)
class Draft:
    """What is kept of a function while others are shown: what was typed, how the last call stands, who runs it."""

    texts: dict[str, str] = field(default_factory=dict)
    state: CallState = field(default_factory=CallState)
    problems: dict[str, str] = field(default_factory=dict)
    worker: Worker[None] | None = None


class FunctionRoom(Room):
    """Two tabs: *Call* and *History*."""

    DEFAULT_CSS = """
    FunctionRoom #function-head, FunctionRoom #function-doc { height: auto; }
    FunctionRoom #function-run { margin: 1 0; }
    FunctionRoom.-short #function-run { margin: 0; }
    """
    TABS = ("call", "history")
    tab = "call"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "call", "call", show=False, id="function.call"),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.function: FunctionView | None = None
        self._drafts: dict[str, Draft] = {}
        self._form_of = ""

    def compose(self) -> ComposeResult:
        """Head, tabs, form over result, or the calls of the past."""
        yield Lines(id="function-head")
        yield TabLine(id="function-tabs")
        with Vertical(id="function-call"):
            yield Lines(id="function-doc")
            yield ParameterForm(id="function-form")
            yield RunLine(id="function-run")
            yield CallResult(id="function-result")
        yield CallHistory(id="function-history")

    @property
    def form(self) -> ParameterForm:
        """What is to be given."""
        return self.query_one(ParameterForm)

    @property
    def result(self) -> CallResult:
        """What came back."""
        return self.query_one(CallResult)

    @property
    def draft(self) -> Draft:
        """What is kept of the function that is shown."""
        return self._drafts.setdefault(self.function.path if self.function else "", Draft())

    # Drawing

    def draw(self) -> None:
        """Read the function; another one brings its own form."""
        function = self.session.function(self.path) if self.session is not None else None
        before, self.function = self.function, function
        if function is None:
            return
        if before is None or before.path != function.path or before.parameters != function.parameters:
            self.run_worker(self._show_form(function), group="form", exclusive=True)
        self._draw_around(function)

    async def _show_form(self, function: FunctionView) -> None:
        await self.form.show(function.parameters, self.draft.texts)
        self._form_of = function.path
        self.form.display = bool(function.parameters)
        self.form.say(self.draft.problems)
        self._draw_call()
        if self._wants_focus:
            self.focus_panel()

    def _draw_around(self, function: FunctionView) -> None:
        now, width, short = self.app.now(), self.size.width, self.short
        self.set_class(short, "-short")
        self.query_one("#function-call").display = self.tab == "call"
        self.query_one(CallHistory).display = self.tab == "history"
        self.query_one("#function-head", Lines).set_lines(
            function_head(function, now, width, 1 if short else 3) if width else []
        )
        behind = (str(len(function.parameters) or ""), str(len(function.history) or ""))
        self.query_one(TabLine).show(list(zip(self.TABS, behind, strict=True)), self.tab, Text(""))
        if self.tab == "call":
            most = 1 if short else 8
            self.query_one("#function-doc", Lines).set_lines(docstring_lines(function, width, most) if width else [])
            self._draw_call()
        else:
            self.query_one(CallHistory).show(function.history, now)

    @property
    def short(self) -> bool:
        """There is room for little above the form."""
        return self.size.height < SHORT

    def _draw_call(self) -> None:
        if self.function is not None:
            self.query_one(RunLine).show(self._written())
            self.result.show(self.draft.state, self.app.now())

    def _written(self) -> str:
        """The call as it would be made, nothing secret in it."""
        if self.function is None:
            return ""
        texts = self.draft.texts
        given = [
            f"{label(one)}={BLIND if one.secret else texts[one.name]}"
            for one in self.function.parameters
            if texts.get(one.name)
        ]
        return f"{self.function.title}({', '.join(given)})"

    def tick(self) -> None:
        """What runs says for how long; the head says how long ago."""
        if self._ready and self.function is not None:
            now = self.app.now()
            self.query_one("#function-head", Lines).set_lines(
                function_head(self.function, now, self.size.width, 1 if self.short else 3)
            )
            if self.draft.state.since is not None:
                self.result.show(self.draft.state, now)

    def on_resize(self) -> None:
        """Another width, other lines."""
        if self._ready and self.function is not None:
            self._draw_around(self.function)

    # What has the keys

    @property
    def panel(self) -> Widget:
        """The first parameter, else what runs it; the calls of the past in their tab."""
        if self.tab == "history":
            return self.query_one(CallHistory).panel
        first = next(self.form.rows, None) if self.form.display else None
        return first.control if first is not None else self.query_one(RunLine)

    def focus_panel(self) -> None:
        """Give the keys to the panel; to the form not before it is that of the function."""
        self._wants_focus = not self._ready or (self.tab == "call" and self._form_of != self.path)
        if not self._wants_focus:
            self.panel.focus()

    def hints(self) -> list[Hint]:
        """What can be done where the keys are."""
        if self.tab == "history":
            return []
        focused = self.screen.focused
        if self.draft.worker is not None:
            return [Hint("cancel", "cancel")]
        if self.typing:
            return [Hint("form.next", "next"), Hint("room.leave", "leave the form")]
        call = Hint("run.run" if isinstance(focused, RunLine) else "function.call", "call")
        return [call, *([Hint("explore.copy", "copy")] if self.result.copied else []), Hint("explore.how", "docstring")]

    def open_tab(self, name: str) -> None:
        """Show a tab; where the keys are in the room they stay in it."""
        inside, self.tab = self.has_keys, name
        if self.function is not None:
            self._draw_around(self.function)
        self.draw_hints()
        if inside:
            (self.query_one(RunLine) if name == "call" else self.panel).focus()

    def back(self) -> bool:
        """Out of the form or the result to the line that runs it."""
        run = self.query_one(RunLine)
        if self.tab == "history" or run.has_focus:
            return False
        run.focus()
        return True

    @on(ParameterForm.Left)
    def _form_left(self, event: ParameterForm.Left) -> None:
        event.stop()
        if event.by > 0:
            self.query_one(RunLine).focus()

    @on(RunLine.Left)
    def _run_left(self, event: RunLine.Left) -> None:
        event.stop()
        if event.by < 0:
            self.form.focus_last()
        else:
            self.result.focus()

    @property
    def copied(self) -> str:
        """What came back; in the history the line under the cursor; else the path."""
        if self.tab == "history":
            grid = self.query_one(CallHistory).grid
            row = grid.row(grid.cursor_index)
            return "  ".join(line(cell).plain.strip() for cell in row.cells.values()) if row is not None else ""
        return self.result.copied or self.path

    def how(self) -> None:
        """The docstring whole."""
        from xregistry_tui.tui.screens.peek import PeekScreen

        if (function := self.function) is None:
            return
        text = function.docstring or NO_DOCSTRING
        title = line((plain(function.title, 60), "bright"))
        whole = [part for raw in text.splitlines() for part in folded(line(plain(raw)), 104)]
        signature = folded(line((plain(function.signature), "dim")), 104)
        self.app.push_screen(PeekScreen(title, [*signature, Text(""), *whole], text))

    # Calling

    @on(ParameterForm.Edited)
    def _edited(self, event: ParameterForm.Edited) -> None:
        event.stop()
        if self.function is not None and self._form_of == self.function.path:
            self.draft.texts = self.form.values
            self.query_one(RunLine).show(self._written())

    @on(RunLine.Pressed)
    def action_call(self) -> None:
        """Call it with what is typed, unless something that is required is not."""
        function, draft = self.function, self.draft
        if function is None:
            return
        if draft.worker is not None:
            self.app.notify("It is still running; x cancels it.", timeout=3, markup=False)
            return
        if self._form_of == function.path:
            draft.texts = self.form.values
        empty = [one.name for one in function.parameters if one.required and not draft.texts.get(one.name)]
        self._say_problems(draft, dict.fromkeys(empty, "required"))
        if not empty:
            draft.state = CallState(since=self.app.now())
            draft.worker = self.run_worker(self._call(function, draft), group=f"call {function.path}")
            self._draw_call()
            self.draw_hints()

    def _say_problems(self, draft: Draft, problems: dict[str, str]) -> None:
        """Say them in the form where that is the function's, and go to the first."""
        draft.problems = problems
        if draft is self.draft:
            self.form.say(problems)
            if problems and self.has_keys:
                self.form.focus_first(problems)

    async def _call(self, function: FunctionView, draft: Draft) -> None:
        since = self.app.now()
        try:
            called: Called = await self.ask("call", function=function.path, arguments=dict(draft.texts))
            draft.state = CallState(called=self._placed(called, function, draft), at=self.app.now())
        except NotDone as error:
            draft.state = CallState(refused=str(error))
        except asyncio.CancelledError:
            took = (self.app.now() - since).total_seconds() * 1000
            draft.state = CallState(called=Called(outcome="cancelled", milliseconds=took), at=self.app.now())
            raise
        finally:
            draft.worker = None
            if self.is_attached:
                self._called(draft)

    def _placed(self, called: Called, function: FunctionView, draft: Draft) -> Called:
        """Say each problem at its parameter; what belongs to none stays with the result."""
        names = {parameter.name for parameter in function.parameters}
        placed = [(re.split(r"[.\[]", name, maxsplit=1)[0], name, text) for name, text in called.problems]
        at = {first: text for first, _, text in placed if first in names}
        self._say_problems(draft, at)
        rest = tuple((name, text) for first, name, text in placed if first not in names)
        if at and not rest:
            count = "1 parameter is" if len(at) == 1 else f"{len(at)} parameters are"
            rest = (("", f"{count} not as asked for; the form says why"),)
        return Called(outcome=called.outcome, milliseconds=called.milliseconds, result=called.result, problems=rest)

    def _called(self, draft: Draft) -> None:
        if draft is self.draft:
            self.draw()
        self.draw_hints()

    def cancel(self) -> bool:
        """End the call that runs."""
        worker = self.draft.worker
        if worker is not None:
            worker.cancel()
        return worker is not None
