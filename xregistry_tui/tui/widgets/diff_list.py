"""What changed between two versions, one line a change: path, sign, what in words, what it means for old records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text

from xregistry_tui.schema.canonical import dumps
from xregistry_tui.schema.change import Change, ChangeType, Verdict
from xregistry_tui.tui.format import fitted, line, spread
from xregistry_tui.tui.glyphs import verdict_text
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.line_list import Line, LineList, cell

if TYPE_CHECKING:
    from xregistry_tui.schema.diff import SchemaChange

SIGNS = {"+": "good", "−": "bad", "~": "accent"}
_PATH = 24
_VERDICT = 14
_KINDS = ("−", "+", "~", "·")
_WORST_FIRST = (Verdict.INCOMPATIBLE, Verdict.UNDECIDED, Verdict.COMPATIBLE)


def sign(change: SchemaChange) -> str:
    """`+` for a field that came, `−` for one that went, `~` for one that is other, `·` where only words changed."""
    if change.magnitude is Change.DOCUMENTATION:
        return "·"
    if change.path and change.type == ChangeType.FIELD_ADDED:
        return "+"
    return "−" if change.path and change.type == ChangeType.FIELD_REMOVED else "~"


def ordered(changes: Iterable[SchemaChange]) -> tuple[SchemaChange, ...]:
    """By kind, and of each kind those first that break; else as they came."""
    return tuple(sorted(changes, key=lambda one: (_KINDS.index(sign(one)), _WORST_FIRST.index(one.verdict))))


def counted(changes: Iterable[SchemaChange]) -> str:
    """How many changes there are, and how many of them break."""
    shown = tuple(changes)
    breaking = sum(one.verdict is Verdict.INCOMPATIBLE for one in shown)
    total = "1 change" if len(shown) == 1 else f"{len(shown)} changes" if shown else "no changes"
    return f"{total}, {breaking} breaking" if breaking else total


class DiffList(LineList):
    """The key of a line is the index of its change in `changes`."""

    DEFAULT_CSS = "DiffList { height: 1fr; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.changes: tuple[SchemaChange, ...] = ()
        self._renames: tuple[tuple[str, str], ...] = ()
        self._empty = ""

    def show(self, changes: Iterable[SchemaChange], empty: str, renames: Sequence[tuple[str, str]] = ()) -> None:
        """Show changes and what was perhaps renamed; `empty` is said where nothing changed."""
        shown = ordered(changes)
        if shown != self.changes:
            self.cursor = None
        self.changes, self._empty, self._renames = shown, empty, tuple(renames)
        self.redraw()

    @property
    def change(self) -> SchemaChange | None:
        """The change under the cursor."""
        return self.changes[int(self.cursor)] if self.cursor is not None else None

    def on_focus(self) -> None:
        """The cursor begins at the first change."""
        if self.cursor is None and self.changes:
            self.move_to("0")
        self.refresh()

    def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        """One change in full."""
        from xregistry_tui.tui.screens.peek import PeekScreen

        event.stop()
        change = self.changes[int(event.key)]
        old, new = (dumps(side, indent=2) for side in (change.old, change.new))
        title = line((plain(change.path or "the record", 60), "bright"))
        self.app.push_screen(PeekScreen(title, _in_full(change, old, new), f"{old}\n{new}\n"))

    def draw(self) -> Iterable[Line]:
        """One line a change, then the renames that are proposed."""
        if not self.changes:
            yield Line(line("   ", (plain(self._empty, max(self.size.width - 4, 0)), "dim")))
        paths = min(max((cell_len(one.path or "the record") for one in self.changes), default=0), self._most)
        for index, change in enumerate(self.changes):
            yield Line(self._change(change, paths), str(index))
        if self._renames:
            yield Line(Text(""))
        for old, new in self._renames:
            yield Line(line("   ", ("perhaps renamed  ", "dim"), plain(old, 30), (" → ", "dim"), plain(new, 30)))

    @property
    def _most(self) -> int:
        return max(8, min(_PATH, self.size.width // 3))

    def _change(self, change: SchemaChange, paths: int) -> Text:
        mark = sign(change)
        quiet = mark == "·"
        path = cell(change.path or "the record", paths, "dim" if quiet else "text")
        left = line("   ", (mark, SIGNS.get(mark, "dim")), " ", path, "   ")
        right = fitted(verdict_text(change.verdict), _VERDICT)
        if quiet:
            right.stylize("dim")
        room = self.size.width - left.cell_len - _VERDICT - 1
        return spread(
            line(left, cell(change.message, max(room, 0), "dim" if quiet else "text")), right, self.size.width
        )


def _in_full(change: SchemaChange, old: str, new: str) -> list[Text]:
    """What a change is, and old and new as they are written."""
    return [
        line(plain(change.message)),
        line(verdict_text(change.verdict), (f"   {plain(change.type, 40)}", "dim")),
        Text(""),
        *_side("old", "−", "bad", old),
        *_side("new", "+", "good", new),
    ]


def _side(label: str, mark: str, role: str, text: str) -> list[Text]:
    lines = text.splitlines() or [""]
    return [line((f"{label}", "dim")), *(line((f"{mark} ", role), plain(part)) for part in lines), Text("")]
