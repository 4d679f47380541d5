"""A type over its tabs: what it is made of, what it asks for; and a value as it reads it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.text import Text

from xregistry_tui.tui.format import folded, joined, line
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.function_head import deprecated_lines

if TYPE_CHECKING:
    from xregistry_tui.actions.views import Tried, TypeView

_DESCRIPTION = 4
TYPE_HINT = "The verdict stands here as you type."


def type_head(shown: TypeView, width: int) -> list[Text]:
    """Title and category, description, constraints and validators."""
    kind = f"{plain(shown.category, 20)} of {plain(shown.base_type, 40)}"
    tags = " ".join(f"#{plain(tag, 20)}" for tag in shown.tags)
    title = line(" ", joined((line((plain(shown.title, 60), "bright")), line((kind, "dim")), line((tags, "dim")))))
    asked = line(" ", joined(tuple(_constraints(shown)), "   "))
    told = [
        part
        for raw in (shown.description or "It has no description.").strip().splitlines()[:_DESCRIPTION]
        for part in folded(line(" ", (plain(raw), "text")), max(width - 1, 8))
    ]
    lines = [title, *deprecated_lines(shown.deprecated, width), *told[:_DESCRIPTION]]
    return [*lines, *(folded(asked, max(width - 1, 8)) if asked.plain.strip() else []), Text("")]


def _constraints(shown: TypeView) -> Iterator[Text]:
    for name, value in shown.constraints.items():
        yield line((f"{plain(name, 24)} ", "dim"), plain(value, 60))
    if shown.validators:
        yield line(("validators ", "dim"), ", ".join(plain(name, 40) for name in shown.validators))


def tried_lines(tried: Tried | None, said: str) -> list[Text]:
    """The verdict on a value with what it is read as, or everything that it has against it."""
    if said:
        return [line("   ", ("✗ ", "bad"), plain(said))]
    if tried is None:
        return [line("   ", (TYPE_HINT, "dim"))]
    if tried.valid:
        return [line("   ", ("✓ valid", "good"), ("   read as  ", "dim"), (plain(tried.value), "bright"))]
    count = "1 problem" if len(tried.problems) == 1 else f"{len(tried.problems)} problems"
    head = line("   ", ("✗ not valid", "bad"), (f"   {count}" if tried.problems else "", "dim"))
    return [head, *(line("     ", plain(problem)) for problem in tried.problems)]
