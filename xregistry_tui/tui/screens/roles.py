"""Choose the role to preview: what it may do is shown, and nothing is ever done with its rights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from xregistry_tui.tui.format import line
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.line_list import Line, LineList, cell
from xregistry_tui.tui.widgets.lines import Lines

if TYPE_CHECKING:
    from textual.app import ComposeResult

_NAME = 24


class RolesScreen(ModalScreen[str]):
    """Gives the role that was chosen. `roles` are (name, why it cannot be previewed)."""

    DEFAULT_CSS = """
    RolesScreen { align: center middle; background: $background 70%; }
    RolesScreen > Vertical {
        width: 76; max-width: 100%; height: auto; max-height: 90%; padding: 1 2; background: $surface;
    }
    RolesScreen LineList { height: auto; max-height: 100%; margin-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "dismiss", "close", show=False, id="roles.close")]

    def __init__(self, roles: Sequence[tuple[str, str]], own: str, shown: str) -> None:
        super().__init__()
        self._roles = tuple(roles)
        self._own, self._now = own, shown

    def compose(self) -> ComposeResult:
        """Title, roles."""
        with Vertical():
            keys = (("    enter", "accent"), (" preview    ", "dim"), ("esc", "accent"), (" close", "dim"))
            yield Lines([line(("See it as", "bright"), *keys)])
            yield LineList(id="roles")

    def on_mount(self) -> None:
        """The cursor is on the role that is shown."""
        listing = self.query_one(LineList)
        listing.focus()
        listing.move_to(self._now)

    def on_resize(self) -> None:
        """As wide as there is room for."""
        self.call_after_refresh(self._write)

    def _write(self) -> None:
        listing = self.query_one(LineList)
        names = min(max((cell_len(plain(name)) for name, _ in self._roles), default=0), _NAME)
        room = max(listing.size.width - names - 5, 8)
        listing.set_lines(
            Line(line("  ", cell(name, names, "dim" if reason else "text"), "  ", self._note(name, reason, room)), name)
            for name, reason in self._roles
        )
        listing.move_to(listing.cursor or self._now)

    def _note(self, name: str, reason: str, room: int) -> tuple[str, str]:
        if reason:
            return (plain(reason, room), "dim")
        if name == self._own:
            return ("your own role" if self._now == name else "your own role: ends the preview", "dim")
        return ("shown now", "warn") if name == self._now else ("", "dim")

    @on(LineList.Chosen)
    def _chosen(self, event: LineList.Chosen) -> None:
        event.stop()
        reason = dict(self._roles)[event.key]
        if reason:
            self.notify(plain(reason, 400), severity="warning", markup=False)
        else:
            self.dismiss(event.key)
