"""Choose what to write a model as, and whether it goes to the clipboard or into a file."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from xregistry_tui.actions.exporting import SUFFIXES
from xregistry_tui.tui.format import line
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.hints import Hints
from xregistry_tui.tui.widgets.line_list import Line, LineList
from xregistry_tui.tui.widgets.lines import Lines

if TYPE_CHECKING:
    from textual.app import ComposeResult

FORMS = (
    ("pydantic", "Python, a class to import"),
    ("json-schema", "JSON Schema, for programs"),
    ("ui-schema", "how a form asks for a record"),
    ("markdown", "a table of its fields, to read"),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """A form, and the file it goes to; no file is the clipboard."""

    form: str
    file: str = ""


class ExportScreen(ModalScreen[Choice]):
    """Gives what was chosen. `stem` is what a file is called where nobody says otherwise."""

    DEFAULT_CSS = """
    ExportScreen { align: center middle; background: $background 70%; }
    ExportScreen > Vertical { width: 68; max-width: 100%; height: auto; max-height: 90%; padding: 1 2; background: $surface; }
    ExportScreen LineList { height: 4; margin: 1 0; }
    ExportScreen Horizontal { height: 1; display: none; }
    ExportScreen #export-sign { width: 8; }
    ExportScreen Input { width: 1fr; background: $panel; }
    ExportScreen #export-said { height: auto; margin-bottom: 1; }
    """  # noqa: E501 - a rule is a line
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "file", "to a file", show=False, id="export.file"),
        Binding("escape", "back", "close", show=False, id="export.close"),
        Binding("q", "dismiss", "close", show=False, id="export.quit"),
    ]

    def __init__(self, title: str, stem: str) -> None:
        super().__init__()
        self._heading = title
        self._stem = stem

    def compose(self) -> ComposeResult:
        """Title, forms, a line for a file's name, keys."""
        with Vertical():
            yield Lines([line(("Export ", "dim"), (plain(self._heading, 50), "bright"))])
            yield LineList(id="export-forms")
            with Horizontal():
                yield Lines([line(("file", "dim"))], id="export-sign")
                yield Input(select_on_focus=False, id="export-file")
            yield Lines([line("")], id="export-said")
            yield Hints()

    def on_mount(self) -> None:
        """The cursor is on the first."""
        listing = self.query_one(LineList)
        width = max(len(form) for form, _ in FORMS)
        listing.set_lines(Line(line(f"  {form:<{width}}", (f"   {what}", "dim")), form) for form, what in FORMS)
        listing.move_to(FORMS[0][0])
        listing.focus()
        self._say_keys()

    def _say_keys(self) -> None:
        typing = self.query_one(Input).has_focus
        keys = [("lines.choose", "enter", "write it" if typing else "copy")]
        keys += [] if typing else [("export.file", "f", "to a file")]
        self.query_one(Hints).show((*keys, ("export.close", "esc", "back" if typing else "close")))

    def on_descendant_focus(self) -> None:
        """Other keys matter now."""
        self._say_keys()

    def on_hints_pressed(self, event: Hints.Pressed) -> None:
        """A click on a key is the key."""
        if event.name == "export.file":
            self.action_file()
        elif event.name == "export.close":
            self.action_back()
        elif self.query_one(Input).has_focus:
            self._write()
        else:
            self.dismiss(Choice(self._form))

    @property
    def _form(self) -> str:
        return self.query_one(LineList).cursor or FORMS[0][0]

    @on(LineList.Chosen)
    def _chosen(self, event: LineList.Chosen) -> None:
        event.stop()
        self.dismiss(Choice(event.key))

    def action_file(self) -> None:
        """Ask for the file's name."""
        field = self.query_one(Input)
        field.value = self._stem + SUFFIXES[self._form]
        self.query_one(Horizontal).display = True
        field.cursor_position = len(field.value)
        field.focus()

    def action_back(self) -> None:
        """Out of the file's name, then away."""
        if self.query_one(Input).has_focus:
            self.query_one(Horizontal).display = False
            self.query_one("#export-said", Lines).set_lines([line("")])
            self.query_one(LineList).focus()
        else:
            self.dismiss(None)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._write()

    def _write(self) -> None:
        """Nothing that is there is written over."""
        name = self.query_one(Input).value.strip()
        if name and not os.path.exists(os.path.expanduser(name)):  # Path's raise
            self.dismiss(Choice(self._form, name))
        else:
            why = f"{plain(name, 40)} is there already: give another name" if name else "give it a name"
            self.query_one("#export-said", Lines).set_lines([line(("✗ ", "bad"), why)])
