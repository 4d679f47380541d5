"""What live records say of a new version: that it is asked for, how far that is, the verdict, and those that fail."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text
from textual.containers import Vertical
from textual.message import Message

from xregistry_tui.schema.proof import Outcome, Proof, written
from xregistry_tui.tui.format import fitted, folded, line, spread
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.line_list import Line, LineList, cell
from xregistry_tui.tui.widgets.lines import Lines
from xregistry_tui.tui.widgets.work_line import work_text

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.timer import Timer
    from textual.worker import Worker

    from xregistry_tui.actions.views import Work
    from xregistry_tui.schema.proof import Finding, Keys

MARKS = {Outcome.PROVEN: ("✓", "good"), Outcome.REFUTED: ("✗", "bad"), Outcome.PARTLY: ("?", "warn")}
WORDS = {Outcome.PROVEN: "proven", Outcome.REFUTED: "refuted", Outcome.PARTLY: "not refuted, and not all looked at"}
JUDGES = {"engine": "by the engine", "model": "by the model"}
SHOWN = 8
"""So many failing records are listed for each thing asked."""

_EVERY = 0.25
_QUERIES = 12

Ask = Callable[[], Awaitable["Proof | str"]]
Works = Callable[[], Sequence["Work"]]


class ProofPanel(Vertical):
    """Runs one proof at a time (`ask` gives it, or a sentence that says why there is none) and shows it.

    The verdict stays in view over the list, whose lines with a key stand for failing records: those of one demand, or
    one record.
    """

    DEFAULT_CSS = """
    ProofPanel { height: auto; max-height: 60%; border-top: solid $x-rule; display: none; }
    ProofPanel.-shown { display: block; }
    ProofPanel > Lines { height: auto; }
    ProofPanel > LineList { height: auto; max-height: 1fr; }
    """

    class Ended(Message):
        """A proof is there, or why there is none; `None`: it was cancelled."""

        def __init__(self, found: Proof | str | None) -> None:
            super().__init__()
            self.found = found

    class KeysOpened(Message):
        """The records of these keys are wanted."""

        def __init__(self, keys: Keys) -> None:
            super().__init__()
            self.keys = keys

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.found: Proof | str | None = None
        self._worker: Worker[None] | None = None
        self._works: Works = tuple
        self._now: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.UTC)
        self._ticks: Timer | None = None

    def compose(self) -> ComposeResult:
        """The verdict, and what it is made of."""
        yield Lines(id="proof-verdict")
        yield LineList(id="proof-list")

    # What is shown

    @property
    def running(self) -> bool:
        """A proof is under way."""
        return self._worker is not None

    @property
    def proof(self) -> Proof | None:
        """The proof that is shown."""
        return self.found if isinstance(self.found, Proof) and not self.running else None

    @property
    def listing(self) -> LineList:
        """What was asked, and the records that fail it."""
        return self.query_one(LineList)

    @property
    def lines(self) -> int:
        """So many lines it would like to have."""
        if not self.has_class("-shown"):
            return 0
        return len(self._verdict(self.size.width or self.app.size.width)) + len(self.listing.lines) + 1

    @property
    def plain(self) -> str:
        """What is drawn, as text; empty where nothing is."""
        text = "\n".join(part for part in (self.query_one(Lines).plain, self.listing.plain) if part)
        return text if self.has_class("-shown") else ""

    def show(self, found: Proof | str | None) -> None:
        """Show a proof, or why there is none; nothing without one. What runs stays in view until it ends."""
        if found is not self.found:
            self.listing.cursor = None
            self.listing.scroll_home(animate=False)
        self.found = found
        self._redraw()

    def on_resize(self) -> None:
        """Another width, other lines."""
        self._redraw()

    def _redraw(self) -> None:
        self.set_class(self.running or self.found is not None, "-shown")
        width = self.size.width or self.app.size.width
        proof = self.proof
        self.listing.set_lines(finding_lines(proof, width) if proof is not None else [])
        self.listing.display = proof is not None
        self.query_one(Lines).set_lines(self._verdict(width))

    def _verdict(self, width: int) -> list[Text]:
        if self.running:
            return [self._progress()]
        if isinstance(self.found, Proof):
            return [verdict_line(self.found, width), Text("")]
        return folded(line(" ", ("? ", "warn"), plain(self.found or "")), max(width - 1, 10))

    def _progress(self) -> Text:
        works = [work for work in self._works() if work.title.startswith("proving ")]
        if works:
            return work_text(works, self._now())
        return line(" ", ("⟳", "accent"), " proving   ", ("x", "accent"), (" cancel", "dim"))

    def take_keys(self) -> None:
        """The keys go to the first of the records that fail."""
        self.listing.focus()
        if self.listing.cursor is None:
            self.listing.action_step(1)

    @property
    def has_keys(self) -> bool:
        """The keys are here."""
        return self.listing.has_focus

    # Running

    def run(self, ask: Ask, works: Works, now: Callable[[], datetime.datetime]) -> None:
        """Ask for a proof; `works` is what is running, for its progress."""
        self._works, self._now = works, now
        self._worker = self.run_worker(self._run(ask), group="proof", exclusive=True)
        if self._ticks is None:
            self._ticks = self.set_interval(_EVERY, self._tick)
        self._redraw()

    def cancel(self) -> bool:
        """End what runs; false where nothing does."""
        if self._worker is None:
            return False
        self._worker.cancel()
        return True

    def _tick(self) -> None:
        if self.running:
            self._redraw()

    async def _run(self, ask: Ask) -> None:
        found: Proof | str | None = None
        try:
            found = await ask()
        except asyncio.CancelledError:
            found = None
            raise
        finally:
            self._worker = None
            if self._ticks is not None:
                self._ticks.stop()
                self._ticks = None
            if self.is_attached:
                self.show(found)
                self.post_message(self.Ended(found))

    def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        """The records of the line."""
        event.stop()
        if (proof := self.proof) is not None:
            place, _, number = event.key.partition(":")
            keys = proof.tested[int(place)].keys
            self.post_message(self.KeysOpened(keys[int(number) : int(number) + 1] if number else keys))


def verdict_line(proof: Proof, width: int) -> Text:
    """How many fail, and of what that was said."""
    glyph, role = MARKS[proof.outcome]
    left = line(" ", (f"{glyph}  ", role), (plain(proof.said), "bright"), (f"   {WORDS[proof.outcome]}", role))
    step = f"{plain(proof.older, 24)} → {plain(proof.newer, 24)}"
    where = f"{plain(proof.resource, 24)}::{plain(proof.collection, 32)}"
    right = line((f"{step}   {where}   {proof.as_of.astimezone():%H:%M:%S} ", "dim"))
    return spread(left, right if left.cell_len + right.cell_len < width else Text(""), width)


def finding_lines(proof: Proof, width: int) -> Iterator[Line]:
    """Each thing that was asked, with the records that fail it."""
    if not proof.tested:
        yield Line(line("    ", ("nothing is asked that was not asked before", "dim")))
    wide = min(max((cell_len(one.sentence) for one in proof.tested), default=0), max(width // 2, 12))
    told = max((len(_told(one)) for one in proof.tested), default=0)
    for place, one in enumerate(proof.tested):
        yield from _finding(one, place, wide, told)
    for note in proof.notes:
        yield from (Line(part) for part in folded(line("    ", (note, "warn")), max(width - 1, 10)))


def _told(one: Finding) -> str:
    return f"{'≥ ' if one.at_least else ''}{one.failed:,} of {one.checked:,} fail"


def _finding(one: Finding, place: int, wide: int, told: int) -> Iterator[Line]:
    glyph, role = MARKS[one.outcome]
    said = fitted(Text(_told(one), "bad" if one.failed else "dim", end=""), told)
    judge = (plain(one.note or JUDGES.get(one.way, one.way), 40), "dim")
    text = line("    ", (glyph, role), " ", cell(one.sentence, wide, "bright" if one.failed else "text"), "   ")
    yield Line(line(text, said, "   ", judge), str(place) if one.keys else None)
    for number, key in enumerate(one.keys[:SHOWN]):
        value = plain(one.values[number], 48) if number < len(one.values) else ""
        shown = line("        ", cell(written(key), 18, "accent"), "  ", (value, "text"))
        yield Line(shown, f"{place}:{number}")
    if (more := one.failed - min(SHOWN, len(one.keys))) > 0 and one.keys:
        yield Line(line("        ", (f"⋯ {more:,} more", "dim")))


def how_lines(proof: Proof) -> list[Text]:
    """What was proven how, and the queries."""
    lines = [line(plain(proof.line, 400)), Text("")]
    for one in proof.tested:
        glyph, role = MARKS[one.outcome]
        judged = f"told {JUDGES.get(one.way, one.way)} of {one.checked:,} of {proof.rows:,} records"
        lines.append(line((glyph, role), f" {plain(one.sentence)}", (f"   {judged}", "dim")))
    queries = "1 query" if len(proof.queries) == 1 else f"{len(proof.queries)} queries"
    lines += [Text(""), line((f"{queries} · {proof.milliseconds:,.0f} ms · read only", "dim")), Text("")]
    # the pages of records are asked for alike
    different = list(dict.fromkeys(proof.queries))
    lines += [line(plain(part)) for query in different[:_QUERIES] for part in (*query.splitlines(), "")]
    return [*lines, *([line(("⋯ and more of the kind", "dim"))] if len(different) > _QUERIES else [])]
