"""What became of a call: running, returned, failed, refused."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text

from xregistry_tui.profiling.wording import duration, span
from xregistry_tui.tui.format import chopped, folded, line, spread
from xregistry_tui.tui.glyphs import OUTCOMES, outcome_text
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.line_list import Line, LineList

if TYPE_CHECKING:
    import datetime

    from xregistry_tui.actions.views import Called

NOTHING_YET = "What it gives stands here."
_LONGEST = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CallState:
    """A call as shown: `since` while it runs, then what it gave (`called`) or why it was not made (`refused`)."""

    since: datetime.datetime | None = None
    called: Called | None = None
    refused: str = ""
    at: datetime.datetime | None = None


class CallResult(LineList):
    """A heading and the result as text."""

    DEFAULT_CSS = "CallResult { height: 1fr; min-height: 3; border-top: solid $x-rule; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, cursor=False)
        self.state = CallState()
        self._now: datetime.datetime | None = None

    def show(self, state: CallState, now: datetime.datetime) -> None:
        """Show how a call stands."""
        self.state, self._now = state, now
        self.redraw()

    @property
    def copied(self) -> str:
        """The result as it is, else what is said instead."""
        called = self.state.called
        if called is None:
            return self.state.refused
        return called.result or "\n".join(f"{name}: {text}" if name else text for name, text in called.problems)

    def draw(self) -> Iterable[Line]:
        """Heading, problems that belong to no parameter, result."""
        state = self.state
        width = self.scrollable_content_region.width or self.size.width
        if state.since is not None:
            yield Line(self._in_progress(state.since))
        elif state.refused:
            yield Line(line(" ", ("✗", "bad"), " not called"))
            yield from (Line(part) for part in folded(line("   ", plain(state.refused)), width))
        elif state.called is not None:
            yield Line(self._heading(state.called, width))
            yield from self._body(state.called, width)
        else:
            yield Line(line(" ", (NOTHING_YET, "dim")))

    def _in_progress(self, since: datetime.datetime) -> Text:
        seconds = (self._now - since).total_seconds() if self._now is not None else 0
        return line(
            " ", ("⟳", "accent"), " running  ", (span(seconds), "dim"), "   ", ("x", "accent"), (" cancel", "dim")
        )

    def _heading(self, called: Called, width: int) -> Text:
        took = (f"   {duration(called.milliseconds)}", "dim")
        at = (f"{self.state.at.astimezone():%H:%M:%S} ", "dim") if self.state.at is not None else ""
        return spread(line(" ", outcome_text(called.outcome), took), line(at), width)

    def _body(self, called: Called, width: int) -> Iterable[Line]:
        for name, text in called.problems:
            told = line("   ", (f"{plain(name, 40)}  " if name else "", "dim"), plain(text))
            yield from (Line(part) for part in folded(told, width))
        if called.result:
            yield Line(Text(""))
            for raw in called.result.splitlines()[:_LONGEST]:
                yield from (Line(line("   ", part)) for part in chopped(line(plain(raw)), max(width - 3, 8)))
        elif called.outcome in OUTCOMES and not called.problems and called.outcome == "ok":
            yield Line(line("   ", ("it returned nothing", "dim")))
