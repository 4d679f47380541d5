"""Every model's quality in one line each, worst first."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from xregistry_tui.core.bindings import RefreshStatus
from xregistry_tui.profiling import wording
from xregistry_tui.tui.format import line
from xregistry_tui.tui.screens.live_rows import glyph
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.columns import Column, Row
from xregistry_tui.tui.widgets.quality_board import LABELS, model_standing
from xregistry_tui.tui.widgets.quality_rows import cells, columns

if TYPE_CHECKING:
    from xregistry_tui.actions.views import BindingView

NAME = Column("name", "MODEL", 20, flex=2)
NOTE = Column("note", "WORST FIELD", 18, flex=3, priority=3)
_ILL = frozenset({RefreshStatus.STALE, RefreshStatus.FAILED, RefreshStatus.PAUSED, RefreshStatus.WAITING})
EMPTY = "Nothing is watched yet. Connect something: leave with ctrl+q and start xreg-tui with a file, or xreg-tui demo."


def model_columns(width: int) -> Sequence[Column]:
    """A model, its dimensions, its day, and what is worst in it."""
    return columns(width - NOTE.width, NAME, NOTE)


def worst_first(views: Sequence[BindingView]) -> list[BindingView]:
    """What changed first, then the lowest quality; what was not assessed comes last."""

    def badness(view: BindingView) -> tuple[bool, float, str]:
        overall = view.assessment.model.overall if view.assessment else None
        return not view.alarms, 2.0 if overall is None else overall, view.title.casefold()

    return sorted(views, key=badness)


def model_rows(views: Sequence[BindingView], threshold: float, width: int, now: datetime.datetime) -> Iterator[Row]:
    """One line a binding; what is not fresh says why."""
    for view in views:
        title = line(glyph(view), " ", plain(view.title, 40), (f"  {plain(view.binding.resource, 20)}", "dim"))
        stands = {name: model_standing(view, name) for name in LABELS}
        figures = cells(stands, view.day.get("", ()), threshold, width - NOTE.width) if view.assessment else {}
        yield Row(view.binding.key, {"name": title, **figures, "note": _note(view, now)})
    if not views:
        yield Row("", {"name": line((EMPTY, "dim"))}, spill="name", inert=True)


def _note(view: BindingView, now: datetime.datetime) -> Text:
    state = view.state
    if state.status in _ILL:
        age = f" {wording.since(state.as_of, now)}" if state.as_of is not None else ""
        why = f": {plain(state.reason, 80)}" if state.reason else ""
        role = "dim" if state.status in {RefreshStatus.PAUSED, RefreshStatus.WAITING} else "warn"
        return line((f"{state.status.value}{age}", role), why)
    return lowest(view)


def lowest(view: BindingView) -> Text:
    """The field that is judged worst, where one is not whole."""
    found = []
    for path, quality in (view.assessment.fields if view.assessment else {}).items():
        figures = (
            ("validity", quality.validity),
            ("uniqueness", quality.uniqueness),
            ("consistency", quality.consistency),
        )
        found += [(path, name, figure) for name, figure in figures if figure is not None and figure.value < 1]
    if not found:
        return Text("")
    path, name, figure = min(found, key=lambda one: one[2].value)
    return line(plain(path, 30), (f" {LABELS[name]} ", "dim"), wording.write(figure, percent=True))
