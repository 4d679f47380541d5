"""The versions of a model on screen: a list, what changed, any two compared, and the way back."""

from __future__ import annotations

from tests.tui.hearing import settled
from tests.tui.registry_session import ORDERS, VERSIONS, RegistrySession, change
from tests.tui.shop_session import HOSTILE
from tests.tui.test_function import asked, at, pressed
from xregistry_tui.schema.change import Change, Verdict
from xregistry_tui.tui.app import XregApp
from xregistry_tui.tui.screens.ask import AskScreen
from xregistry_tui.tui.screens.peek import PeekScreen
from xregistry_tui.tui.screens.versions import VersionsRoom
from xregistry_tui.tui.widgets.diff_list import DiffList, ordered, sign
from xregistry_tui.tui.widgets.grid import Grid
from xregistry_tui.tui.widgets.hints import Hints
from xregistry_tui.tui.widgets.line_list import LineList
from xregistry_tui.tui.widgets.lines import Lines
from xregistry_tui.tui.widgets.page import Page
from xregistry_tui.tui.widgets.tabs import TabLine

HERE = ("right", *("right_square_bracket",) * 3)


def listed(app: XregApp) -> list[dict[str, str]]:
    grid = app.screen.query_one("#versions", Grid)
    return [{name: str(cell).strip() for name, cell in row.cells.items()} for row in grid.rows]


def head(app: XregApp) -> str:
    return app.screen.query_one("#versions-head", Lines).plain


def diff(app: XregApp) -> str:
    return app.screen.query_one(DiffList).plain


async def test_versions_are_listed_newest_first_with_what_the_mode_says_of_them() -> None:
    async with at(ORDERS, *HERE) as (app, _, _session):
        assert "[Versions 3]" in app.screen.query_one("#subject-tabs", TabLine).plain
        shown = listed(app)
        assert [row["version"] for row in shown] == ["2.0.0", "1.1.0", "1.0.0"]
        assert [row["verdict"] for row in shown] == ["✗ incompatible", "✓ compatible", "first"]
        assert [row["changes"] for row in shown] == ["4", "1", "·"]
        assert [row["note"] for row in shown] == ["● current", "", "not kept"]
        assert shown[0]["when"] == "2026-02-28 14:02"


async def test_below_is_what_changed_in_the_one_under_the_cursor() -> None:
    async with at(ORDERS, *HERE) as (app, pilot, _session):
        assert "1.1.0 → 2.0.0    4 changes, 1 breaking" in head(app)
        lines = [line.split() for line in diff(app).splitlines()]
        assert [line[:2] for line in lines] == [["−", "/fax"], ["~", "/status"], ["~", "/total"], ["·", "/currency"]]
        assert "✗ incompatible" in diff(app).splitlines()[1]
        assert "\x1b" not in diff(app)
        await pressed(pilot, "down")
        assert "1.0.0 → 1.1.0    1 change" in head(app)
        assert "+ /note" in diff(app)
        await pressed(pilot, "down")
        assert "The first version" in diff(app)


def test_changes_are_grouped_by_kind_and_of_each_kind_those_first_that_break() -> None:
    assert [sign(one) for one in ordered(VERSIONS[0].changes)] == ["−", "~", "~", "·"]
    assert [one.path for one in ordered(reversed(VERSIONS[0].changes))][1:3] == ["/status", "/total"]


def test_only_a_field_that_came_is_a_plus_and_only_words_are_a_dot() -> None:
    assert sign(change("/total", "required_added", Verdict.INCOMPATIBLE, "is required now")) == "~"
    assert sign(change("/total", "documentation_edited", Verdict.COMPATIBLE, "is described otherwise")) == "·"
    assert sign(change("/total", "documentation_edited", Verdict.INCOMPATIBLE, "is described otherwise")) == "~"


async def test_m_marks_one_and_d_compares_it_with_the_cursors() -> None:
    async with at(ORDERS, *HERE, "m", "down", "d") as (app, pilot, session):
        assert asked(session, "compare") == [{"model": ORDERS, "older": "1.1.0", "newer": "2.0.0"}]
        assert listed(app)[0]["mark"] == "m"
        assert "1.1.0 → 2.0.0    5 changes, 1 breaking" in head(app)
        assert "perhaps renamed  fax → note" in diff(app)
        await pressed(pilot, "escape")
        assert "1.0.0 → 1.1.0" in head(app)
        assert listed(app)[0]["mark"] == ""


async def test_keys_are_heard_while_two_are_compared() -> None:
    async with at(ORDERS, *HERE, "down", "m") as (app, pilot, session):
        session.gate.clear()
        await pilot.press("d", "down")
        assert app.screen.query_one("#versions", Grid).cursor_key == "1.0.0"
        session.gate.set()
        await settled(pilot)
        assert "1.1.0 → 2.0.0    5 changes, 1 breaking" in head(app)


