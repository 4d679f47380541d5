"""The forms that texts often have, as patterns that Python and PostgreSQL read alike."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

_DAY = r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]{1,9})?)?"
_ZONE = r"(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)?"
_BYTE = r"(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"
_HEX = "[0-9A-Fa-f]"

PATTERNS: dict[str, str] = {
    "email": r"\A[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+\Z",
    "uuid": rf"\A{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}\Z",
    "url": r"\A(?:https?|ftps?|wss?)://[^\s/?#]+[^\s]*\Z",
    "date": rf"\A{_DAY}\Z",
    "date-time": rf"\A{_DAY}[T ]{_CLOCK}{_ZONE}\Z",
    "time": rf"\A{_CLOCK}{_ZONE}\Z",
    "phone": r"\A(?:\+[1-9][0-9 ()/-]{5,20}[0-9]|\(?0[0-9]{1,5}\)? ?[ /-] ?[0-9][0-9 -]{2,14}[0-9]"
    r"|\([0-9]{3}\) ?[0-9]{3}-[0-9]{4}|[0-9]{3}-[0-9]{3}-[0-9]{4})\Z",
    "ipv4": rf"\A(?:{_BYTE}\.){{3}}{_BYTE}\Z",
    "ipv6": rf"\A(?:(?:{_HEX}{{1,4}}:){{7}}{_HEX}{{1,4}}|(?=.*::){_HEX}[0-9A-Fa-f:]{{2,38}}|::{_HEX}[0-9A-Fa-f:]*)\Z",
    "json": r"\A\s*(?:\{(?:.|\n)*\}|\[(?:.|\n)*\])\s*\Z",
    "integer": r"\A[+-]?[0-9]+\Z",
    "number": r"\A[+-]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\Z",
}
"""By name, the more telling first. The whole text must match; `number` is one with a point in it."""

LIKELY = 0.5
"""A format is measured where at least this share of the texts first looked at has it."""

LONGEST = 2_000
"""Longer texts are of no format."""


def matching(text: str) -> Iterable[str]:
    """The formats that a text has."""
    return (name for name in PATTERNS if has(name, text))


def has(name: str, text: str) -> bool:
    """Whether a text has one format."""
    return len(text) <= LONGEST and _compiled(name).search(text) is not None


@cache
def _compiled(name: str) -> re.Pattern[str]:
    return re.compile(PATTERNS[name])
