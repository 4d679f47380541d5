"""Moments as screens write them: overdue is soon and never 0 s, and only the last day is told as an age."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.tui.shop_session import NOW, ShopSession, ago
from xregistry_tui.core.bindings import RefreshState, RefreshStatus
from xregistry_tui.tui.moments import next_look, recent
from xregistry_tui.tui.screens.live_rows import summary
from xregistry_tui.tui.widgets.subject_head import model_lines


@pytest.mark.parametrize(
    ("status", "due_in", "said"),
    [
        (RefreshStatus.LIVE, 4, "4 s"),
        (RefreshStatus.LIVE, 0.4, "soon"),
        (RefreshStatus.LIVE, -9, "soon"),
        (RefreshStatus.REFRESHING, -9, "now"),
        (RefreshStatus.PAUSED, 4, ""),
    ],
)
def test_a_look_that_waits_for_its_turn_comes_soon(status: RefreshStatus, due_in: float, said: str) -> None:
    assert next_look(RefreshState(status=status, next_at=ago(-due_in)), NOW) == said


def test_nothing_is_said_of_a_look_that_is_not_planned() -> None:
    assert next_look(RefreshState(status=RefreshStatus.LIVE), NOW) == ""


def test_explore_and_live_say_soon() -> None:
    session = ShopSession()
    overdue = replace(session.views[0], state=RefreshState(status=RefreshStatus.LIVE, as_of=ago(9), next_at=ago(3)))
    session.views = (overdue,)
    model = session.model("models.shop.orders")
    assert model is not None
    assert "next soon" in model_lines(model, NOW, 88)[0].plain
    assert summary(session.views, 1, NOW)[1] == "next refresh soon"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (ago(2), "2 s ago"),
        (ago(2).isoformat(), "2 s ago"),
        (ago(2).replace(tzinfo=None), "2 s ago"),
        (ago(90_000), ""),
        (ago(-60), ""),
        ("2026-03-01", ""),
        ("soon", ""),
        (None, ""),
    ],
)
def test_only_a_moment_of_the_last_day_is_an_age(value: object, said: str) -> None:
    assert recent(value, NOW) == said  # type: ignore[arg-type]
