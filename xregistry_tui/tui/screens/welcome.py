"""Nothing is open yet: what was found from here, to be opened with enter."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual import on
from textual.binding import Binding, BindingType

from xregistry_tui.tui.format import line
from xregistry_tui.tui.keymap import Hint
from xregistry_tui.tui.screens.room import NotDone, Room
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.line_list import Line, LineList, cell
from xregistry_tui.tui.widgets.page import Page

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from textual.app import ComposeResult
    from textual.widget import Widget

    from xregistry_tui.actions.welcome import Place

_NAME = 48
INTRODUCTION = "Nothing is open. This was found here; enter opens it, read-only."
NOTHING = "Nothing is open, and nothing was found here: no PG* variable, no service, no DATABASE_URL, no data file."
OTHERWISE = (
    ("xreg-tui FILE", "an SQLite file"),
    ("xreg-tui postgresql://user@host/db", "a PostgreSQL database"),
    ("xreg-tui demo", "a shop with live traffic"),
)


class WelcomeRoom(Room):
    """A list of places over a few words of what else there is."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("r", "look", "look again", show=False, id="welcome.look")]
    DEFAULT_CSS = """
    WelcomeRoom #welcome-said { height: auto; }
    WelcomeRoom #welcome-places { height: auto; max-height: 60%; margin: 1 0; }
    WelcomeRoom #welcome-otherwise { height: auto; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._places: tuple[Place, ...] | None = None

    def compose(self) -> ComposeResult:
        """What it is, the places, what else there is."""
        yield Page(id="welcome-said")
        yield LineList(id="welcome-places")
        yield Page(id="welcome-otherwise")

    @property
    def places(self) -> LineList:
        """The list."""
        return self.query_one("#welcome-places", LineList)

    def draw(self) -> None:
        """Look around once."""
        if self._places is None:
            self._places = ()
            self.query_one("#welcome-said", Page).show([Text(""), line(" ", ("looking around …", "dim"))])
            self.query_one("#welcome-otherwise", Page).show(_otherwise())
            self.action_look()

    def action_look(self) -> None:
        """Look around."""
        self.run_worker(self._look(), group="look", exclusive=True)

    async def _look(self) -> None:
        try:
            self._places = await self.ask("look_around")
            said = INTRODUCTION if self._places else NOTHING
        except NotDone as error:
            self._places, said = (), f"Nothing is open, and what there is cannot be told: {error}"
        self.query_one("#welcome-said", Page).show([Text(""), line(" ", (said, "bright"))])
        self.places.set_lines(_lines(self._places or (), self.size.width))
        if self._places and self.places.cursor is None:
            self.places.move_to("0")
        self.draw_hints()

    def on_resize(self) -> None:
        """As wide as there is room for."""
        if self._ready and self._places:
            self.places.set_lines(_lines(self._places, self.size.width))

    @on(LineList.Chosen)
    def _chosen(self, event: LineList.Chosen) -> None:
        event.stop()
        if self._places:
            place = self._places[int(event.key)]
            # the app's worker: this room goes when what is opened comes
            self.app.run_worker(self.app.perform("connect", target=place.target, wait=False), group="connect")

    @property
    def panel(self) -> Widget:
        """The list."""
        return self.places

    def hints(self) -> Sequence[Hint]:
        """What can be done."""
        return [*([Hint("lines.choose", "open")] if self._places else []), Hint("welcome.look", "look again")]

    @property
    def copied(self) -> str:
        """The target under the cursor."""
        key = self.places.cursor
        return self._places[int(key)].target if self._places and key is not None else ""


def _lines(places: Sequence[Place], width: int) -> Iterator[Line]:
    most = min(max((cell_len(plain(place.title)) for place in places), default=0), _NAME, max(12, width - 24))
    for number, place in enumerate(places):
        found = (plain(place.found, max(8, width - most - 6)), "dim")
        yield Line(line("  ", cell(plain(place.title), most, "text"), "   ", found), str(number))


def _otherwise() -> Iterator[Text]:
    yield line(" ", ("Or leave with ctrl+q and start", "dim"))
    width = max(len(command) for command, _ in OTHERWISE)
    for command, what in OTHERWISE:
        yield line("   ", f"{command:<{width}}", (f"   {what}", "dim"))
