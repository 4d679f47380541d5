"""The tree: one level at a time, and attributes at a prompt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xregistry_tui.core.namespace import Child, Namespace, Node, PathClash

segments = st.sampled_from(["a", "b", "c", "items", "keys"])
keys = st.lists(segments, min_size=1, max_size=4).map(".".join)


def tree_of(*paths: str) -> Namespace:
    tree = Namespace()
    for path in paths:
        tree.insert(path)
    return tree


@given(st.sets(keys))
def test_every_item_is_counted_above_it(paths: set[str]) -> None:
    tree = tree_of(*paths)
    assert set(tree.under()) == paths
    assert tree.below("") == len(tree) == len(paths)
    for path in paths:
        assert tree.below(path) == sum(other.startswith(path + ".") for other in paths)


@given(st.sets(keys))
def test_a_level_lists_each_step_once(paths: set[str]) -> None:
    tree = tree_of(*paths)
    assert {child.path for child in tree.children()} == {path.partition(".")[0] for path in paths}


@given(st.sets(keys), st.sets(keys))
def test_removing_leaves_no_trace(kept: set[str], gone: set[str]) -> None:
    tree = tree_of(*kept, *gone)
    for path in gone - kept:
        tree.remove(path)
    fresh = tree_of(*kept)
    assert set(tree.under()) == kept
    for path in ("", *kept):
        assert tree.children(path) == fresh.children(path)


def test_children_are_sorted_by_the_names_people_know() -> None:
    tree = tree_of("models.b", "models.a.x", "models.a.y")
    tree.entitle("models.b", "A first")
    assert tree.children("models") == (Child("models.a", "a", 2), Child("models.b", "A first", 0))


def test_siblings_that_differ_by_case_only_are_refused_and_change_nothing() -> None:
    tree = tree_of("models.shop.orders")
    with pytest.raises(PathClash, match=r"models\.Shop differs only by case"):
        tree.insert("models.Shop.other")
    assert list(tree.under()) == ["models.shop.orders"]


def node() -> Node:
    return Node(tree_of("models.auth.User", "models.auth.items", "models.class_"), lambda path: f"<{path}>")


def test_attributes_lead_down_to_the_item() -> None:
    assert str(node().models.auth) == "ns.models.auth"
    assert node().models.auth.User == "<models.auth.User>"
    assert node().models.auth.items == "<models.auth.items>"


def test_completion_offers_what_lies_below_and_nothing_else() -> None:
    assert dir(node().models) == ["auth", "class_"]
    assert not [name for name in vars(Node) if not name.startswith("_")]


def test_nodes_of_one_place_are_equal() -> None:
    root = node()
    assert root.models.auth == root.models.auth
    assert len({root.models.auth, root.models.auth, root.models}) == 2
    assert repr(root.models) == "<ns.models · 3 items>"


def test_what_is_not_there_says_so() -> None:
    with pytest.raises(AttributeError, match=r"nothing is registered at ns\.models\.shop"):
        _ = node().models.shop
