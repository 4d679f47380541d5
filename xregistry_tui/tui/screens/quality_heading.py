"""The lines over each level of Quality: what is judged, how it was looked at, how good it is, where one is."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from xregistry_tui.core.bindings import RefreshStatus
from xregistry_tui.profiling import wording
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.tui.format import joined, line
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.field_detail import looked_at
from xregistry_tui.tui.widgets.line_list import ends
from xregistry_tui.tui.widgets.subject_head import state_text

if TYPE_CHECKING:
    from xregistry_tui.actions.views import BindingView, ModelView

_WELL = frozenset({RefreshStatus.LIVE, RefreshStatus.REFRESHING})


def every_heading(views: Sequence[BindingView], threshold: float, width: int) -> list[Text]:
    """How many there are, and how many of them are below the threshold."""
    overall = [view.assessment.model.overall for view in views if view.assessment is not None]
    known = [value for value in overall if value is not None]
    low = sum(value < threshold for value in known)
    told = (
        f"{len(views)} binding{'' if len(views) == 1 else 's'}",
        f"{len(known)} assessed",
        f"{low} below {threshold * 100:g}",
    )
    left = line(" ", ("every model", "bright"), "   ", (" · ".join(told), "dim"))
    return [ends(left, line(("changed, then worst", "dim")), width), Text("")]


def model_heading(
    model: ModelView, threshold: float, sort: str, now: datetime.datetime, width: int, *, moved: bool
) -> list[Text]:
    """The model with its quality and how that was got; below it what is not as it should be, or the bindings."""
    view = model.binding
    order = line((sort, "dim"), (" · s puts in order", "accent") if moved else "")
    right = joined((line((f"threshold {threshold * 100:g}", "dim")), order), "   ")
    head = ends(joined((_title(model, view, width), _looked(view)), "  "), right, width)
    return [head, _ill(view, now, width) or _bindings(model)]


def _title(model: ModelView, view: BindingView | None, width: int) -> Text:
    overall = view.assessment.model.overall if view is not None and view.assessment is not None else None
    title = line(" ", (plain(model.title, max(12, width // 3)), "bright"))
    if overall is None or view is None:
        return title
    exact = view.profile is not None and view.profile.method is Grade.EXACT
    return line(title, " ", "" if exact else ("≈ ", "dim"), wording.percent(overall))


def _looked(view: BindingView | None) -> Text:
    return line((looked_at(view.profile), "dim")) if view is not None and view.profile is not None else Text("")


def _ill(view: BindingView | None, now: datetime.datetime, width: int) -> Text | None:
    """Why the figures are not of now."""
    if view is None or (view.state.status in _WELL and not view.state.reason):
        return None
    state = view.state
    aged = f"   figures of {wording.ago(state.as_of, now)}" if state.as_of is not None else ""
    told = line(" ", state_text(view, now))
    reason = plain(state.reason, max(10, width - told.cell_len - len(aged) - 2))
    return line(told, f": {reason}" if reason else "", (aged, "dim"))


def _bindings(model: ModelView) -> Text:
    """Where there are several, which one is shown."""
    if len(model.bindings) < 2:
        return Text("")
    names = sorted(f"{view.binding.resource}::{view.binding.collection}" for view in model.bindings)
    now = f"{model.bindings[0].binding.resource}::{model.bindings[0].binding.collection}"
    pieces = [
        line(("[", "accent"), (plain(name, 40), "bright"), ("]", "accent"))
        if name == now
        else line(f" {plain(name, 40)} ")
        for name in names
    ]
    return line(" ", joined(pieces, " "), ("   b", "accent"), (" next binding", "dim"))


def scope(model: ModelView, what: str, width: int) -> list[Text]:
    """Where one is: the model, its fields, and these records."""
    before = line(" ", (f"{plain(model.title, 30)} › fields › ", "dim"))
    return [line(before, (plain(what, max(10, width - before.cell_len - 1)), "bright")), Text("")]
