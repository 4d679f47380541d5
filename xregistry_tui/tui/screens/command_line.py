"""A line for a command with its arguments, at the foot of the screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.suggester import Suggester
from textual.widgets import Input

from xregistry_tui.tui.command_words import NotUnderstood, Order, understood
from xregistry_tui.tui.format import line
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.lines import Lines
from xregistry_tui.tui.widgets.page import Page

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from xregistry_tui.tui.commands import Command

_SHOWN = 9
_BEFORE_WORDS = 2


class Completion(Suggester):
    """The rest of the word: a command, then a role, then a permission."""

    def __init__(self, commands: Sequence[Command], second: Sequence[str], more: Sequence[str]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._first = [command.word for command in commands if command.usage]
        self._second, self._more = tuple(second), tuple(more)

    async def get_suggestion(self, value: str) -> str | None:
        """The line with its last word complete."""
        before, _, word = value.rpartition(" ")
        if not word:
            return None
        count = len(before.split())
        known: Sequence[str] = self._first if not count else ()
        if before.startswith(("grant", "revoke")):
            known = self._second if count < _BEFORE_WORDS else self._more
        found = next((one for one in known if one.startswith(word) and one != word), None)
        return None if found is None else f"{before} {found}".lstrip()


class CommandInput(Input):
    """`tab` takes what is suggested."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "cursor_right", "complete", show=False, id="command.complete"),
    ]


class CommandLine(ModalScreen[Order]):
    """Gives the order that a line is understood as; what it cannot understand it says, and keeps the line."""

    DEFAULT_CSS = """
    CommandLine { align: left bottom; background: $background 40%; }
    CommandLine > Vertical { height: auto; background: $surface; border-top: solid $x-rule; }
    CommandLine Page { height: auto; max-height: 12; }
    CommandLine Horizontal { height: 1; }
    CommandLine #command-sign { width: 3; }
    CommandLine CommandInput { width: 1fr; padding: 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "close", show=False, id="command.close")]

    def __init__(
        self,
        commands: Sequence[Command],
        subject: str,
        *,
        text: str = "",
        words: tuple[Sequence[str], Sequence[str]] = ((), ()),
    ) -> None:
        super().__init__()
        self._commands = tuple(commands)
        self._about = subject
        self._text = text
        self._words = words

    def compose(self) -> ComposeResult:
        """What it is about and how it is written, over the line."""
        with Vertical():
            yield Page(id="command-said")
            with Horizontal():
                yield Lines([line(" ", (": ", "accent"))], id="command-sign")
                completion = Completion(self._commands, *self._words)
                yield CommandInput(self._text, suggester=completion, select_on_focus=False, id="command-text")

    def on_mount(self) -> None:
        """Ready to type at the end of what is there."""
        field = self.query_one(CommandInput)
        field.cursor_position = len(field.value)
        field.focus()
        self._explain(field.value)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say how what is typed is written."""
        event.stop()
        self._explain(event.value)

    def _explain(self, text: str) -> None:
        first = text.split(" ", maxsplit=1)[0].casefold()
        like = [command for command in self._commands if command.usage and command.word.startswith(first)]
        about = line(" ", (plain(self._about, 60) or "nothing is chosen", "bright"))
        usages = [line("   ", (command.usage, "text"), (f"   {command.text}", "dim")) for command in like[:_SHOWN]]
        self.query_one(Page).show([about, *usages])

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Do it, or say why not."""
        event.stop()
        try:
            order = understood(event.value, self._commands)
        except NotUnderstood as error:
            self.query_one(Page).show([line(" ", ("✗ ", "bad"), plain(error))])
            return
        self.dismiss(order)
