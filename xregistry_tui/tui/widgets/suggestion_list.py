"""What may stand in the field under the cursor: values with their shares, and what is known of the field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text

from xregistry_tui.profiling.wording import bar, percent
from xregistry_tui.schema.report import Suggestion
from xregistry_tui.tui.format import line
from xregistry_tui.tui.widgets.line_list import Line, LineList, cell, ends
from xregistry_tui.tui.widgets.problem_list import written

_SHARE = 7
_FACT = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldFacts:
    """A field as shown: its name, a few words on its values, the suggestions, and lines of (label, text)."""

    name: str
    note: str = ""
    suggestions: tuple[Suggestion, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()


class SuggestionList(LineList):
    """The key of a line is the index of its suggestion; choosing one offers it for the field."""

    DEFAULT_CSS = "SuggestionList { height: 1fr; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.field: FieldFacts | None = None

    def show(self, field: FieldFacts | None) -> None:
        """Show this field, or what to do when the cursor is in none."""
        if field != self.field:
            if field is None or self.field is None or field.name != self.field.name:
                self.cursor = None
            self.field = field
            self.redraw()

    def on_focus(self) -> None:
        """With the keys every value is shown."""
        self.redraw()

    def on_blur(self) -> None:
        """See `on_focus`."""
        self.redraw()

    def draw(self) -> tuple[Line, ...]:
        """The name, the values, the facts."""
        if self.field is None:
            return (Line(Text(" Put the cursor in a field to see its values.", "dim")),)
        return tuple(self._field(self.field))

    def _field(self, field: FieldFacts) -> Iterator[Line]:
        width = self.size.width
        name = cell(" " + field.name, min(cell_len(field.name) + 1, width - 1), "bright")
        yield Line(ends(name, cell(field.note, cell_len(field.note), "dim"), width))
        yield Line(Text(""))
        # away from the keys the facts stay in view, with them every value is there
        room = len(field.suggestions) if self.has_focus else max(3, self.size.height - len(field.facts) - 3)
        if field.suggestions:
            yield from self._values(field.suggestions[:room])
            yield Line(Text(""))
        for label, text in field.facts:
            yield Line(line(cell(f" {label}", _FACT, "dim"), cell(text, width - _FACT - 1)))

    def _values(self, suggestions: tuple[Suggestion, ...]) -> Iterator[Line]:
        texts = [written(suggestion.value) for suggestion in suggestions]
        names = min(max(cell_len(text) for text in texts), max(self.size.width // 3, 8))
        room = max(self.size.width - names - _SHARE - 6, 0)
        top = max((suggestion.share or 0 for suggestion in suggestions), default=0) or 1
        for index, (text, suggestion) in enumerate(zip(texts, suggestions, strict=True)):
            rest = Text("")
            if suggestion.share is not None:
                blocks = cell(bar(suggestion.share / top, min(room, 20)), room, "dim")
                rest = line(blocks, f"{percent(suggestion.share):>{_SHARE - 1}}")
            elif suggestion.why:
                rest = cell(suggestion.why, room + _SHARE - 1, "dim")
            yield Line(line("   ", cell(text, names), "  ", rest), str(index))
