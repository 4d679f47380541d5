"""How a status, a verdict and an outcome are drawn everywhere: a glyph, and the role of its colour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from xregistry_tui.core.bindings import RefreshStatus
from xregistry_tui.tui.format import line
from xregistry_tui.tui.text import plain

if TYPE_CHECKING:
    from rich.text import Text

GLYPHS: Mapping[RefreshStatus, tuple[str, str]] = {
    RefreshStatus.WAITING: ("○", "dim"),
    RefreshStatus.REFRESHING: ("⟳", "accent"),
    RefreshStatus.LIVE: ("●", "good"),
    RefreshStatus.PARTIAL: ("◐", "warn"),
    RefreshStatus.STALE: ("◐", "warn"),
    RefreshStatus.FAILED: ("✗", "bad"),
    RefreshStatus.PAUSED: ("‖", "dim"),
}
VERDICTS: Mapping[str, tuple[str, str]] = {
    "compatible": ("✓", "good"),
    "incompatible": ("✗", "bad"),
    "undecided": ("?", "warn"),
}
OUTCOMES: Mapping[str, tuple[str, str]] = {"ok": ("✓", "good"), "cancelled": ("‖", "dim")}


def verdict_text(verdict: str) -> Text:
    """A verdict as glyph and word."""
    return line(VERDICTS.get(verdict, ("·", "dim")), f" {plain(verdict, 16)}")


def outcome_text(outcome: str) -> Text:
    """How a call ended, as glyph and word."""
    return line(OUTCOMES.get(outcome, ("✗", "bad")), f" {plain(outcome, 14)}")
