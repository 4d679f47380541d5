"""What is painted first, before any mode is imported: the shell, and what is being opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from xregistry_tui.tui.format import line
from xregistry_tui.tui.screens.base import ModeScreen
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.lines import Lines

if TYPE_CHECKING:
    from textual.app import ComposeResult


class OpeningScreen(ModeScreen):
    """Shown for a moment, until Explore is there."""

    def compose_body(self) -> ComposeResult:
        """One line."""
        what = plain(self.app.what, 60) or "the workspace"
        yield Lines([Text(""), line("  ", ("⟳ ", "accent"), f"opening {what} …")])
