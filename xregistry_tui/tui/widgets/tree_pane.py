"""The tree under its filter, as wide as its titles need."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import on
from textual.containers import Vertical
from textual.widgets import Input

from xregistry_tui.actions.views import NodeKind
from xregistry_tui.tui.widgets.tree import Tree

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from xregistry_tui.actions.views import Node

LEAST = 31
MOST = ((160, 44), (120, 34), (0, LEAST))
EDGE = 2


class TreePane(Vertical):
    """What the tree says passes through."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.found = ""
        self._width = LEAST

    def compose(self) -> ComposeResult:
        """Filter and tree."""
        yield Input(placeholder="/ filter", id="tree-filter")
        yield Tree(id="tree")

    @property
    def nodes(self) -> Tree:
        """The tree."""
        return self.query_one(Tree)

    @property
    def filter(self) -> Input:
        """The filter above it."""
        return self.query_one(Input)

    @property
    def first_model(self) -> str:
        """The path of the topmost model that is shown, empty where there is none."""
        leaves = (self.nodes.leaf(row.key) for row in self.nodes.rows)
        return next((leaf.node.path for leaf in leaves if leaf and leaf.node.kind is NodeKind.MODEL), "")

    def read(self, children: Callable[[str], tuple[Node, ...]], subject: str) -> None:
        """Read the tree anew; the subject (empty: the first model) is looked for until it was there once."""
        self.nodes.read(children)
        subject = subject or self.first_model
        if subject != self.found and self.nodes.reveal(subject):
            self.found = subject

    def fit(self, screen: int | None, *, anew: bool = False) -> None:
        """Be as wide as the titles need on a screen of that many cells, without shrinking unless `anew`.

        `None` leaves the width to the style sheet.
        """
        if screen is None:
            self.styles.clear_rule("width")
            return
        most = next(most for width, most in MOST if screen >= width)
        self._width = max(LEAST if anew else self._width, min(most, self.nodes.needed + EDGE))
        self.styles.width = self._width

    def clear_filter(self) -> bool:
        """Show all again; false where nothing was filtered."""
        held = self.filter.value
        self.filter.value = ""
        return bool(held)

    @on(Input.Changed)
    def _filtered(self, event: Input.Changed) -> None:
        event.stop()
        self.nodes.filter(event.value)

    @on(Input.Submitted)
    def _done(self, event: Input.Submitted) -> None:
        event.stop()
        self.nodes.focus()
