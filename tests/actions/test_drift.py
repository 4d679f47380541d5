"""Somebody says that what is seen now is how it is to be: alarms end, and the trail knows who said so."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from xregistry_tui.actions.base import ActionError, Refused
from xregistry_tui.actions.local import LocalSession

ORDERS = "models.shop.orders"


async def drifted(session: LocalSession, shop: Path) -> None:
    """Half of the orders change their status, and two looks see it."""
    with closing(sqlite3.connect(shop)) as connection, connection:
        connection.execute("UPDATE orders SET status = 'pending' WHERE status = 'shipped'")
    for _ in range(2):
        await session.perform("refresh", model=ORDERS)


def alarms(session: LocalSession) -> list[str]:
    (view,) = [view for view in session.bindings() if view.binding.model == ORDERS]
    return [alarm.code for alarm in view.alarms]


async def test_drift_is_accepted_by_those_who_may_refresh(connected: LocalSession, shop: Path) -> None:
    await drifted(connected, shop)
    assert {"new_value", "lost_value"} <= set(alarms(connected))
    count = len(alarms(connected))
    result = await connected.perform("accept_drift", model=ORDERS)
    assert result.value == count
    assert result.said == f"{ORDERS}: accepted as it is now, {count} alarms ended"
    await connected.perform("refresh", model=ORDERS)
    assert alarms(connected) == []
    *_, record = (await connected.perform("trail")).value
    assert (record.verb, record.subject, record.detail["alarms"]) == ("accepted drift", ORDERS, count)
    assert "pending" not in str(record)


async def test_nobody_else_may(connected: LocalSession) -> None:
    with pytest.raises(Refused):
        await LocalSession(connected._workspace, "guest").perform("accept_drift", model=ORDERS)


async def test_what_nobody_looked_at_is_not_accepted(connected: LocalSession) -> None:
    with pytest.raises(ActionError, match="has no live data"):
        await connected.perform("accept_drift", model="models.nowhere")
