"""The calls of a function, newest first, with how they ended counted above."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text
from textual.containers import Vertical

from xregistry_tui.profiling.wording import NOTHING, bar, duration
from xregistry_tui.tui.format import fitted, joined, line
from xregistry_tui.tui.glyphs import outcome_text
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.columns import Column, Row
from xregistry_tui.tui.widgets.grid import Grid
from xregistry_tui.tui.widgets.lines import Lines
from xregistry_tui.tui.widgets.page import Page

if TYPE_CHECKING:
    import datetime

    from textual.app import ComposeResult
    from textual.widget import Widget

    from xregistry_tui.actions.views import CallView

EMPTY = "Not called here yet. A call from this screen, from the program itself, or over HTTP comes to stand here."
_BAR = 8
COLUMNS = (
    Column("when", "WHEN", 16),
    Column("who", "WHO", 10, priority=1),
    Column("outcome", "OUTCOME", 11),
    Column("took", "DURATION", _BAR + 9, "right"),
    Column("error", "ERROR", 8, flex=1, priority=2),
)


def counted(calls: Sequence[CallView]) -> Text:
    """How many calls ended how, and what half of them took at most."""
    ended = Counter(call.outcome for call in calls)
    took = [call.milliseconds for call in calls if call.milliseconds is not None]
    half = line(("half within ", "dim"), duration(statistics.median(took))) if len(took) > 1 else ""
    counts = [line(f"{count:,} ", outcome_text(outcome)) for outcome, count in ended.most_common()]
    return joined((*counts, half))


def call_rows(calls: Sequence[CallView], now: datetime.datetime) -> list[Row]:
    """One row a call."""
    longest = max((call.milliseconds or 0 for call in calls), default=0) or 1
    return [Row(str(len(calls) - place), _cells(call, longest, now)) for place, call in enumerate(calls)]


def _cells(call: CallView, longest: float, now: datetime.datetime) -> dict[str, str | Text]:
    at = call.at.astimezone()
    today = at.date() == now.astimezone().date()
    took: Text | str = line((NOTHING, "dim"))
    if call.milliseconds is not None:
        blocks = bar(call.milliseconds / longest, _BAR)
        took = line((blocks, "dim"), fitted(duration(call.milliseconds), 9, "right"))
    return {
        "when": line(f"{at:%H:%M:%S}" if today else (f"{at:%Y-%m-%d %H:%M}", "dim")),
        "who": plain(call.who, 24),
        "outcome": outcome_text(call.outcome),
        "took": took,
        "error": line((plain(call.error, 300), "dim")),
    }


class CallHistory(Vertical):
    """Counts over a table."""

    DEFAULT_CSS = """
    CallHistory { height: 1fr; }
    CallHistory #history-counts { margin-bottom: 1; }
    CallHistory Page { height: auto; }
    """

    def compose(self) -> ComposeResult:
        """Counts and calls, or why there are none."""
        yield Page(id="history-empty")
        yield Lines(id="history-counts")
        yield Grid(id="history-calls")

    @property
    def panel(self) -> Widget:
        """What takes the keys."""
        return self.grid if self.grid.display else self.query_one(Page)

    @property
    def grid(self) -> Grid:
        """The calls."""
        return self.query_one(Grid)

    def show(self, calls: Sequence[CallView], now: datetime.datetime) -> None:
        """Show these calls."""
        self.query_one(Page).show([] if calls else [line(" ", (EMPTY, "dim"))])
        self.query_one(Page).display = not calls
        self.query_one("#history-counts", Lines).set_lines([line(" ", counted(calls))] if calls else [])
        self.grid.set_columns(COLUMNS)
        self.grid.set_rows(call_rows(calls, now), flash=False)
        self.grid.display = bool(calls)
