"""Live: what is worst stands first, reasons stand where figures would, and nothing moves under the cursor."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest

from xregistry_tui.actions.views import BindingView, ResourceView
from xregistry_tui.core.bindings import Binding, RefreshState, RefreshStatus
from xregistry_tui.profiling.drift import Alarm
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.profiling.profile import Figure, Profile
from xregistry_tui.profiling.quality import Assessment, Quality
from xregistry_tui.tui.format import line
from xregistry_tui.tui.screens.live_rows import COLUMNS, binding_row, grouped, rows, settled, summary
from xregistry_tui.tui.widgets.grid import Row

NOW = datetime.datetime(2026, 3, 1, 14, 2, 31, tzinfo=datetime.UTC)
ALL = tuple(column.key for column in COLUMNS)
SHOP = ResourceView(
    name="shop", kind="sqlite", location="shop.sqlite", level="development", status="live", latency_ms=0.3
)


def seconds(count: float) -> datetime.timedelta:
    return datetime.timedelta(seconds=count)


def view(
    name: str, status: RefreshStatus = RefreshStatus.LIVE, *, reason: str = "", resource: str = "shop"
) -> BindingView:
    profile = Profile(
        resource=resource,
        collection=name,
        rows=Figure(value=6412),
        n=6412,
        method=Grade.EXACT,
        as_of=NOW - seconds(2),
        fields={},
    )
    return BindingView(
        binding=Binding(model=f"models.{resource}.{name}", resource=resource, collection=name),
        title=name,
        state=RefreshState(status=status, reason=reason, as_of=NOW - seconds(250), next_at=NOW + seconds(4)),
        profile=profile,
        assessment=Assessment(model=Quality(completeness=Figure(value=0.971)), fields={}),
        trend=tuple((NOW - seconds(60 - at), 6400.0 + at) for at in range(10)),
        per_minute=12.0,
        spent_ms_per_minute=12.0,
    )


def texts(row: Row) -> dict[str, str]:
    return {key: line(cell).plain for key, cell in row.cells.items()}


def test_a_live_binding_shows_its_figures() -> None:
    cells = texts(binding_row(view("orders"), NOW, ALL))
    assert cells["model"] == "● orders"
    assert (cells["rows"], cells["pace"], cells["quality"], cells["cost"]) == ("6,412", "+12", "97.1", "12 ms")
    assert (cells["last"], cells["next"]) == ("4 min", "4 s")
    assert cells["trend"][0] == "▁"
    assert cells["trend"][-1] == "█"


def test_drift_shows_a_sign_the_message_and_how_many_more() -> None:
    alarms = tuple(Alarm(code="new_value", field="status", message=f"status: new value “{v}”", since=NOW) for v in "ab")
    cells = texts(binding_row(replace(view("orders"), alarms=alarms), NOW, ALL))
    assert cells["model"] == "▲ orders"
    assert cells["drift"] == "▲ status: new value “a”  +1"


@pytest.mark.parametrize(
    ("status", "reason", "glyph", "said"),
    [
        (RefreshStatus.STALE, "database is locked", "◐", "stale 4 min: database is locked"),
        (RefreshStatus.FAILED, "no such table", "✗", "failed: no such table"),
        (RefreshStatus.PAUSED, "", "‖", "paused by you"),
        (RefreshStatus.WAITING, "", "○", "waiting for its first look"),
    ],
)
def test_what_is_not_fresh_says_why_where_figures_would_be(
    status: RefreshStatus, reason: str, glyph: str, said: str
) -> None:
    row = binding_row(view("stock", status, reason=reason), NOW, ALL)
    cells = texts(row)
    assert cells["model"] == f"{glyph} stock"
    assert cells["rows"] == "6,412"
    assert cells[row.spill] == said
    assert "quality" not in cells


def test_the_reason_takes_the_first_column_that_there_is_room_for() -> None:
    row = binding_row(view("stock", RefreshStatus.FAILED, reason="gone"), NOW, ("model", "rows", "drift"))
    assert row.spill == "drift"


def test_a_look_under_way_does_not_hide_what_the_last_one_found() -> None:
    cells = texts(binding_row(view("orders", RefreshStatus.REFRESHING), NOW, ALL))
    assert cells["model"] == "● orders"
    assert cells["next"] == "now"


def test_nothing_looked_at_is_a_dash_and_never_zero() -> None:
    bare = BindingView(binding=view("a").binding, title="a", state=RefreshState(status=RefreshStatus.LIVE))
    cells = texts(binding_row(bare, NOW, ALL))
    assert (cells["rows"], cells["pace"], cells["quality"], cells["last"]) == ("—", "—", "—", "—")


def test_bindings_stand_under_their_resource_and_a_resource_without_any_is_there_too() -> None:
    gone = replace(SHOP, name="warehouse", status="failed", reason="the file is gone", level="production")
    groups = grouped((view("orders"), view("stock")), (SHOP, gone))
    shown = tuple(rows(groups, NOW, ALL))
    assert [row.key for row in shown if not row.key.startswith("gap")] == [
        "resource:shop",
        "models.shop.orders@shop::orders",
        "models.shop.stock@shop::stock",
        "resource:warehouse",
    ]
    assert texts(shown[0])["model"] == "▾ shop   sqlite · read-only · 2 bindings · 0.3 ms"
    assert texts(shown[-1])["model"].startswith("▾ warehouse   failed · the file is gone · sqlite · PRODUCTION")
    assert shown[0].inert


def test_an_earlier_order_holds_and_what_is_new_comes_last() -> None:
    a, b, c = view("a"), view("b"), view("c")
    order = [b.binding.key, a.binding.key]
    assert [one.title for one in settled(order, (c, a, b))] == ["b", "a", "c"]


def test_the_summary_counts_bindings_resources_cost_and_the_next_look() -> None:
    paused = replace(view("b"), state=RefreshState(status=RefreshStatus.PAUSED, next_at=NOW + seconds(1)))
    assert summary((view("a"), paused), 1, NOW) == ("2 bindings   1 resource   reads 24 ms/min", "next refresh 4 s")


def test_hostile_names_are_drawn_harmless() -> None:
    hostile = replace(view("x", RefreshStatus.FAILED, reason="\x1b[2J[/foo]"), title="a\u202eb[/red]\n")
    row = binding_row(hostile, NOW, ALL)
    assert "\x1b" not in "".join(texts(row).values())
    assert texts(row)["model"] == "✗ a�b[/red]␊"
