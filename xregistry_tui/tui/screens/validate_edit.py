"""A fix as an edit of the text: by pointer, at lines and columns, the rest as it was typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xregistry_tui.schema.json_edit import edit
from xregistry_tui.schema.json_pointer import escape
from xregistry_tui.schema.json_text import Document, JsonTextError, parse


@dataclass(frozen=True, slots=True)
class Change:
    """Replace what is between two places (line and column from 0) with `text`."""

    text: str
    start: tuple[int, int]
    end: tuple[int, int]


def parsed(text: str) -> Document | None:
    """The text with the place of everything in it, `None` while it is not JSON."""
    try:
        return parse(text)
    except JsonTextError:
        return None


def pointer_of(segments: tuple[str, ...]) -> str:
    """Segments as a JSON Pointer.

    >>> pointer_of(("address", "a/b"))
    '/address/a~1b'
    """
    return "".join(f"/{escape(segment)}" for segment in segments)


def written_at(text: str, pointer: str, value: Any) -> Change | None:
    """How to give a value another value, or to add it; `None` where the text does not allow it."""
    document = parsed(text)
    found = edit(text, document, pointer, value) if document is not None else None
    return Change(found.text, _location(text, found.start), _location(text, found.end)) if found is not None else None


def _location(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset), offset - text.rfind("\n", 0, offset) - 1
