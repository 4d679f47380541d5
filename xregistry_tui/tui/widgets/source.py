"""Python source with syntax by role; read by line, so that any length costs what is visible."""

from __future__ import annotations

import asyncio

from rich.text import Text

from xregistry_tui.tui.format import line
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.line_list import Line, LineList

_INDENT = "    "


def coloured(source: str) -> list[Text]:
    """Lines of Python by role: keywords, strings and numbers, comments. Imports the lexer: call it off the loop."""
    from pygments.lexers.python import PythonLexer  # type: ignore[import-untyped]
    from pygments.token import Comment, Keyword, Literal, Name, Operator  # type: ignore[import-untyped]

    roles = (
        (Comment, "dim"),
        (Literal.String.Doc, "dim"),
        (Literal, "good"),
        (Keyword, "accent"),
        (Operator.Word, "accent"),
        (Name.Decorator, "warn"),
        (Name.Class, "bright"),
        (Name.Function, "bright"),
    )
    lines: list[Text] = [line("  ")]
    for kind, value in PythonLexer(stripnl=False).get_tokens(source.expandtabs(4)):
        role = next((name for token, name in roles if kind in token), "text")
        for place, part in enumerate(value.split("\n")):
            if place:
                lines.append(line("  "))
            if part:
                lines[-1].append(plain(part), style=role)
    return lines


class Source(LineList):
    """A text of Python to read and copy."""

    DEFAULT_CSS = "Source { height: 1fr; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, cursor=False)
        self.source = ""

    def say(self, text: str) -> None:
        """Show a sentence instead."""
        self.source = ""
        self.set_lines([Line(line("  ", (plain(text), "dim")))])

    async def show(self, source: str) -> None:
        """Show a source; the same one costs nothing."""
        if source != self.source:
            self.source = source
            shown = await asyncio.to_thread(coloured, source)
            if self.source == source:
                self.set_lines([Line(text) for text in shown])
