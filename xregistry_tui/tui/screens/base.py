"""What every mode has: header, body, work line, hints, and one way to hear of changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar, cast

from textual.binding import Binding
from textual.containers import Vertical
from textual.message import Message
from textual.screen import Screen

from xregistry_tui.tui.keymap import Hint, key_of
from xregistry_tui.tui.widgets.header import Header, in_production
from xregistry_tui.tui.widgets.hints import Hints
from xregistry_tui.tui.widgets.work_line import WorkLine

if TYPE_CHECKING:
    from rich.text import Text
    from textual import events
    from textual.app import ComposeResult
    from textual.dom import DOMNode
    from textual.widget import Widget

    from xregistry_tui.actions.views import Right
    from xregistry_tui.tui.app import XregApp

NARROW = 100


class ItemsChanged(Message):
    """The values behind these keys were replaced."""

    def __init__(self, keys: frozenset[str]) -> None:
        super().__init__()
        self.keys = keys


class ModeScreen(Screen[None]):
    """One mode. A subclass gives its `mode`, composes its body, reads all (`read`) or what is dirty (`on_items`)."""

    mode: ClassVar[str] = ""
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (NARROW, "-middle"), (160, "-broad")]
    DEFAULT_CSS = """
    ModeScreen { background: $background; color: $x-text; }
    ModeScreen > #body { height: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._bound_for: tuple[Widget | None, Mapping[str, str]] | None = None
        self._bindings_here: tuple[Binding, ...] = ()
        self.rights: tuple[Right, ...] = ()

    @property
    def app(self) -> XregApp:  # type: ignore[override]  # Textual types it as any app
        """The app, with its session and subject."""
        return cast("XregApp", super().app)

    def compose(self) -> ComposeResult:
        """Header, body, work line, hints."""
        # known before the first resize, which would style every widget a second time
        self.add_class([name for least, name in self.HORIZONTAL_BREAKPOINTS if self.app.size.width >= least][-1])
        yield Header()
        with Vertical(id="body"):
            yield from self.compose_body()
        yield WorkLine()
        yield Hints()

    def compose_body(self) -> ComposeResult:
        """What is between header and work line."""
        yield from ()

    def read(self) -> None:
        """Read everything that is shown anew."""

    def on_items(self, keys: frozenset[str]) -> None:
        """Read what is shown and dirty."""
        self.read()

    def on_clock(self) -> None:
        """A second has passed."""

    def hints(self) -> Iterable[Hint]:
        """What keys are worth saying now; the screen's own shown bindings where a subclass does not say."""
        for binding in type(self).BINDINGS:
            if isinstance(binding, Binding) and binding.show and binding.id:
                yield Hint(binding.id, binding.description)

    @property
    def room_name(self) -> str:
        """The part of the mode that is shown, where commands depend on it."""
        return ""

    def cancel(self) -> bool:
        """End what the screen itself waits for; false where it waits for nothing."""
        return False

    def back(self) -> bool:
        """Go back one step within the mode; false where there is none."""
        return False

    # What the shell does for every mode

    def on_screen_resume(self) -> None:
        """Shown (again): nothing that was read before counts."""
        self.read()
        self.draw_shell()

    def on_resize(self, _event: events.Resize) -> None:
        """Header and hints fit the width."""
        self.call_after_refresh(self.draw_shell)

    def on_items_changed(self, event: ItemsChanged) -> None:
        """Hear of changes."""
        if self.stands:
            self.on_items(event.keys)
            self.draw_shell()

    def on_descendant_focus(self) -> None:
        """Other keys may matter now."""
        self.draw_hints()

    def clock(self) -> None:
        """Let the second pass on screen."""
        if self.stands:
            self.draw_shell()
            self.on_clock()

    @property
    def stands(self) -> bool:
        """Whether its widgets are there: not before they are mounted, and no more when the app takes itself down."""
        return self.is_mounted and self.is_attached and self.app.is_running

    def draw_shell(self) -> None:
        """Header, work line and hints as they are now."""
        if not self.stands:
            return
        app, session = self.app, self.app.session
        overview = session.overview() if session is not None else None
        if overview is not None and overview.untrusted:
            self._consider_trust(overview.untrusted)
        self.rights = self._rights_previewed()
        mode = self.mode or app.current_mode
        self.query_one(Header).show(overview, app.what, mode, app.subject, app.now(), preview=app.preview)
        alarm = overview is not None and in_production(overview.resources)
        self.query_one(WorkLine).show(session.work() if session is not None else (), app.now(), alarm=alarm)
        self.draw_hints()

    def _rights_previewed(self) -> tuple[Right, ...]:
        if not self.app.preview:
            return ()
        from xregistry_tui.tui.obeying import previewed

        return previewed(self.app)[0]

    def preview_line(self) -> Text | None:
        """What the role that is previewed may do to the subject, in one line."""
        if not self.app.preview:
            return None
        from xregistry_tui.tui.obeying import preview_line

        return preview_line(self.app)

    def _consider_trust(self, folder: str) -> None:
        """Ask once whether the code of a folder may run, when nothing else is asked."""
        if self.app.asked_trust != folder and self.app.screen is self:
            from xregistry_tui.tui.obeying import ask_trust

            self.app.asked_trust = folder
            ask_trust(self.app, folder)

    def draw_hints(self) -> None:
        """The hints as they are now, with the keys as they are bound."""
        if not self.stands:
            return
        if self._bound_for != (self.focused, self.app.keymap):
            self._bound_for, self._bindings_here = (self.focused, self.app.keymap), tuple(self._bound())
        shown = []
        for hint in (*tuple(self._hints_allowed())[:5], Hint("help", "keys")):
            if key := key_of(self._bindings_here, self.app.keymap, hint.binding):
                shown.append((hint.binding, key, hint.label))
        self.query_one(Hints).show(shown)

    def _hints_allowed(self) -> Iterable[Hint]:
        """The hints, but for those of what the role that is previewed may not do."""
        if not self.rights:
            return self.hints()
        from xregistry_tui.tui.rights import refused

        return [hint for hint in self.hints() if not refused(hint.binding, self.rights)]

    def _bound(self) -> Iterable[Binding]:
        return (binding for _, binding in self._bound_nodes())

    def _bound_nodes(self) -> Iterable[tuple[DOMNode, Binding]]:
        nodes: list[DOMNode] = [self.app, *(self.focused.ancestors_with_self if self.focused else [self])]
        for node in nodes:
            for bindings in node._bindings.key_to_bindings.values():
                yield from ((node, binding) for binding in bindings)

    def on_hints_pressed(self, event: Hints.Pressed) -> None:
        """A click on a hint is its key."""
        found = next(((node, binding) for node, binding in self._bound_nodes() if binding.id == event.name), None)
        if found is not None:
            self.run_worker(self.app.run_action(found[1].action, found[0]))

    def on_header_role_chosen(self) -> None:
        """A click on the role."""
        self.app.action_roles()

    def on_header_mode_chosen(self, event: Header.ModeChosen) -> None:
        """A click on a mode."""
        self.app.show_mode(event.mode)
