"""Change one value in JSON text and keep the rest as it was typed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from xregistry_tui.schema.json_pointer import unescape
from xregistry_tui.schema.json_text import Document, Span


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the characters from `start` to `end` (exclusive) with `text`."""

    start: int
    end: int
    text: str

    def apply(self, text: str) -> str:
        """The text with this edit made."""
        return text[: self.start] + self.text + text[self.end :]


def edit(text: str, document: Document, pointer: str, value: Any) -> Edit | None:
    """How to give the value at a JSON Pointer another value, or to add it to its object; `None` where neither can be.

    `document` is the parsed `text`, `value` is JSON data. A new member is indented as its siblings are.
    """
    written = json.dumps(value, ensure_ascii=False)
    if span := document.values.get(pointer):
        return Edit(span.start, span.end, written)
    parent, _, segment = pointer.rpartition("/")
    holder = document.values.get(parent)
    if holder is None or not pointer or text[holder.start] != "{":
        return None
    name = json.dumps(unescape(segment), ensure_ascii=False)
    return _member(text, document, parent, holder, f"{name}: {written}")


def _member(text: str, document: Document, parent: str, holder: Span, member: str) -> Edit:
    names = [span for path, span in document.names.items() if path.rpartition("/")[0] == parent]
    if not names:
        return Edit(holder.start + 1, holder.end - 1, member)
    after = max(
        (span for path, span in document.values.items() if path and path.rpartition("/")[0] == parent),
        key=lambda span: span.end,
    )
    first = min(names, key=lambda span: span.start)
    lead = text[holder.start + 1 : first.start]
    return Edit(after.end, after.end, f",{lead if lead.strip() == '' and lead else ' '}{member}")
