"""Lines made of text and roles, and what a role looks like in the theme of the moment.

A role says what text *is* (`dim`, `bright`, `accent`, `warn`, `bad`, `good`, `rule`); the theme says how it looks.
Nothing here reads markup. Text that comes from outside has passed `text.plain`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from rich.cells import chop_cells, set_cell_size
from rich.segment import Segment
from rich.style import Style
from rich.text import Span, Text
from textual.color import Color
from textual.strip import Strip

from xregistry_tui.tui.text import ELLIPSIS

if TYPE_CHECKING:
    from textual.app import App
    from textual.widget import Widget

Piece: TypeAlias = str | tuple[str, str] | Text
Palette: TypeAlias = Mapping[str, Style]

ROLES = ("text", "dim", "bright", "accent", "warn", "bad", "good", "rule")
BACKGROUNDS = ("cursor", "flash")
_palettes: dict[tuple[str, ...], Palette] = {}


def palette(app: App[Any]) -> Palette:
    """The style of each role in the app's theme; backgrounds (`cursor`, `flash`) have no foreground."""
    variables = app.theme_variables
    wanted = tuple(variables.get(f"x-{role}", "") for role in (*ROLES, *BACKGROUNDS))
    if wanted not in _palettes:
        _palettes[wanted] = _styles(dict(zip((*ROLES, *BACKGROUNDS), wanted, strict=True)))
    return _palettes[wanted]


def _styles(colours: Mapping[str, str]) -> Palette:
    styles = {role: _foreground(colours[role]) for role in ROLES}
    styles["bright"] += Style(bold=True)
    styles["link"] = styles["accent"] + Style(underline=True)
    for role in BACKGROUNDS:
        styles[role] = Style(bgcolor=Color.parse(colours[role]).rich_color) if colours[role] else Style(reverse=True)
    return styles


def _foreground(colour: str) -> Style:
    return Style(color=Color.parse(colour).rich_color) if colour else Style()


def line(*pieces: Piece) -> Text:
    """One line of pieces: text, or text with its role.

    >>> line("a", ("b", "dim")).plain
    'ab'
    """
    out = Text(no_wrap=True, end="")
    for piece in pieces:
        if isinstance(piece, Text):
            out.append_text(piece)
        elif isinstance(piece, tuple):
            out.append(piece[0], style=piece[1])
        else:
            out.append(piece)
    return out


def fitted(text: str | Text, width: int, align: str = "left") -> Text:
    """Exactly `width` cells: padded, or cut with ….

    >>> fitted("total", 4).plain, fitted("7", 3, "right").plain
    ('tot…', '  7')
    """
    out = text.copy() if isinstance(text, Text) else Text(text, no_wrap=True, end="")
    if width <= 0:
        return Text("", end="")
    if out.cell_len > width:
        out.truncate(width - 1)
        out.append(ELLIPSIS)
        out.pad_right(width - out.cell_len)
        return out
    room = width - out.cell_len
    if align == "right":
        out.pad_left(room)
    else:
        out.pad_right(room)
    return out


def folded(text: Text, width: int) -> list[Text]:
    """A line in pieces of at most `width` cells, broken between words; those that follow stand under the first word.

    >>> [part.plain for part in folded(Text("  one two three"), 9)]
    ['  one two', '  three']
    """
    indent = min(len(text.plain) - len(text.plain.lstrip()), width // 2)
    parts: list[Text] = []
    while text.cell_len > width:
        fits = len(set_cell_size(text.plain, width).rstrip())
        blank = text.plain.rfind(" ", indent + 1, fits + 1)
        at = blank if blank > 0 else max(fits, indent + 1)
        parts.append(text[:at])
        text = line(" " * indent, text[at:][len(text.plain[at:]) - len(text.plain[at:].lstrip()) :])
    return [*parts, text]


def chopped(text: Text, width: int) -> list[Text]:
    """A line in pieces of at most `width` cells, broken anywhere: data, of which nothing is lost at a break.

    >>> [part.plain for part in chopped(Text("ab cd"), 3)], [part.plain for part in chopped(Text("a日本"), 4)]
    (['ab ', 'cd'], ['a日', '本'])
    """
    if text.cell_len <= width:
        return [text]
    ends = list(itertools.accumulate(len(part) for part in chop_cells(text.plain, width)))
    return list(text.divide(ends[:-1]))


def spread(left: Text, right: Text, width: int) -> Text:
    """Two ends of one line; where there is no room for both, the left one gives way.

    >>> spread(Text("ab"), Text("c"), 5).plain
    'ab  c'
    """
    if right.cell_len >= width:
        return fitted(right, width)
    return line(fitted(left, width - right.cell_len), right)


def joined(parts: Iterable[Piece], gap: str = "    ") -> Text:
    """Pieces with a gap between those that are not empty."""
    out = Text(no_wrap=True, end="")
    for part in parts:
        text = line(part)
        if text.plain:
            if out.plain:
                out.append(gap)
            out.append_text(text)
    return out


def ground(widget: Widget) -> Style:
    """The background that a widget stands on; what draws its own lines has to lay it under them."""
    _, background = widget.background_colors
    return Style(bgcolor=background.rich_color if background.a else None)


def strip(text: Text, colours: Palette, base: Style | None = None) -> Strip:
    """A drawn line; `base` lies under every role (the cursor's background)."""
    resolved = Text(text.plain, style=_resolve(text.style, colours), no_wrap=True, end="")
    resolved.spans = [Span(span.start, span.end, _resolve(span.style, colours)) for span in text.spans]
    segments = list(_segments(resolved))
    under = colours["text"] + base if base else colours["text"]
    return Strip(Segment.apply_style(segments, under), text.cell_len)


def _segments(text: Text) -> Iterable[Segment]:
    """Segments by style runs; later spans lie over earlier ones."""
    edges = sorted({0, len(text.plain), *(s.start for s in text.spans), *(s.end for s in text.spans)})
    for start, end in itertools.pairwise(edges):
        style = text.style if isinstance(text.style, Style) else Style()
        for span in text.spans:
            if span.start <= start and span.end >= end and isinstance(span.style, Style):
                style += span.style
        if content := text.plain[start:end]:
            yield Segment(content, style)


def _resolve(style: str | Style, colours: Palette) -> Style:
    if isinstance(style, Style):
        return style
    out = Style()
    for role in style.split():
        out += colours[role] if role in colours else Style.parse(role)
    return out
