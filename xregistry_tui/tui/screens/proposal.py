"""What an edited model would become: the diff, the verdict, the version; or the problems that keep it from one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, cast

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from xregistry_tui.actions.base import ActionError
from xregistry_tui.resources.base import ResourceError
from xregistry_tui.schema.proof import Outcome
from xregistry_tui.tui.format import joined, line
from xregistry_tui.tui.glyphs import verdict_text
from xregistry_tui.tui.proving import peek_at, proved, show_how
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.diff_list import DiffList, counted
from xregistry_tui.tui.widgets.hints import Hints
from xregistry_tui.tui.widgets.page import Page
from xregistry_tui.tui.widgets.proof_panel import ProofPanel

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from xregistry_tui.actions.views import Proposal
    from xregistry_tui.tui.app import XregApp

SAME = "The fields are as they were: only the source is written otherwise."
AROUND = 6
WARNING = "It breaks records that were valid before. a once more accepts it anyway."
UNPROVED = "P asks the records first."
PROVED = "Its mode refuses it, and none of the records there are is against it. a once more accepts it."


class ProposalScreen(ModalScreen[None]):
    """`a` accepts, `e` edits again, escape drops after a question; the text is kept until one of them is done."""

    DEFAULT_CSS = """
    ProposalScreen { align: center middle; background: $background 70%; }
    ProposalScreen > Vertical {
        width: 92%; max-width: 120; height: 14; max-height: 90%; padding: 1 2; background: $surface;
    }
    ProposalScreen #proposal-head { height: auto; max-height: 60%; margin-bottom: 1; }
    ProposalScreen #proposal-warning { height: auto; }
    ProposalScreen ProofPanel { max-height: 75%; }
    ProposalScreen Hints { margin-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "accept", "accept", show=False, id="proposal.accept"),
        Binding("P", "prove", "prove over live records", show=False, id="proposal.prove"),
        Binding("i", "how", "how it was proved", show=False, id="proposal.how"),
        Binding("x", "cancel", "cancel the proof", show=False, id="proposal.cancel"),
        Binding("e", "edit", "edit again", show=False, id="proposal.edit"),
        Binding("escape", "drop", "drop", show=False, id="proposal.drop"),
    ]

    def __init__(self, path: str, title: str, draft: str, source: str) -> None:
        super().__init__()
        self._path, self._model_title = path, title
        self._draft, self.source = draft, source
        self.proposal: Proposal | None = None
        self._warned = False
        self._accepting = False
        self._said = "reading it back and comparing …"

    @property
    def app(self) -> XregApp:  # type: ignore[override]  # Textual types it as any app
        """The app, with its session."""
        return cast("XregApp", super().app)

    def compose(self) -> ComposeResult:
        """What it is, how it differs, what can be done."""
        with Vertical():
            yield Page(id="proposal-head")
            yield DiffList(id="proposal-diff")
            yield ProofPanel(id="proposal-proof")
            yield Page(id="proposal-warning")
            yield Hints()

    def on_mount(self) -> None:
        """Have it judged."""
        self.query_one(DiffList).focus()
        self._judge()

    def on_resize(self) -> None:
        """Another width, other lines."""
        self.call_after_refresh(self._draw)

    # Judging

    def _judge(self) -> None:
        self.proposal, self._warned = None, False
        self.proof_panel.cancel()
        self.proof_panel.show(None)
        self._say("reading it back and comparing …")
        self.run_worker(self._propose(self.source), group="propose", exclusive=True)

    async def _propose(self, source: str) -> None:
        try:
            self.proposal = await self._ask("propose", model=self._path, source=source)
        except (ActionError, ResourceError) as error:
            self._say(f"It was not judged: {error}")
        else:
            self._say("")

    async def _ask(self, verb: str, **arguments: Any) -> Any:
        if self.app.session is None:
            raise ActionError("nothing is open")
        return (await self.app.session.perform(verb, **arguments)).value

    def _say(self, text: str) -> None:
        self._said = text
        self._draw()

    @property
    def proof_panel(self) -> ProofPanel:
        """What live records say of it."""
        return self.query_one(ProofPanel)

    # Drawing

    @property
    def acceptable(self) -> bool:
        """It can become a version."""
        proposal = self.proposal
        return proposal is not None and not proposal.problems and proposal.comparison is not None

    @property
    def breaks(self) -> bool:
        """The mode would refuse it."""
        comparison = self.proposal.comparison if self.proposal is not None else None
        return comparison is not None and comparison.verdict != "compatible"

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        self.query_one("#proposal-head", Page).show(list(self._head()))
        diff, comparison = self.query_one(DiffList), self.proposal.comparison if self.proposal else None
        diff.display = comparison is not None
        if comparison is not None:
            diff.show(comparison.changes, SAME, comparison.renames)
        below = self.query_one("#proposal-warning", Page)
        below.show(self._warning())
        lines = [len(tuple(part.draw())) for part in (self.query_one("#proposal-head", Page), diff, below)]
        self.query_one(Vertical).styles.height = sum(lines) + self.proof_panel.lines + AROUND
        self._draw_hints()

    def _head(self) -> Iterator[Text]:
        proposal = self.proposal
        title = (plain(self._model_title, 40), "bright")
        if proposal is None or proposal.problems:
            yield line(title)
            if self._said:
                yield line((plain(self._said), "dim"))
            for problem in proposal.problems if proposal is not None else ():
                yield line(("✗ ", "bad"), plain(problem))
        if proposal is None or proposal.comparison is None:
            return
        both = proposal.comparison
        if not proposal.problems:
            step = line(plain(both.older, 20), (" → ", "dim"), (plain(proposal.version, 20), "bright"))
            judged = line((f"{plain(both.mode, 20)} ", "dim"), verdict_text(both.verdict))
            yield joined((line(title), step, judged, line((counted(both.changes), "dim"))))
            if self._said:
                yield line((plain(self._said), "warn"))

    def _warning(self) -> list[Text]:
        """Before it is accepted although its mode refuses it: what the records say, or that they were not asked."""
        if not self._warned:
            return []
        comparison = self.proposal.comparison if self.proposal is not None else None
        proof = comparison.proof if comparison is not None else None
        if proof is not None and proof.outcome is Outcome.PROVEN:
            return [Text(""), line(("✓ ", "good"), (PROVED, "text"))]
        unasked = f" {UNPROVED}" if proof is None and not self.proof_panel.running else ""
        return [line(("✗ ", "bad"), (WARNING + unasked, "warn"))]

    def _prove_hints(self) -> list[tuple[str, str, str]]:
        if self.proof_panel.running:
            return [("proposal.cancel", "x", "cancel the proof")]
        if self.proof_panel.proof is not None:
            return [("proposal.how", "i", "how it was proved")]
        return [("proposal.prove", "P", "prove")] if self.acceptable and self.breaks else []

    def _draw_hints(self) -> None:
        anyway = "accept anyway" if self._warned else "accept"
        accept = [*self._prove_hints(), *([("proposal.accept", "a", anyway)] if self.acceptable else [])]
        shown = self.query_one(DiffList)
        opens = [("lines.choose", "enter", "old and new")] if shown.display and shown.changes else []
        hints = [*accept, ("proposal.edit", "e", "edit again"), ("proposal.drop", "esc", "drop it"), *opens]
        self.query_one(Hints).show(hints)

    # What can be done

    def on_hints_pressed(self, event: Hints.Pressed) -> None:
        """A click on a hint is its key."""
        if event.name == "lines.choose":
            self.query_one(DiffList).action_choose()
            return
        self.run_worker(self.run_action(event.name.partition(".")[2]))

    def action_accept(self) -> None:
        """Make it a version; one that breaks needs to be accepted twice."""
        if not self.acceptable or self._accepting:
            return
        if self.breaks and not self._warned:
            self._warned = True
            self._draw()
            return
        self._accepting = True
        self.run_worker(self._accept(), group="accept", exclusive=True)

    async def _accept(self) -> None:
        anyway = {"anyway": True} if self.breaks else {}
        try:
            result = await self.app.session.perform("accept", model=self._path, source=self.source, **anyway)  # type: ignore[union-attr]  # it was judged by it
        except (ActionError, ResourceError) as error:
            self._say(f"It was not accepted: {error}")
            return
        finally:
            self._accepting = False
        said = result.said or f"{self._model_title} is {result.value} now."
        self.app.notify(plain(said, 400), timeout=3, markup=False)
        self.dismiss()

    # Proving

    def action_prove(self) -> None:
        """Run what it asks more over all live records."""
        session = self.app.session
        if session is None or not self.acceptable or self.proof_panel.running:
            return
        path, source = self._path, self.source
        self.proof_panel.run(lambda: proved(session, model=path, source=source), session.work, self.app.now)
        self._draw()

    def on_proof_panel_ended(self, event: ProofPanel.Ended) -> None:
        """The proposal has its proof; the keys go to the failing records."""
        event.stop()
        proof = self.proof_panel.proof
        if self.proposal is not None and self.proposal.comparison is not None:
            self.proposal = replace(self.proposal, comparison=replace(self.proposal.comparison, proof=proof))
        self._draw()
        if proof is not None and proof.keys:
            self.proof_panel.take_keys()

    def on_proof_panel_keys_opened(self, event: ProofPanel.KeysOpened) -> None:
        """Failing records above it: what was edited stays below."""
        event.stop()
        self.run_worker(peek_at(self.app, self._path, event.keys), group="peek", exclusive=True)

    def action_how(self) -> None:
        """What was proved how, with the queries."""
        if (proof := self.proof_panel.proof) is not None:
            show_how(self.app, proof)

    def action_cancel(self) -> None:
        """End the proof that runs."""
        self.proof_panel.cancel()

    def action_edit(self) -> None:
        """Back to the editor with the text as it is."""
        self.run_worker(self._edit_again(), group="edit", exclusive=True)

    async def _edit_again(self) -> None:
        from xregistry_tui.tui.authoring import edit

        source = await edit(self.app, self.source, self._model_title)
        if source is not None:
            self.source = source
            self._judge()

    def action_drop(self) -> None:
        """Forget it, after a question where there is something to forget."""
        if self.proof_panel.has_keys:
            self.query_one(DiffList).focus()
            return
        if self.source == self._draft:
            self.dismiss()
            return
        from xregistry_tui.tui.screens.ask import AskScreen

        question = AskScreen("Drop what you edited?", ("It is kept nowhere else.",), yes="drop it", no="keep it")
        self.app.push_screen(question, self._dropped)

    def _dropped(self, yes: bool | None) -> None:
        if yes:
            self.dismiss()
