"""What the registries of functions, models and types share: items by path, found by name, tag and pattern."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from xregistry_tui.core.changes import Changes
from xregistry_tui.core.namespace import Child, Namespace
from xregistry_tui.core.paths import PREFIX, join, literal_prefix, matches, split, without_prefix

Clock: TypeAlias = Callable[[], datetime.datetime]


def utc_now() -> datetime.datetime:
    """The moment, aware UTC: the clock where no other is passed in."""
    return datetime.datetime.now(datetime.UTC)


class AmbiguousName(KeyError):
    """A bare name that several items have; `candidates` are their paths."""

    def __init__(self, name: str, candidates: tuple[str, ...]) -> None:
        super().__init__(name)
        self.name = name
        self.candidates = candidates

    def __str__(self) -> str:
        return f"{self.name!r} is ambiguous; give one of: {', '.join(self.candidates)}"


class NotRegistered(KeyError):
    """Nothing has this name or path."""

    def __str__(self) -> str:
        return f"nothing is registered as {self.args[0]!r}"


class DefinitionConflict(ValueError):
    """Something else is registered at this path; the text names both definitions and what to do."""


class Registered(Protocol):
    """What a registry holds: where it is, what people call it, how it is tagged."""

    @property
    def path(self) -> str:
        """The key: its path without the prefix."""

    @property
    def title(self) -> str:
        """Its true name."""

    @property
    def tags(self) -> frozenset[str]:
        """Its tags."""


Item = TypeVar("Item", bound=Registered)
Value_co = TypeVar("Value_co", covariant=True)


class View(Mapping[str, Value_co], Generic[Value_co]):
    """A live, read-only mapping by path that also answers to unambiguous bare names."""

    __slots__ = ("_resolve", "_values")

    def __init__(self, values: Mapping[str, Value_co], resolve: Callable[[str], str]) -> None:
        self._values = values
        self._resolve = resolve

    def __getitem__(self, name: str) -> Value_co:
        path = self._resolve(name)
        if path not in self._values:
            raise NotRegistered(name)
        return self._values[path]

    def get(self, name: str, default: Any = None) -> Any:
        """The item, or `default` where there is none; a name that several items have raises `AmbiguousName`."""
        try:
            return self[name]
        except NotRegistered:
            return default

    def __contains__(self, name: object) -> bool:
        try:
            return isinstance(name, str) and self._resolve(name) in self._values
        except AmbiguousName:
            return True
        except NotRegistered:
            return False

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._values))

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"<{len(self)} items by path>"


class Registry(Generic[Item]):
    """Items of one group (`functions`, `models`, `types`) by path; reading needs no lock, writing takes one.

    `[]` raises KeyError (`NotRegistered`, or `AmbiguousName` for a bare name that several have).
    """

    group = ""
    change_key = ""

    def __init__(
        self,
        *,
        namespace: Namespace | None = None,
        changes: Changes | None = None,
        clock: Clock = utc_now,
        prefix: str = PREFIX,
        lock: threading.RLock | None = None,
    ) -> None:
        self.changes = changes if changes is not None else Changes()
        self._tree = namespace if namespace is not None else Namespace()
        self._clock = clock
        self._prefix = prefix
        self._lock = lock if lock is not None else threading.RLock()
        self._items: dict[str, Item] = {}
        self._names: dict[str, tuple[str, ...]] = {}
        self._tags: dict[str, dict[str, None]] = {}

    def __getitem__(self, name: str) -> Item:
        return self._items[self.resolve(name)]

    def __contains__(self, name: object) -> bool:
        return name in View(self._items, self.resolve)

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._items))

    def __len__(self) -> int:
        return len(self._items)

    def resolve(self, name: str) -> str:
        """The path behind a path (with or without prefix and group) or an unambiguous bare name."""
        path = self._key(name)
        if path is not None:
            return path
        candidates = self._names.get(name, ())
        if len(candidates) > 1:
            raise AmbiguousName(name, candidates)
        if not candidates:
            raise NotRegistered(name)
        return candidates[0]

    def _key(self, name: str) -> str | None:
        path = without_prefix(name, self._prefix)
        if path in self._items:
            return path
        full = join(self.group, path)
        return full if "." in path and full in self._items else None

    def get_by_namespace(self, ns_path: str) -> Item | None:
        """The item at exactly this path, `None` where there is none."""
        path = self._key(ns_path)
        return self._items[path] if path is not None else None

    def find_by_tag(self, tag: str) -> list[Item]:
        """All items with a tag, in order of registration."""
        return [self._items[path] for path in tuple(self._tags.get(tag, ()))]

    def find_by_namespace(self, pattern: str) -> list[Item]:
        """All items whose path matches a shell-style pattern (`*` crosses dots), by path."""
        wanted = self._pattern(pattern)
        with self._lock:
            paths = [path for path in self._tree.under(literal_prefix(wanted)) if path in self._items]
        return [self._items[path] for path in sorted(paths) if matches(wanted, path, self._prefix)]

    def _pattern(self, pattern: str) -> str:
        wanted = without_prefix(pattern, self._prefix)
        first = wanted.partition(".")[0]
        return wanted if first == self.group or first != literal_prefix(first) else join(self.group, wanted)

    def children(self, path: str = "") -> tuple[Child, ...]:
        """One level of the tree below a path (default: this group), by title."""
        with self._lock:
            return self._tree.children(without_prefix(path, self._prefix) or self.group)

    def _path(self, *parts: str) -> str:
        return join(self.group, *split(join(*parts)))

    def _put(self, item: Item) -> None:
        """Add or replace an item; the caller holds the lock, and marks the change afterwards."""
        path = item.path
        self._tree.insert(path)
        self._tree.entitle(path, item.title)
        earlier = self._items.get(path)
        self._items[path] = item
        if earlier is not None:
            self._untag(path, earlier.tags - item.tags)
        else:
            self._name(path, {item.title, path.rpartition(".")[2]})
        for tag in item.tags:
            self._tags.setdefault(tag, {})[path] = None

    def _name(self, path: str, names: Iterable[str]) -> None:
        for name in names:
            self._names[name] = tuple(sorted((*self._names.get(name, ()), path)))

    def _untag(self, path: str, tags: Iterable[str]) -> None:
        for tag in tags:
            self._tags[tag].pop(path, None)

    def _mark(self, path: str) -> None:
        self.changes.mark("tree", f"{self.change_key}:{path}")