async def test_what_was_compared_of_another_model_is_dropped() -> None:
    async with at(ORDERS, *HERE, "down") as (app, pilot, session):
        session.gate.clear()
        await pilot.press("d")
        app.open_subject("models.shop.stock")
        await pilot.pause()
        session.gate.set()
        await settled(pilot)
        assert app.screen.query_one(VersionsRoom).compared is None
        assert "One version so far" in diff(app)


async def test_two_that_are_marked_are_compared_and_a_third_takes_the_place_of_the_first() -> None:
    async with at(ORDERS, *HERE, "m", "down", "m", "down", "m", "up", "up") as (app, pilot, session):
        assert [row["mark"] for row in listed(app)] == ["", "m", "m"]
        await pressed(pilot, "d")
        assert asked(session, "compare")[-1] == {"model": ORDERS, "older": "1.0.0", "newer": "1.1.0"}


async def test_a_body_that_went_says_that_it_cannot_be_compared() -> None:
    async with at(ORDERS, *HERE, "down", "down", "d") as (app, _, _session):
        assert any("the body of 1.0.0 is not kept" in note.message for note in app._notifications)
        assert "The first version" in diff(app)


async def test_enter_opens_old_and_new_of_one_change_in_full() -> None:
    async with at(ORDERS, *HERE, "enter", "down", "enter") as (app, pilot, _session):
        assert isinstance(app.screen, PeekScreen)
        shown = app.screen.query_one(LineList).plain
        assert "on hold" in shown
        assert "old" in shown
        await pressed(pilot, "escape", "y")
        assert app.clipboard == "~ /status  “on hold” is not allowed any more  (incompatible)"
        await pressed(pilot, "escape")
        assert app.focused is app.screen.query_one("#versions", Grid)


async def test_a_click_on_a_change_opens_it() -> None:
    async with at(ORDERS, *HERE) as (app, pilot, _session):
        await pilot.click(DiffList, offset=(10, 0))
        await pilot.pause()
        assert isinstance(app.screen, PeekScreen)


async def test_u_asks_once_says_what_it_becomes_and_rolls_back() -> None:
    async with at(ORDERS, *HERE, "down") as (app, pilot, session):
        await pilot.press("u")
        await asking(pilot, app)
        assert isinstance(app.screen, AskScreen)
        assert "Roll orders back to 1.1.0?" in app.screen.query_one(Page).plain
        assert "Its schema becomes 3.0.0" in app.screen.query_one(Page).plain
        await pressed(pilot, "y")
        assert asked(session, "rollback") == [{"model": ORDERS, "version": "1.1.0"}]
        assert listed(app)[0]["version"] == "3.0.0"


async def test_what_it_becomes_is_a_matter_of_the_change_and_not_of_the_mode() -> None:
    async with at(ORDERS, *HERE, "down") as (app, pilot, session):
        session.step = Change.COMPATIBLE
        await pilot.press("u")
        await asking(pilot, app)
        assert "becomes 2.1.0" in app.screen.query_one(Page).plain


async def test_a_click_on_a_hint_is_its_key() -> None:
    async with at(ORDERS, *HERE, "down") as (app, pilot, _session):
        hints = app.screen.query_one(Hints)
        await pilot.click(hints, offset=(hints.plain.index("u roll back") + 1, 0))
        await asking(pilot, app)


async def asking(pilot: object, app: XregApp) -> None:
    while not isinstance(app.screen, AskScreen):
        await pilot.pause()  # type: ignore[attr-defined]


async def test_a_question_that_is_not_answered_with_yes_changes_nothing() -> None:
    async with at(ORDERS, *HERE, "down") as (app, pilot, session):
        await pilot.press("u")
        await asking(pilot, app)
        await pressed(pilot, "escape")
        assert not asked(session, "rollback")


async def test_the_current_version_is_not_rolled_back_to() -> None:
    async with at(ORDERS, *HERE, "u") as (app, _, session):
        assert not isinstance(app.screen, AskScreen)
        assert not asked(session, "rollback")


async def test_one_version_says_what_makes_the_next() -> None:
    async with at("models.shop.stock", *HERE) as (app, _, _session):
        assert "One version so far" in diff(app)


async def test_versions_that_cannot_be_had_say_why() -> None:
    session = RegistrySession()
    async with at(ORDERS, "right", session=session) as (app, pilot, _session):
        session.fails = "role guest lacks LIST on models.shop.orders"
        await pressed(pilot, *HERE[1:])
        assert "lacks LIST" in app.screen.query_one("#versions-said", Page).plain


async def test_a_deprecated_model_says_until_when_and_what_to_use_instead() -> None:
    session = RegistrySession()
    session.deprecated = f"deprecated until 2027-01-01; use shop.sales {HOSTILE}"
    async with at(ORDERS, session=session) as (app, _, _session):
        shown = app.screen.query_one("#subject-head", Lines).plain
        assert "orders   deprecated  until 2027-01-01; use " in shown
        assert "\x1b" not in shown
        assert "● live" in shown
