"""Where a type is used: model and field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from xregistry_tui.tui.format import line
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.columns import Column, Row

if TYPE_CHECKING:
    from xregistry_tui.actions.views import Use

COLUMNS = (Column("model", "MODEL", 20, flex=1), Column("field", "FIELD", 16, flex=1))


def use_rows(uses: Sequence[Use]) -> list[Row]:
    """One row a use, by its place."""
    return [
        Row(str(place), {"model": line(plain(use.model.removeprefix("models."))), "field": line(plain(use.field))})
        for place, use in enumerate(uses)
    ]
