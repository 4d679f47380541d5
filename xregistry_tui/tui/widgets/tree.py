"""The tree: one level read when it is opened, chains of single namespaces in one line, a filter above."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.message import Message

from xregistry_tui.actions.views import Node, NodeKind
from xregistry_tui.core.bindings import RefreshStatus
from xregistry_tui.profiling import wording
from xregistry_tui.tui.format import fitted, line
from xregistry_tui.tui.glyphs import GLYPHS
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.columns import LEAD, Column, Row
from xregistry_tui.tui.widgets.grid import Grid

if TYPE_CHECKING:
    from xregistry_tui.profiling.profile import Figure

NOTE = 11
OPEN_BY_ITSELF = 60
SEARCHED = 5000
_BRANCHES = (NodeKind.GROUP, NodeKind.NAMESPACE)
_TROUBLED = (RefreshStatus.FAILED, RefreshStatus.STALE, RefreshStatus.PAUSED, RefreshStatus.PARTIAL)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A node where it stands: how deep, under which title, with which parent."""

    node: Node
    depth: int
    title: str
    parent: str


class Tree(Grid):
    """Nodes by path. What is open and where the cursor stands are kept by path over every change."""

    DEFAULT_CSS = "Tree { width: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "open", "open", show=False, id="tree.open")]

    class NodeSaid(Message):
        """What both messages have: the tree, the node's path and kind; whether somebody `moved` the cursor."""

        def __init__(self, tree: Tree, path: str, kind: NodeKind, *, moved: bool = True) -> None:
            super().__init__()
            self.tree = tree
            self.path = path
            self.kind = kind
            self.moved = moved

        @property
        def control(self) -> Tree:
            """The tree that says it."""
            return self.tree

    class NodeHighlighted(NodeSaid):
        """The cursor came to a node."""

    class NodeSelected(NodeSaid):
        """A leaf was opened."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(header=False, gap=1, id=id)
        self.set_columns((Column("title", "", 10, flex=1),))
        self._children: Callable[[str], tuple[Node, ...]] = lambda _path: ()
        self._opened: dict[str, bool] = {}
        self._leaves: dict[str, Leaf] = {}
        self._filter = ""

    # What is shown

    def read(self, children: Callable[[str], tuple[Node, ...]]) -> None:
        """Read what is open anew; `children` gives the level below a path."""
        self._children = children
        self._draw()

    def filter(self, text: str) -> None:
        """Show only what has this text in its title or path, with what leads there."""
        self._filter = text.strip().casefold()
        self._draw(flash=False)

    def leaf(self, path: str) -> Leaf | None:
        """A node that is shown."""
        return self._leaves.get(path)

    def reveal(self, path: str) -> bool:
        """Open what leads to a path and put the cursor there."""
        parts = path.split(".")
        for depth in range(1, len(parts)):
            self._opened[".".join(parts[:depth])] = True
        self._draw(flash=False)
        return self.move_to(path)

    @property
    def needed(self) -> int:
        """The cells that the widest line takes, titles and notes whole."""
        notes = [line(row.cells.get("note", "")).cell_len for row in self._rows]
        titles = [row.indent + line(row.cells["title"]).cell_len for row in self._rows]
        return LEAD + max(
            (title + note + (1 if note else 0) for title, note in zip(titles, notes, strict=True)), default=0
        )

    def _draw(self, *, flash: bool = True) -> None:
        found = self._matching() if self._filter else self._below("", 0)
        before, self._leaves = self._leaves, {leaf.node.path: leaf for leaf in found}
        rows = [self._row_of(leaf, before.get(path)) for path, leaf in self._leaves.items()]
        if not rows:
            text = f"nothing has “{plain(self._filter, 20)}” in it" if self._filter else "nothing yet"
            rows = [Row("", {"title": line((text, "dim"))}, spill="title", inert=True)]
        self.set_rows(rows, flash=flash)

    def _row_of(self, leaf: Leaf, before: Leaf | None) -> Row:
        """The row of a leaf: that which is shown, where nothing about it changed (of a thousand, most did not)."""
        if leaf == before and leaf.node.kind not in _BRANCHES and (held := self.find(leaf.node.path)) is not None:
            return held
        return Row(leaf.node.path, self._cells(leaf), indent=2 * leaf.depth)

    def _below(self, path: str, depth: int) -> Iterator[Leaf]:
        for child in self._children(path):
            node, title = self._compacted(child)
            yield Leaf(node, depth, title, path)
            if node.children and self._is_open(node):
                yield from self._below(node.path, depth + 1)

    def _compacted(self, node: Node) -> tuple[Node, str]:
        title = node.title
        while node.kind is NodeKind.NAMESPACE and node.children == 1:
            only = self._children(node.path)
            if len(only) != 1 or only[0].kind is not NodeKind.NAMESPACE:
                break
            node = only[0]
            title = f"{title}.{node.title}"
        return node, title

    def _is_open(self, node: Node) -> bool:
        held = self._opened.get(node.path)
        if held is not None:
            return held
        if node.kind is NodeKind.GROUP:
            return node.path in {"models", "resources"}
        return node.path.startswith("models.") and node.children <= OPEN_BY_ITSELF

    def _matching(self) -> Iterator[Leaf]:
        budget = SEARCHED

        def search(path: str, depth: int) -> list[Leaf]:
            nonlocal budget
            out: list[Leaf] = []
            for child in self._children(path):
                budget -= 1
                if budget < 0:
                    break
                node, title = self._compacted(child)
                below = search(node.path, depth + 1) if node.children else []
                if below or self._filter in title.casefold() or self._filter in node.path.casefold():
                    out += [Leaf(node, depth, title, path), *below]
            return out

        yield from search("", 0)

    def _cells(self, leaf: Leaf) -> dict[str, Text]:
        node = leaf.node
        title = plain(leaf.title, 80)
        if node.kind in _BRANCHES:
            arrow = " " if not node.children else "▾" if self._filter or self._is_open(node) else "▸"
            note = plain(node.note, NOTE - 5)
            count = _count(node.count)
            return {
                "title": line((arrow, "dim"), f" {title}"),
                "note": line((f"{note}  " if note else "", "dim"), (count, "dim")),
            }
        return {"title": line(_glyph(node), f" {title}"), "note": _note(node)}

    def _row_text(self, row: Row) -> Text:
        """The note takes what it needs at the right end, the title has the rest."""
        note = line(row.cells.get("note", "")).copy()
        if (row.key, "note") in self._flashing:
            note.stylize("flash")
        width = self.size.width - LEAD
        rest = max(0, width - note.cell_len - (1 if note.plain else 0))
        title = fitted(line(" " * row.indent, row.cells["title"]), rest)
        return line(" " * LEAD, title, " " if note.plain else "", note)

    # Moving

    def on_grid_highlighted(self, event: Grid.Highlighted) -> None:
        """Say which node it is."""
        event.stop()
        leaf = self._leaves.get(event.key)
        if leaf is not None:
            self.post_message(self.NodeHighlighted(self, event.key, leaf.node.kind, moved=event.moved))

    def on_grid_selected(self, event: Grid.Selected) -> None:
        """Branches open and close, leaves are selected."""
        event.stop()
        leaf = self._leaves.get(event.key)
        if leaf is None:
            return
        if leaf.node.kind in _BRANCHES:
            self.action_open()
        else:
            self.post_message(self.NodeSelected(self, event.key, leaf.node.kind))

    def action_open(self) -> None:
        """Open or close the branch under the cursor."""
        leaf = self._leaves.get(self.cursor_key or "")
        if leaf is not None and leaf.node.children and not self._filter:
            self._opened[leaf.node.path] = not self._is_open(leaf.node)
            self._draw(flash=False)

    def action_sideways(self, step: int) -> None:
        """Right opens, then goes in; left closes, then goes to the parent."""
        leaf = self._leaves.get(self.cursor_key or "")
        if leaf is None:
            return
        branch = leaf.node.kind in _BRANCHES and bool(leaf.node.children)
        if step > 0 and branch:
            if self._is_open(leaf.node):
                self.action_cursor(1)
            else:
                self.action_open()
        elif step > 0:
            self.post_message(self.NodeSelected(self, leaf.node.path, leaf.node.kind))
        elif branch and self._is_open(leaf.node):
            self.action_open()
        elif leaf.parent:
            self.move_to(leaf.parent)


def _count(figure: Figure | None) -> str:
    return wording.write(figure) if figure is not None else ""


def _glyph(node: Node) -> tuple[str, str]:
    if node.failing is not None and node.failing.value > 0 and node.status is not RefreshStatus.FAILED:
        return ("▲", "warn")
    if node.status is not None:
        return GLYPHS[node.status]
    return {NodeKind.FUNCTION: ("ƒ", "dim"), NodeKind.TYPE: ("τ", "dim")}.get(node.kind, ("○", "dim"))


def _note(node: Node) -> Text:
    if node.failing is not None and node.failing.value > 0:
        return line((plain(f"{_count(node.failing)} fail", NOTE), "warn"))
    if node.note and (node.status in _TROUBLED or node.count is None):
        return line((plain(node.note, NOTE), "dim"))
    return line(_count(node.count))
