"""The keys worth saying in Quality, by what is shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from xregistry_tui.profiling.plan import Grade
from xregistry_tui.tui.keymap import Hint

if TYPE_CHECKING:
    from xregistry_tui.tui.widgets.quality_detail import Spot


def level_hints(level: str, *, failed: bool) -> Iterator[Hint]:
    """What matters outside of a model's fields."""
    if level == "every":
        yield from (Hint("grid.select", "fields"), Hint("quality.refresh", "refresh"))
        yield from (Hint("quality.threshold", "threshold"), Hint("quality.sort", "sort"))
    elif level == "records":
        yield from (Hint("grid.select", "record"), Hint("records.filter", "filter"), Hint("back", "back"))
    elif failed:
        yield Hint("quality.refresh", "try again")


def detail_hints(spot: Spot) -> Iterator[Hint]:
    """What matters where a cell is read in full."""
    if spot.failing is not None:
        yield from (Hint("lines.choose", "record, what fails marked"), Hint("quality.copy", "copy WHERE"))
    else:
        yield Hint("lines.choose", "records")
    yield Hint("detail.left", "back")


def field_hints(spot: Spot | None, cost: str, *, narrow: bool) -> Iterator[Hint]:
    """What matters at the cell under the cursor; `cost` is what the next grade would take."""
    if spot is None:
        yield from (Hint("quality.refresh", "look again"), Hint("quality.every", "every model"))
        return
    yield Hint("grid.select", "detail" if narrow else "failing records" if spot.failing else "records")
    view = spot.board.view
    if view.profile is not None and view.profile.method is not Grade.EXACT:
        yield Hint("quality.sharpen", cost)
    if spot.failing is not None:
        yield Hint("quality.copy", "copy WHERE")
    yield Hint("quality.how", "how")
    several = len(spot.board.model.bindings) > 1
    yield Hint("quality.binding", "binding") if several else Hint("quality.threshold", "threshold")
    yield Hint("quality.sort", "sort")
