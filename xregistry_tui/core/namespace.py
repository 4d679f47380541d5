"""The tree of all paths, level by level, and its nodes for dotted access at a prompt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from xregistry_tui.core.paths import PREFIX, parent, with_prefix


class PathClash(ValueError):
    """A path differs from one that is there only by case."""


@dataclass(frozen=True, slots=True)
class Child:
    """One step below a path: `title` is its true name, `below` counts the items under it (0: it is an item only)."""

    path: str
    title: str
    below: int


class Namespace:
    """All paths as levels; asking for one level costs that level only. Whoever writes holds a lock of their own."""

    __slots__ = ("_below", "_items", "_levels", "_sorted", "_titles")

    def __init__(self) -> None:
        self._levels: dict[str, dict[str, str]] = {}
        self._below: dict[str, int] = {}
        self._items: set[str] = set()
        self._titles: dict[str, str] = {}
        self._sorted: dict[str, tuple[str, ...]] = {}

    def insert(self, path: str) -> None:
        """Add an item; twice is harmless; raises `PathClash` where a part differs from a sibling by case only."""
        if path in self._items:
            return
        steps = _steps(path)
        new = [step for step in steps if step not in self._below]
        self._check(new)
        for step in new:
            above = parent(step)
            self._levels.setdefault(above, {})[_folded(step)] = step
            self._below[step] = 0
            self._sorted.pop(above, None)
        for step in steps[:-1]:
            self._below[step] += 1
        self._items.add(path)

    def _check(self, new: list[str]) -> None:
        for step in new:
            there = self._levels.get(parent(step), {}).get(_folded(step))
            if there is not None:
                raise PathClash(f"{step} differs only by case from {there}, which is there already")

    def remove(self, path: str) -> None:
        """Take an item away, and the levels that held nothing else; raises KeyError where there is none."""
        self._items.remove(path)
        for step in reversed(_steps(path)):
            if step != path:
                self._below[step] -= 1
            if not self._below[step] and step not in self._items:
                self._forget(step)

    def _forget(self, step: str) -> None:
        above = parent(step)
        del self._below[step]
        del self._levels[above][_folded(step)]
        self._titles.pop(step, None)
        self._sorted.pop(above, None)
        if not self._levels[above]:
            del self._levels[above]

    def entitle(self, path: str, title: str) -> None:
        """Give a step the true name that people know it by."""
        if path.rpartition(".")[2] != title:
            self._titles[path] = title
            self._sorted.pop(parent(path), None)

    def title(self, path: str) -> str:
        """The true name of a step."""
        return self._titles.get(path) or path.rpartition(".")[2]

    def __contains__(self, path: object) -> bool:
        return path in self._below

    def __len__(self) -> int:
        return len(self._items)

    def has_item(self, path: str) -> bool:
        """Whether an item, not only a level, has this path."""
        return path in self._items

    def below(self, path: str) -> int:
        """How many items lie under a path, itself not counted."""
        return self._below.get(path, 0) if path else len(self._items)

    def children(self, path: str = "") -> tuple[Child, ...]:
        """The steps right below a path, by title without regard to case."""
        return tuple(Child(step, self.title(step), self._below.get(step, 0)) for step in self._ordered(path))

    def _ordered(self, path: str) -> tuple[str, ...]:
        if path not in self._sorted:
            steps = tuple(self._levels.get(path, {}).values())
            self._sorted[path] = tuple(sorted(steps, key=lambda step: (self.title(step).casefold(), step)))
        return self._sorted[path]

    def segments(self, path: str) -> dict[str, str]:
        """True name → segment for the steps right below a path: what `safe_segments` must not give away again."""
        return {self.title(step): step.rpartition(".")[2] for step in tuple(self._levels.get(path, {}).values())}

    def under(self, path: str = "") -> Iterator[str]:
        """The paths of all items at and below a path."""
        if path in self._items:
            yield path
        for step in self._ordered(path):
            yield from self.under(step)


def _folded(step: str) -> str:
    """What a step and those that differ from it by case only have in common; itself where it can be, to save room."""
    folded = step.casefold()
    return step if folded == step else folded


def _steps(path: str) -> list[str]:
    """Every path on the way down.

    >>> _steps("models.shop.orders")
    ['models', 'models.shop', 'models.shop.orders']
    """
    ends = [index for index, character in enumerate(path) if character == "."]
    return [*(path[:end] for end in ends), path]


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
