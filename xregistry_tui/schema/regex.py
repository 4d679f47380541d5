r"""Regular expressions: what one says of a text as models read it, and the same one in the words of another engine.

Models read them as Rust's `regex` crate does: without looking around and back, so that no text takes longer than its
length; `$` is the end of the text, `\d` any digit of Unicode. Other engines mean other things by those words.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache

_PIECE = re.compile(
    r"""(?P<digit>\\d)
      | (?P<space>\\s)
      | (?P<escaped>\\[][.*+?(){}|^$/\\@#-])
      | (?P<set>\[\^?(?:\\[ds]|\\[][.\\^/-]|(?!&&|--|~~)[^][\\])+\])
      | (?P<group>\((?!\?)|\(\?:|\)|\|)
      | (?P<repeat>(?:[*+?]|\{\d+(?:,\d*)?\})(?![*+?{]))
      | (?P<start>\^)
      | (?P<end>\$)
      | (?P<any>\.)
      | (?P<plain>[^][\\.*+?(){}|^$])""",
    re.VERBOSE | re.DOTALL,
)
_SET_PIECE = re.compile(r"\\.|.", re.DOTALL)

# where Unicode's runs of ten digits begin
_ZEROS = (
    0x30, 0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6, 0xE50, 0xED0,
    0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620,
    0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x104A0, 0x10D30, 0x11066, 0x110F0, 0x11136, 0x111D0,
    0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950, 0x11C50, 0x11D50, 0x11DA0, 0x16A60,
    0x16AC0, 0x16B50, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E950, 0x1FBF0,
)  # fmt: skip
_SPACES = "\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
# PostgreSQL repeats no piece more often
_MOST_REPEATED = 255

Piece = tuple[str, str]


@lru_cache(maxsize=256)
def modelled(regex: str) -> Callable[[object], bool] | None:
    """Whether a text matches, searched as models do; `None` where they cannot read the expression."""
    from pydantic_core import SchemaError, SchemaValidator, core_schema

    try:
        validator = SchemaValidator(core_schema.str_schema(pattern=regex, strict=True))
    except SchemaError:
        return None
    return validator.isinstance_python


@lru_cache(maxsize=256)
def searched(regex: str) -> Callable[[str], bool] | None:
    """The same; what models cannot read is searched as Python does, `None` where that cannot read it either."""
    found = modelled(regex)
    if found is not None:
        return found
    try:
        compiled = re.compile(regex)
    except re.error:
        return None
    return lambda text: compiled.search(text) is not None


def pieces(regex: str) -> list[Piece] | None:
    """(kind, text) of each piece, where all of them are plain enough to be written for another engine."""
    found: list[Piece] = []
    at = 0
    while at < len(regex):
        matched = _PIECE.match(regex, at)
        if matched is None or matched.lastgroup is None:
            return None
        if matched.lastgroup == "repeat" and (not found or found[-1][0] in ("start", "end")):
            return None  # a place cannot be repeated everywhere
        found.append((matched.lastgroup, matched.group()))
        at = matched.end()
    return found


@lru_cache(maxsize=256)
def rewritten(regex: str, *, any: str, end: str) -> str | None:
    r"""What models read, for an engine that writes `any` for a character of a line and `end` for the end of a text.

    `None` where it may mean something else there.

    >>> rewritten("^a.$", any=r"[^\n]", end="$"), rewritten(r"\bword", any=".", end="$")
    ('^a[^\\n]$', None)
    """
    found = pieces(regex)
    if found is None or modelled(regex) is None or _too_often(found):
        return None
    said = {"any": any, "end": end, "digit": f"[{_digits()}]", "space": f"[{_SPACES}]"}
    return "".join(said.get(kind) or (_set(text) if kind == "set" else text) for kind, text in found)


def _too_often(found: list[Piece]) -> bool:
    """Whether a piece is repeated more often than all engines allow."""
    counts = (re.findall(r"\d+", text) for kind, text in found if kind == "repeat")
    return any(int(count) > _MOST_REPEATED for numbers in counts for count in numbers)


def _set(text: str) -> str:
    return "".join(_in_set(part) for part in _SET_PIECE.findall(text))


def _in_set(part: str) -> str:
    return {"\\d": _digits(), "\\s": _SPACES}.get(part, part)


@cache
def _digits() -> str:
    return "".join(f"{chr(zero)}-{chr(zero + 9)}" for zero in _ZEROS)
