"""Quality: quiet where it is good, what fails with its keys beside it, and nothing moves under the cursor."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from textual.pilot import Pilot

from tests.tui.hearing import Heard, app_of, settled, showing
from tests.tui.quality_session import MISSPELT, NEW, ORDERS_PATH, QualitySession, orders
from tests.tui.shop_session import ROWS
from xregistry_tui.actions.views import BindingView, Overview
from xregistry_tui.core.bindings import RefreshState, RefreshStatus
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.profiling.profile import Figure
from xregistry_tui.schema.rules import OneOf, Unique
from xregistry_tui.tui.app import XregApp
from xregistry_tui.tui.format import line
from xregistry_tui.tui.screens.base import ItemsChanged
from xregistry_tui.tui.screens.peek import PeekScreen
from xregistry_tui.tui.screens.quality import QualityScreen
from xregistry_tui.tui.widgets.hints import Hints
from xregistry_tui.tui.widgets.line_list import LineList
from xregistry_tui.tui.widgets.lines import Lines
from xregistry_tui.tui.widgets.quality_board import (
    LABELS,
    MODEL,
    SORTS,
    Board,
    Standing,
    board,
    failing,
    held,
    ordered,
    results,
    standing,
)
from xregistry_tui.tui.widgets.quality_detail import Spot, lines
from xregistry_tui.tui.widgets.quality_panel import QualityPanel
from xregistry_tui.tui.widgets.quality_rows import cell, day_text
from xregistry_tui.tui.widgets.records import Records
from xregistry_tui.tui.widgets.subject import Subject


def screen_of(app: XregApp) -> QualityScreen:
    screen = app.mode_screen
    assert isinstance(screen, QualityScreen)
    return screen


def panel(app: XregApp) -> QualityPanel:
    assert app.mode_screen is not None
    return app.mode_screen.query_one(QualityPanel)


def texts(app: XregApp, path: str) -> dict[str, str]:
    row = panel(app).grid.find(path)
    assert row is not None
    return {key: line(found).plain.strip() for key, found in row.cells.items()}


def detail(app: XregApp) -> str:
    return panel(app).detail.plain


def heading(app: XregApp) -> str:
    return screen_of(app).query_one("#quality-heading", Lines).plain


def hints(app: XregApp) -> str:
    return screen_of(app).query_one(Hints).plain


async def pressed(pilot: Pilot[None], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


def of(view: BindingView | None = None) -> Board:
    session = QualitySession(view)
    model = session.model(ORDERS_PATH)
    assert model is not None
    assert model.binding is not None
    return board(model, model.binding)


def written(spot: Spot, width: int = 60) -> str:
    return "\n".join(one.text.plain.rstrip() for one in lines(spot, width))


# What a cell says


def drawn(value: float, *, threshold: float = 0.95, **more: bool) -> str:
    return cell(Standing(Figure(value=value), **more), threshold, 10).plain.strip()


def test_a_figure_is_quiet_until_it_is_below_the_threshold() -> None:
    assert drawn(1.0) == "100"
    assert drawn(0.95) == "95.0"
    assert drawn(0.949) == "▒ 94.9"
    assert drawn(0.85) == "▒ 85.0"
    assert drawn(0.849) == "▓ 84.9"
    assert drawn(0.98, threshold=0.99) == "▒ 98.0"
    assert drawn(0.98, changed=True) == "▲ 98.0"


def test_a_figure_never_stands_without_how_good_it_is() -> None:
    sampled = Standing(Figure(value=0.942, method=Grade.SAMPLE, low=0.93, high=0.951))
    assert cell(sampled, 0.9, 10).plain == "94.2± "
    assert cell(sampled, 0.9, 14).plain == "94.2 ±1.2 "
    whole = Standing(Figure(value=1.0, method=Grade.SAMPLE, low=0.998, high=1.0))
    assert cell(whole, 0.9, 10).plain == "≥99.8 "
    guessed = Standing(Figure(value=0.97, method=Grade.SAMPLE, approximate=True))
    assert cell(guessed, 0.9, 10).plain == "≈ 97.0 "


@pytest.mark.parametrize("sign", ["", "optional"])
@pytest.mark.parametrize("changed", [False, True])
@pytest.mark.parametrize("value", [0.0, 0.00001, 0.5, 0.942, 0.99996, 1.0])
def test_a_cell_has_room_for_the_brackets_of_the_cursor(value: float, changed: bool, sign: str) -> None:
    for width in (10, 14):
        figure = Figure(value=value, method=Grade.SAMPLE, low=max(0.0, value - 0.113), high=min(1.0, value + 0.113))
        assert cell(Standing(figure, sign, changed), 0.95, width).cell_len + 1 <= width


def test_each_absence_of_a_figure_says_why() -> None:
    found = of()
    assert standing(found, "note", "completeness").sign == "optional"
    assert standing(found, "status", "uniqueness").sign == "·"
    assert standing(found, "placed_at", "timeliness").sign == "·"
    assert standing(found, "customer_id", "validity").sign == "—"
    assert standing(found, MODEL, "timeliness").sign == "·"
    assert standing(of(replace(orders(), assessment=None)), "id", "completeness").sign == "—"


def test_what_changed_is_marked_in_the_dimension_it_concerns() -> None:
    found = of()
    assert [name for name in LABELS if standing(found, "status", name).changed] == ["validity"]
    kind = replace(NEW, code="kind", field="total")
    fill = replace(NEW, code="fill", field="currency")
    loose = replace(NEW, field="placed_at")
    found = of(replace(orders(), alarms=(kind, fill, loose)))
    assert standing(found, "total", "consistency").changed
    assert standing(found, "currency", "completeness").changed
    assert standing(found, "placed_at", "consistency").changed  # no set is declared


# What comes first


def test_what_changed_comes_first_then_the_worst_and_ties_stay_in_the_models_order() -> None:
    assert ordered(of(), "changed, then worst")[:4] == ("status", "total", "currency", "id")
    assert ordered(of(), "worst first")[:3] == ("total", "currency", "status")
    assert ordered(of(), "in the model's order")[:3] == ("id", "customer_id", "status")
    assert ordered(of(), "by name")[:3] == ("currency", "customer_id", "id")


def test_an_order_holds_what_it_knows_and_puts_what_is_new_last() -> None:
    assert held(("b", "a"), ("a", "c", "b")) == ("b", "a", "c")


def test_the_rule_that_fails_most_comes_first_and_what_nobody_checked_last() -> None:
    seen = of().seen("currency")
    assert seen is not None
    assert [result.failed for result in results(seen, "validity")] == [116, None]
    found = failing(seen, "completeness")
    assert found is not None
    assert found.failed == 6
    assert failing(seen, "uniqueness") is None


# The cell in full


def test_the_cell_in_full_says_rule_source_population_method_since_and_version() -> None:
    text = written(Spot(of(), "status", "validity", ()))
    assert "status · VALID" in text
    assert "99.7 ±0.3" in text
    for part in ("one of 5 values", "paid  shipped  pending", "CHECK", "2,000 present of 2,000", "sample · 9 ms"):
        assert part in text
    assert "▲ new value “shiped”, 6 of 2,000" in text
    assert "v1.2.0" in text


def test_failing_keys_stand_with_their_values_and_what_was_meant_once_that_is_known() -> None:
    spot = Spot(of(), "status", "validity")
    assert "FAILING   6 seen, ≈ 19 in all" in written(spot)
    row = next(one.text.plain.split() for one in lines(spot, 60) if one.key == "0")
    assert row == ["48", "shiped", "…"]
    exact = Spot(of(orders(Grade.EXACT)), "status", "validity", (None,))
    assert "FAILING   6 in all" in written(exact)
    assert next(one.text.plain.split() for one in lines(exact, 60) if one.key == "0") == ["48", "shiped", "—"]


def test_the_first_records_are_not_told_as_random_ones() -> None:
    view = orders()
    assert view.profile is not None
    first = replace(view, profile=replace(view.profile, random=False))
    assert "6 in the first 2,000" in written(Spot(of(first), "status", "validity", ()))


def test_rules_that_the_engine_cannot_check_send_to_validate() -> None:
    text = written(Spot(of(), "currency", "validity"), 100)
    assert "1 rule is not checked in the engine: see Validate" in text
    assert "3 to 3 characters" in text
    assert "not checked in the engine" in written(Spot(of(), "customer_id", "validity"), 100)


def test_a_rule_without_located_records_says_so() -> None:
    view = orders()
    assert view.profile is not None
    seen = view.profile.fields["status"]
    rule = next(result for result in seen.rules if isinstance(result.rule, OneOf))
    bare = replace(seen, rules=(replace(rule, keys=(), values=()),))
    assert "no key locates them" in written(Spot(of(orders(status=bare)), "status", "validity"))


def test_the_mix_of_types_is_told() -> None:
    assert "decimal 1,620, str 380" in written(Spot(of(), "total", "consistency"))


def test_the_model_says_which_fields_pull_it_down() -> None:
    text = written(Spot(of(), MODEL, "consistency"))
    assert "lowest  total" in text
    assert "the mean of" in text


def test_no_line_is_wider_than_the_room_there_is() -> None:
    for path in ("status", "currency", "total", MODEL):
        for dimension in LABELS:
            for width in (20, 43, 62):
                assert all(one.text.cell_len <= width for one in lines(Spot(of(), path, dimension), width))


def test_a_steady_day_is_no_news_and_a_drop_is() -> None:
    assert day_text((0.999, 0.998, 0.999), 5) == "▄▄▄"
    assert day_text((1.0, None, 0.9), 5) == "▄ ▁"
    assert day_text((), 5) == ""
    assert day_text((1.0,) * 23 + (0.5,), 5) == "▄▄▄▄▁"


# On screen


async def test_the_subject_follows_and_the_cursor_is_where_something_changed() -> None:
    async with showing("quality", session=QualitySession()) as (app, _, _, _session):
        assert screen_of(app).level == "fields"
        spot = panel(app).spot
        assert spot is not None
        assert (spot.path, spot.dimension) == ("status", "validity")
        assert heading(app).startswith(" orders ≈ 98.5  sample 2,000 of 6,412")
        assert "threshold 95" in heading(app)
        assert texts(app, "total")["consistency"].startswith("▓ 81.0")


async def test_what_was_meant_is_asked_once_for_a_look() -> None:
    async with showing("quality", session=QualitySession()) as (app, pilot, _, session):
        assert "shipped" in next(one.text.plain for one in panel(app).detail.lines if one.key == "0")
        await pressed(pilot, "right", "left")
        assert [verb for verb, _ in session.asked].count("nearest") == 1
        assert next(given for verb, given in session.asked if verb == "nearest")["values"] == ("shiped",) * 6


async def test_arrows_move_by_field_and_dimension_and_beyond_the_last_into_what_fails() -> None:
    async with showing("quality", session=QualitySession()) as (app, pilot, _, _session):
        await pressed(pilot, "down", "right", "right")
        spot = panel(app).spot
        assert spot is not None
        assert (spot.path, spot.dimension) == ("total", "consistency")
        await pressed(pilot, "up", "left", "left", "left", "left")
        assert "status · COMPLETE" in detail(app)
        await pressed(pilot, "right", "tab")
        assert not panel(app).grid.has_focus


async def test_the_model_stands_below_the_fields_and_down_reaches_it() -> None:
    async with showing("quality", session=QualitySession()) as (app, pilot, _, _session):
        await pressed(pilot, "G", "down")
        spot = panel(app).spot
        assert spot is not None
        assert (spot.path, spot.dimension) == (MODEL, "validity")
        await pressed(pilot, "up")
        spot = panel(app).spot
        assert spot is not None
        assert spot.path == "placed_at"


async def test_enter_shows_the_failing_records_with_the_field_marked_and_enter_again_one_of_them() -> None:
    async with showing("quality", session=QualitySession()) as (app, pilot, _, session):
        await pressed(pilot, "enter")
        assert screen_of(app).level == "records"
        wanted = screen_of(app).query_one(Records).wanted
        assert wanted is not None
        assert wanted.keys == tuple((key,) for key in MISSPELT)
        assert wanted.model == session.views[0].binding.key
        assert "records failing status: one of 5 values" in heading(app)
        records = screen_of(app).query_one(Records)
        assert records.grid.columns[1].label == "✗ status"
        assert records.grid.column_key == "1"
        await pressed(pilot, "enter")
        assert isinstance(app.screen, PeekScreen)
        assert "✗ status" in app.screen.query_one(LineList).plain
        await pressed(pilot, "escape", "escape")
        assert screen_of(app).level == "fields"
        assert panel(app).grid.has_focus


async def test_a_failing_record_is_opened_from_the_list_beside_the_table() -> None:
    async with showing("quality", session=QualitySession()) as (app, pilot, _, session):
        await pressed(pilot, "right", "right", "right", "left", "left", "left")
        panel(app).detail.enter()
        await pressed(pilot, "down", "enter")
        assert isinstance(app.screen, PeekScreen)
        assert session.asked[-1][1]["keys"] == ((MISSPELT[1],),)
        assert "✗ status" in app.screen.query_one(LineList).plain
        await pressed(pilot, "escape", "left")
        assert panel(app).grid.has_focus


async def test_behind_a_fine_cell_are_the_records_by_its_field_and_behind_a_gap_those_without_a_value() -> None:
    async with showing("quality", session=QualitySession()) as (app, pilot, _, _session):
        panel(app).grid.move_to("note")
        await pressed(pilot, "left", "enter")
        wanted = screen_of(app).query_one(Records).wanted
        assert wanted is not None
        assert wanted.where == '"note"=null'
        await pressed(pilot, "escape", "right", "enter")
        wanted = screen_of(app).query_one(Records).wanted
        assert wanted is not None
        assert (wanted.order_by, wanted.where, wanted.keys) == ("note", "", ())


async def test_y_copies_how_to_find_what_fails() -> None:
    async with showing("quality", session=QualitySession()) as (app, pilot, _, _session):
        await pressed(pilot, "y")
        assert app.clipboard == f'WHERE "id" IN ({", ".join(map(str, MISSPELT))})'


async def test_i_shows_the_queries_and_plus_looks_closer_at_a_cost_that_is_said_first() -> None:
    async with showing("quality", session=QualitySession()) as (app, pilot, _, session):
        assert "+ exact ≈ 30 ms" in hints(app)
        await pressed(pilot, "plus")
        assert ("sharpen", {"model": session.views[0].binding.key}) in session.asked
        await pressed(pilot, "i")
        assert isinstance(app.screen, PeekScreen)
        assert app.screen.copied == "SELECT count(*) FROM orders"


async def test_t_takes_another_threshold() -> None:
    async with showing("quality", session=QualitySession()) as (app, pilot, _, _session):
        assert texts(app, "status")["validity"] == "▲ 99.7±"
        await pressed(pilot, "t", "t")
        assert "threshold 99.9" in heading(app)
        assert texts(app, "status")["validity"] == "▲▒99.7±"


async def test_nothing_changes_its_place_until_s_and_what_changed_flashes() -> None:
    async with showing("quality", session=QualitySession()) as (app, pilot, heard, session):
        before = [row.key for row in panel(app).grid.rows]
        view = orders()
        assert view.assessment is not None
        bad = replace(view.assessment.fields["id"], uniqueness=Figure(value=0.5))
        worse = replace(view.assessment, fields={**view.assessment.fields, "id": bad})
        heard.messages.clear()
        session.replace_views((replace(view, assessment=worse), *session.views[1:]))
        await heard.wait(ItemsChanged)
        await pilot.pause()
        assert ("id", "uniqueness") in panel(app).grid._flashing
        assert [row.key for row in panel(app).grid.rows] == before
        assert "s puts in order" in heading(app)
        await pressed(pilot, "s")
        assert [row.key for row in panel(app).grid.rows][:2] == ["status", "id"]
        assert panel(app).grid.cursor_key == "status"
        assert "s puts in order" not in heading(app)
        await pressed(pilot, "s")
        assert panel(app).sort == tuple(SORTS)[1]


async def test_what_lies_over_it_for_a_moment_changes_nothings_place() -> None:
    async with showing("quality", session=QualitySession()) as (app, pilot, heard, session):
        await pressed(pilot, "i")
        view = orders()
        assert view.assessment is not None
        bad = replace(view.assessment.fields["id"], uniqueness=Figure(value=0.5))
        session.replace_views(
            (
                replace(view, assessment=replace(view.assessment, fields={**view.assessment.fields, "id": bad})),
                *session.views[1:],
            )
        )
        await heard.wait(ItemsChanged)
        await pressed(pilot, "escape")
        assert [row.key for row in panel(app).grid.rows][:2] == ["status", "total"]
        await pressed(pilot, "2", "3")
        assert [row.key for row in panel(app).grid.rows][:2] == ["status", "id"]


async def test_b_goes_round_the_bindings_and_asks_the_one_that_is_shown() -> None:
    async with showing("quality", session=QualitySession(twice=True)) as (app, pilot, _, session):
        assert "[shop::orders]  warehouse::orders" in heading(app)
        await pressed(pilot, "down", "b")
        assert "shop::orders  [warehouse::orders]" in heading(app)
        assert "all 6,412" in heading(app)
        assert panel(app).grid.cursor_key == "total"
        await pressed(pilot, "up", "y")
        assert session.asked[-1][1]["model"].endswith("@warehouse::orders")
        await pressed(pilot, "b")
        assert "[shop::orders]" in heading(app)


async def test_without_a_model_all_stand_there_worst_first_and_enter_opens_one() -> None:
    async with showing("quality", session=QualitySession(), subject="models.shop") as (app, pilot, _, _session):
        assert screen_of(app).level == "every"
        titles = [line(row.cells["name"]).plain.split()[1] for row in screen_of(app).every.rows]
        assert titles == ["invoice", "orders", "reviews", "customers", "audit", "stock"]
        assert "6 bindings · 4 assessed · 1 below 95" in heading(app)
        notes = [line(row.cells["note"]).plain for row in screen_of(app).every.rows]
        assert notes[1] == "total CONSIST 81.0 ±1.5"
        assert notes[-1] == "stale 4 min: database is locked"
        await pressed(pilot, "down", "enter")
        assert app.subject == ORDERS_PATH
        assert screen_of(app).level == "fields"
        await pressed(pilot, "escape")
        assert screen_of(app).level == "every"
        await pressed(pilot, "escape")
        assert app.current_mode == "explore"


async def test_a_shows_every_model_and_another_subject_shows_that() -> None:
    async with showing("quality", session=QualitySession()) as (app, pilot, _, _session):
        await pressed(pilot, "a")
        assert screen_of(app).level == "every"
        app.subject = "models.shop.reviews"
        app.tell_screen()
        assert screen_of(app).level == "fields"
        assert heading(app).startswith(" reviews")


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (RefreshState(status=RefreshStatus.FAILED, reason="no such table"), "failed: no such table"),
        (RefreshState(status=RefreshStatus.REFRESHING), "looking for the first time"),
        (RefreshState(status=RefreshStatus.WAITING), "not assessed yet"),
    ],
)
async def test_where_nothing_was_assessed_it_says_why_and_what_to_do(state: RefreshState, said: str) -> None:
    view = replace(orders(), assessment=None, profile=None, state=state, alarms=())
    async with showing("quality", session=QualitySession(view)) as (app, pilot, _, session):
        assert said in texts(app, "")["name"]
        assert "r look again" in hints(app)
        await pressed(pilot, "enter", "y", "i", "t", "s")  # nothing to act on is no fault
        await pressed(pilot, "r")
        assert session.asked[-1][0] == "refresh"


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_stale_figures_stay_and_say_since_when(size: tuple[int, int]) -> None:
    session = QualitySession()
    stale = replace(session.views[1].state, as_of=session.views[1].state.since)
    async with showing("quality", session=QualitySession(replace(orders(), state=stale)), size=size) as (app, *_):
        shown = screen_of(app).query_one("#quality-heading", Lines)
        assert "stale 4 min: database is locked   figures of 4 min ago" in shown.plain
        assert shown.size.height == 2
        assert texts(app, "status")["validity"] == "▲ 99.7±"


async def test_where_there_is_little_room_enter_opens_the_detail_first() -> None:
    async with showing("quality", session=QualitySession(), size=(80, 24)) as (app, pilot, _, _session):
        assert not panel(app).detail.display
        await pressed(pilot, "enter")
        assert panel(app).detail.has_focus
        assert "FAILING" in detail(app)
        await pressed(pilot, "escape")
        assert panel(app).grid.has_focus
        await pressed(pilot, "right", "enter", "enter")
        assert screen_of(app).level == "records"
        await pressed(pilot, "escape")
        assert screen_of(app).level == "fields"


async def test_any_size_is_survived() -> None:
    async with showing("quality", session=QualitySession(twice=True)) as (app, pilot, _, _session):
        for size in ((1, 1), (30, 5), (200, 60), (80, 24), (120, 40)):
            await pilot.resize_terminal(*size)
            await settled(pilot)
        assert panel(app).detail.display
        assert panel(app).grid.shown_columns[-1] == "day"
        assert panel(app).spot is not None


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_at_most_six_hints_are_said(size: tuple[int, int]) -> None:
    async with showing("quality", session=QualitySession(twice=True), size=size) as (app, _, _, _session):
        assert 1 < len([part for part in hints(app).split("    ") if part.strip()]) <= 6


async def test_nothing_watched_says_what_to_do() -> None:
    session = QualitySession()
    session.views = ()
    session.overview = lambda: Overview(role="analyst")  # type: ignore[method-assign]
    async with showing("quality", session=session, subject="") as (app, _, _, _):
        assert "Nothing is watched yet" in line(screen_of(app).every.rows[0].cells["name"]).plain


@asynccontextmanager
async def showing_later(session: QualitySession) -> AsyncIterator[tuple[XregApp, Pilot[None], Heard]]:
    """The dashboard in Quality, while something that was asked for is not there yet."""
    heard = Heard()
    app = app_of(session, ORDERS_PATH)
    async with app.run_test(size=(120, 40), message_hook=heard.hook) as pilot:
        await settled(pilot)
        app.show_mode("quality")
        await heard.wait(QualityPanel.Moved)
        await pilot.pause()
        yield app, pilot, heard


async def test_what_was_meant_may_come_after_the_cursor_went_on() -> None:
    session = QualitySession()
    session.gate.clear()
    async with showing_later(session) as (app, pilot, heard):
        assert "…" in detail(app)
        await pilot.press("down")
        await heard.wait(QualityPanel.Moved)
        session.gate.set()
        await settled(pilot)
        assert "total · VALID" in detail(app)


# In Explore


async def test_the_tab_of_explore_has_the_same_table_and_detail() -> None:
    async with showing("explore", session=QualitySession()) as (app, pilot, _, _session):
        await pressed(pilot, "right_square_bracket", "right_square_bracket")
        assert texts(app, "total")["consistency"].startswith("▓ 81.0")
        assert "FAILING   6 seen, ≈ 19 in all" in detail(app)
        panel(app).focus_panel()
        await pressed(pilot, "y")
        assert app.clipboard.startswith('WHERE "id" IN (48, ')
        await pressed(pilot, "enter")
        assert app.mode_screen is not None
        assert app.mode_screen.query_one(Subject).tab == "records"
        wanted = app.mode_screen.query_one(Records).wanted
        assert wanted is not None
        assert (wanted.marked, len(wanted.keys)) == ("status", 6)
        app.mode_screen.query_one(Records).action_filter()
        await pressed(pilot, "enter")
        wanted = app.mode_screen.query_one(Records).wanted
        assert wanted is not None
        assert wanted.keys == ()


def test_a_key_that_repeats_is_told() -> None:
    view = orders(Grade.EXACT)
    assert view.profile is not None
    seen = view.profile.fields["id"]
    rules = tuple(
        replace(one, failed=2, keys=((1,), (2,)), values=(7, 7)) if isinstance(one.rule, Unique) else one
        for one in seen.rules
    )
    found = of(orders(Grade.EXACT, id=replace(seen, rules=rules, once=ROWS - 2)))
    assert standing(found, "id", "uniqueness").below(1.0)
    assert "2 in all" in written(Spot(found, "id", "uniqueness"))
