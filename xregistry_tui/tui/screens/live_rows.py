"""Bindings as lines of the Live table: grouped by resource, the reason where there are no fresh figures."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from rich.text import Text

from xregistry_tui.actions.views import BindingView, ResourceView
from xregistry_tui.core.bindings import RefreshState, RefreshStatus
from xregistry_tui.profiling.wording import bar, duration, percent, signed, since, spark, write
from xregistry_tui.tui.format import joined, line
from xregistry_tui.tui.glyphs import GLYPHS
from xregistry_tui.tui.moments import next_look, until
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.grid import Cell, Column, Row

_TREND = 12
_SHARED = {
    "model": Column("model", "MODEL", 16, flex=2),
    "rows": Column("rows", "ROWS", 10, "right"),
    "pace": Column("pace", "PER MIN", 7, "right", priority=6),
    "drift": Column("drift", "DRIFT", 15, flex=3, priority=1),
    "last": Column("last", "LAST", 6, "right", priority=3),
    "next": Column("next", "NEXT", 6, "right", priority=4),
    "cost": Column("cost", "COST/MIN", 8, "right", priority=5),
}
WIDE = 108


def columns(width: int) -> tuple[Column, ...]:
    """The columns of a screen that wide: bars and sparks where there is room for both."""
    model, rows_, pace, drift, last, due, cost = _SHARED.values()
    if width < WIDE:
        return model, rows_, pace, Column("quality", "QUALITY", 7, "right", priority=2), drift, last, due, cost
    trend, shares = Column("trend", "TREND 30 MIN", _TREND), Column("bar", "QUALITY", 7)
    return model, rows_, trend, pace, shares, Column("quality", "", 5, "right"), drift, last, due, cost


REASON = ("trend", "pace", "bar", "quality", "drift")
TICKING = ("last", "next")
GROUP = "resource:"
FINE = 0.95


@dataclass(frozen=True, slots=True)
class Group:
    """A resource with its bindings, in the order shown."""

    resource: ResourceView
    bindings: tuple[BindingView, ...]


def grouped(bindings: Sequence[BindingView], resources: Sequence[ResourceView]) -> tuple[Group, ...]:
    """Bindings under their resources: those with bindings in the bindings' order, then those without."""
    views = {view.name: view for view in resources}
    names = dict.fromkeys([*(view.binding.resource for view in bindings), *views])
    unknown = ResourceView(name="", kind="", location="", level="", status="closed")
    return tuple(
        Group(
            views.get(name) or replace(unknown, name=name),
            tuple(view for view in bindings if view.binding.resource == name),
        )
        for name in names
    )


def in_order(order: Sequence[str], bindings: Sequence[BindingView]) -> tuple[BindingView, ...]:
    """Bindings in an earlier order of their keys; new ones come last."""
    places = {key: place for place, key in enumerate(order)}
    return tuple(sorted(bindings, key=lambda view: places.get(view.binding.key, len(places))))


class Made:
    """The rows of bindings that were made before: those of what is the same now are not made anew."""

    def __init__(self) -> None:
        self._rows: dict[str, tuple[BindingView, Sequence[str], Row]] = {}

    def row(self, view: BindingView, now: datetime.datetime, shown: Sequence[str]) -> Row:
        """The row of a binding; what counts by the clock alone may be as old as the row."""
        held = self._rows.get(view.binding.key)
        # what is stale says since when
        if held is not None and held[:2] == (view, shown) and view.state.status is not RefreshStatus.STALE:
            return held[2]
        made = binding_row(view, now, shown)
        self._rows[view.binding.key] = (view, shown, made)
        return made


def rows(
    groups: Iterable[Group], now: datetime.datetime, shown: Sequence[str], made: Made | None = None
) -> Iterator[Row]:
    """One row a resource and one a binding; `shown` are the columns that there is room for."""
    made = made or Made()
    several = False
    for group in groups:
        if several:
            yield Row(f"gap:{group.resource.name}", inert=True)
        several = True
        yield _heading(group)
        for view in group.bindings:
            yield made.row(view, now, shown)


