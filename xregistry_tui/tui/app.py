"""The dashboard's wiring: modes, keys, themes, one subscription. What is shown is in `screens`."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import gc
import importlib
import logging
import os
import signal
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from textual.app import App
from textual.binding import Binding, BindingType
from textual.message import Message

from xregistry_tui.tui import heap, themes
from xregistry_tui.tui.failure import Failure, failure_of
from xregistry_tui.tui.screens.base import ItemsChanged, ModeScreen
from xregistry_tui.tui.screens.opening import OpeningScreen
from xregistry_tui.tui.text import plain

if TYPE_CHECKING:
    from textual.screen import Screen
    from textual.timer import Timer

    from xregistry_tui.actions.session import Session
    from xregistry_tui.core.changes import Subscription
    from xregistry_tui.tui.watchdog import Watchdog

log = logging.getLogger(__name__)
TICK = 1 / 15
OPENING = "opening"
WATCHED = "XREG_TUI_WATCHDOG"
RETRY = 3.0
GARBAGE = (20_000, 20, 20)
THREADS = 1
EXIT_BY_SIGNAL = 128
Ask: TypeAlias = Callable[[str], Awaitable[str]]
SIGNALS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT") if hasattr(signal, name))
KEYBOARD = tuple(getattr(signal, name) for name in ("SIGINT", "SIGQUIT") if hasattr(signal, name))


@dataclass(frozen=True, slots=True)
class Appearance:
    """What the settings say of the screen: a theme's name, keys by the name of their binding."""

    theme: str = "dark"
    keymap: Mapping[str, str] | None = None


def utc_now() -> datetime.datetime:
    """The moment, aware."""
    return datetime.datetime.now(datetime.UTC)


def _explore() -> Screen[None]:
    from xregistry_tui.tui.screens.explore import ExploreScreen

    return ExploreScreen()


def _live() -> Screen[None]:
    from xregistry_tui.tui.screens.live import LiveScreen

    return LiveScreen()


def _validate() -> Screen[None]:
    from xregistry_tui.tui.screens.validate import ValidateScreen

    return ValidateScreen()


