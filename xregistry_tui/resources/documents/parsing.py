"""One text into one value: Extended JSON as MongoDB means it, numbers of any length, no half characters."""

from __future__ import annotations

import decimal
import json
import re
from typing import Any

from xregistry_tui.resources.documents import ejson
from xregistry_tui.resources.documents.text import Text
from xregistry_tui.resources.documents.trouble import Trouble

NEAR = 16
"""So close to the end of a text an error may be one of its being cut off."""

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class Parser:
    """Parses the texts of one file; raises what `json` does."""

    def __init__(self, trouble: Trouble) -> None:
        self._trouble = trouble
        self._decoder = json.JSONDecoder(object_pairs_hook=self._object, strict=False)
        self._slow = json.JSONDecoder(object_pairs_hook=self._object, strict=False, parse_int=_whole)

    def scanned(self, text: Text) -> tuple[Any, int]:
        """The value that begins where the text is at, and where it ends."""
        try:
            return self._decoder.raw_decode(text.buffer, text.pos)
        except json.JSONDecodeError:
            raise
        except ValueError:
            return self._slow.raw_decode(text.buffer, text.pos)

    def parsed(self, text: str) -> Any:
        """The value that a text is."""
        try:
            value = self._decoder.decode(text)
        except json.JSONDecodeError:
            raise
        except ValueError:
            value = self._slow.decode(text)
        return clean(value, text, 0, len(text))

    def _object(self, pairs: ejson.Pairs) -> Any:
        if pairs and pairs[0][0][:1] == "$":
            return ejson.read(pairs)
        made = dict(pairs)
        if len(made) < len(pairs):
            self._trouble.duplicates += 1
        return made


def cut_off(error: json.JSONDecodeError, end: int, near: int = NEAR) -> bool:
    """Whether more text might mend it."""
    return error.msg.startswith("Unterminated string") or error.pos >= end - near


def _whole(digits: str) -> int | decimal.Decimal:
    """A whole number of any length; Python turns very long ones into integers only slowly."""
    return int(digits) if len(digits) < 4_000 else decimal.Decimal(digits)


def _whole_text(value: Any) -> Any:
    if isinstance(value, str):
        text = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return value if text == value else text
    if isinstance(value, dict):
        return {_whole_text(name): _whole_text(item) for name, item in value.items()}
    return [_whole_text(item) for item in value] if isinstance(value, list) else value


def clean(value: Any, text: str, start: int, end: int) -> Any:
    """Without lone surrogates, which no text can carry."""
    return _whole_text(value) if _SURROGATE.search(text, start, end) else value
