"""How a binding's status is drawn everywhere: a glyph, and the role of its colour."""

from __future__ import annotations

from collections.abc import Mapping

from xregistry_tui.core.bindings import RefreshStatus

GLYPHS: Mapping[RefreshStatus, tuple[str, str]] = {
    RefreshStatus.WAITING: ("○", "dim"),
    RefreshStatus.REFRESHING: ("⟳", "accent"),
    RefreshStatus.LIVE: ("●", "good"),
    RefreshStatus.PARTIAL: ("◐", "warn"),
    RefreshStatus.STALE: ("◐", "warn"),
    RefreshStatus.FAILED: ("✗", "bad"),
    RefreshStatus.PAUSED: ("‖", "dim"),
}
