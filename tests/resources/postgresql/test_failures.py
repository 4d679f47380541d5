"""Which condition is behind which answer of the server: by its code, whatever its words."""

from __future__ import annotations

import asyncpg
import pytest

from xregistry_tui.resources.base import (
    CollectionFailed,
    ResourceBroken,
    ResourceBusy,
    ResourceDenied,
    ResourceError,
    ResourceGone,
    ResourceSlow,
)
from xregistry_tui.resources.postgresql.failures import while_asking, while_connecting
from xregistry_tui.resources.postgresql.reaching import reach

REACH = reach({"url": "postgresql://ana:hush@db/shop"}, {})


@pytest.mark.parametrize(
    ("state", "kind", "said"),
    [
        ("08006", ResourceGone, "was lost"),
        ("25006", ResourceDenied, "more than reading"),
        ("25P03", ResourceGone, "idle for too long"),
        ("25P04", ResourceBusy, "cancelled our query"),
        ("28000", ResourceDenied, "refused user 'ana'"),
        ("28P01", ResourceDenied, "refused the password"),
        ("3D000", ResourceGone, "no database 'shop' at db:5432"),
        ("40001", ResourceBusy, "standby whose recovery"),
        ("40P01", ResourceBusy, "deadlock"),
        ("42501", CollectionFailed, "Worte"),
        ("42P01", CollectionFailed, "Worte"),
        ("53100", ResourceBusy, "short of resources"),
        ("53300", ResourceBusy, "no connection left"),
        ("55P03", ResourceBusy, "is locked"),
        ("57014", ResourceBusy, "cancelled our query"),
        ("57P01", ResourceGone, "ended our connection"),
        ("57P02", ResourceGone, "ended our connection"),
        ("57P03", ResourceBusy, "starting up or shutting down"),
        ("58P01", ResourceBroken, "damaged"),
        ("XX001", ResourceBroken, "damaged"),
        ("22012", CollectionFailed, "Worte"),
        ("P0001", CollectionFailed, "Worte"),
        ("ZZ000", ResourceBroken, "answered with an error"),
    ],
)
def test_conditions(state: str, kind: type[ResourceError], said: str) -> None:
    error = asyncpg.PostgresError.new({"C": state, "M": "Worte\nmore", "D": "values of a record"})
    found = while_asking(error, REACH, "shop")
    assert type(found) is kind
    assert said in found.reason
    assert "record" not in str(found)
    assert "hush" not in str(found)
    assert found.hint


def test_a_time_limit_of_the_server_is_slow_whatever_language_it_speaks() -> None:
    error = asyncpg.PostgresError.new({"C": "57014", "M": "canceling statement due to statement timeout"})
    assert isinstance(while_asking(error, REACH, "shop"), ResourceSlow)


def test_a_refused_password_is_not_tried_again_by_itself() -> None:
    error = asyncpg.InvalidPasswordError("no")
    error.sqlstate = "28P01"
    assert not while_connecting(error, REACH, "shop").recoverable
