"""What Explore looks like at both sizes that are designed for; accepted by eye."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.tui.hearing import app_of, settled
from tests.tui.sessions import ExploreSession

pytestmark = pytest.mark.usefixtures("utc")
SIZES = [(120, 40), (80, 24)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "keys",
    [("right", "down", "down"), ("right_square_bracket",), ("right_square_bracket",) * 2],
    ids=["fields", "records", "quality"],
)
def test_explore_looks_as_accepted(
    snap_compare: Callable[..., bool], size: tuple[int, int], keys: tuple[str, ...]
) -> None:
    async def look(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        for key in keys:
            await pilot.press(key)
            await settled(pilot)

    assert snap_compare(app_of(ExploreSession()), terminal_size=size, run_before=look)
