"""A function over its tabs: what it is called with, how it was called, and the beginning of its docstring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from xregistry_tui.profiling import wording
from xregistry_tui.tui.format import fitted, folded, joined, line, spread
from xregistry_tui.tui.text import ELLIPSIS, plain

if TYPE_CHECKING:
    import datetime

    from xregistry_tui.actions.views import FunctionView

NO_DOCSTRING = "It has no docstring."


def function_head(function: FunctionView, now: datetime.datetime, width: int, most: int = 3) -> list[Text]:
    """Signature in at most so many lines, what is deprecated about it, figures."""
    signature = line(" ", (plain(function.title), "bright"), (plain(function.signature), "text"))
    lines = folded(signature, max(width - 1, 8))
    if len(lines) > most:
        lines = [*lines[: most - 1], line(fitted(line(lines[most - 1], " ", ELLIPSIS), max(width - 1, 8)))]
    return [*lines, *deprecated_lines(function.deprecated, width), _figures(function, now, width), Text("")]


def deprecated_lines(deprecated: str, width: int) -> list[Text]:
    """A line that it is deprecated; none where it is not."""
    told = deprecated_text(deprecated, max(width - 3, 8))
    return [line(" ", told)] if told else []


def deprecated_text(deprecated: str, most: int) -> Text:
    """A word that it is deprecated, and until when or what to use instead; empty where it is not."""
    if not deprecated:
        return Text("")
    said = plain(deprecated, most).removeprefix("deprecated").strip(" :;,")
    return line(("deprecated", "warn"), (f"  {said}" if said else "", "dim"))


def _figures(function: FunctionView, now: datetime.datetime, width: int) -> Text:
    calls = line(f"{function.calls:,}", (" call" if function.calls == 1 else " calls", "dim"))
    failed = line((f"{function.failures:,}", "bad"), (" failed", "dim")) if function.failures else ""
    last = line(("last ", "dim"), wording.ago(function.last_called, now)) if function.last_called else ""
    place = (plain(function.module, 40), "dim")
    tags = line((" ".join(f"#{plain(tag, 20)}" for tag in function.tags), "dim"))
    return line(" ", joined((calls, failed, last, place, tags if width >= 70 else "")))


def docstring_lines(function: FunctionView, width: int, most: int) -> list[Text]:
    """The docstring in at most so many lines; what is left out is said with the key that shows it."""
    text = function.docstring.strip() or NO_DOCSTRING
    lines = [
        part for raw in text.splitlines()[:200] for part in folded(line(" ", (plain(raw), "dim")), max(width - 1, 8))
    ]
    if len(lines) <= most:
        return [*lines, Text("")]
    more = line(("i", "accent"), (" reads all ", "dim"))
    if most == 1:
        return [spread(line(fitted(lines[0], width - more.cell_len - 2), "  "), more, width), Text("")]
    left = len(lines) - most + 1
    return [*lines[: most - 1], line(" ", (f"⋯ {left} more lines   ", "dim"), more), Text("")]
