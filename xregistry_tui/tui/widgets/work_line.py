"""What is running, in one line; blank when nothing is."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from xregistry_tui.tui.format import joined, line
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.lines import Lines

if TYPE_CHECKING:
    from xregistry_tui.actions.views import Work

_BAR = 10


def work_text(works: Sequence[Work], now: datetime.datetime) -> Text:
    """The newest piece of work with its progress; how many more there are."""
    if not works:
        return Text("")
    from xregistry_tui.profiling import wording  # nothing runs when the first picture is painted

    work = works[-1]
    running = (now - work.since).total_seconds()
    progress: Text | str = ""
    if work.progress is not None:
        done = round(work.progress * _BAR)
        progress = line(("█" * done, "accent"), ("░" * (_BAR - done), "dim"), f" {work.progress * 100:.0f} %")
    return joined(
        (
            line(" ", ("⟳", "accent"), " ", (plain(work.title, 40), "bright")),
            progress,
            (plain(work.detail, 50), "dim"),
            (wording.span(running), "dim") if running >= 1 else "",
            line(("x", "accent"), (" cancel", "dim")) if work.cancellable else "",
            (f"and {len(works) - 1} more", "dim") if len(works) > 1 else "",
        ),
        "   ",
    )


class WorkLine(Lines):
    """A rule, and below it what is running."""

    DEFAULT_CSS = "WorkLine { height: 2; }"

    def __init__(self) -> None:
        super().__init__([Text("")] * 2)

    def show(self, works: Sequence[Work], now: datetime.datetime, *, alarm: bool = False) -> None:
        """Show what is running; `alarm`: what is open is in production."""
        width = self.size.width or self.app.size.width
        self.set_lines([line(("─" * width, "bad" if alarm else "rule")), work_text(works, now)])
