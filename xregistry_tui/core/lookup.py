"""Items of one group by path, found by name, tag and pattern."""

from __future__ import annotations

import datetime
import fnmatch
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Generic, Protocol, TypeAlias, TypeVar

from xregistry_tui.core.bare_names import BareNames
from xregistry_tui.core.changes import Changes
from xregistry_tui.core.errors import AmbiguousName, NotRegistered
from xregistry_tui.core.namespace import Child, Namespace
from xregistry_tui.core.paths import PREFIX, join, literal_prefix, literal_start, normal, parent, without_prefix
from xregistry_tui.core.view import View

if TYPE_CHECKING:
    from xregistry_tui.core.path_index import PathIndex

Clock: TypeAlias = Callable[[], datetime.datetime]


def utc_now() -> datetime.datetime:
    """The moment, aware UTC: the clock where no other is passed in."""
    return datetime.datetime.now(datetime.UTC)


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

_FEW = 1_000


class Lookup(Generic[Item]):
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
        self._dotted = f"{prefix}." if prefix else ""
        self._lock = lock if lock is not None else threading.RLock()
        self._items: dict[str, Item] = self._tree.group(self.group)
        self._index: PathIndex[Item] | None = None
        self._names: BareNames | None = None
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
        candidates = self._bare(name)
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

    def _bare(self, name: str) -> tuple[str, ...]:
        # made when a bare name is first asked for, and kept up from then on
        if self._names is None:
            with self._lock:
                if self._names is None:
                    self._names = BareNames(self._items.items())
        return self._names.paths(name)

    def get_by_namespace(self, ns_path: str) -> Item | None:
        """The item at exactly this path, `None` where there is none."""
        found = self._items.get(ns_path.removeprefix(self._dotted))
        if found is not None:
            return found
        path = self._key(ns_path)
        return self._items.get(path) if path is not None else None

    def find_by_tag(self, tag: str) -> list[Item]:
        """All items with a tag, in order of registration."""
        # no lock is held: what is unregistered meanwhile has its tag still, and is there no more
        found = (self._items.get(path) for path in tuple(self._tags.get(tag, ())))
        return [item for item in found if item is not None]

    def find_by_namespace(self, pattern: str) -> list[Item]:
        """All items whose path matches a shell-style pattern (`*` crosses dots), by path."""
        wanted = self._pattern(pattern)
        start = literal_start(wanted)
        with self._lock:
            if self._index is None:
                above = parent(start)
                if self._tree.below(above) <= _FEW:
                    return self._few(wanted, above)
                from xregistry_tui.core.path_index import PathIndex

                self._index = PathIndex(self._items)
            return self._index.find(wanted, start)

    def _few(self, wanted: str, above: str) -> list[Item]:
        """What matches at and below a level that holds little."""
        paths = self._tree.under(above)
        if wanted != f"{above}.*":
            matching = re.compile(fnmatch.translate(wanted)).match
            paths = [path for path in paths if matching(path)]
        elif above in self._items:
            paths.remove(above)
        return [self._items[path] for path in sorted(paths) if path in self._items]

    def _pattern(self, pattern: str) -> str:
        wanted = without_prefix(pattern, self._prefix)
        first = wanted.partition(".")[0]
        return wanted if first == self.group or first != literal_prefix(first) else join(self.group, wanted)

    def children(self, path: str = "") -> tuple[Child, ...]:
        """One level of the tree below a path (default: this group), by title."""
        with self._lock:
            return self._tree.children(without_prefix(path, self._prefix) or self.group)

    def _path(self, *parts: str) -> str:
        return join(self.group, normal(join(*parts)))

    def _place(self, item: Item) -> None:
        """Add or replace an item in the tree and in the indexes; the caller holds the lock."""
        path = item.path
        earlier = self._items.get(path)
        if earlier is None:
            self._index = None
        elif self._index is not None:
            self._index.replace(path, item)
        self._tree.insert(path, item)
        self._tree.entitle(path, item.title)
        if earlier is not None and earlier is not item:
            self._unname(path, earlier)
            # a tag that stays keeps its item's place among the others
            self._unindex(path, earlier.tags - item.tags)
        if self._names is not None:
            self._names.add(path, item.title)
        for tag in item.tags:
            self._tags.setdefault(tag, {})[path] = None

    def _displace(self, item: Item, *, reserve: bool = False) -> None:
        """Take an item out of the tree and the indexes; the caller holds the lock."""
        if reserve:
            self._tree.reserve(item.path)
        self._tree.remove(item.path)
        self._index = None
        self._unname(item.path, item)
        self._unindex(item.path, item.tags)

    def _unname(self, path: str, item: Item) -> None:
        if self._names is not None:
            self._names.discard(path, item.title)

    def _unindex(self, path: str, tags: Iterable[str]) -> None:
        for tag in tags:
            tagged = self._tags.get(tag, {})
            tagged.pop(path, None)
            if not tagged:
                self._tags.pop(tag, None)

    def _mark(self, path: str) -> None:
        self.changes.mark("tree", f"{self.change_key}:{path}")
