"""A value that was fetched in part says how large it is, once."""

from __future__ import annotations

import pytest

from xregistry_tui.profiling.plan import Grade
from xregistry_tui.profiling.profile import Figure, How
from xregistry_tui.resources.base import Clipped, Page
from xregistry_tui.schema.shape import Kind
from xregistry_tui.tui.widgets.record_text import record_row


@pytest.mark.parametrize(
    ("value", "ends"),
    [
        (Clipped(b"\x00" * 4096, 100_000, Kind.BYTES), "b 100 kB"),
        (Clipped("x" * 4096, 5_000_000, Kind.STRING), "x…"),
    ],
)
def test_a_clipped_cell(value: Clipped, ends: str) -> None:
    page = Page(
        columns=("v",),
        rows=((value,),),
        keys=((1,),),
        offset=0,
        more=False,
        total=Figure(value=1, method=Grade.EXACT),
        how=How(),
    )
    text = str(record_row(0, page, 0).cells["0"])
    assert text.endswith(ends)
    assert not text.endswith("……")
