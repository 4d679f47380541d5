"""The two lines at the top: what is open, who asks, how it stands; the modes and where we are."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text
from textual.message import Message

from xregistry_tui.tui.format import joined, line, spread
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.lines import Lines

if TYPE_CHECKING:
    from textual import events

    from xregistry_tui.actions.views import Overview, ResourceView

MODES = (("1", "Explore", "explore"), ("2", "Live", "live"), ("4", "Validate", "validate"))


NARROW = 36


def in_production(resources: Sequence[ResourceView]) -> bool:
    """Whether anything that is open is: then the rules have the alarm colour."""
    return any(resource.level == "production" for resource in resources)


def resources_text(resources: Sequence[ResourceView], width: int = 60) -> Text:
    """What is open, in a few words; production has the word in the alarm colour."""
    production = sum(resource.level == "production" for resource in resources)
    alarm = (f"{production} PRODUCTION" if len(resources) > 1 else "PRODUCTION", "bad bold") if production else ""
    if not resources:
        return line(("nothing connected", "dim"), (" · READ-ONLY", "dim"))
    if len(resources) > 1:
        what = line((f"{len(resources)} resources", "text"), (" · READ-ONLY", "dim"))
    else:
        name = plain(resources[0].name, max(4, width - 24))
        what = line((name, "bright"), (f"  {plain(resources[0].kind, 12)} · READ-ONLY", "dim"))
    if alarm and width < NARROW:  # what may be cut stands last
        return joined((line(alarm), line(("READ-ONLY", "dim")), what), " · ")
    return joined((what, alarm), " · ")


def counts_text(overview: Overview) -> Text:
    """How many bindings stand where: good, half, bad; paused ones where there are any."""
    from xregistry_tui.core.bindings import RefreshStatus  # there is nothing to count in the first picture

    statuses = overview.statuses or {}
    good = sum(statuses.get(status, 0) for status in (RefreshStatus.LIVE, RefreshStatus.REFRESHING))
    failed = statuses.get(RefreshStatus.FAILED, 0)
    half = sum(statuses.get(status, 0) for status in (RefreshStatus.STALE, RefreshStatus.PARTIAL))
    paused = statuses.get(RefreshStatus.PAUSED, 0)
    return joined(
        (
            line(("●", "good"), f" {good}"),
            line(("◐", "warn" if half else "dim"), (f" {half}", "text" if half else "dim")),
            line(("✗", "bad" if failed else "dim"), (f" {failed}", "text" if failed else "dim")),
            line(("‖", "dim"), f" {paused}") if paused else "",
        ),
        "  ",
    )


class Header(Lines):
    """Two lines and a rule. `ModeChosen` says that a mode was clicked."""

    DEFAULT_CSS = "Header { height: 3; }"

    class ModeChosen(Message):
        """A mode of the bar was clicked."""

        def __init__(self, mode: str) -> None:
            super().__init__()
            self.mode = mode

    class RoleChosen(Message):
        """The role was clicked."""

    def __init__(self) -> None:
        super().__init__([Text("")] * 3)
        self._role_at = (0, 0)
        self._places: tuple[tuple[int, int, str], ...] = ()

    def show(
        self,
        overview: Overview | None,
        title: str,
        mode: str,
        subject: str,
        now: datetime.datetime,
        *,
        preview: str = "",
    ) -> None:
        """Show how things stand; `preview` is the role whose rights are shown."""
        width = self.size.width or self.app.size.width
        self.set_lines(
            [
                self._first(overview, title, now, width, preview),
                self._second(overview, mode, subject, width),
                line(("─" * width, "bad" if overview is not None and in_production(overview.resources) else "rule")),
            ]
        )

    def _first(self, overview: Overview | None, title: str, now: datetime.datetime, width: int, preview: str) -> Text:
        clock = (f"{now.astimezone():%H:%M:%S} ", "dim")
        if overview is None:
            return spread(line((" xreg", "accent bold"), "   ", (plain(title, 50), "bright")), line(clock), width)
        what = resources_text(overview.resources, width // 2)
        left = line((" xreg", "accent bold"), "   ", what)
        counted = joined((counts_text(overview), line(clock)))
        role = line(plain(overview.role, 16))
        if preview:
            role.append_text(line((" as ", "dim"), (plain(preview, 16), "warn")))
        whole = joined((role, counted))
        fits = left.cell_len + whole.cell_len < width
        right = whole if fits else joined((role, line(clock))) if preview else counted
        if in_production(overview.resources) and not preview and left.cell_len + right.cell_len >= width:
            right = Text("")  # the word is more than the counts
        start = width - right.cell_len
        self._role_at = (start, start + role.cell_len) if fits or preview else (0, 0)
        return spread(left, right, width)

    def _second(self, overview: Overview | None, mode: str, subject: str, width: int) -> Text:
        left, places = line(" "), []
        alarms = overview.alarms if overview else 0
        for key, name, target in MODES:
            start = left.cell_len
            news = f" ▲{alarms}" if target == "live" and alarms else ""
            if target == mode:
                left.append_text(line(("[", "accent"), (f"{key} {name}", "bright"), (news, "warn"), ("]", "accent")))
            else:
                left.append_text(line(" ", (key, "accent"), f" {name}", (news, "warn"), " "))
            places.append((start, left.cell_len, target))
            left.append(" ")
        self._places = tuple(places)
        crumbs = " › ".join(plain(part, 40) for part in subject.split(".")) if subject else ""
        room = max(0, width - left.cell_len - 3)
        crumbs = crumbs if len(crumbs) <= room else "…" + crumbs[len(crumbs) - room + 1 :] if room > 1 else ""
        return spread(left, line((crumbs, "dim"), " "), width)

    def on_click(self, event: events.Click) -> None:
        """A click on a mode's name, or on the role."""
        if event.y == 0 and self._role_at[0] <= event.x < self._role_at[1]:
            self.post_message(self.RoleChosen())
        if event.y == 1:
            for start, end, mode in self._places:
                if start <= event.x < end:
                    self.post_message(self.ModeChosen(mode))
