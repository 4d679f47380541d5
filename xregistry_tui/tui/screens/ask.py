"""One question above the screen, answered by a key or a click."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from xregistry_tui.tui.format import line
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.hints import Hints
from xregistry_tui.tui.widgets.page import Page

if TYPE_CHECKING:
    from textual.app import ComposeResult


class AskScreen(ModalScreen[bool]):
    """Gives true for yes; escape is no. `explained` are lines below the question."""

    DEFAULT_CSS = """
    AskScreen { align: center middle; background: $background 70%; }
    AskScreen > Vertical {
        width: 68; max-width: 100%; height: auto; max-height: 90%; padding: 1 2; background: $surface;
    }
    AskScreen Page { height: auto; max-height: 100%; margin-bottom: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "yes", show=False, id="ask.yes"),
        Binding("n,escape,q", "answer(False)", "no", show=False, id="ask.no"),
    ]

    def __init__(self, question: str, explained: Sequence[str] = (), *, yes: str = "yes", no: str = "no") -> None:
        super().__init__()
        self.question = question
        self._explained = tuple(explained)
        self._hints = (("ask.yes", "y", yes), ("ask.no", "n", no))

    def compose(self) -> ComposeResult:
        """Question, what it means, the two answers."""
        with Vertical():
            yield Page()
            yield Hints()

    def on_mount(self) -> None:
        """Write it."""
        page = self.query_one(Page)
        more = [line((plain(text), "dim")) for text in self._explained]
        page.show([line((plain(self.question), "bright")), *([Text(""), *more] if more else [])])
        page.focus()
        self.query_one(Hints).show(self._hints)

    def on_resize(self) -> None:
        """As high as its lines."""
        self.call_after_refresh(self.query_one(Page).redraw)

    def on_hints_pressed(self, event: Hints.Pressed) -> None:
        """A click on an answer."""
        self.action_answer(event.name == "ask.yes")

    def action_answer(self, yes: bool) -> None:
        """Answer."""
        self.dismiss(yes)
