"""All problems of a record at once, each with its place and a fix."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from typing import Any

from rich.text import Text

from xregistry_tui.profiling.wording import percent
from xregistry_tui.schema.report import Problem, Suggestion
from xregistry_tui.tui.format import line
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.json_editor import GLYPHS, ROLES
from xregistry_tui.tui.widgets.line_list import Line, LineList, ends

_MESSAGE_LINES = 3


def written(value: Any) -> str:
    """A suggested value as people read it: text without quotes, all else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


class ProblemList(LineList):
    """Problems in reading order; the key of a line is the index of its problem."""

    DEFAULT_CSS = "ProblemList { height: 1fr; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.problems: tuple[Problem, ...] = ()
        self._empty = ""

    def show(self, problems: tuple[Problem, ...], empty: str) -> None:
        """Show these; `empty` is said where there are none."""
        self.problems, self._empty = problems, empty
        self.redraw()

    def draw(self) -> tuple[Line, ...]:
        """Each problem in up to five lines and a blank one."""
        if not self.problems:
            return tuple(Line(Text("  " + part, "dim")) for part in self._wrapped(self._empty))
        return tuple(line for index, problem in enumerate(self.problems) for line in self._problem(str(index), problem))

    def _problem(self, key: str, problem: Problem) -> Iterator[Line]:
        place = Text(f"line {problem.line}" if problem.line else "", "dim", end="")
        room = max(self.size.width - 5 - place.cell_len, 8)
        head = line(
            (f" {GLYPHS[problem.severity]} ", ROLES[problem.severity]), plain(problem.path or "the record", room)
        )
        yield Line(ends(head, place, self.size.width), key)
        for part in self._wrapped(problem.message):
            yield Line(line("   ", part), key)
        if problem.suggestion is not None:
            yield Line(self._fix(problem.suggestion), key)
        yield Line(Text(""))

    def _fix(self, suggestion: Suggestion) -> Text:
        why = suggestion.why
        if suggestion.share is not None:
            why = f"{percent(suggestion.share)} % {why or 'of live values'}"
        room = max(self.size.width - 6, 4)
        value = plain(written(suggestion.value), room)
        fix = line("   ", ("→ ", "accent"), value)
        left = room - len(value) - 3
        return line(fix, "   ", (plain(why, left), "dim")) if why and left > 0 else fix

    def _wrapped(self, text: str) -> list[str]:
        room = max(self.size.width - 4, 8)
        parts = textwrap.wrap(plain(text, 4 * room), room) or [""]
        return [*parts[: _MESSAGE_LINES - 1], plain(" ".join(parts[_MESSAGE_LINES - 1 :]), room)][: len(parts)]
