"""A form made from the parameters of a function: one line each, with what is wrong with it below."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import Input

from xregistry_tui.tui.format import line
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.grid import MARK
from xregistry_tui.tui.widgets.line_list import cell
from xregistry_tui.tui.widgets.lines import Lines
from xregistry_tui.tui.widgets.toggle import Toggle

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from xregistry_tui.actions.views import ParameterView

_STARS = {"var_positional": "*", "var_keyword": "**"}
_TRUTHS = {"bool", "bool | None", "Optional[bool]"}
_NAME, _TYPE = 24, 22


def label(parameter: ParameterView) -> str:
    """The name as the signature writes it."""
    return _STARS.get(parameter.kind, "") + plain(parameter.name, 60)


def hint(parameter: ParameterView) -> str:
    """What stands in an empty input: that something is asked for, or what is taken without it."""
    if parameter.required:
        return "required"
    if parameter.kind in _STARS:
        return "nothing more"
    return plain(parameter.default, 60) if parameter.default is not None else "optional"


class ParameterRow(Vertical):
    """One parameter: name, type, a way to give it, and its problem."""

    DEFAULT_CSS = """
    ParameterRow { height: auto; }
    ParameterRow > Horizontal { height: 1; }
    ParameterRow .row-label { width: auto; height: 1; }
    ParameterRow Toggle { max-width: 60; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.parameter: ParameterView | None = None
        self._widths = (0, 0)
        self._problem = ""

    def compose(self) -> ComposeResult:
        """Label, input or toggle, and room for a problem."""
        with Horizontal():
            yield Lines(classes="row-label")
            yield Input(select_on_focus=False)
            yield Toggle()
        yield Lines(classes="row-problem")

    def show(self, parameter: ParameterView, text: str, widths: tuple[int, int]) -> None:
        """Show a parameter with what is typed for it."""
        truth = parameter.type in _TRUTHS
        self.parameter, self._widths = parameter, widths
        field, toggle = self.query_one(Input), self.query_one(Toggle)
        field.display, toggle.display = not truth, truth
        field.password = parameter.secret
        field.placeholder = hint(parameter)
        with self.prevent(Input.Changed):
            field.value = text
        toggle.show(text, hint(parameter))

    def say(self, problem: str) -> None:
        """Say what is wrong with it; nothing where nothing is."""
        self._problem = problem
        indent = " " * (sum(self._widths) + 6)
        told = [line(indent, ("✗ ", "bad"), plain(problem))] if problem else []
        self.query_one(".row-problem", Lines).set_lines(told)
        self.draw_label()

    def draw_label(self) -> None:
        """Name and type; the one that has the keys is marked."""
        if self.parameter is None:
            return
        here = self.control.has_focus
        mark = (MARK, "accent") if here else " "
        role = "bad" if self._problem else "bright" if here or self.parameter.required else "text"
        name, kind = self._widths
        shown = line(mark, " ", cell(label(self.parameter), name, role), "  ", cell(self.parameter.type, kind, "dim"))
        self.query_one(".row-label", Lines).set_lines([line(shown, "  ")])
        self.query_one(".row-label", Lines).styles.width = shown.cell_len + 2

    @property
    def control(self) -> Input | Toggle:
        """What takes the value."""
        field = self.query_one(Input)
        return field if field.display else self.query_one(Toggle)

    @property
    def value(self) -> str:
        """What is typed, empty where nothing is."""
        return self.control.value

    def on_descendant_focus(self) -> None:
        """The mark shows who has the keys."""
        self.draw_label()

    def on_descendant_blur(self) -> None:
        """See `on_descendant_focus`."""
        self.draw_label()


class ParameterForm(VerticalScroll, can_focus=False):
    """Rows are made once and used again for the next function."""

    DEFAULT_CSS = "ParameterForm { height: auto; max-height: 45%; scrollbar-size-vertical: 1; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(-1)", "parameter before", show=False, id="form.before"),
        Binding("down", "step(1)", "next parameter", show=False, id="form.next"),
    ]

    class Edited(Message):
        """Something else is typed."""

    class Left(Message):
        """The way goes on after the last parameter, or (`by` −1) before the first."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._parameters: tuple[ParameterView, ...] = ()
        self._texts: Mapping[str, str] = {}
        self._problems: Mapping[str, str] = {}

    async def show(self, parameters: Sequence[ParameterView], texts: Mapping[str, str]) -> None:
        """Show these parameters with what was typed for them."""
        self._parameters, self._texts, self._problems = tuple(parameters), texts, {}
        missing = len(self._parameters) - len(self.query(ParameterRow))
        if missing > 0:
            await self.mount_all([ParameterRow() for _ in range(missing)])
        self._draw()

    def _draw(self) -> None:
        widths = self._widths()
        for place, row in enumerate(self.query(ParameterRow)):
            row.display = place < len(self._parameters)
            if row.display:
                parameter = self._parameters[place]
                row.show(parameter, self._texts.get(parameter.name, ""), widths)
                row.say(self._problems.get(parameter.name, ""))

    def _widths(self) -> tuple[int, int]:
        names = max((cell_len(label(one)) for one in self._parameters), default=0)
        kinds = max((cell_len(plain(one.type)) for one in self._parameters), default=0)
        narrow = self.size.width < 60
        return min(names, 14 if narrow else _NAME), min(kinds, 10 if narrow else _TYPE)

    def on_resize(self) -> None:
        """Labels as wide as there is room for."""
        self._texts = self.values
        self._draw()

    @property
    def rows(self) -> Iterator[ParameterRow]:
        """The rows that are shown."""
        return (row for row in self.query(ParameterRow) if row.display and row.parameter is not None)

    @property
    def values(self) -> dict[str, str]:
        """What is typed, by parameter; what is empty is not given."""
        return {row.parameter.name: row.value for row in self.rows if row.parameter is not None and row.value}

    def say(self, problems: Mapping[str, str]) -> None:
        """Say what is wrong with each."""
        self._problems = problems
        for row in self.rows:
            row.say(problems.get(row.parameter.name, "") if row.parameter is not None else "")

    def focus_first(self, names: Container[str]) -> None:
        """Give the keys to the first of these parameters."""
        for row in self.rows:
            if row.parameter is not None and row.parameter.name in names:
                row.control.focus()
                return

    def focus_last(self) -> None:
        """Give the keys to the last parameter."""
        if rows := list(self.rows):
            rows[-1].control.focus()

    def action_step(self, by: int) -> None:
        """To the next parameter, and on where there is none."""
        rows = list(self.rows)
        here = next((place for place, row in enumerate(rows) if row.control.has_focus), None)
        if here is None:
            return
        if 0 <= here + by < len(rows):
            rows[here + by].control.focus()
        else:
            self.post_message(self.Left(by))

    @on(Input.Submitted)
    @on(Toggle.Submitted)
    def _next(self, event: Message) -> None:
        event.stop()
        self.action_step(1)

    @on(Input.Changed)
    @on(Toggle.Changed)
    def _edited(self, event: Message) -> None:
        event.stop()
        self.post_message(self.Edited())
