"""Regular expressions that mean the same to PostgreSQL and to Python; all others are left out."""

from __future__ import annotations

import re

_PIECE = re.compile(
    r"""(?P<digit>\\d)
      | (?P<escaped>\\[][.*+?(){}|^$/\\@#-])
      | (?P<set>\[\^?(?:\\d|\\[][.\\^/-]|[^][\\])+\])
      | (?P<group>\((?!\?)|\(\?:|\)|\|)
      | (?P<repeat>(?:[*+?]|\{\d+(?:,\d*)?\})(?![*+?{]))
      | (?P<anchor>[\^$])
      | (?P<plain>[^][\\.*+?(){}|^$])""",
    re.VERBOSE | re.DOTALL,
)


def portable(pattern: str) -> str | None:
    r"""The pattern in Python's words; `None` where the two may differ (a dot, classes that locales define, …).

    >>> portable(r"^[A-Z]{2}\d+$"), portable("a.c"), portable(r"\mword")
    ('^[A-Z]{2}[0-9]+$', None, None)
    """
    if pattern.startswith("***") or pattern.startswith("(?"):
        return None
    found, at = "", 0
    while at < len(pattern):
        matched = _PIECE.match(pattern, at)
        if matched is None:
            return None
        piece = matched.group()
        if matched.lastgroup == "digit":
            piece = "[0-9]"
        elif matched.lastgroup == "set":
            piece = piece.replace("\\d", "0-9")
        found, at = found + piece, matched.end()
    try:
        re.compile(found)
    except re.error:
        return None
    return found