class XregApp(App[None]):
    """Painted before anything connects; `open_session` is awaited after the first paint.

    `appearance` is asked for once the session is open: by then the settings were read.
    """

    TITLE = "xreg"
    MODES = {OPENING: OpeningScreen, "explore": _explore, "live": _live, "validate": _validate}
    DEFAULT_MODE = OPENING
    CSS_PATH = "app.tcss"
    COMMANDS: ClassVar = {lambda: _provider()}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "mode('explore')", "Explore", show=False, id="mode.explore"),
        Binding("2", "mode('live')", "Live", show=False, id="mode.live"),
        Binding("4", "mode('validate')", "Validate", show=False, id="mode.validate"),
        Binding("v", "mode('validate')", "validate", show=False, id="validate"),
        Binding("x", "cancel", "cancel what runs", show=False, id="cancel"),
        Binding("question_mark,f1", "help", "keys", show=False, id="help"),
        Binding("colon", "command_line", "commands", show=False, id="commands"),
        Binding("R", "roles", "see it as another role", show=False, id="roles"),
        Binding("q,escape", "back", "back", show=False, id="back"),
        Binding("ctrl+z", "suspend_process", "to the shell (fg comes back)", show=False, id="suspend"),
        Binding("ctrl+q", "quit", "leave", show=False, priority=True, id="quit"),
    ]

    class Woken(Message):
        """Something is dirty."""

    def __init__(
        self,
        open_session: Callable[[], Awaitable[Session]],
        title: str = "",
        *,
        now: Callable[[], datetime.datetime] = utc_now,
        appearance: Callable[[], Appearance] | None = None,
    ) -> None:
        super().__init__()
        self.session: Session | None = None
        self.failure: Failure | None = None
        self.subject = ""
        self.field = ""
        self.preview = ""
        self.asked_trust = ""
        self.lent = False
        self.what = title
        self.now = now
        self.keymap: Mapping[str, str] = {}
        self.asking = asyncio.Lock()
        self._open_session = open_session
        self._appearance = appearance
        self._subscription: Subscription | None = None
        self._due: Timer | None = None
        self._worn = ""
        self._watchdog: Watchdog | None = None
        self._wear("dark")

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The roles, for themes that do not name them."""
        return themes.defaults()

    def refresh_css(self, animate: bool = True) -> None:
        """Parse all styles again only for another theme: a mode that comes up needs no more than to be styled."""
        if self._worn != self.theme:
            self._worn = self.theme
            super().refresh_css(animate=animate)
        else:
            self.stylesheet.update(self, animate=animate)
            self.screen._css_update_count = self._css_update_count

    # Opening and leaving

    def on_mount(self) -> None:
        """Open once the first picture is out."""
        gc.set_threshold(*GARBAGE)  # a repaint makes thousands of small things: many small collections would hold it
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                loop.add_signal_handler(number, self._leave_by_signal, number)
        # each thread keeps memory of its own, and the interpreter lets one at a time run anyway
        loop.set_default_executor(ThreadPoolExecutor(THREADS, thread_name_prefix="beside"))
        if os.environ.get(WATCHED):
            self._watch(loop)
        self.set_interval(1, self._second)
        self.call_after_refresh(self._furnish)

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Name in the log what holds the loop."""
        from xregistry_tui.tui.watchdog import Watchdog, log_stall

        self._watchdog = Watchdog(loop, report=log_stall)
        self._watchdog.start()

    def _leave_by_signal(self, number: int) -> None:
        if self.lent and number in KEYBOARD:
            return  # typed at the program that has the terminal
        self.exit(return_code=EXIT_BY_SIGNAL + number)

    @contextlib.contextmanager
    def lend_terminal(self) -> Iterator[None]:
        """Give the terminal to another program; raises `SuspendNotSupported` where it cannot be given away.

        What is drawn meanwhile is kept for later: the loop goes on, data stays fresh.
        """
        with self.suspend(), self.batch_update():
            self.lent = True
            try:
                yield
            finally:
                self.lent = False

    def _furnish(self) -> None:
        """The first picture is out: bring what it did without."""
        heap.share_one()
        self.run_worker(self._begin(), group="begin")

    async def _begin(self) -> None:
        await self._bring("explore")
        if self.current_mode == OPENING:
            await self.switch_mode("explore")
        self.open()
        for mode in ("live", "validate"):
            await self._bring(mode)

    async def _bring(self, mode: str) -> None:
        """Import a mode beside the loop and read its styles, so that the first visit finds them."""
        module = await asyncio.to_thread(importlib.import_module, f"xregistry_tui.tui.screens.{mode}")
        path = str(Path(module.__file__ or "").with_suffix(".tcss"))
        if not self.stylesheet.has_source(path, ""):
            self.stylesheet.read(path)
            self.stylesheet.parse()
        await asyncio.sleep(0)  # what follows takes its own turn of the loop

    def open(self) -> None:
        """Open the session, or try again."""
        if self.session is None:
            self.failure = None
            self.tell_screen()
            self.run_worker(self._open(), group="open", exclusive=True)

    async def _open(self) -> None:
        try:
            session = await self._open_session()
        except Exception as error:
            self.failure = failure_of(error)
            if self.failure is None:
                log.exception("the session did not open")
                self.failure = Failure(f"{type(error).__name__}: {error}", "the log file says where")
        else:
            self.failure = None
            self._opened(session)
        if self.failure is not None and self.failure.passing:
            self.set_timer(RETRY, self._open_again)
        self.tell_screen()

    def _open_again(self) -> None:
        """What may have passed by now is tried without taking its reason off the screen."""
        if self.session is None and self.failure is not None:
            self.run_worker(self._open(), group="open", exclusive=True)

    def _opened(self, session: Session) -> None:
        self.session = session
        self._subscription = session.subscribe(self._wake)
        if self._appearance is not None:
            self.dress(self._appearance())
        gc.freeze()  # what is loaded by now stays; a collection that walks it would hold the screen

    def dress(self, appearance: Appearance) -> None:
        """Take the theme and keys of the settings."""
        if appearance.theme in themes.NAMES:
            self._wear(appearance.theme)
        else:
            self.notify(f"There is no theme {plain(appearance.theme, 40)}.", severity="warning", markup=False)
        self.keymap = dict(appearance.keymap or {})
        self.set_keymap(self.keymap)

    async def on_unmount(self) -> None:
        """Stop listening, and let go of what was opened."""
        if self._watchdog is not None:
            self._watchdog.stop()
        if self._subscription is not None:
            self._subscription.close()
        session, self.session = self.session, None
        if session is not None:
            await session.close()

    # Changes: dirty keys up, snapshots down

    def _wake(self) -> None:
        """Called in any thread."""
        self.post_message(self.Woken())

    def on_xreg_app_woken(self) -> None:
        """Gather for a moment, then tell the screen once."""
        if self._due is None:
            self._due = self.set_timer(TICK, self._deliver)

    def _deliver(self) -> None:
        self._due = None
        keys = self._subscription.take() if self._subscription is not None else frozenset()
        screen = self.mode_screen
        if keys and screen is not None:
            screen.post_message(ItemsChanged(keys))

    @property
    def mode_screen(self) -> ModeScreen | None:
        """The mode that is shown, under whatever lies over it."""
        stack = reversed(self.screen_stack) if self._screen_stack else ()
        return next((screen for screen in stack if isinstance(screen, ModeScreen)), None)

    def _second(self) -> None:
        if (screen := self.mode_screen) is not None:
            screen.clock()

    def tell_screen(self) -> None:
        """Have the mode that is shown read everything anew."""
        if (screen := self.mode_screen) is not None and screen.stands:
            screen.read()
            screen.draw_shell()

    # Commands

    def show_mode(self, mode: str) -> None:
        """Show a mode; it reads everything anew."""
        self.switch_mode(mode)

    def open_subject(self, path: str, field: str = "") -> None:
        """Show a model (or any path) in Explore, the cursor on one of its fields where that is said."""
        self.subject, self.field = path, field
        if self.current_mode == "explore":
            self.tell_screen()
        else:
            self.show_mode("explore")

    def action_mode(self, mode: str) -> None:
        """Show a mode."""
        self.show_mode(mode)

    async def action_back(self) -> None:
        """Close what lies above, else go back within the mode, else to Explore; never ends what runs."""
        screen = self.screen
        if not isinstance(screen, ModeScreen):
            if len(self.screen_stack) > 1:
                self.pop_screen()
        elif self.session is None and self.failure is not None:
            self.exit(return_code=3)
        elif not screen.back():
            if self.current_mode != "explore":
                self.show_mode("explore")
            else:
                self.notify("ctrl+q leaves.", timeout=2, markup=False)

    def action_dress_in(self, theme: str) -> None:
        """Take another theme."""
        self._wear(theme)

    def _wear(self, theme: str) -> None:
        if theme not in self.available_themes:
            self.register_theme(themes.bundled(theme))
        self.theme = theme

    async def ask_secret(self, prompt: str) -> str:
        """Ask a person for a secret, unseen; raises `SecretNotGiven`."""
        from xregistry_tui.tui.screens.secret import ask_secret

        return await ask_secret(self, prompt)

    async def action_help(self) -> None:
        """All keys that act here."""
        from textual.command import CommandPalette

        from xregistry_tui.tui.screens.help import HelpScreen, keys_here

        if not isinstance(self.screen, HelpScreen | CommandPalette):
            await self.push_screen(HelpScreen(keys_here(self.screen, self.keymap)))

    def action_roles(self) -> None:
        """Choose the role whose rights are shown."""
        from xregistry_tui.tui.obeying import choose_role

        choose_role(self)

    def action_command_line(self, text: str = "") -> None:
        """A line for a command with its arguments."""
        from xregistry_tui.tui.obeying import open_command_line

        open_command_line(self, text)

    def action_obey(self, text: str) -> None:
        """Do what a command without arguments says."""
        from xregistry_tui.tui.command_words import understood
        from xregistry_tui.tui.obeying import obey

        obey(self, understood(text))

    async def action_cancel(self) -> None:
        """End what the screen waits for, else the newest piece of work that can be ended."""
        if self.mode_screen is not None and self.mode_screen.cancel():
            return
        works = [work for work in self.session.work() if work.cancellable] if self.session else []
        if works:
            await self.perform("cancel", work=works[-1].id)

    async def perform(self, verb: str, **arguments: object) -> object:
        """Do something and say what came of it; gives the value, `None` where it could not be done."""
        if self.session is None:
            return None
        from xregistry_tui.actions.base import ActionError
        from xregistry_tui.resources.base import ResourceError

        try:
            result = await self.session.perform(verb, **arguments)
        except (ActionError, ResourceError) as error:
            self.notify(plain(error, 400), severity="warning", markup=False)
            return None
        if result.said:
            self.notify(plain(result.said, 400), timeout=3, markup=False)
        return result.value


def _provider() -> type:
    from xregistry_tui.tui.commands import Commands

    return Commands


def run(
    open_session: Callable[[Ask], Awaitable[Session]],
    *,
    title: str = "",
    appearance: Callable[[], Appearance] | None = None,
) -> int:
    """Run the dashboard; gives the exit code. `open_session` is handed the way to ask a person for a secret."""
    app: XregApp = XregApp(lambda: open_session(app.ask_secret), title, appearance=appearance)
    app.run()
    return app.return_code or 0
