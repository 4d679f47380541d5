"""What can be done by name: one table for the palette and for the line that takes arguments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Provider

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.command import Hits

    from xregistry_tui.tui.app import XregApp

ITEMS = ("models", "functions", "types")


@dataclass(frozen=True, slots=True)
class Command:
    """Something that can be done. `action` is that of the screen (`screen.…`) or the app.

    `modes`, `groups` of subjects and the `room` say where it makes sense. One with a `usage` takes arguments in the
    command line; `example` is what is shown where they are not understood.
    """

    title: str
    text: str
    action: str
    modes: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    room: str = ""
    usage: str = ""
    example: str = ""

    @property
    def word(self) -> str:
        """What is typed for it."""
        return self.usage.partition(" ")[0] if self.usage else self.title.casefold().replace(":", "")

    def fits(self, mode: str, subject: str, room: str) -> bool:
        """Whether it makes sense there."""
        group, _, rest = subject.partition(".")
        here = not self.groups or (group in self.groups and bool(rest))
        return here and (not self.modes or mode in self.modes) and (not self.room or self.room == room)


def _taking(title: str, text: str, usage: str, example: str, groups: tuple[str, ...] = ITEMS) -> Command:
    action = f"app.command_line('{usage.partition(' ')[0]} ')" if " " in usage else f"app.obey('{usage}')"
    return Command(title, text, action, groups=groups, usage=usage, example=example)


TABLE = (
    Command("Explore", "the tree and what is behind it", "app.mode('explore')"),
    Command("Live", "every binding, worst first, and the trail", "app.mode('live')"),
    Command("Quality", "fields by dimensions, what fails and since when", "app.mode('quality')"),
    Command("Validate", "check a record against the model", "app.mode('validate')"),
    Command("Refresh", "look again at the same grade", "screen.refresh", ("explore", "live", "quality")),
    Command("Sharpen", "catalogue, then sample, then exact", "screen.sharpen", ("explore", "quality")),
    Command("Pause or resume", "stop or start the timer of this model", "screen.pause", ("explore", "live")),
    Command("Follow", "look again whenever its data changes, or no more", "screen.follow", ("explore",)),
    Command("Accept what changed", "so it shall be: alarms end", "screen.accept", ("explore", "live", "quality")),
    Command("Show how", "the queries behind the figures", "screen.how", ("explore", "quality")),
    Command("Copy", "what the cursor is on", "screen.copy", ("explore", "quality")),
    Command("Every model", "the quality of all, worst first", "screen.every", ("quality",)),
    Command("Sort", "what is due, then by something else", "screen.sort", ("quality",)),
    Command("Threshold", "below which a figure is marked", "screen.threshold", ("quality",)),
    Command("Next binding", "the same model in other data", "screen.binding", ("quality",)),
    Command("Call", "this function with what is typed", "screen.room('call')", ("explore",), room="function"),
    Command("History", "the calls of the past", "screen.show_tab('history')", ("explore",), room="function"),
    Command("Next example", "try the type with it", "screen.room('example')", ("explore",), room="type"),
    Command("Used by", "the models that use this type", "screen.show_tab('used by')", ("explore",), room="type"),
    Command("Versions", "what changed in this model", "screen.show_tab('versions')", ("explore",), ("models",)),
    Command("Mark this version", "to compare it with another", "screen.room('mark')", ("explore",), room="versions"),
    Command("Compare versions", "the marked and this one", "screen.room('compare')", ("explore",), room="versions"),
    Command("Prove this version", "over the live records", "screen.room('prove')", ("explore",), room="versions"),
    Command("Roll back to this version", "asks once", "screen.room('rollback')", ("explore",), room="versions"),
    Command("Export…", "this model, to the clipboard or a file", "screen.export", ("explore",), ("models",)),
    Command("Edit source", "of this model, in your editor", "screen.edit", ("explore",), ("models",)),
    Command("Preview role…", "see what another role may do", "app.roles"),
    Command("Why", "what may be done here, with the reasons", "screen.why", ("explore",), ITEMS),
    _taking("Grant…", "let a role do something here", "grant ROLE PERMISSION…", "grant analyst execute"),
    _taking("Revoke…", "take it away again", "revoke ROLE PERMISSION…", "revoke analyst execute"),
    _taking("Tag…", "add tags", "tag TAG…", "tag money monthly"),
    _taking("Untag…", "take tags away", "untag TAG…", "untag monthly"),
    _taking(
        "Deprecate…",
        "say until when, and what to use instead",
        "deprecate [by DATE] [for ALTERNATIVE]",
        "deprecate by 2027-01-31 for pricing.sum",
    ),
    _taking("Undeprecate", "it is good to use again", "undeprecate", "undeprecate"),
    _taking("Unregister", "take it out of every list; asks once", "unregister", "unregister"),
    _taking("Restore…", "bring back what was unregistered", "restore [PATH]", "restore functions.price", ()),
    _taking("Rollback…", "to an earlier version; asks once", "rollback VERSION", "rollback 1.1.0", ("models",)),
    Command("Cancel", "end what runs", "app.cancel"),
    Command("Keys", "all keys that act here", "app.help"),
    Command("Theme: dark", "light on dark", "app.dress_in('dark')"),
    Command("Theme: light", "dark on light", "app.dress_in('light')"),
    Command("Theme: contrast", "high contrast", "app.dress_in('contrast')"),
    Command("Theme: terminal", "your terminal's own colours", "app.dress_in('terminal')"),
    Command("Leave", "end the program", "app.quit"),
)


def fitting(app: XregApp) -> tuple[Command, ...]:
    """What makes sense where the app is."""
    screen = app.mode_screen
    room = screen.room_name if screen is not None else ""
    return tuple(command for command in TABLE if command.fits(app.current_mode, app.subject, room))


async def do(app: XregApp, command: Command) -> None:
    """Do it, where it belongs."""
    target = app.mode_screen if command.action.startswith("screen.") else app
    if target is not None:
        await target.run_action(command.action.partition(".")[2])


class Commands(Provider):
    """Textual's palette over the table."""

    async def discover(self) -> Hits:
        """Everything that makes sense here."""
        for command in self._here():
            yield DiscoveryHit(command.title, self._doing(command), help=command.text)

    async def search(self, query: str) -> Hits:
        """What matches."""
        matcher = self.matcher(query)
        for command in self._here():
            score = matcher.match(f"{command.title} {command.text}")
            if score > 0:
                yield Hit(score, matcher.highlight(command.title), self._doing(command), help=command.text)

    def _here(self) -> tuple[Command, ...]:
        return fitting(cast("XregApp", self.app))

    def _doing(self, command: Command) -> Callable[[], Awaitable[None]]:
        app = cast("XregApp", self.app)

        async def doing() -> None:
            await do(app, command)

        return doing
