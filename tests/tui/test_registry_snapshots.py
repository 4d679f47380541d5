"""What functions, types, versions and an edited model look like; accepted by eye."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.tui.hearing import app_of, settled
from tests.tui.registry_session import EMAIL, ORDERS, PRICE, RegistrySession
from tests.tui.test_function import pressed
from xregistry_tui.tui.app import XregApp
from xregistry_tui.tui.screens.proposal import ProposalScreen

pytestmark = pytest.mark.usefixtures("utc")
LARGE, SMALL = (120, 40), (80, 24)
VERSIONS = ("right", *("right_square_bracket",) * 3)
LOOKS = {
    "call": (PRICE, ("right", *"12.50", "down", "down", "space", "escape", "c", "up", "up", "up"), LARGE),
    "call-wrong": (PRICE, (*"many", "escape", "c"), SMALL),
    "history": (PRICE, ("right", "escape", "right_square_bracket"), LARGE),
    "try": (EMAIL, ("right", *"Ana@Example.org", "enter"), LARGE),
    "versions": (ORDERS, (*VERSIONS, "m", "down", "d"), LARGE),
    "versions-small": (ORDERS, VERSIONS, SMALL),
    "preview": (ORDERS, ("R", "down", "enter", "w"), LARGE),
    "command": (ORDERS, ("colon", *"gr"), SMALL),
}


def still(app: XregApp) -> None:
    """No cursor blinks."""
    for field in app.screen.query(Input):
        field.cursor_blink = False


@pytest.mark.parametrize("name", LOOKS)
def test_it_looks_as_accepted(snap_compare: Callable[..., bool], name: str) -> None:
    subject, keys, size = LOOKS[name]

    async def look(pilot: Pilot[Any]) -> None:
        app = pilot.app
        assert isinstance(app, XregApp)
        await settled(pilot)
        await pressed(pilot, *keys)
        still(app)
        await settled(pilot)

    assert snap_compare(app_of(RegistrySession(), subject), terminal_size=size, run_before=look)


@pytest.mark.parametrize("size", [LARGE, SMALL])
def test_a_proposal_looks_as_accepted(snap_compare: Callable[..., bool], size: tuple[int, int]) -> None:
    session = RegistrySession()
    session.verdict = "incompatible"

    async def look(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        await pilot.app.push_screen(ProposalScreen(ORDERS, "orders", "class orders: ...", "class orders: id: int"))
        await settled(pilot)
        await pressed(pilot, "down", "a")

    assert snap_compare(app_of(session, ORDERS), terminal_size=size, run_before=look)
