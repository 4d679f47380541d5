"""A model in two lines: title, version, state, next look; rows with their trend, quality, drift, cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from xregistry_tui.core.bindings import RefreshStatus
from xregistry_tui.profiling import wording
from xregistry_tui.tui.format import joined, line, spread
from xregistry_tui.tui.glyphs import GLYPHS
from xregistry_tui.tui.moments import next_look
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.function_head import deprecated_text
from xregistry_tui.tui.widgets.lines import Lines

if TYPE_CHECKING:
    import datetime

    from xregistry_tui.actions.views import BindingView, ModelView


ROOM = 20  # cells without which a line about what will run says nothing


class SubjectHead(Lines):
    """The two lines over a model's tabs, and air below them."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._shown: tuple[ModelView, datetime.datetime] | None = None

    def show(self, model: ModelView, now: datetime.datetime) -> None:
        """Show a model as it is now."""
        self._shown = (model, now)
        if width := self.size.width:
            self.set_lines([*model_lines(model, now, width), Text("")])

    def clear(self) -> None:
        """Show nothing."""
        self._shown = None
        self.set_lines([])

    def on_resize(self) -> None:
        """Another width, other lines."""
        if self._shown is not None:
            self.show(*self._shown)


def model_lines(model: ModelView, now: datetime.datetime, width: int) -> list[Text]:
    """Title, version, state, next look; rows with their trend, quality, drift, cost."""
    view = model.binding
    title = line(" ", (plain(model.title, max(8, width - 40)), "bright"))
    left = joined((title, deprecated_text(model.deprecated, 200)), "   ")
    if view is None:
        right = joined((line((f"v{plain(model.version, 16)}", "dim")), line(("○ unbound ", "dim"))))
        told = plain(model.description, width - 2) if model.description else f"{model.source} model, bound to no data"
        return [spread(left, right, width), line(" ", (told, "dim"))]
    right = joined((line((f"v{plain(model.version, 16)}", "dim")), state_text(view, now), line(_next(view, now), " ")))
    return [spread(left, right, width), _figures(view, now, width)]


def state_text(view: BindingView, now: datetime.datetime) -> Text:
    """The glyph and word of a binding's state; when it is not well, since when."""
    state = view.state
    glyph, role = GLYPHS[state.status]
    if state.status in {RefreshStatus.STALE, RefreshStatus.FAILED} and state.since is not None:
        return line((glyph, role), f" {state.status.value} {wording.since(state.since, now)}")
    return line((glyph, role), f" {state.status.value}")


def _next(view: BindingView, now: datetime.datetime) -> tuple[str, str]:
    due = next_look(view.state, now) if view.state.status is not RefreshStatus.REFRESHING else ""
    return (f"next {due}" if due == "soon" else f"next in {due}" if due else "", "dim")


def _figures(view: BindingView, now: datetime.datetime, width: int) -> Text:
    profile, state = view.profile, view.state
    if state.reason and state.status in {RefreshStatus.STALE, RefreshStatus.FAILED, RefreshStatus.PARTIAL}:
        seen = f"   figures of {wording.ago(state.as_of, now)}" if state.as_of is not None else ""
        return line(" ", (plain(state.reason, max(10, width - len(seen) - 2)), "warn"), (seen, "dim"))
    if profile is None:
        return line(" ", ("looking …" if state.status is RefreshStatus.REFRESHING else "not looked at yet", "dim"))
    rows = line(" ", (wording.write(profile.rows), "bright"), (" row" if profile.rows.value == 1 else " rows", "dim"))
    overall = view.assessment.model.overall if view.assessment else None
    quality = line(("quality ", "dim"), wording.percent(overall) if overall is not None else wording.NOTHING)
    drift = line(("drift ", "dim"), ("▲ ", "warn"), str(len(view.alarms))) if view.alarms else ""
    cost = line(("reads ", "dim"), wording.duration(view.spent_ms_per_minute), ("/min", "dim"))
    told = joined((rows, trend_text(view), quality, drift, cost if width >= 70 else ""))
    room = width - told.cell_len - 4
    return joined((told, line((plain(view.will_run, room), "dim")) if view.will_run and room > ROOM else ""))


def trend_text(view: BindingView, width: int = 8) -> Text:
    """The change per minute and the last counts as levels."""
    if view.per_minute is None and len(view.trend) < 2:
        return Text("")
    levels = wording.spark([rows for _, rows in view.trend], width, from_zero=False)
    rate = f"{wording.signed(view.per_minute)}/min " if view.per_minute is not None else ""
    return line(rate, (levels, "accent"))
