"""A registry's items as the mapping that people expect."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, TypeVar

from xregistry_tui.core.errors import AmbiguousName, NotRegistered

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
