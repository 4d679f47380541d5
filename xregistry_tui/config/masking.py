"""Secrets are never shown: in `config show`, in the log, in an error."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

MASK = "•••"
_WORDS = r"password|passwd|passphrase|secret|token|credential|api_?key"
_SECRET_KEY = re.compile(_WORDS, re.IGNORECASE)
_IN_URL = re.compile(r"(?P<before>\b[a-z][a-z0-9+.-]*://[^\s/:@'\"]*:)[^\s'\"]*@", re.IGNORECASE)
_PAIR = re.compile(
    rf"(?P<before>(?<![\w-])[\w-]*(?:{_WORDS})[\w-]*[\"']?\s*[=:]\s*)"
    r"(?:\"[^\"]*\"|'(?:[^'\\]|\\.)*'|[^\s,;&)}\]]+)",
    re.IGNORECASE,
)


def mask_text(text: str) -> str:
    """Text without the passwords in its URLs and in pairs such as `password=…`.

    >>> mask_text("postgresql://ana:hunter2@db/shop?sslpassword=x&a=1")
    'postgresql://ana:•••@db/shop?sslpassword=•••&a=1'
    """
    return _PAIR.sub(rf"\g<before>{MASK}", _IN_URL.sub(rf"\g<before>{MASK}@", text))


def mask(value: Any, key: str = "") -> Any:
    """A value as it may be shown; everything under a key that speaks of a secret is masked."""
    if _SECRET_KEY.search(key) and value not in (None, "", (), [], {}):
        return MASK
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, Mapping):
        return {name: mask(item, str(name)) for name, item in value.items()}
    return [mask(item) for item in value] if isinstance(value, list | tuple) else value
