"""Many live records against the model: how many pass, and which fields fail."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len
from rich.text import Text

from xregistry_tui.profiling.wording import bar, percent
from xregistry_tui.schema.report import SampleReport
from xregistry_tui.tui.format import line
from xregistry_tui.tui.widgets.line_list import Line, LineList, cell, ends

_BAR = 10


class SamplePanel(LineList):
    """The last live sample; hidden by its screen until there is one."""

    DEFAULT_CSS = "SamplePanel { height: auto; max-height: 10; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, cursor=False)
        self.report: SampleReport | None = None
        self._said = ""

    def show(self, report: SampleReport | None, said: str = "") -> None:
        """Show a report; without one, `said` tells what is running or why there is none."""
        self.report, self._said = report, said
        self.redraw()

    def draw(self) -> tuple[Line, ...]:
        """A heading, then one line a failing field."""
        title = Text(" LIVE SAMPLE   ", "dim", end="")
        if self.report is None:
            return (Line(line(title, cell(self._said, max(self.size.width - title.cell_len - 1, 0)))),)
        return (Line(self._heading(title, self.report)), Line(Text("")), *map(Line, self._fields(self.report)))

    def _heading(self, title: Text, report: SampleReport) -> Text:
        if not report.checked:
            return line(title, "no records to check")
        rate = percent(report.passed / report.checked)
        left = line(title, f"{report.checked:,} records   {report.passed:,} pass   {rate} %")
        return ends(left, Text(f"{report.checked_at.astimezone():%H:%M:%S}", "dim"), self.size.width)

    def _fields(self, report: SampleReport) -> Iterator[Text]:
        if not report.by_field:
            yield Text("   Every record that was read obeys the model.", "dim")
        paths = min(max((cell_len(one.path or "the record") for one in report.by_field), default=0), 24)
        most = max((one.failures for one in report.by_field), default=1)
        for one in report.by_field:
            blocks = cell(bar(one.failures / most, _BAR), _BAR + 1, "bad")
            count = f"{one.failures:>6,} {'fails' if one.failures == 1 else 'fail '}   "
            left = line("   ", cell(one.path or "the record", paths), "  ", blocks, count)
            yield line(left, cell(one.reason, max(self.size.width - left.cell_len - 1, 0), "dim"))
        if report.excluded:
            yield Text(f"   {report.excluded:,} records could not be read whole and were not checked", "dim")
