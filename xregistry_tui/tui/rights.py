"""What a role may do, in one line and in full, and which keys are worth saying to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from xregistry_tui.tui.format import joined, line
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.line_list import cell

if TYPE_CHECKING:
    from rich.text import Text

    from xregistry_tui.actions.views import Right

NEEDS: Mapping[str, str] = {
    "explore.sharpen": "read",
    "explore.refresh": "read",
    "explore.how": "read",
    "explore.edit": "update",
    "explore.export": "list",
    "validate": "read",
    "versions.rollback": "update",
    "function.call": "execute",
    "run.run": "execute",
}


def mark(right: Right) -> tuple[str, str]:
    """A glyph for whether it is allowed."""
    return ("✓", "good") if right.allowed else ("✗", "bad")


def rights_line(role: str, rights: Sequence[Right]) -> Text:
    """All permissions in one line, with the key that gives the reasons."""
    marked = [
        line(mark(one), " ", (plain(one.permission, 20), "text" if one.allowed else "dim")) for one in rights
    ] or [line(("nothing is asked of a role here", "dim"))]
    key = line(("w", "accent"), (" why", "dim"))
    return line(" ", joined((line(("as ", "dim"), (plain(role, 24), "warn")), joined(marked, "  "), key)))


def rights_lines(rights: Sequence[Right]) -> list[Text]:
    """Each permission with a word and the reason."""
    width = max((len(plain(one.permission, 20)) for one in rights), default=0)
    shown = [
        line(mark(one), " ", cell(one.permission, width), "  ", _word(one), "  ", (plain(one.reason), "dim"))
        for one in rights
    ]
    return shown or [line(("Nothing is asked of a role here.", "dim"))]


def _word(right: Right) -> tuple[str, str]:
    return ("allowed", "good") if right.allowed else ("refused", "bad")


def refused(binding: str, rights: Sequence[Right]) -> bool:
    """Whether the key of a binding does what these rights refuse."""
    needed = NEEDS.get(binding)
    return needed is not None and any(one.permission.casefold() == needed and not one.allowed for one in rights)
