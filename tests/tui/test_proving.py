"""A version before the live records, on screen: offered, running, the verdict, the records that fail, and how."""

from __future__ import annotations

import pytest

from tests.tui.hearing import settled
from tests.tui.registry_session import ORDERS, PROOF, PROVEN, RegistrySession
from tests.tui.shop_session import NOW
from tests.tui.test_function import asked, at, pressed
from xregistry_tui.actions.views import Work
from xregistry_tui.tui.app import XregApp
from xregistry_tui.tui.screens.peek import PeekScreen
from xregistry_tui.tui.screens.proposal import ProposalScreen
from xregistry_tui.tui.widgets.diff_list import DiffList
from xregistry_tui.tui.widgets.grid import Grid
from xregistry_tui.tui.widgets.hints import Hints
from xregistry_tui.tui.widgets.line_list import LineList
from xregistry_tui.tui.widgets.lines import Lines
from xregistry_tui.tui.widgets.page import Page
from xregistry_tui.tui.widgets.proof_panel import ProofPanel
from xregistry_tui.tui.widgets.records import Records

HERE = ("right", *("right_square_bracket",) * 3)
DRAFT = "class orders(BaseModel):\n    id: int\n"
EDIT = DRAFT + "    total: float\n"


def shown(app: XregApp) -> str:
    return app.screen.query_one(ProofPanel).plain


def hints(app: XregApp) -> str:
    return app.screen.query_one(Hints).plain


async def test_it_is_offered_where_the_schemas_alone_do_not_allow_the_step() -> None:
    async with at(ORDERS, *HERE) as (app, pilot, _):
        assert "P prove" in hints(app)
        await pressed(pilot, "down")
        assert "P prove" not in hints(app)
        assert not shown(app)


async def test_the_verdict_stands_there_plainly_with_the_records_that_fail() -> None:
    async with at(ORDERS, *HERE, "P") as (app, _, session):
        assert asked(session, "prove") == [{"model": ORDERS, "version": "2.0.0", "older": "1.1.0"}]
        lines = shown(app).splitlines()
        assert lines[0].startswith(" ✗  17 of 41,203 fail   refuted")
        assert "1.1.0 → 2.0.0   shop::orders" in lines[0]
        assert "✗ status must be one of 2 values" in lines[2]
        assert "17 of 41,203 fail" in lines[2]
        assert lines[3].split() == ["12", "on", "hold"]
        assert "⋯ 9 more" in shown(app)
        assert "✓ total must be ≥ 0" in shown(app)
        assert "by the model" in shown(app)
        assert "10,000 of 41,203 records" in shown(app)
        assert "\x1b" not in shown(app)


async def test_the_keys_go_to_the_failing_records_and_back() -> None:
    async with at(ORDERS, *HERE, "P") as (app, pilot, _):
        assert app.focused is app.screen.query_one(ProofPanel).listing
        assert "enter the records    i how" in hints(app)
        await pressed(pilot, "y")
        assert app.clipboard.startswith("17 of 41,203 fail: keys 12, 88, 100, …: status must be")
        await pressed(pilot, "escape")
        assert app.focused is app.screen.query_one("#versions", Grid)


async def test_enter_on_what_fails_opens_all_its_records_and_on_a_key_that_one() -> None:
    async with at(ORDERS, *HERE, "P", "enter") as (app, pilot, session):
        assert asked(session, "records")[-1]["keys"] == PROOF.tested[0].keys
        records = app.screen.query_one(Records)
        assert records.display
        assert "17 records · " in records.query_one("#records-note", Lines).plain
        assert [records.record_at(place)[1] for place in (0, 1)] == [(12,), (88,)]  # type: ignore[index]  # they are loaded
        await pressed(pilot, "slash", "enter")
        assert "keys" not in asked(session, "records")[-1]
        await pressed(pilot, "right_square_bracket", "right_square_bracket")
        app.screen.query_one(ProofPanel).take_keys()
        await pressed(pilot, "down", "down", "enter")
        assert asked(session, "records")[-1]["keys"] == ((88,),)


async def test_i_says_what_was_proven_how() -> None:
    async with at(ORDERS, *HERE, "P", "i") as (app, pilot, _):
        assert isinstance(app.screen, PeekScreen)
        said = app.screen.query_one(LineList).plain
        assert "told by the engine of 41,203 of 41,203 records" in said
        assert "told by the model of 10,000 of 41,203 records" in said
        assert "2 queries · 31 ms · read only" in said
        assert "SELECT count(*) FROM orders" in said
        await pressed(pilot, "escape", "escape", "down", "i")
        # where nothing was proved it is the figures that are asked about
        assert "told by the engine" not in app.screen.query_one(LineList).plain


