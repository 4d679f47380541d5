"""Code of a folder waits for trust: one question, asked once."""

from __future__ import annotations

from tests.tui.registry_session import ORDERS, RegistrySession
from tests.tui.shop_session import HOSTILE
from tests.tui.test_function import asked, at, pressed
from xregistry_tui.tui.screens.ask import AskScreen
from xregistry_tui.tui.widgets.page import Page


def waiting() -> RegistrySession:
    session = RegistrySession()
    session.untrusted = f"/home/ana/shop {HOSTILE}"
    return session


async def test_the_question_names_the_folder_and_y_trusts_it() -> None:
    async with at(ORDERS, session=waiting()) as (app, pilot, session):
        assert isinstance(app.screen, AskScreen)
        text = app.screen.query_one(Page).plain
        for part in ("Trust this folder?", "code that would run", "/home/ana/shop", "Not now"):
            assert part in text
        assert "\x1b" not in text
        await pressed(pilot, "y")
        assert asked(session, "trust") == [{"folder": session.untrusted}]


async def test_not_now_is_not_asked_again() -> None:
    async with at(ORDERS, session=waiting()) as (app, pilot, session):
        await pressed(pilot, "n")
        app.screen.clock()  # type: ignore[attr-defined]
        await pressed(pilot, "2", "1")
        assert not isinstance(app.screen, AskScreen)
        assert not asked(session, "trust")


async def test_nothing_is_asked_where_nothing_waits() -> None:
    async with at(ORDERS) as (app, _, _session):
        assert not isinstance(app.screen, AskScreen)
