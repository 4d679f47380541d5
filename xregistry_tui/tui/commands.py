"""The command palette: one table of what can be done, and where it goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Provider

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.command import Hits

    from xregistry_tui.tui.app import XregApp


@dataclass(frozen=True, slots=True)
class Command:
    """A line of the palette. `action` is that of the screen (`screen.…`) or the app; `modes` where it makes sense."""

    title: str
    text: str
    action: str
    modes: tuple[str, ...] = ()


TABLE = (
    Command("Explore", "the tree and what is behind it", "app.mode('explore')"),
    Command("Live", "every binding, worst first, and the trail", "app.mode('live')"),
    Command("Validate", "check a record against the model", "app.mode('validate')"),
    Command("Refresh", "look again at the same grade", "screen.refresh", ("explore", "live")),
    Command("Sharpen", "catalogue, then sample, then exact", "screen.sharpen", ("explore",)),
    Command("Pause or resume", "stop or start the timer of this model", "screen.pause", ("explore", "live")),
    Command("Show how", "the queries behind the figures", "screen.how", ("explore",)),
    Command("Copy", "what the cursor is on", "screen.copy", ("explore",)),
    Command("Cancel", "end what runs", "app.cancel"),
    Command("Keys", "all keys that act here", "app.help"),
    Command("Theme: dark", "light on dark", "app.dress_in('dark')"),
    Command("Theme: light", "dark on light", "app.dress_in('light')"),
    Command("Theme: contrast", "high contrast", "app.dress_in('contrast')"),
    Command("Theme: terminal", "your terminal's own colours", "app.dress_in('terminal')"),
    Command("Leave", "end the program", "app.quit"),
)


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
        mode = self.app.current_mode
        return tuple(command for command in TABLE if not command.modes or mode in command.modes)

    def _doing(self, command: Command) -> Callable[[], Awaitable[None]]:
        app = cast("XregApp", self.app)
        screen = self.screen

        async def do() -> None:
            target = screen if command.action.startswith("screen.") else app
            await target.run_action(command.action.partition(".")[2])

        return do
