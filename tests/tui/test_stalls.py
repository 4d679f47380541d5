"""Nothing holds the event loop while the data changes as fast as it can and somebody pages through everything."""

from __future__ import annotations

import sys

import pytest

from tests.benchmarks.stalls import stalls_while_paging

LIMIT = 50


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(
    ("seconds", "most"), [pytest.param(60, LIMIT, marks=pytest.mark.long), pytest.param(4, 5 * LIMIT)]
)
def test_no_callback_holds_the_loop(seconds: float, most: float) -> None:
    stalls, keys = stalls_while_paging(seconds, 0.1)
    assert keys == seconds * 10
    assert [stall for stall in stalls if stall["milliseconds"] > most] == []
