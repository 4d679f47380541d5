"""Text from outside on a plain stream: nothing in it moves a cursor."""

from __future__ import annotations


def visible(text: str) -> str:
    r"""Text with everything a terminal could take for a command written as an escape.

    >>> visible("a\x1b[31m\u202eb")
    'a\\x1b[31m\\u202eb'
    """
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)
