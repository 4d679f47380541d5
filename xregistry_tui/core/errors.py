"""What a registry raises."""

from __future__ import annotations


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
    """Something else is registered at this path, or was; the text names both definitions and what to do."""
