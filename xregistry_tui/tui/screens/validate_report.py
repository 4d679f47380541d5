"""How a report is drawn: marks in the text, the fix of a line, and the two headings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rich.text import Text

from xregistry_tui.profiling.wording import duration
from xregistry_tui.schema.report import Problem, Severity, ValidationReport
from xregistry_tui.tui.format import joined, line
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.json_editor import GLYPHS, ROLES, Mark
from xregistry_tui.tui.widgets.line_list import ends
from xregistry_tui.tui.widgets.problem_list import written

if TYPE_CHECKING:
    from xregistry_tui.actions.views import ModelView
    from xregistry_tui.schema.json_text import Document, Span

_SHORT = {
    "not_allowed": "not allowed",
    "unseen": "never seen",
    "missing": "missing",
    "unknown_field": "not in the model",
    "duplicate": "written twice",
}
_ORDER = (Severity.ERROR, Severity.WARNING, Severity.NOTE)


def subject(model: ModelView, report: ValidationReport | None, width: int) -> Text:
    """What the text is checked against."""
    live = report.live_as_of if report is not None else None
    against = f"v{plain(model.version, 20)}" + (f" + live values of {live.astimezone():%H:%M:%S}" if live else "")
    name = plain(model.title, max(width - len(against) - 6, 8))
    return line(" ", (name, "bright"), "   ", (plain(against, max(width - len(name) - 5, 0)), "dim"))


def verdict(report: ValidationReport, width: int) -> Text:
    """How many problems there are of each severity, and what checking took."""
    counts = [(severity, report.count(severity)) for severity in _ORDER[:2] if report.count(severity)]
    pieces = [
        line((f"{GLYPHS[severity]} ", ROLES[severity]), f"{count} {severity.value}{'' if count == 1 else 's'}")
        for severity, count in counts
    ]
    if report.valid:
        pieces.insert(0, line(("● ", "good"), "valid"))
    return ends(line(" ", joined(pieces, "   ")), line((f"checked in {duration(report.duration)}", "dim")), width)


def next_line(problems: tuple[Problem, ...], after: int) -> int | None:
    """The line (from 0) of the next problem below a line, round to the first; `None` where there is none."""
    lines = sorted({problem.line - 1 for problem in problems if problem.line is not None})
    return next((number for number in lines if number > after), lines[0] if lines else None)


def at_line(problems: tuple[Problem, ...], number: int) -> list[int]:
    """The indices of the problems of a line (from 0), the worst first."""
    here = [index for index, problem in enumerate(problems) if problem.line == number + 1]
    return sorted(here, key=lambda index: _ORDER.index(problems[index].severity))


def marks(problems: tuple[Problem, ...], document: Document | None) -> dict[int, Mark]:
    """The worst problem of each line (from 0) as its mark; without a document nothing is underlined."""
    worst: dict[int, Problem] = {}
    for problem in sorted(problems, key=lambda one: _ORDER.index(one.severity)):
        if problem.line is not None:
            worst.setdefault(problem.line - 1, problem)
    spans: Mapping[str, Span] = document.values if document is not None else {}
    return {line: _mark(problem, spans.get(problem.path)) for line, problem in worst.items()}


def _mark(problem: Problem, span: Span | None) -> Mark:
    inside = span is not None and problem.line == span.line == span.end_line and problem.severity is not Severity.NOTE
    columns = (span.column - 1, span.end_column - 1) if inside and span is not None else None
    return Mark(severity=problem.severity.value, message=_short(problem, span), span=columns)


def _short(problem: Problem, span: Span | None) -> str:
    name = problem.path.rpartition("/")[2] if span is None else ""
    message = f"{name} {_SHORT.get(problem.code, problem.message)}".strip()
    if problem.suggestion is None or span is None:
        return message
    value = written(problem.suggestion.value)
    return f"→ {value}" if problem.severity is Severity.NOTE else f"{message} · {value}?"
