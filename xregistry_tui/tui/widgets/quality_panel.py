"""A model's quality as a table: fields by dimensions, quiet where it is good."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.text import Text
from textual.containers import Vertical

from xregistry_tui.profiling import wording
from xregistry_tui.schema.shape import walk
from xregistry_tui.tui.format import line
from xregistry_tui.tui.widgets.columns import Column, Row
from xregistry_tui.tui.widgets.field_rows import field_name
from xregistry_tui.tui.widgets.grid import Grid
from xregistry_tui.tui.widgets.lines import Lines

if TYPE_CHECKING:
    from textual.app import ComposeResult

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
EXPLAINED = "· no rule  — not looked at  ▒ below 95  ▓ below 85  valid: of those present"


class QualityPanel(Vertical):
    """The table with what its signs mean below it."""

    def compose(self) -> ComposeResult:
        """Table and foot."""
        yield Grid(id="quality")
        yield Lines([line(" ", (EXPLAINED, "dim"))], id="quality-foot")

    def on_mount(self) -> None:
        """The columns are always the same."""
        self.grid.set_columns(COLUMNS)

    @property
    def grid(self) -> Grid:
        """The table."""
        return self.query_one(Grid)

    def show(self, model: ModelView) -> None:
        """Show a model's quality, or why there is none."""
        nothing = "not assessed yet" if model.binding else "bound to no collection: there is no live data to assess"
        rows = list(quality_rows(model)) or [Row("", {"name": line((nothing, "dim"))}, spill="name", inert=True)]
        self.grid.set_rows(rows)


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
        yield Row(path, {"name": line(field_name(path, field)), **cells})


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
