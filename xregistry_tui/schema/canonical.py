"""The one JSON form of a value: what exports, templates, records copied from a screen and fingerprints share.

Numbers stay numbers; NaN and the infinities, which JSON has not, become the strings `"NaN"`, `"Infinity"` and
`"-Infinity"`; decimals become strings that keep every digit; moments are ISO 8601, aware ones in UTC with `Z`; bytes
are base64. Keys keep their order. Lone surrogates, which UTF-8 cannot carry, are written as their escape.
"""

from __future__ import annotations

import base64
import datetime
import decimal
import json
import math
import uuid
from collections.abc import Mapping
from typing import Any


def jsonable(value: Any) -> Any:
    """A value as JSON data, in the canonical form.

    >>> jsonable({"at": datetime.date(2026, 1, 2), "x": float("nan"), "b": b"hi"})
    {'at': '2026-01-02', 'x': 'NaN', 'b': 'aGk='}
    """
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, float):
        return value if math.isfinite(value) else _NOT_FINITE[str(value)]
    if isinstance(value, Mapping):
        return {str(jsonable(key)): jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [jsonable(item) for item in value]
    return _scalar(value)


_NOT_FINITE = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


def _scalar(value: Any) -> str:
    if isinstance(value, datetime.datetime):
        aware = value.tzinfo is not None
        text = (value.astimezone(datetime.UTC).replace(tzinfo=None) if aware else value).isoformat()
        return text + "Z" if aware else text
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(bytes(value)).decode("ascii")
    if isinstance(value, decimal.Decimal | uuid.UUID):
        return str(value)
    return str(jsonable(str(value)))


def plain(value: Any) -> Any:
    """Models as what they hold, wherever they are in a value."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    dumped = getattr(value, "model_dump", None)
    return dumped(mode="python") if callable(dumped) and not isinstance(value, type) else value


def dumps(value: Any, *, indent: int | None = None) -> str:
    """A value as canonical JSON text; without `indent` on one line and with no spaces."""
    separators = (",", ":") if indent is None else (",", ": ")
    return json.dumps(jsonable(value), ensure_ascii=False, indent=indent, separators=separators, allow_nan=False)
