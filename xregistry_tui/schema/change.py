"""One difference between two JSON Schemas, as a plain value: where, what, and whether data survives it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum
from typing import Any, TypeAlias

from xregistry_tui.schema.json_pointer import escape
from xregistry_tui.schema.shape import segments


class Verdict(StrEnum):
    """Whether data of the one schema is data of the other; undecided counts as refused and says why."""

    COMPATIBLE = "compatible"
    INCOMPATIBLE = "incompatible"
    UNDECIDED = "undecided"


class Change(IntEnum):
    """How much a change matters to those who hold records of the older shape."""

    NONE = 0
    DOCUMENTATION = 1
    COMPATIBLE = 2
    BREAKING = 3


class ChangeType(StrEnum):
    """All that a change can be; programs may rely on these words."""

    FIELD_ADDED = "field_added"
    FIELD_REMOVED = "field_removed"
    REQUIRED_ADDED = "required_added"
    REQUIRED_REMOVED = "required_removed"
    TYPE_CHANGED = "type_changed"
    TYPE_NARROWED = "type_narrowed"
    TYPE_WIDENED = "type_widened"
    NULLABLE_ADDED = "nullable_added"
    NULLABLE_REMOVED = "nullable_removed"
    BOUND_TIGHTENED = "bound_tightened"
    BOUND_WIDENED = "bound_widened"
    BOUND_CHANGED = "bound_changed"
    PATTERN_CHANGED = "pattern_changed"
    FORMAT_CHANGED = "format_changed"
    ENUM_EXTENDED = "enum_extended"
    ENUM_NARROWED = "enum_narrowed"
    UNION_GROWN = "union_grown"
    UNION_SHRUNK = "union_shrunk"
    UNION_CHANGED = "union_changed"
    CONTENT_OPENED = "content_opened"
    CONTENT_CLOSED = "content_closed"
    CONTENT_CHANGED = "content_changed"
    KEYS_CHANGED = "keys_changed"
    CONSTRAINT_CHANGED = "constraint_changed"
    DEFAULT_CHANGED = "default_changed"
    DOCUMENTATION_EDITED = "documentation_edited"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaChange:
    """One change, written old → new whichever way it was judged.

    `path` is a JSON Pointer in record terms (`/address/city`, `/tags/*`, `""` for the record), `type` is one of
    `ChangeType`, `old` and `new` are what the schemas say there, `message` is one sentence for people.
    """

    path: str
    type: str
    verdict: Verdict
    old: Any = None
    new: Any = None
    message: str = ""

    def as_json(self) -> dict[str, Any]:
        """What programs read; a change of a top-level field names the field too."""
        written = {
            "path": self.path,
            "type": str(self.type),
            "verdict": str(self.verdict),
            "old": self.old,
            "new": self.new,
            "message": self.message,
        }
        if self.path.count("/") == 1 and self.path != "/*":
            (written["field"],) = segments(self.path)
        return written

    @property
    def magnitude(self) -> Change:
        """How much this change matters; what is undecided is taken to break."""
        if self.verdict is not Verdict.COMPATIBLE:
            return Change.BREAKING
        return Change.DOCUMENTATION if self.type == ChangeType.DOCUMENTATION_EDITED else Change.COMPATIBLE


def shown(value: Any) -> str:
    """A JSON value in a sentence, short.

    >>> shown("a"), shown(None), shown([1, 2]), shown("x" * 99)
    ('"a"', 'null', 'a list of 2', '"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…')
    """
    if isinstance(value, Mapping):
        return f"an object of {len(value)}"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**40:
        return "a number of more than 40 digits"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 40 else text[:40] + "…"


Changes: TypeAlias = list[SchemaChange]


def told(type: ChangeType, said: str, *, old: Any = None, new: Any = None, ok: bool | Verdict = True) -> SchemaChange:
    """A change of the place being compared; `said` is what is said of it, `ok` whether data survives."""
    verdict = ok if isinstance(ok, Verdict) else Verdict.COMPATIBLE if ok else Verdict.INCOMPATIBLE
    return SchemaChange(path="", type=type, verdict=verdict, old=old, new=new, message=said)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Incompatible before undecided before compatible; compatible where there is nothing to judge."""
    seen = set(verdicts)
    return next((one for one in (Verdict.INCOMPATIBLE, Verdict.UNDECIDED) if one in seen), Verdict.COMPATIBLE)


def agree(changes: Iterable[SchemaChange]) -> bool:
    """Whether data survives all of the changes."""
    return all(change.verdict is Verdict.COMPATIBLE for change in changes)


def under(segment: str, changes: Iterable[SchemaChange]) -> Changes:
    """The changes of a part as those of the whole; the segment is a field's true name, an index or `*`."""
    prefix = "/" + escape(segment)
    return [
        SchemaChange(  # spelled out: dataclasses.replace takes ten times as long, and there may be thousands
            path=prefix + change.path,
            type=change.type,
            verdict=change.verdict,
            old=change.old,
            new=change.new,
            message=change.message,
        )
        for change in changes
    ]


def sentence(change: SchemaChange) -> SchemaChange:
    """The change with its message, until now what is said of a subject, made a whole sentence."""
    return replace(change, message=f"{_subject(change.path)} {change.message}.")


def _subject(path: str) -> str:
    """Who a sentence is about.

    >>> _subject(""), _subject("/address/city"), _subject("/tags/*")
    ('The record', 'address.city', 'Each entry of tags')
    """
    if not path:
        return "The record"
    names = segments(path)
    if names[-1] != "*":
        return ".".join(names)
    return f"Each entry of {'.'.join(names[:-1]) or 'the record'}"
