"""Validate: a record as JSON, checked as it is typed, with all problems, their fixes, and live values beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import TextArea

from xregistry_tui.actions.base import ActionError
from xregistry_tui.resources.base import ResourceError
from xregistry_tui.tui.format import line
from xregistry_tui.tui.keymap import Hint
from xregistry_tui.tui.newest import Newest
from xregistry_tui.tui.screens.base import ModeScreen
from xregistry_tui.tui.screens.validate_edit import parsed, pointer_of, written_at
from xregistry_tui.tui.screens.validate_field import facts
from xregistry_tui.tui.screens.validate_report import at_line, marks, next_line, subject, verdict
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.json_cursor import field_at, path_at
from xregistry_tui.tui.widgets.json_editor import JsonEditor
from xregistry_tui.tui.widgets.line_list import LineList
from xregistry_tui.tui.widgets.lines import Lines
from xregistry_tui.tui.widgets.problem_list import ProblemList
from xregistry_tui.tui.widgets.sample_panel import SamplePanel
from xregistry_tui.tui.widgets.suggestion_list import SuggestionList

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.timer import Timer

    from xregistry_tui.actions.views import ModelView
    from xregistry_tui.schema.json_text import Document
    from xregistry_tui.schema.report import ValidationReport
    from xregistry_tui.schema.shape import FieldShape

DEBOUNCE = 0.12
SAMPLE = 200
NO_SUBJECT = "Choose a model first: 1 shows the tree; put the cursor on a model, then 4 checks records against it."
FINE = "No problems: this record obeys the model and looks like the live ones."


@dataclass(frozen=True, slots=True)
class Checked:
    """A report with the text it is about."""

    model: str
    text: str
    report: ValidationReport
    document: Document | None


@dataclass(frozen=True, slots=True)
class Place:
    """The field under the cursor: its segments in the text, its path in figures, its shape."""

    segments: tuple[str, ...]
    path: str
    field: FieldShape


class ValidateScreen(ModeScreen):
    """The fourth mode. Each model keeps its text while the program runs."""

    mode = "validate"
    CSS_PATH = "validate.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f8", "next_problem", "next problem", id="validate.next"),
        Binding("f9", "field", "field", id="validate.field"),
        Binding("ctrl+l", "sample", "live sample", id="validate.sample"),
        Binding("enter,i", "edit", "edit", show=False, id="validate.edit"),
    ]

    class Reported(Message):
        """A report of the text as it is now is on screen."""

        def __init__(self, report: ValidationReport) -> None:
            super().__init__()
            self.report = report

    def __init__(self) -> None:
        super().__init__()
        self._drafts: dict[str, str] = {}
        self._model: ModelView | None = None
        self._checked: Checked | None = None
        self._place: Place | None = None
        self._debounce: Timer | None = None
        self._accept_next = False
        self._said = ""
        self._width = 0
        self._checks: Newest[tuple[str, str]] = Newest(self._check, self._start)
        self._suggestions: Newest[Place] = Newest(self._suggest, self._start)

    def compose_body(self) -> ComposeResult:
        """Editor and sample at the left, problems and field at the right."""
        yield Lines(id="validate-empty")
        with Horizontal(id="validate-body"):
            with Vertical(id="validate-text"):
                yield Lines(id="validate-subject")
                yield JsonEditor(id="validate-editor")
                yield SamplePanel(id="validate-sample")
            with Vertical(id="validate-side"):
                yield Lines(id="validate-verdict")
                yield ProblemList(id="validate-problems")
                yield SuggestionList(id="validate-field")

    def hints(self) -> Iterator[Hint]:
        """What keys do here."""
        if self._model is None:
            return
        yield Hint("validate.accept", "accept")
        yield Hint("validate.next", "next problem")
        yield Hint("validate.sample", "live sample")
        if self.has_class("-narrow"):
            yield Hint("validate.field", "field")
        yield Hint("validate.leave", "commands") if self.editor.has_focus else Hint("validate.edit", "edit")

    @property
    def editor(self) -> JsonEditor:
        """The text."""
        return self.query_one(JsonEditor)

    @property
    def checked(self) -> Checked | None:
        """The newest report, `None` while there is none for this model."""
        return self._checked

    def _start(self, work: Coroutine[Any, Any, None]) -> object:
        return self.run_worker(work)

    async def _perform(self, verb: str, **arguments: Any) -> Any:
        session = self.app.session
        if session is None:
            raise ActionError("nothing is open yet")
        return (await session.perform(verb, **arguments)).value

    # The subject

    def on_items(self, keys: frozenset[str]) -> None:
        """What is live changed: read it, and check the text against it."""
        if self._model is None or f"model:{self._model.path}" in keys:
            self.read()

    def read(self) -> None:
        """Read the subject anew; another one brings its own text."""
        session, path = self.app.session, self.app.subject
        model = session.model(path) if session is not None and path else None
        before, self._model = self._model, model
        self.set_class(model is None, "-empty")
        if model is None:
            self.query_one("#validate-empty", Lines).set_lines((line(" ", (NO_SUBJECT, "dim")),))
        elif before is None or before.path != model.path:
            self._open(model)
        else:
            self._draw_headings()
            self._check_soon()

    def _open(self, model: ModelView) -> None:
        self._checked, self._place = None, None
        self.query_one(SamplePanel).display = False
        self.query_one(SuggestionList).show(None)
        self._said = ""
        self._draw_headings()
        draft = self._drafts.get(model.path)
        self.editor.load_text(draft or "")
        if draft is None:
            self.query_one(ProblemList).show((), "Taking a live record to start from …")
            self.run_worker(self._template(model.path), group="template", exclusive=True)
        self.editor.focus()

    async def _template(self, model: str) -> None:
        try:
            text = str(await self._perform("template", model=model))
        except (ActionError, ResourceError) as error:
            self.query_one(ProblemList).show((), f"No record to start from: {error}. Type one, or paste it.")
            return
        if self._model is not None and self._model.path == model and not self.editor.text:
            self.editor.load_text(text)
            self.editor.move_cursor((min(1, self.editor.document.line_count - 1), 2))

    def _draw_headings(self) -> None:
        report = self._checked.report if self._checked else None
        above = self.query_one("#validate-subject", Lines)
        if self._model is not None:
            above.set_lines((subject(self._model, report, above.size.width), Text("")))
        beside = self.query_one("#validate-verdict", Lines)
        said = verdict(report, beside.size.width) if report is not None else line(" ", (plain(self._said), "dim"))
        beside.set_lines((said, Text("")))

    def draw_shell(self) -> None:
        """Another width is another heading."""
        super().draw_shell()
        if self.is_mounted and self._width != self.size.width:
            self._width = self.size.width
            self._draw_headings()

    # Checking

    @on(TextArea.Changed)
    def _typed(self) -> None:
        text = self.editor.text
        if self._model is not None and (text or self._model.path in self._drafts):
            self._drafts[self._model.path] = text
            self._check_soon()
            self._look_at_cursor()

    def _check_soon(self) -> None:
        if self._debounce is not None:
            self._debounce.stop()
        self._debounce = self.set_timer(DEBOUNCE, self.check)

    def check(self) -> None:
        """Check the text as it is now."""
        if self._model is not None and self._model.path in self._drafts:
            self._checks.ask((self._model.path, self.editor.text))

    def _is_now(self, model: str, text: str) -> bool:
        return self._model is not None and (self._model.path, self.editor.text) == (model, text)

    async def _check(self, request: tuple[str, str]) -> None:
        model, text = request
        try:
            report = await self._perform("validate", model=model, text=text)
        except (ActionError, ResourceError) as error:
            self._checked, self._said = None, f"not checked: {error}"
            if self.stands:
                self._draw_headings()
            return
        document = await asyncio.to_thread(parsed, text)
        # a screen that was taken down meanwhile has nothing to draw on
        if self.stands and self._is_now(model, text):
            self._checked = Checked(model, text, report, document)
            self._draw_report(report, document)

    def _draw_report(self, report: ValidationReport, document: Document | None) -> None:
        self.editor.set_marks(marks(report.problems, document))
        self.query_one(ProblemList).show(report.problems, FINE)
        self._draw_headings()
        self._follow_cursor()
        self.post_message(self.Reported(report))
        if self._accept_next:
            self._accept_next = False
            self._accept()

    # Fixes

    @on(JsonEditor.AcceptRequested)
    def _accept(self) -> None:
        """Write the fix of the cursor's line; a line without one is indented."""
        if self._model is None:
            return
        checked = self._checked
        if checked is None or not self._is_now(checked.model, checked.text):
            self._accept_next = True
            self.check()
            return
        problems = checked.report.problems
        for index in at_line(problems, self.editor.cursor_location[0]):
            suggestion = problems[index].suggestion
            if suggestion is not None and self._write(problems[index].path, suggestion.value):
                return
        self.editor.indent()

    def _write(self, pointer: str, value: Any) -> bool:
        """Give the value at a pointer another value in the text; false where the text does not allow it."""
        change = written_at(self.editor.text, pointer, value)
        if change is None:
            return False
        self.editor.write(change.text, change.start, change.end)
        self.check()
        return True

    def action_next_problem(self) -> None:
        """Go to the next problem, round to the first."""
        problems = self._checked.report.problems if self._checked else ()
        number = next_line(problems, self.editor.cursor_location[0])
        if number is not None:
            self._go_to(at_line(problems, number)[0])

    def _go_to(self, index: int) -> None:
        checked = self._checked
        if checked is None or index >= len(checked.report.problems):
            return
        problem = checked.report.problems[index]
        span = checked.document.values.get(problem.path) if checked.document else None
        if span is not None and span.line == problem.line:
            self.editor.move_cursor((span.line - 1, span.column - 1))
        elif problem.line is not None:
            row = min(problem.line, self.editor.document.line_count) - 1
            self.editor.move_cursor((row, len(self.editor.document.get_line(row))))
        self.editor.focus()
        self.query_one(ProblemList).move_to(str(index))

    @on(LineList.Chosen, "#validate-problems")
    def _problem_chosen(self, event: LineList.Chosen) -> None:
        self._go_to(int(event.key))

    @on(LineList.Chosen, "#validate-field")
    def _value_chosen(self, event: LineList.Chosen) -> None:
        shown = self.query_one(SuggestionList).field
        if self._place is not None and shown is not None:
            self._write(pointer_of(self._place.segments), shown.suggestions[int(event.key)].value)
            self.editor.focus()

    # The field under the cursor

    @on(TextArea.SelectionChanged)
    def _moved(self) -> None:
        self._follow_cursor()
        self._look_at_cursor()

    def _follow_cursor(self) -> None:
        problems = self._checked.report.problems if self._checked else ()
        here = at_line(problems, self.editor.cursor_location[0])
        self.query_one(ProblemList).move_to(str(here[0]) if here else None)

    def _look_at_cursor(self) -> None:
        if self._model is None:
            return
        segments = path_at(self.editor.text, *self.editor.cursor_location)
        found = field_at(self._model.shape, segments)
        place = Place(segments, *found) if found is not None else None
        if place != self._place:
            self._place = place
            if place is None:
                self.query_one(SuggestionList).show(None)
            else:
                self._suggestions.ask(place)

    async def _suggest(self, place: Place) -> None:
        model = self._model
        if model is None:
            return
        try:
            values, failed = tuple(await self._perform("suggest", model=model.path, field=place.path)), ""
        except (ActionError, ResourceError) as error:
            values, failed = (), str(error)
        if place == self._place and self._model is not None and self._model.path == model.path:
            self.query_one(SuggestionList).show(facts(self._model, place.path, place.field, values, failed))

    # Commands

    @on(JsonEditor.Left)
    def _leave(self) -> None:
        self.query_one(ProblemList).focus()

    def action_edit(self) -> None:
        """Back to the text."""
        self.editor.focus()

    def action_field(self) -> None:
        """Show and focus the field's values; once more goes back to the text."""
        values = self.query_one(SuggestionList)
        shown = self.has_class("-field")
        self.set_class(not shown, "-field")
        if shown:
            self.editor.focus()
        else:
            values.focus()
            values.action_step(1)

    def back(self) -> bool:
        """Close the field, then the sample."""
        if self.has_class("-field"):
            self.action_field()
            return True
        panel = self.query_one(SamplePanel)
        shown, panel.display = bool(panel.display), False
        return shown

    def action_sample(self) -> None:
        """Check live records against the model."""
        if self._model is not None:
            panel = self.query_one(SamplePanel)
            panel.display = True
            panel.show(None, f"checking {SAMPLE} live records …")
            self.run_worker(self._sample(self._model.path), group="sample", exclusive=True)

    async def _sample(self, model: str) -> None:
        panel = self.query_one(SamplePanel)
        try:
            report = await self._perform("validate_sample", model=model, limit=SAMPLE)
        except (ActionError, ResourceError) as error:
            panel.show(None, f"not checked: {error}")
            return
        if self._model is not None and self._model.path == model:
            panel.show(report)
