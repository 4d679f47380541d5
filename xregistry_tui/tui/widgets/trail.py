"""The trail: what was decided and done, newest last, following unless scrolled up."""

from __future__ import annotations

from rich.text import Text
from textual.message import Message

from xregistry_tui.actions.views import TrailEntry
from xregistry_tui.tui.format import line
from xregistry_tui.tui.widgets.line_list import Line, LineList, cell

_TIME = 12
_WHO = 10
_VERB = 12


class Trail(LineList):
    """Entries as lines; `following` says whether the newest is kept in view."""

    DEFAULT_CSS = "Trail { height: 1fr; }"

    class Moved(Message):
        """It follows now, or does not any more; see `following`."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, follow=True, cursor=False)
        self._entries: tuple[TrailEntry, ...] = ()

    def show(self, entries: tuple[TrailEntry, ...]) -> None:
        """Show these entries, oldest first."""
        if entries != self._entries:
            self._entries = entries
            self.redraw()

    def follow(self, on: bool) -> None:
        """Keep the newest in view, or stay where we are."""
        if on != self.following:
            self.following = on
            self.post_message(self.Moved())
        if on:
            self.scroll_to(y=self.max_scroll_y, animate=False, force=True)

    def scrolled_to(self, *, at_end: bool) -> None:
        """Scrolled up by hand: stay there; scrolled back to the end: follow."""
        if at_end != self.following:
            self.following = at_end
            self.post_message(self.Moved())

    def draw(self) -> tuple[Line, ...]:
        """One line an entry."""
        if not self._entries:
            return (
                Line(
                    Text(
                        " Nothing has happened yet; what is connected, refused or changed is said here.",
                        "dim",
                    )
                ),
            )
        return tuple(Line(self._entry(entry)) for entry in self._entries)

    def _entry(self, entry: TrailEntry) -> Text:
        width = self.size.width
        subjects = 26 if width >= 100 else 16
        left = line(
            cell(f" {entry.at.astimezone():%H:%M:%S}", _TIME, "dim"),
            cell(entry.who, _WHO - 1, "dim"),
            " ",
            cell(entry.verb, _VERB - 1),
            " ",
            cell(entry.subject.removeprefix("models."), subjects - 1),
            " ",
        )
        return line(left, cell(entry.text, max(width - left.cell_len - 1, 0), "dim"))
