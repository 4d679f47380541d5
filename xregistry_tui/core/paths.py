"""Paths: how everything registered is called.

A key is its path without the prefix (`models.shop.orders`); the prefix (`ns`) is accepted and added at the edge only.
"""

from __future__ import annotations

import keyword
import re
import unicodedata
from functools import lru_cache

from xregistry_tui.schema.names import LONGEST, plain, safe_fields, safe_segments

__all__ = [
    "LONGEST",
    "PREFIX",
    "InvalidPath",
    "is_plain",
    "join",
    "literal_prefix",
    "literal_start",
    "normal",
    "parent",
    "plain",
    "safe_fields",
    "safe_segments",
    "segment",
    "split",
    "with_prefix",
    "without_prefix",
]

PREFIX = "ns"
_KEYWORDS = frozenset(keyword.kwlist)
_WILD = frozenset("*?[")
_LITERAL = re.compile(r"[^*?\[]*")


class InvalidPath(ValueError):
    """A path or a part of one that cannot be a name; the text says which and why."""


def segment(text: str) -> str:
    """One part of a path in its normal form (NFKC; a keyword gets `_`); raises `InvalidPath`.

    >>> segment("orders"), segment("class")
    ('orders', 'class_')
    """
    normal = text if text.isascii() else unicodedata.normalize("NFKC", text)
    if not normal.isidentifier():
        raise InvalidPath(f"{text!r} is no identifier: give a name of letters, digits and underscores")
    if len(normal) > LONGEST:
        raise InvalidPath(f"{text[:20]!r}… has {len(normal)} characters; a name has at most {LONGEST}")
    if len(normal) > 4 and normal.startswith("__") and normal.endswith("__"):
        raise InvalidPath(f"{text!r} is a name of the language itself: give another name")
    return normal + "_" if keyword.iskeyword(normal) else normal


def is_plain(text: str) -> bool:
    """Whether a part is in its normal form at a glance; what is not may still be, see `segment`."""
    return text.isidentifier() and text.isascii() and text[0] != "_" and len(text) <= LONGEST and text not in _KEYWORDS


def split(path: str) -> tuple[str, ...]:
    """The parts of a path in their normal form; the empty path has none."""
    return tuple(segment(part) for part in path.split(".")) if path else ()


@lru_cache(4096)
def normal(path: str) -> str:
    """A path whose every part is in its normal form; remembered, since many items share one namespace."""
    return ".".join(split(path))


def join(*parts: str) -> str:
    """A path of parts, each of which may itself be a path; empty ones are left out."""
    return ".".join(part for part in parts if part)


def parent(path: str) -> str:
    """The path above; that of a single part is empty."""
    return path.rpartition(".")[0]


def without_prefix(path: str, prefix: str = PREFIX) -> str:
    """The key behind a path as people write it.

    >>> without_prefix("ns.models.shop.orders"), without_prefix("models.shop.orders")
    ('models.shop.orders', 'models.shop.orders')
    """
    return path.removeprefix(prefix + ".") if prefix else path


def with_prefix(path: str, prefix: str = PREFIX) -> str:
    """A key as people see it."""
    return join(prefix, path)


def literal_prefix(pattern: str) -> str:
    """The leading parts of a pattern that hold no wildcard: nothing outside them can match.

    >>> literal_prefix("functions.math.b*"), literal_prefix("*")
    ('functions.math', '')
    """
    parts = pattern.split(".")
    wild = next((index for index, part in enumerate(parts) if _WILD & set(part)), len(parts))
    return ".".join(parts[:wild])


def literal_start(pattern: str) -> str:
    """What every match of a pattern begins with: all before its first wildcard.

    >>> literal_start("functions.math.b*"), literal_start("*")
    ('functions.math.b', '')
    """
    return _LITERAL.match(pattern)[0]  # type: ignore[index]
