"""Live: what is worst stands first, reasons stand where figures would, and nothing moves under the cursor."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest

from tests.tui.hearing import Clock, settled, showing
from tests.tui.shop_session import ShopSession
from xregistry_tui.actions.views import BindingView, Overview, ResourceView
from xregistry_tui.core.bindings import Binding, RefreshState, RefreshStatus
from xregistry_tui.profiling.drift import Alarm
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.profiling.profile import Figure, Profile
from xregistry_tui.profiling.quality import Assessment, Quality
from xregistry_tui.tui.app import XregApp
from xregistry_tui.tui.format import line
from xregistry_tui.tui.screens.base import ItemsChanged
from xregistry_tui.tui.screens.live_rows import Made, binding_row, columns, grouped, in_order, rows, summary
from xregistry_tui.tui.widgets.grid import Grid, Row
from xregistry_tui.tui.widgets.lines import Lines
from xregistry_tui.tui.widgets.trail import Trail

NOW = datetime.datetime(2026, 3, 1, 14, 2, 31, tzinfo=datetime.UTC)
ALL = tuple(column.key for column in columns(120))
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
    assert [one.title for one in in_order(order, (c, a, b))] == ["b", "a", "c"]


def test_the_summary_counts_bindings_resources_cost_and_the_next_look() -> None:
    paused = replace(view("b"), state=RefreshState(status=RefreshStatus.PAUSED, next_at=NOW + seconds(1)))
    assert summary((view("a"), paused), 1, NOW) == ("2 bindings   1 resource   reads 24 ms/min", "next refresh 4 s")


def test_hostile_names_are_drawn_harmless() -> None:
    hostile = replace(view("x", RefreshStatus.FAILED, reason="\x1b[2J[/foo]"), title="a\u202eb[/red]\n")
    row = binding_row(hostile, NOW, ALL)
    assert "\x1b" not in "".join(texts(row).values())
    assert texts(row)["model"] == "✗ a�b[/red]␊"


def table(app: XregApp) -> Grid:
    return app.screen.query_one("#live-table", Grid)


def drawn(app: XregApp) -> list[str]:
    """The titles of the bindings, top to bottom."""
    rows = [row for row in table(app).rows if not row.inert]
    return [line(row.cells["model"]).plain[2:] for row in rows]


async def test_every_binding_is_there_worst_first_under_its_resource() -> None:
    async with showing("live") as (app, _, _, _):
        assert drawn(app) == ["orders", "stock", "reviews", "customers", "invoice", "audit"]
        assert "6 bindings   2 resources" in app.screen.query_one("#live-summary", Lines).plain


async def test_nothing_changes_its_place_while_the_table_has_the_keys() -> None:
    async with showing("live") as (app, pilot, heard, session):
        table(app).focus()
        heard.messages.clear()
        session.replace_views(tuple(reversed(session.views)))
        await heard.wait(ItemsChanged)
        await settled(pilot)
        assert drawn(app) == ["orders", "stock", "reviews", "customers", "invoice", "audit"]
        assert "s puts in order" in app.screen.query_one("#live-summary", Lines).plain
        await pilot.press("s")
        assert drawn(app) == ["audit", "invoice", "customers", "reviews", "stock", "orders"]


async def test_when_the_keys_go_elsewhere_the_order_that_waits_is_taken() -> None:
    async with showing("live") as (app, pilot, heard, session):
        heard.messages.clear()
        session.replace_views(tuple(reversed(session.views)))
        await heard.wait(ItemsChanged)
        app.screen.query_one(Trail).focus()
        await settled(pilot)
        assert drawn(app)[0] == "audit"


async def test_s_sorts_by_name_by_rows_and_by_cost() -> None:
    async with showing("live") as (app, pilot, _, _):
        await pilot.press("s")
        assert drawn(app) == ["customers", "orders", "reviews", "stock", "audit", "invoice"]
        await pilot.press("s")
        assert drawn(app) == ["orders", "reviews", "customers", "stock", "audit", "invoice"]


async def test_the_cursor_stays_on_its_model_when_others_come() -> None:
    async with showing("live") as (app, pilot, heard, session):
        await pilot.press("down")
        at = table(app).cursor_key
        heard.messages.clear()
        session.replace_views((view("new"), *session.views))
        await heard.wait(ItemsChanged)
        await settled(pilot)
        assert table(app).cursor_key == at
        assert "new" in drawn(app)


async def test_enter_opens_the_model_in_explore() -> None:
    async with showing("live") as (app, pilot, _, _):
        await pilot.press("down", "enter")
        assert (app.current_mode, app.subject) == ("explore", "models.shop.stock")


async def test_p_pauses_and_resumes_and_r_looks_again() -> None:
    async with showing("live") as (_, pilot, heard, session):
        for _ in range(2):
            heard.messages.clear()
            await pilot.press("p")
            await heard.wait(ItemsChanged)
            await settled(pilot)
        await pilot.press("r")
        await settled(pilot)
        orders = {"model": "models.shop.orders"}
        assert session.asked == [("pause", orders), ("resume", orders), ("refresh", orders)]


async def test_what_changed_is_accepted_as_it_is() -> None:
    async with showing("live") as (_, pilot, _, session):
        await pilot.press("A")
        await settled(pilot)
        ((verb, given),) = session.asked
        assert (verb, str(given["model"]).partition("@")[0]) == ("accept_drift", "models.shop.orders")


async def test_ages_count_on_without_anything_being_read() -> None:
    clock = Clock()
    async with showing("live", clock=clock) as (app, _, _, session):
        before = texts(next(row for row in table(app).rows if not row.inert))
        read: list[object] = []
        session.bindings = lambda: read.append(1) or session.views  # type: ignore[func-returns-value,method-assign]
        clock.moment += seconds(3)
        app.screen.on_clock()  # type: ignore[attr-defined]
        after = texts(next(row for row in table(app).rows if not row.inert))
        assert (before["last"], before["next"]) == ("2 s", "4 s")
        assert (after["last"], after["next"]) == ("5 s", "1 s")
        assert {key for key in after if after[key] != before[key]} == {"last", "next"}
        assert not read


async def test_the_trail_follows_until_it_is_scrolled_up() -> None:
    async with showing("live", size=(120, 24)) as (app, pilot, heard, session):
        trail = app.screen.query_one(Trail)
        entry = session.entries[0]
        for number in range(30):
            session.say(replace(entry, text=f"number {number}"))
        await heard.wait(ItemsChanged)
        await settled(pilot)
        assert trail.scroll_offset.y == trail.max_scroll_y > 0
        trail.focus()
        await pilot.press("up", "up")
        await settled(pilot)
        assert not trail.following
        assert "stands still" in app.screen.query_one("#live-trail-heading", Lines).plain
        at = trail.scroll_offset.y
        heard.messages.clear()
        session.say(replace(entry, text="later"))
        await heard.wait(ItemsChanged)
        await settled(pilot)
        assert trail.scroll_offset.y == at
        await pilot.press("f")
        await settled(pilot)
        assert trail.following
        assert trail.scroll_offset.y == trail.max_scroll_y


async def test_z_gives_the_trail_the_whole_screen_and_back() -> None:
    async with showing("live") as (app, pilot, _, _):
        await pilot.press("z")
        assert not table(app).display
        assert isinstance(app.focused, Trail)
        await pilot.press("z")
        assert table(app).display
        assert app.focused is table(app)


async def test_nothing_watched_says_what_to_do() -> None:
    session = ShopSession()
    session.views = ()
    session.overview = lambda: Overview(role="analyst")  # type: ignore[method-assign]
    async with showing("live", session=session, subject="") as (app, _, _, _):
        assert "Nothing is watched yet" in line(table(app).rows[0].cells["model"]).plain


async def test_any_size_is_survived() -> None:
    async with showing("live") as (app, pilot, _, _):
        for size in ((1, 1), (30, 5), (200, 60), (80, 24)):
            await pilot.resize_terminal(*size)
            await settled(pilot)
        stock = next(row for row in table(app).rows if row.key.startswith("models.shop.stock"))
        assert stock.spill in table(app).shown_columns


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_why_a_binding_is_stale_is_on_screen_from_the_start(size: tuple[int, int]) -> None:
    async with showing("live", size=size) as (app, _, _, _):
        shown = [strip.text for strip in table(app).render_lines(table(app).region.reset_offset)]
        assert any("stock" in text and "stale 4 min: database is" in text for text in shown)
        assert any("audit" in text and "paused by you" in text for text in shown)


async def test_what_changes_by_the_clock_alone_does_not_flash_and_news_does() -> None:
    clock = Clock()
    async with showing("live", clock=clock) as (app, pilot, heard, session):
        clock.moment += seconds(3)
        orders = session.views[0]
        assert orders.profile is not None
        grown = replace(orders, per_minute=13.0, profile=replace(orders.profile, rows=Figure(value=6413)))
        heard.messages.clear()
        session.replace_views((grown, *session.views[1:]))
        await heard.wait(ItemsChanged)
        await pilot.pause()
        assert table(app)._flashing <= {(orders.binding.key, "rows")}
        row = table(app).find(orders.binding.key)  # type: ignore[attr-defined]
        assert (texts(row)["rows"], texts(row)["pace"], texts(row)["last"]) == ("6,413", "+13", "5 s")


def test_the_row_of_a_binding_is_made_anew_where_the_binding_changed_or_is_stale() -> None:
    made, shown = Made(), ("model", "rows")
    held, later = view("a"), NOW + datetime.timedelta(minutes=3)
    assert made.row(held, NOW, shown) is made.row(replace(held), later, shown)
    assert made.row(held, NOW, shown) is not made.row(held, NOW, ("model",))
    changed = replace(held, spent_ms_per_minute=held.spent_ms_per_minute + 1)
    assert made.row(changed, NOW, shown).cells["cost"] != binding_row(held, NOW, shown).cells["cost"]
    stale = replace(held, state=RefreshState(status=RefreshStatus.STALE, as_of=NOW, reason="gone"))
    assert made.row(stale, NOW, shown) != made.row(stale, later, ("model", "rows", "trend"))
