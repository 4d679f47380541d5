"""The keys: each action of the shell has a name, which `[tui.keymap]` can give other keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from textual.binding import Binding

_SHOWN = {
    "slash": "/",
    "question_mark": "?",
    "colon": ":",
    "plus": "+",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "escape": "esc",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
}


@dataclass(frozen=True, slots=True)
class Hint:
    """A key worth saying now: the name of its binding and what it does here."""

    binding: str
    label: str


def shown(key: str) -> str:
    """A key as people write it.

    >>> shown("slash"), shown("ctrl+p"), shown("shift+g")
    ('/', 'ctrl+p', 'G')
    """
    if key.startswith("shift+") and len(key) == 7:
        return key[-1].upper()
    return _SHOWN.get(key, key)


def key_of(bindings: Iterable[Binding], keymap: Mapping[str, str], name: str) -> str | None:
    """The first key of a binding by its name, `None` where it has none."""
    if name in keymap:
        return shown(keymap[name].split(",")[0].strip())
    return next((shown(binding.key.split(",")[0]) for binding in bindings if binding.id == name), None)
