"""The one door for text from outside: names and values become one line that can do nothing but be read.

What would move the cursor, change direction, hide or break the line is made visible (`␛`, `␊`, `�`); it is replaced
one for one and never interpreted, so two values that differ do not look alike because something was swallowed.
"""

from __future__ import annotations

import reprlib
import unicodedata
from functools import lru_cache

from rich.cells import cell_len

ELLIPSIS = "…"
LONGEST = 4096
MARKS = 3
UNREADABLE = "\N{REPLACEMENT CHARACTER}"
CARRIER = "\N{DOTTED CIRCLE}"
# A joiner and a variation selector change how wide terminals draw their neighbours, and terminals disagree how.
DROPPED = frozenset("\u200d\ufe0e\ufe0f")
BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0")

_short = reprlib.Repr()
_short.maxstring = _short.maxother = LONGEST
_short.maxlist = _short.maxtuple = _short.maxdict = _short.maxset = 100


def plain(value: object, width: int | None = None) -> str:
    """Any value as one harmless line, cut with … to `width` terminal cells (else to 4,096 characters)."""
    if width is not None and width <= 0:
        return ""
    bound = LONGEST if width is None else min(LONGEST, 8 * width + 16)
    raw = _written(value, bound + 1)
    text = raw if raw.isascii() and raw.isprintable() else "".join(_tamed(raw))
    if len(raw) > bound or len(text) > bound:
        text = text[: bound - 1] + ELLIPSIS
    return text if width is None else _cut(text, width)


def _written(value: object, bound: int) -> str:
    if isinstance(value, str):
        return value[:bound]
    if isinstance(value, bytes | bytearray | memoryview):
        return repr(bytes(value[:bound]))[:bound]
    if isinstance(value, list | tuple | dict | set | frozenset):
        return _short.repr(value)[:bound]
    try:
        return str(value)[:bound]
    except ValueError:  # an integer of more digits than Python writes
        return format(value, "#x")[:bound]


def _tamed(raw: str) -> list[str]:
    out: list[str] = []
    marks = MARKS  # a mark needs something to sit on, and a tower of them reaches into other lines
    for character in raw:
        if character in DROPPED:
            continue
        if cell_len(character) == 0 and character.isprintable():
            if not out:
                out.append(CARRIER)
                marks = 0
            marks += 1
            if marks <= MARKS:
                out.append(character)
        else:
            out.append(_visible(character))
            marks = 0
    return out


@lru_cache(4096)
def _visible(character: str) -> str:
    point = ord(character)
    if character.isprintable():
        return UNREADABLE if character in BLANK_LETTERS else character
    if point < 0x20:
        return chr(0x2400 + point)
    if point == 0x7F:
        return "␡"
    category = unicodedata.category(character)
    if category == "Zs":
        return " "
    if category in {"Zl", "Zp"}:
        return "␊"
    return character if category == "Co" else UNREADABLE


def _cut(text: str, width: int) -> str:
    if cell_len(text) <= width:
        return text
    room = width - 1
    used = 0
    for index, character in enumerate(text):
        used += cell_len(character)
        if used > room:
            return text[:index] + ELLIPSIS
    return text
