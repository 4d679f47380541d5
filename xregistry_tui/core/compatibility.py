"""Which compatibility mode holds where: for a model, else for the nearest namespace above it."""

from __future__ import annotations

from dataclasses import dataclass

from xregistry_tui.core.paths import parent
from xregistry_tui.schema.versioning import Mode


@dataclass(frozen=True, slots=True)
class Compatibility:
    """A mode; `strict` reads open content models literally (see `schema.evolution`)."""

    mode: Mode = Mode.BACKWARD
    strict: bool = False


class Modes:
    """What was set, by path; nothing set means backward, leniently."""

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held: dict[str, Compatibility] = {}

    def set(self, path: str, compatibility: Compatibility | None) -> None:
        """Set it for a model or everything under a namespace; `None` takes it away."""
        if compatibility is None:
            self._held.pop(path, None)
        else:
            self._held[path] = compatibility

    def at(self, path: str) -> Compatibility:
        """What holds for a path."""
        while path:
            if path in self._held:
                return self._held[path]
            path = parent(path)
        return self._held.get("", Compatibility())
