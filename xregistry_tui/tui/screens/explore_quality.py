"""A model's quality as a table: fields by dimensions, quiet where it is good."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.text import Text

from xregistry_tui.profiling import wording
from xregistry_tui.schema.shape import walk
from xregistry_tui.tui.format import line
from xregistry_tui.tui.screens.explore_fields import _name
from xregistry_tui.tui.widgets.grid import Column, Row

if TYPE_CHECKING:
    from xregistry_tui.actions.views import ModelView
    from xregistry_tui.profiling.profile import Figure
    from xregistry_tui.profiling.quality import Quality

DIMENSIONS = ("completeness", "validity", "uniqueness", "consistency", "timeliness")
COLUMNS = (
    Column("name", "FIELD", 16, flex=1),
    Column("completeness", "COMPLETE", 9, align="right"),
    Column("validity", "VALID", 9, align="right"),
    Column("uniqueness", "UNIQUE", 9, align="right", priority=2),
    Column("consistency", "CONSIST", 9, align="right", priority=3),
    Column("timeliness", "TIMELY", 9, align="right", priority=4),
)
MODEL = "\0model"
THRESHOLD, FAR = 0.95, 0.85
EXPLAINED = "· no rule    — not looked at    ▒ below 95    ▓ below 85    valid: obey their rules ÷ present"


def quality_rows(model: ModelView) -> Iterator[Row]:
    """A line for the model, then one for each field."""
    view = model.binding
    if view is None or view.assessment is None:
        return
    yield Row(MODEL, {"name": line(("model", "bright")), **_cells(view.assessment.model, judged=True)})
    for path, field in walk(model.shape):
        found = view.assessment.fields.get(path)
        optional = field.nullable or not field.required
        if found is not None:
            cells = _cells(found, judged=True)
            if optional and found.completeness is not None:
                cells["completeness"] = line((wording.percent(found.completeness.value), "dim"))
        else:
            cells = {name: line((wording.NOTHING, "dim")) for name in DIMENSIONS}
        yield Row(path, {"name": line(_name(path, field)), **cells})


def _cells(quality: Quality, *, judged: bool) -> dict[str, Text]:
    return {name: _cell(getattr(quality, name), judged and name != "uniqueness") for name in DIMENSIONS}


def _cell(figure: Figure | None, judged: bool) -> Text:
    if figure is None:
        return line(("·", "dim"))
    text = wording.percent(figure.value)
    if not judged or figure.value >= THRESHOLD:
        return line((text, "dim"))
    glyph = "▓" if figure.value < FAR else "▒"
    return line((f"{glyph} {text}", "warn"))
