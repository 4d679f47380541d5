"""The tree of everything registered: items by path, level by level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xregistry_tui.core.node import Node
from xregistry_tui.core.paths import parent

__all__ = ["Child", "Namespace", "Node", "PathClash"]


class PathClash(ValueError):
    """A path differs from one that is there, or is reserved, only by case."""


@dataclass(frozen=True, slots=True)
class Child:
    """One step below a path: `title` is its true name, `below` counts the items under it (0: it is an item only)."""

    path: str
    title: str
    below: int


class _Level:
    """A path that has something below it: its steps, in order of arrival, and those of them that are levels.

    `below` (-1: not counted) and `ordered` are derived when asked for; where a level is not counted, none above it is.
    `folded` has the steps that another by case only could clash with unseen: by their last part, where that is not
    its own lower case.
    """

    __slots__ = ("above", "below", "folded", "levels", "ordered", "path", "steps")

    def __init__(self, path: str, above: _Level | None) -> None:
        self.path = path
        self.above = above
        self.below = -1
        self.steps: list[str] = []
        self.levels: list[_Level] = []
        self.folded: dict[str, str] = {}
        self.ordered: tuple[str, ...] | None = None

    def forget(self) -> None:
        """What was derived holds no more."""
        self.ordered = None
        level: _Level | None = self
        while level is not None and level.below >= 0:
            level.below = -1
            level = level.above

    def fold(self, step: str, last: str) -> None:
        """Remember a step by its lower case, where that is not its own."""
        folded = last.casefold()
        if folded != last:
            self.folded[folded] = step


class Namespace:
    """All items as levels; asking for one level costs that level only. Whoever writes holds a lock of their own.

    An item costs no more here than its places in two containers: what can be derived from its path is not kept.
    """

    __slots__ = ("_groups", "_levels", "_reserved", "_root", "_titles")

    def __init__(self) -> None:
        self._root = _Level("", None)
        self._levels: dict[str, _Level] = {"": self._root}
        self._groups: dict[str, dict[str, Any]] = {}
        self._titles: dict[str, str] = {}
        self._reserved: dict[str, tuple[str, int]] = {}

    def group(self, name: str) -> dict[str, Any]:
        """The items below a first part, live; only the tree writes into it."""
        return self._groups.setdefault(name, {})

    def insert(self, path: str, item: Any = True) -> None:
        """Add or replace an item; raises `PathClash` where a part differs from a sibling by case only."""
        items = self.group(path.partition(".")[0])
        if path in items:
            items[path] = item
        else:
            above, _, last = path.rpartition(".")
            self.add(items, above, last, path, item)

    def add(self, items: dict[str, Any], above: str, last: str, path: str, item: Any) -> None:
        """Add an item that is not there, whose group, level and last part are known: as `insert`, without detours."""
        level = self._levels.get(above)
        if level is None:
            self._check(path)
            level = self._open(above)
        if path not in self._levels:
            lower = last.islower() and last.isascii()
            if not lower or level.folded or self._reserved:
                self._check(path)
            level.steps.append(path)
            if not lower:
                level.fold(path, last)
        items[path] = item
        if level.below >= 0 or level.ordered is not None:
            level.forget()

    def _open(self, path: str) -> _Level:
        """The level of a path with those above it; none is made where one clashes."""
        steps = _steps(path)
        new = [step for step in steps if step not in self]
        for step in new:
            self._check(step)
        level = self._root
        for step in steps:
            if step in new:
                level.steps.append(step)
                level.fold(step, step.rpartition(".")[2])
            level = self._levels.get(step) or self._level(step, level)
        return level

    def _level(self, path: str, above: _Level) -> _Level:
        level = self._levels[path] = _Level(path, above)
        above.levels.append(level)
        above.forget()
        return level

    def _check(self, step: str) -> None:
        """A new step must not differ by case only from one that is there or reserved."""
        above, _, last = step.rpartition(".")
        folded = last.casefold()
        level = self._levels.get(above)
        there = level.folded.get(folded) if level is not None else None
        if there is None and folded != last and (lower := f"{above}.{folded}" if above else folded) in self:
            there = lower
        if there is not None:
            raise PathClash(f"{step} differs only by case from {there}, which is there already")
        reserved = self._reserved.get(step.casefold(), (step,))[0] if self._reserved else step
        if reserved != step:
            raise PathClash(f"{step} differs only by case from {reserved}, which is reserved")

    def remove(self, path: str) -> None:
        """Take an item away, and the levels that held nothing else; raises KeyError where there is none."""
        del self.group(path.partition(".")[0])[path]
        level = self._levels[parent(path)]
        level.forget()
        if path not in self._levels:
            self._forget(level, path)
        while not level.steps and level.above is not None:
            del self._levels[level.path]
            level.above.levels.remove(level)
            level.above.forget()
            if self.has_item(level.path):
                break
            self._forget(level.above, level.path)
            level = level.above

    def _forget(self, level: _Level, step: str) -> None:
        level.steps.remove(step)
        level.folded.pop(step.rpartition(".")[2].casefold(), None)
        if step.casefold() not in self._reserved:
            self._titles.pop(step, None)

    def reserve(self, path: str) -> None:
        """Keep a path, that has no item, from being taken by one that differs by case only; titles stay known."""
        for step in _steps(path):
            folded = step.casefold()
            self._reserved[folded] = (step, self._reserved.get(folded, (step, 0))[1] + 1)

    def release(self, path: str) -> None:
        """Undo one `reserve`."""
        for step in _steps(path):
            _, times = self._reserved.pop(step.casefold())
            if times > 1:
                self._reserved[step.casefold()] = (step, times - 1)

    def entitle(self, path: str, title: str) -> None:
        """Give a step the true name that people know it by."""
        if self.true_name(path) == title:
            return
        self._titles[path] = title
        level = self._levels.get(parent(path))
        if level is not None:
            level.ordered = None

    def true_name(self, path: str) -> str:
        """What a step is called where it comes from, be it nothing at all."""
        return self._titles.get(path, path.rpartition(".")[2])

    def title(self, path: str) -> str:
        """The true name of a step as people see it: where that is empty, its last part."""
        return self.true_name(path) or path.rpartition(".")[2]

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and path != "" and (path in self._levels or self.has_item(path))

    def __len__(self) -> int:
        return self._count(self._root)

    def has_item(self, path: str) -> bool:
        """Whether an item, not only a level, has this path."""
        return path in self._groups.get(path.partition(".")[0], ())

    def below(self, path: str) -> int:
        """How many items lie under a path, itself not counted."""
        level = self._levels.get(path)
        return self._count(level) if level is not None else 0

    def _count(self, level: _Level) -> int:
        if level.below < 0:
            bare = sum(not self.has_item(inner.path) for inner in level.levels)
            level.below = len(level.steps) - bare + sum(map(self._count, level.levels))
        return level.below

    def children(self, path: str = "") -> tuple[Child, ...]:
        """The steps right below a path, by title without regard to case."""
        return tuple(Child(step, self.title(step), self.below(step)) for step in self._ordered(path))

    def _ordered(self, path: str) -> tuple[str, ...]:
        level = self._levels.get(path)
        if level is None:
            return ()
        if level.ordered is None:
            level.ordered = tuple(sorted(level.steps, key=lambda step: (self.title(step).casefold(), step)))
        return level.ordered

    def segments(self, path: str) -> dict[str, str]:
        """True name → segment for the steps right below a path: what `safe_segments` must not give away again."""
        level = self._levels.get(path)
        reserved = [step for step, _ in self._reserved.values() if parent(step) == path]
        steps = [*(level.steps if level is not None else ()), *reserved]
        return {self.true_name(step): step.rpartition(".")[2] for step in steps}

    def under(self, path: str = "") -> list[str]:
        """The paths of all items at and below a path, in no order."""
        found = [path] if path and self.has_item(path) else []
        waiting = [path]
        while waiting:
            level = self._levels.get(waiting.pop())
            if level is None:
                continue
            if not level.levels:
                found.extend(level.steps)
                continue
            waiting.extend(step for step in level.steps if step in self._levels)
            found.extend(step for step in level.steps if self.has_item(step))
        return found


def _steps(path: str) -> list[str]:
    """Every path on the way down.

    >>> _steps("models.shop.orders")
    ['models', 'models.shop', 'models.shop.orders']
    """
    ends = [index for index, character in enumerate(path) if character == "."]
    return [*(path[:end] for end in ends), path]
