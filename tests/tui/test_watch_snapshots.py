"""What Live and Validate look like at both sizes that are designed for; accepted by eye."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.tui.hearing import app_of, settled
from tests.tui.shop_session import RECORD, ShopSession
from xregistry_tui.tui.app import XregApp
from xregistry_tui.tui.widgets.json_editor import JsonEditor

pytestmark = pytest.mark.usefixtures("utc")
SIZES = [(120, 40), (80, 24)]
WRONG = {key: value for key, value in RECORD.items() if key != "placed_at"} | {
    "status": "shiped",
    "total": "129.90",
    "currency": "EURO",
}


async def opened(pilot: Pilot[Any], mode: str) -> XregApp:
    app = pilot.app
    assert isinstance(app, XregApp)
    await settled(pilot)
    app.subject = "models.shop.orders"
    app.show_mode(mode)
    await settled(pilot)
    return app


@pytest.mark.parametrize("size", SIZES)
def test_live_looks_as_accepted(snap_compare: Callable[..., bool], size: tuple[int, int]) -> None:
    async def look(pilot: Pilot[Any]) -> None:
        await opened(pilot, "live")

    assert snap_compare(app_of(ShopSession()), terminal_size=size, run_before=look)


@pytest.mark.parametrize("size", SIZES)
def test_validate_looks_as_accepted(snap_compare: Callable[..., bool], size: tuple[int, int]) -> None:
    async def look(pilot: Pilot[Any]) -> None:
        app = await opened(pilot, "validate")
        editor = app.screen.query_one(JsonEditor)
        editor.cursor_blink = False
        editor.load_text(json.dumps(WRONG, indent=2))
        app.screen.check()  # type: ignore[attr-defined]
        await settled(pilot)
        await pilot.press("f8", "ctrl+l")
        await settled(pilot)

    assert snap_compare(app_of(ShopSession()), terminal_size=size, run_before=look)