async def test_what_runs_says_how_far_it_is_and_x_cancels_it() -> None:
    async with at(ORDERS, *HERE) as (app, pilot, session):
        session.gate.clear()
        session.works = (
            Work(id="job-1", title="proving orders 1.1.0 → 2.0.0", since=NOW, detail="3,000 of 10,000", progress=0.3),
        )
        await pilot.press("P")
        await pilot.pause()
        assert "⟳ proving orders 1.1.0 → 2.0.0   ███░░░░░░░ 30 %   3,000 of 10,000" in shown(app)
        assert "x cancel" in shown(app)
        assert "x cancel the proof" in hints(app)
        await pilot.press("x")
        await settled(pilot)
        assert session.ended == [ORDERS]
        assert not shown(app)
        assert "P prove" in hints(app)


async def test_a_proof_belongs_to_its_two_versions() -> None:
    async with at(ORDERS, *HERE, "P", "escape", "down") as (app, pilot, session):
        assert not shown(app)
        await pressed(pilot, "up")
        assert "17 of 41,203 fail" in shown(app)
        await pressed(pilot, "m", "down", "d")
        assert "17 of 41,203 fail" in shown(app)
        assert len(asked(session, "prove")) == 1


async def test_without_records_it_says_what_to_connect() -> None:
    async with at(ORDERS, *HERE) as (app, pilot, session):
        session.fails = "orders has no live records to prove it over: connect the resource that holds them"
        await pressed(pilot, "P")
        assert "no live records to prove it over: connect the resource" in shown(app)
        assert "P prove" in hints(app)


async def test_the_first_version_has_nothing_before_it() -> None:
    async with at(ORDERS, *HERE, "down", "down", "P") as (app, _, session):
        assert not asked(session, "prove")
        assert any("there is none before it" in note.message for note in app._notifications)


@pytest.mark.parametrize("size", [(80, 24), (40, 12)])
async def test_a_small_terminal_shows_the_verdict_too(size: tuple[int, int]) -> None:
    async with at(ORDERS, *HERE, "P", size=size) as (app, _, _session):
        assert shown(app).splitlines()[0].startswith(" ✗  17 of 41,203 fail")


# An edited model, before it is a version


async def proposed(app: XregApp, pilot: object) -> None:
    app.push_screen(ProposalScreen(ORDERS, "orders", DRAFT, EDIT))
    await settled(pilot)  # type: ignore[arg-type]


async def test_an_edited_model_is_proved_before_it_is_accepted_anyway() -> None:
    session = RegistrySession()
    session.verdict, session.proof = "incompatible", PROVEN
    async with at(ORDERS, session=session) as (app, pilot, _):
        await proposed(app, pilot)
        assert hints(app).strip().startswith("P prove    a accept")
        await pressed(pilot, "a")
        warning = app.screen.query_one("#proposal-warning", Page).plain.replace("\n", " ")
        assert "P asks the records first." in warning
        await pressed(pilot, "P")
        assert asked(session, "prove") == [{"model": ORDERS, "source": EDIT}]
        assert "✓  0 of 41,203 fail   proven" in shown(app)
        assert "none of the records there are is against it" in app.screen.query_one("#proposal-warning", Page).plain
        await pressed(pilot, "a")
        assert asked(session, "accept")[0]["anyway"] is True


async def test_records_that_fail_an_edited_model_open_above_it() -> None:
    session = RegistrySession()
    session.verdict = "incompatible"
    async with at(ORDERS, session=session) as (app, pilot, _):
        await proposed(app, pilot)
        await pressed(pilot, "P", "down", "enter")
        assert isinstance(app.screen, PeekScreen)
        assert asked(session, "records")[-1]["keys"] == ((12,),)
        await pressed(pilot, "escape", "escape")
        assert isinstance(app.screen, ProposalScreen)
        assert app.focused is app.screen.query_one(DiffList)
        await pressed(pilot, "i")
        assert "SELECT count(*)" in app.screen.query_one(LineList).plain


async def test_editing_again_forgets_the_proof_and_x_ends_one_that_runs() -> None:
    session = RegistrySession()
    session.verdict = "incompatible"
    async with at(ORDERS, session=session) as (app, pilot, _):
        await proposed(app, pilot)
        session.gate.clear()
        await pilot.press("P")
        await pilot.pause()
        assert "proving" in shown(app)
        await pilot.press("x")
        session.gate.set()
        await settled(pilot)
        assert session.ended == [ORDERS]
        assert not shown(app)
        assert isinstance(app.screen, ProposalScreen)
        await pressed(pilot, "P")
        assert "17 of 41,203 fail" in shown(app)
        app.screen._judge()
        await settled(pilot)
        assert not shown(app)
