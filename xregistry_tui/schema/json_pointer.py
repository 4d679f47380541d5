"""One segment of a JSON Pointer (RFC 6901), as a pointer writes it and as what it names."""

from __future__ import annotations


def escape(name: str) -> str:
    """A name as a segment.

    >>> escape("a/b~c")
    'a~1b~0c'
    """
    return name.replace("~", "~0").replace("/", "~1")


def unescape(segment: str) -> str:
    """The name that a segment was written for.

    >>> unescape("a~1b~0c")
    'a/b~c'
    """
    return segment.replace("~1", "/").replace("~0", "~")
