"""Places in the tree as attributes, for a prompt."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from xregistry_tui.core.paths import PREFIX, with_prefix

if TYPE_CHECKING:
    from xregistry_tui.core.namespace import Namespace


class Node:
    """A place in the tree, for `registry.ns.models.auth.User`: attributes are what lies below, `str()` its path.

    It has no public names of its own, so that nothing registered can hide behind one. Reaching an item that has
    nothing below gives the item itself.
    """

    __slots__ = ("__find", "__path", "__prefix", "__tree")

    def __init__(self, tree: Namespace, find: Callable[[str], Any], path: str = "", prefix: str = PREFIX) -> None:
        self.__tree = tree
        self.__find = find
        self.__path = path
        self.__prefix = prefix

    def __getattr__(self, name: str) -> Any:
        path = f"{self.__path}.{name}" if self.__path else name
        if path not in self.__tree:
            raise AttributeError(f"nothing is registered at {with_prefix(path, self.__prefix)}")
        if self.__tree.has_item(path) and not self.__tree.below(path):
            return self.__find(path)
        return Node(self.__tree, self.__find, path, self.__prefix)

    def __dir__(self) -> list[str]:
        return [child.path.rpartition(".")[2] for child in self.__tree.children(self.__path)]

    def __str__(self) -> str:
        return with_prefix(self.__path, self.__prefix)

    def __repr__(self) -> str:
        return f"<{self} · {self.__tree.below(self.__path)} items>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Node) and self.__tree is other.__tree and self.__path == other.__path

    def __hash__(self) -> int:
        return hash((id(self.__tree), self.__path))
