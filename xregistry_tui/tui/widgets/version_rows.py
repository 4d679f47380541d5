"""The versions of a model as rows: version, when, what its mode says, how many changes, and what became of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from rich.text import Text

from xregistry_tui.tui.format import line
from xregistry_tui.tui.glyphs import verdict_text
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.columns import Cell, Column, Row

if TYPE_CHECKING:
    from xregistry_tui.actions.views import VersionView

COLUMNS = (
    Column("mark", "", 1),
    Column("version", "VERSION", 9),
    Column("when", "WHEN", 16),
    Column("verdict", "VERDICT", 14),
    Column("changes", "CHANGES", 7, "right", priority=1),
    Column("mode", "MODE", 10, priority=3),
    Column("note", "", 8, flex=1, priority=2),
)


def version_rows(versions: Iterable[VersionView], marked: Collection[str]) -> list[Row]:
    """One row a version, in their order; one whose body went is dim."""
    shown = tuple(versions)
    first = shown[-1].version if shown else ""
    return [Row(one.version, _cells(one, one.version in marked, first=one.version == first)) for one in shown]


def _cells(one: VersionView, marked: bool, *, first: bool) -> dict[str, Cell]:
    role = "bright" if one.current else "text" if one.kept else "dim"
    verdict = Text("first", "dim", end="") if first and not one.changes else verdict_text(one.verdict)
    if not one.kept:
        verdict.stylize("dim")
    return {
        "mark": line(("m", "accent")) if marked else "",
        "version": line((plain(one.version, 24), role)),
        "when": line((f"{one.at.astimezone():%Y-%m-%d %H:%M}", "text" if one.kept else "dim")),
        "verdict": verdict,
        "changes": line((str(len(one.changes)) if one.changes else "·", "text" if one.changes else "dim")),
        "mode": line((plain(one.mode, 20), "dim")),
        "note": _note(one),
    }


def _note(one: VersionView) -> Text:
    if one.current:
        return line(("● current", "good"))
    if not one.kept:
        return line(("not kept", "dim"))
    if one.migration is not None:
        return line(("migrated" if one.applied_at else "migration not applied", "dim" if one.applied_at else "warn"))
    return Text("")