def _heading(group: Group) -> Row:
    resource = group.resource
    count = len(group.bindings)
    production = resource.level == "production"
    latency = "" if resource.latency_ms is None else duration(resource.latency_ms)
    about = joined(
        (
            ("" if resource.status == "live" else resource.status, "warn"),
            (plain(resource.reason, 60), "text"),
            (plain(resource.kind, 20), "dim"),
            ("PRODUCTION" if production else "", "bad"),
            ("read-only", "dim"),
            (f"{count} binding{'' if count == 1 else 's'}", "dim"),
            (latency, "dim"),
        ),
        " · ",
    )
    title = line("▾ ", (plain(resource.name, 30), "bright"), "   ", about)
    return Row(
        f"{GROUP}{resource.name}",
        {"model": title, "cost": _cost(resource.spent_ms_per_minute)},
        spill="model",
        inert=True,
    )


def binding_row(view: BindingView, now: datetime.datetime, shown: Sequence[str]) -> Row:
    """A binding: its figures, or why there are none that are fresh."""
    cells: dict[str, Cell] = {"model": line(glyph(view), " ", _title(view)), "rows": _rows(view)}
    reason = _reason(view.state, now)
    spill = next((key for key in REASON if key in shown), "") if reason.plain else ""
    cells |= {spill: reason} if spill else _figures(view)
    cells |= ticking(view, now) | {"cost": _cost(view.spent_ms_per_minute)}
    return Row(view.binding.key, cells, spill=spill)


def glyph(view: BindingView) -> Text:
    """Where a binding stands, in one sign; a look that is under way does not hide what the last one found."""
    status = view.state.status
    if status is RefreshStatus.REFRESHING and view.profile is not None:
        status = RefreshStatus.LIVE
    if status is RefreshStatus.LIVE and view.alarms:
        return line(("▲", "warn"))
    return line(GLYPHS[status])


def _title(view: BindingView) -> str:
    return plain(view.title)


def _rows(view: BindingView) -> Text:
    text = write(view.profile.rows if view.profile else None)
    return line((text, "dim" if text == "—" else "text"))


def _figures(view: BindingView) -> dict[str, Cell]:
    overall = view.assessment.model.overall if view.assessment else None
    alarm = view.alarms[0] if view.alarms else None
    more = f"  +{len(view.alarms) - 1}" if len(view.alarms) > 1 else ""
    return {
        "trend": line((spark([value for _, value in view.trend], _TREND, from_zero=False), "dim")),
        "pace": line((signed(view.per_minute), "dim" if not view.per_minute else "text")),
        "bar": line((bar(overall, 7), "rule" if overall is not None and overall >= FINE else "dim")),
        "quality": line(("—", "dim")) if overall is None else percent(overall),
        "drift": line(("▲ ", "warn"), plain(alarm.message, 80), (more, "dim")) if alarm else "",
    }


def _reason(state: RefreshState, now: datetime.datetime) -> Text:
    why = plain(state.reason, 120)
    if state.status is RefreshStatus.PAUSED:
        return line((why or "paused by you", "dim"))
    if state.status is RefreshStatus.WAITING:
        return line((why or "waiting for its first look", "dim"))
    if state.status is RefreshStatus.STALE:
        return line(("stale ", "warn"), (since(state.as_of or state.since, now), "warn"), f": {why}" if why else "")
    if state.status is RefreshStatus.FAILED:
        return line(("failed", "bad"), f": {why}" if why else "")
    if state.status is RefreshStatus.REFRESHING and state.as_of is None:
        return line(("looking for the first time", "dim"))
    return Text("")


def ticking(view: BindingView, now: datetime.datetime) -> dict[str, Cell]:
    """The cells that count by themselves: how old the figures are, and when the next look is due."""
    state = view.state
    stale = state.status in {RefreshStatus.STALE, RefreshStatus.FAILED}
    return {
        "last": line(("" if stale else since(state.as_of, now), "dim")),
        "next": line((next_look(state, now) or "—", "dim")),
    }


def _cost(milliseconds: float) -> Text:
    return line((duration(milliseconds) if milliseconds else "0", "dim"))


def summary(bindings: Sequence[BindingView], engines: int, now: datetime.datetime) -> tuple[str, str]:
    """The line over the table: what there is and costs, and when the next look is due."""
    count = len(bindings)
    reads = sum(view.spent_ms_per_minute for view in bindings)
    left = (
        f"{count} binding{'' if count == 1 else 's'}",
        f"{engines} resource{'' if engines == 1 else 's'}",
        f"reads {duration(reads)}/min",
    )
    due = [
        view.state.next_at for view in bindings if view.state.next_at and view.state.status is not RefreshStatus.PAUSED
    ]
    if not due:
        return "   ".join(left), ""
    return "   ".join(left), f"next refresh {until(min(due), now)}"
