"""Bare names: which paths end in a name, or carry it as their title."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol


class Titled(Protocol):
    """What has a title."""

    @property
    def title(self) -> str:
        """Its true name."""


class BareNames:
    """Name → the paths that have it. Nearly every name has one path, which is kept without a tuple around it."""

    __slots__ = ("_paths",)

    def __init__(self, items: Iterable[tuple[str, Titled]]) -> None:
        self._paths: dict[str, str | tuple[str, ...]] = {}
        for path, item in items:
            self.add(path, item.title)

    def paths(self, name: str) -> tuple[str, ...]:
        """The paths behind a name, sorted."""
        held = self._paths.get(name, ())
        return (held,) if isinstance(held, str) else tuple(sorted(held))

    def add(self, path: str, title: str) -> None:
        """A path answers to its title and to its last part; twice is harmless."""
        for name in _names(path, title):
            held = self._paths.setdefault(name, path)
            if held != path and path not in (known := self.paths(name)):
                self._paths[name] = (*known, path)

    def discard(self, path: str, title: str) -> None:
        """A path answers no more."""
        for name in _names(path, title):
            left = tuple(known for known in self.paths(name) if known != path)
            if left:
                self._paths[name] = left[0] if len(left) == 1 else left
            else:
                self._paths.pop(name, None)


def _names(path: str, title: str) -> tuple[str, ...]:
    last = path.rpartition(".")[2]
    return (last,) if last == title else (last, title)
