"""The tree: what is open and where the cursor stands are kept by path over every change."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from textual.app import App, ComposeResult
from textual.pilot import Pilot

from tests.tui.sessions import ExploreSession
from xregistry_tui.actions.views import Node, NodeKind
from xregistry_tui.profiling.profile import Figure
from xregistry_tui.tui import themes
from xregistry_tui.tui.format import line
from xregistry_tui.tui.widgets.tree import Tree


class Host(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.tree_widget = Tree()
        self.said: list[tuple[str, str]] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return themes.defaults()

    def compose(self) -> ComposeResult:
        yield self.tree_widget

    def on_tree_node_highlighted(self, event: Tree.NodeHighlighted) -> None:
        self.said.append(("highlighted", event.path))

    def on_tree_node_selected(self, event: Tree.NodeSelected) -> None:
        self.said.append(("selected", event.path))


@asynccontextmanager
async def growing(session: ExploreSession) -> AsyncIterator[tuple[Tree, Pilot[None], Host]]:
    app = Host()
    async with app.run_test(size=(44, 24)) as pilot:
        app.tree_widget.read(session.children)
        app.tree_widget.focus()
        await pilot.pause()
        yield app.tree_widget, pilot, app


def paths(tree: Tree) -> list[str]:
    return [row.key for row in tree.rows]


def titles(tree: Tree) -> list[str]:
    return [tree.render_line(y).text.strip("▌ ").rstrip() for y in range(len(tree.rows))]


async def test_models_are_open_and_functions_closed_at_first() -> None:
    async with growing(ExploreSession()) as (tree, _, _app):
        assert "models.shop.orders" in paths(tree)
        assert "functions.price" not in paths(tree)


async def test_only_what_is_open_is_read() -> None:
    session, asked = ExploreSession(), []

    def children(path: str) -> tuple[Node, ...]:
        asked.append(path)
        return session.children(path)

    async with growing(session) as (tree, _, _app):
        tree.read(children)
        assert "functions" not in asked
        assert "models.shop" in asked


async def test_chains_of_single_namespaces_are_one_line() -> None:
    async with growing(ExploreSession()) as (tree, _, _app):
        assert "models.deep" not in paths(tree)
        leaf = tree.leaf("models.deep.er")
        assert leaf is not None
        assert leaf.title == "deep.er"


async def test_a_hostile_name_is_drawn_harmless() -> None:
    async with growing(ExploreSession()) as (tree, _, _app):
        drawn = "\n".join(titles(tree))
        assert "\x1b" not in drawn
        assert "[/foo]␛[31m�red" in drawn


async def test_left_closes_and_right_opens_and_the_rest_stays() -> None:
    async with growing(ExploreSession()) as (tree, pilot, app):
        tree.move_to("models.shop.stock")
        await pilot.press("left")
        assert tree.cursor_key == "models.shop"
        await pilot.press("left")
        assert "models.shop.stock" not in paths(tree)
        await pilot.press("right", "right", "down", "enter")
        assert app.said[-1] == ("selected", "models.shop.stock")


async def test_a_new_node_moves_neither_the_cursor_nor_what_is_open() -> None:
    session = ExploreSession()
    async with growing(session) as (tree, pilot, _app):
        tree.move_to("functions")
        await pilot.press("enter")
        new = Node(path="models.shop.aaa", title="aaa", kind=NodeKind.MODEL)
        session.tree["models.shop"] = (new, *session.tree["models.shop"])
        tree.read(session.children)
        await pilot.pause()
        assert tree.cursor_key == "functions"
        assert {"functions.price", "models.shop.aaa"} <= set(paths(tree))


async def test_a_filter_finds_also_what_is_closed() -> None:
    async with growing(ExploreSession()) as (tree, _, _app):
        tree.filter("PRICE")
        assert paths(tree) == ["functions", "functions.price"]
        tree.filter("nowhere")
        assert "nothing has “nowhere” in it" in titles(tree)[0]
        tree.filter("")
        assert "models.shop.orders" in paths(tree)


async def test_state_stands_beside_the_name() -> None:
    async with growing(ExploreSession()) as (tree, _, _app):
        drawn = titles(tree)
        assert any("● orders" in title and title.endswith("6,412") for title in drawn)
        assert any("◐ stock" in title and title.endswith("stale 4 min") for title in drawn)


async def test_a_title_is_cut_only_where_its_own_note_takes_the_room() -> None:
    session = ExploreSession()
    long = Node(
        path="models.shop.long", title="a_table_with_a_long_name_ends", kind=NodeKind.MODEL, count=Figure(value=7)
    )
    noted = Node(path="models.shop.noted", title="b", kind=NodeKind.MODEL, note="unbound")
    session.tree["models.shop"] = (long, noted)
    async with growing(session) as (tree, _, _app):
        drawn = titles(tree)
        assert any(title.endswith("a_table_with_a_long_name_ends      7") for title in drawn)
        assert any(title.endswith("unbound") for title in drawn)
        assert tree.needed == len("      ○ a_table_with_a_long_name_ends 7")


async def test_of_many_nodes_only_those_that_changed_are_drawn_anew() -> None:
    session = ExploreSession()
    many = [Node(path=f"models.shop.t{n}", title=f"t{n}", kind=NodeKind.MODEL, note="unbound") for n in range(500)]
    session.tree["models.shop"] = tuple(many)
    async with growing(session) as (tree, _, _host):
        before = {row.key: row for row in tree.rows}
        session.tree["models.shop"] = (*many[:7], replace(many[7], note="stale"), *many[8:])
        tree.read(session.children)
        after = {row.key: row for row in tree.rows}
        assert [node.path for node in many if after[node.path] is not before[node.path]] == ["models.shop.t7"]
        assert "stale" in line(after["models.shop.t7"].cells["note"]).plain
