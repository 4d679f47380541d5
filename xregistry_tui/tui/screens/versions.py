"""The versions of a model, and what changed from one to another."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from rich.text import Text
from textual import on
from textual.binding import Binding, BindingType

from xregistry_tui.tui.format import joined, line, spread
from xregistry_tui.tui.glyphs import verdict_text
from xregistry_tui.tui.keymap import Hint
from xregistry_tui.tui.proving import proved, show_how
from xregistry_tui.tui.screens.room import NotDone, Room
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.diff_list import DiffList, counted, sign
from xregistry_tui.tui.widgets.grid import Grid
from xregistry_tui.tui.widgets.lines import Lines
from xregistry_tui.tui.widgets.page import Page
from xregistry_tui.tui.widgets.proof_panel import ProofPanel
from xregistry_tui.tui.widgets.version_rows import COLUMNS, version_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.app import ComposeResult
    from textual.widget import Widget

    from xregistry_tui.actions.session import Session
    from xregistry_tui.actions.views import Comparison, VersionView
    from xregistry_tui.schema.diff import SchemaChange
    from xregistry_tui.schema.proof import Proof
    from xregistry_tui.tui.screens.explore import ExploreScreen

ONE = "One version so far. A change of the model (E edits it) or of the table behind it makes the next."
SAME = "Nothing differs but the version."
ORIGIN = "The first version: there is none before it."
TWO = 2


class VersionsRoom(Room):
    """A list of versions over the diff of the one under the cursor against the one before it."""

    DEFAULT_CSS = """
    VersionsRoom Page { height: auto; }
    VersionsRoom #versions { height: auto; max-height: 45%; }
    VersionsRoom #versions-head { border-top: solid $x-rule; height: 3; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "mark", "mark", show=False, id="versions.mark"),
        Binding("d", "compare", "diff two", show=False, id="versions.diff"),
        Binding("P", "prove", "prove over live records", show=False, id="versions.prove"),
        Binding("i", "how_proved", "how it was proved", show=False, id="versions.how"),
        Binding("u", "rollback", "roll back", show=False, id="versions.rollback"),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.versions: tuple[VersionView, ...] = ()
        self.compared: Comparison | None = None
        self._read_for: tuple[object, ...] | None = None
        self._marked: list[str] = []
        self._proofs: dict[tuple[str, str, str], Proof | str] = {}

    def compose(self) -> ComposeResult:
        """Versions, what is compared, and how they differ."""
        yield Page(id="versions-said")
        yield Grid(id="versions")
        yield Lines(id="versions-head")
        yield DiffList(id="versions-diff")
        yield ProofPanel(id="versions-proof")

    @property
    def grid(self) -> Grid:
        """The versions."""
        return self.query_one(Grid)

    @property
    def proof_panel(self) -> ProofPanel:
        """What live records say of the diff."""
        return self.query_one(ProofPanel)

    @property
    def panel(self) -> Widget:
        """The list has the keys."""
        return self.grid

    # Reading

    def draw(self) -> None:
        """Read the versions where the model has others than those that are shown."""
        model = self.session.model(self.path) if self.session is not None else None
        wanted = (self.path, model.version, model.versions) if model is not None else (self.path,)
        if wanted != self._read_for:
            if self._read_for is None or self._read_for[0] != self.path:
                self._marked, self.compared = [], None
                self._say("reading the versions …")
            self._read_for = wanted
            self.run_worker(self._read(self.path), group="versions", exclusive=True)

    async def _read(self, path: str) -> None:
        try:
            versions = tuple(await self.ask("versions", model=path))
        except NotDone as error:
            self._read_for = None
            self._say(f"The versions cannot be shown: {error}")
            return
        if path == self.path:
            self._say("")
            self.show(versions)

    def _say(self, text: str) -> None:
        said = self.query_one(Page)
        said.show([line(" ", (text, "dim"))] if text else [])
        said.display = bool(text)
        for widget in (self.query_one("#versions-head"), self.query_one(DiffList)):
            widget.display = not text
        if text:
            self.proof_panel.show(None)
            self.grid.styles.height = 0  # not hidden: it would lose the keys

    def show(self, versions: tuple[VersionView, ...]) -> None:
        """Show these versions, the newest first."""
        self.versions = versions
        self.grid.set_columns(COLUMNS)
        self._draw_rows()
        self.grid.styles.height = len(versions) + 1
        self._draw_diff()

    def _draw_rows(self) -> None:
        self.grid.set_rows(version_rows(self.versions, self._marked), flash=False)

    # The diff below

    @property
    def version(self) -> VersionView | None:
        """The version under the cursor."""
        return next((one for one in self.versions if one.version == self.grid.cursor_key), None)

    def on_resize(self) -> None:
        """Another width, another heading."""
        if self._ready:
            self._draw_diff()

    def _draw_diff(self) -> None:
        self.draw_hints()
        diff, version = self.query_one(DiffList), self.version
        if self.compared is not None:
            both = self.compared
            self._head(both.older, both.newer, both.mode, both.verdict, both.changes)
            diff.show(both.changes, SAME, both.renames)
        elif version is not None:
            at = self.versions.index(version)
            before = self.versions[at + 1].version if at + 1 < len(self.versions) else ""
            self._head(before, version.version, version.mode, version.verdict, version.changes)
            diff.show(version.changes, SAME if before else ONE if len(self.versions) == 1 else ORIGIN)
        if not self.proof_panel.running:
            self.proof_panel.show(self._proofs.get((self.path, *self.step)))

    @property
    def step(self) -> tuple[str, str]:
        """The older and the newer of the two whose diff is shown; the older is empty where there is none."""
        if self.compared is not None:
            return self.compared.older, self.compared.newer
        if (version := self.version) is None:
            return "", ""
        at = self.versions.index(version)
        return (self.versions[at + 1].version if at + 1 < len(self.versions) else ""), version.version

    @property
    def verdict(self) -> str:
        """What the mode says of the diff that is shown."""
        shown = self.compared if self.compared is not None else self.version
        return shown.verdict if shown is not None else "compatible"

    def _head(self, older: str, newer: str, mode: str, verdict: str, changes: Iterable[SchemaChange]) -> None:
        head = self.query_one("#versions-head", Lines)
        left = line(" ", *((plain(older, 20), (" → ", "dim")) if older else ()), (plain(newer, 20), "bright"))
        right = line((f"{plain(mode, 20)} ", "dim"), verdict_text(verdict), " ") if older else Text("")
        said = joined((left, line((counted(changes), "dim"))))
        head.set_lines([spread(said, right, head.content_size.width or self.size.width), Text("")])

    @on(Grid.Highlighted)
    def _moved(self, event: Grid.Highlighted) -> None:
        event.stop()
        if event.moved:
            self.compared = None
        self._draw_diff()

    @on(Grid.Selected)
    def _into_diff(self, event: Grid.Selected) -> None:
        event.stop()
        if self.query_one(DiffList).changes:
            self.query_one(DiffList).focus()

    # Commands

    def hints(self) -> list[Hint]:
        """What can be done with a version, or with a change."""
        if self.query_one(DiffList).has_focus:
            return [Hint("lines.choose", "old and new"), *self._prove_hint(), Hint("explore.copy", "copy")]
        if self.proof_panel.has_keys:
            return [Hint("lines.choose", "the records"), Hint("versions.how", "how"), Hint("explore.copy", "copy")]
        version = self.version
        if version is None or len(self.versions) < TWO:
            return []
        back = [] if version.current or not version.kept else [Hint("versions.rollback", "roll back to it")]
        shown = [Hint("grid.select", "changes"), *self._prove_hint()]
        return [*shown, Hint("versions.mark", "mark"), Hint("versions.diff", "diff"), *back]

    def _prove_hint(self) -> list[Hint]:
        """Offered where the schemas alone do not allow it: the records may."""
        if self.proof_panel.running:
            return [Hint("cancel", "cancel the proof")]
        if self.proof_panel.proof is not None:
            return [Hint("versions.how", "how it was proved")]
        return [Hint("versions.prove", "prove")] if self.step[0] and self.verdict != "compatible" else []

    def back(self) -> bool:
        """From the diff to the list; from two that are compared to one."""
        if self.query_one(DiffList).has_focus or self.proof_panel.has_keys:
            self.grid.focus()
            return True
        if self.compared is None and not self._marked:
            return False
        self.compared, self._marked = None, []
        self._draw_rows()
        self._draw_diff()
        return True

    @property
    def copied(self) -> str:
        """The change under the cursor, or all changes that are shown, as text; the verdict where that has the keys."""
        if self.proof_panel.has_keys and self.proof_panel.proof is not None:
            return self.proof_panel.proof.line
        diff = self.query_one(DiffList)
        chosen = [diff.change] if diff.has_focus and diff.change is not None else diff.changes
        return "\n".join(f"{sign(one)} {one.path or 'the record'}  {one.message}  ({one.verdict})" for one in chosen)

    def action_mark(self) -> None:
        """Mark the version under the cursor; at most two are marked."""
        if (key := self.grid.cursor_key) is not None:
            kept = [one for one in self._marked if one != key]
            self._marked = kept if key in self._marked else [*kept[-1:], key]
            self._draw_rows()

    def action_compare(self) -> None:
        """Compare the two that are marked; one that is marked with the cursor's; else the cursor's with the current."""
        chosen = list(self._marked)
        here, current = self.grid.cursor_key, next((one.version for one in self.versions if one.current), None)
        for other in (here, current):
            if len(chosen) < TWO and other is not None and other not in chosen:
                chosen.append(other)
        if len(chosen) < TWO:
            self.app.notify("m marks one version, d compares it with the one under the cursor.", markup=False)
            return
        order = [one.version for one in self.versions]
        newer, older = sorted(chosen, key=order.index)
        self.run_worker(self._compare(self.path, older, newer), group="compare", exclusive=True)

    async def _compare(self, path: str, older: str, newer: str) -> None:
        try:
            compared: Comparison = await self.ask("compare", model=path, older=older, newer=newer)
        except NotDone as error:
            self.app.notify(str(error), severity="warning", markup=False)
            return
        if path == self.path:
            self.compared = compared
            self._draw_diff()

    def action_rollback(self) -> None:
        """Give the version under the cursor a successor with its schema, after one question."""
        from xregistry_tui.tui.obeying import roll_back

        if (version := self.version) is not None:
            self.run_worker(roll_back(self.app, self.path, version.version), group="rollback", exclusive=True)

    # Proving

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """How it was proved can be asked where it was."""
        return (
            self.proof_panel.proof is not None if action == "how_proved" else super().check_action(action, parameters)
        )

    def action_prove(self) -> None:
        """Run what the newer of the two asks more over all live records."""
        older, newer = self.step
        if not older:
            self.app.notify("It is the first version: there is none before it.", timeout=3, markup=False)
            return
        session, path = self.session, self.path
        if session is not None and not self.proof_panel.running:
            self.proof_panel.run(lambda: self._prove(session, path, older, newer), session.work, self.app.now)
            self.draw_hints()

    async def _prove(self, session: Session, path: str, older: str, newer: str) -> Proof | str:
        found = await proved(session, model=path, version=newer, older=older)
        self._proofs[path, older, newer] = found
        return found

    @on(ProofPanel.Ended)
    def _proved(self, event: ProofPanel.Ended) -> None:
        """The keys go to the failing records, unless they are elsewhere by now."""
        event.stop()
        self._draw_diff()
        proof = self.proof_panel.proof
        if proof is not None and proof.keys and (self.grid.has_focus or self.query_one(DiffList).has_focus):
            self.proof_panel.take_keys()

    @on(ProofPanel.KeysOpened)
    def _failing(self, event: ProofPanel.KeysOpened) -> None:
        event.stop()
        cast("ExploreScreen", self.screen).show_keys(event.keys)

    def action_how_proved(self) -> None:
        """What was proved how, with the queries."""
        if (proof := self.proof_panel.proof) is not None:
            show_how(self.app, proof)

    def cancel(self) -> bool:
        """End the proof that runs."""
        return self.proof_panel.cancel()
