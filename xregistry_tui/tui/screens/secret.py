"""A secret, asked for blind: nothing of what is typed is drawn, not even how long it is."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from xregistry_tui.resources.base import SecretNotGiven
from xregistry_tui.tui.format import line
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.hints import Hints
from xregistry_tui.tui.widgets.lines import Lines
from xregistry_tui.tui.widgets.page import Page

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from xregistry_tui.tui.app import XregApp

EMPTY = "Type it: nothing of it is shown."
TYPED = "Something is typed; ctrl+u takes it back."


class BlindInput(Lines, can_focus=True):
    """Takes keys and pasted text, and draws neither; `take` gives them and keeps nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("backspace", "erase", "take the last character back", show=False, id="secret.erase"),
        Binding("ctrl+u", "erase_all", "take all of it back", show=False, id="secret.erase-all"),
    ]

    def __init__(self) -> None:
        super().__init__([line((EMPTY, "dim"))])
        self._typed: list[str] = []

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """What is printable is typed: no binding may take it."""
        return character is not None and character.isprintable()

    async def _on_key(self, event: events.Key) -> None:
        if event.is_printable and event.character is not None:
            event.stop()
            event.prevent_default()
            self._typed.append(event.character)
            self._draw()

    def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self._typed.extend(event.text.splitlines()[0] if event.text else "")
        self._draw()

    def action_erase(self) -> None:
        """Take the last character back."""
        del self._typed[-1:]
        self._draw()

    def action_erase_all(self) -> None:
        """Take all of it back."""
        self._typed.clear()
        self._draw()

    def take(self) -> str:
        """What was typed; nothing is kept of it here."""
        given = "".join(self._typed)
        self.action_erase_all()
        return given

    def _draw(self) -> None:
        self.set_lines([line((TYPED if self._typed else EMPTY, "dim"))])


class SecretScreen(ModalScreen[str | None]):
    """Gives the secret, or `None` where the person gives up. `asked_for` says what it is for, without a secret."""

    DEFAULT_CSS = """
    SecretScreen { align: center middle; background: $background 70%; }
    SecretScreen > Vertical { width: 68; max-width: 100%; height: auto; max-height: 90%; padding: 1 2; background: $surface; }
    SecretScreen Page { height: auto; max-height: 100%; margin-bottom: 1; }
    SecretScreen BlindInput { height: 1; margin-bottom: 1; }
    """  # noqa: E501 - a rule is a line
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "give", "give it", show=False, id="secret.give"),
        Binding("escape", "give_up", "give up", show=False, id="secret.give-up"),
    ]

    def __init__(self, asked_for: str) -> None:
        super().__init__()
        self.asked_for = asked_for

    def compose(self) -> ComposeResult:
        """What it is for, the place to type at, the two answers."""
        with Vertical():
            yield Page()
            yield BlindInput()
            yield Hints()

    def on_mount(self) -> None:
        """Write it."""
        self.query_one(Page).show([line((plain(self.asked_for, 400), "bright"))])
        self.query_one(Hints).show((("secret.give", "enter", "give it"), ("secret.give-up", "esc", "give up")))
        self.query_one(BlindInput).focus()

    def on_resize(self) -> None:
        """As high as its lines."""
        self.call_after_refresh(self.query_one(Page).redraw)

    def on_hints_pressed(self, event: Hints.Pressed) -> None:
        """A click on an answer."""
        if event.name == "secret.give":
            self.action_give()
        else:
            self.action_give_up()

    def action_give(self) -> None:
        """Give what was typed."""
        self.dismiss(self.query_one(BlindInput).take())

    def action_give_up(self) -> None:
        """Give nothing."""
        self.query_one(BlindInput).action_erase_all()
        self.dismiss(None)

    def withdraw(self) -> None:
        """Nobody waits for the answer any more."""
        if self.is_current:
            self.action_give_up()


async def ask_secret(app: XregApp, prompt: str) -> str:
    """Ask above whatever is shown, one question at a time; raises `SecretNotGiven`."""
    asked_for = prompt.rstrip(": ")
    async with app.asking:
        answer: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        screen = SecretScreen(asked_for)

        def answered(given: str | None) -> None:
            if not answer.done():
                answer.set_result(given)

        # from the app's own context: who asks may be a task that knows no screen
        app.call_later(app.push_screen, screen, answered)
        try:
            given = await answer
        except asyncio.CancelledError:
            app.call_later(screen.withdraw)
            raise
    if given is None:
        raise SecretNotGiven(f"the {asked_for[:1].lower()}{asked_for[1:]} was not given", "trying again asks again")
    return given
