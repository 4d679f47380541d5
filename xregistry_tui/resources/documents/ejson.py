"""Values as MongoDB writes them in Extended JSON, canonical and relaxed, and the older forms of its dumps.

An ObjectId is its 24 digits, a timestamp its second, a regular expression `/pattern/options`; a date outside of the
years that Python knows is its ISO text. What only looks like Extended JSON stays the object that it is.

Source: https://github.com/mongodb/specifications/blob/master/source/extended-json.md
"""

from __future__ import annotations

import base64
import datetime
import decimal
import uuid
from collections.abc import Callable, Mapping
from typing import Any

Pairs = list[tuple[str, Any]]

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_CYCLE = 146_097 * 86_400_000
_SPECIAL = {"NaN": "nan", "sNaN": "nan", "Infinity": "inf", "-Infinity": "-inf"}


class ObjectId(str):
    """The 24 hexadecimal digits of an ObjectId."""

    __slots__ = ()


def read(pairs: Pairs) -> Any:
    """The value that an object of Extended JSON stands for, else the object; raises nothing.

    >>> read([("$numberLong", "7")]), read([("$oid", "5ca4bbcea2dd94ee58162a68")])
    (7, '5ca4bbcea2dd94ee58162a68')
    """
    made = dict(pairs)
    for name in made:
        reader = _READERS.get(name)
        if reader is not None:
            try:
                return reader(made)
            except (ValueError, TypeError, KeyError, ArithmeticError, AttributeError):
                return made
    return made


def moment(milliseconds: int) -> datetime.datetime | str:
    """Milliseconds since 1970 as a moment; as ISO text where the year is not within 1 to 9999.

    >>> moment(0).isoformat(), moment(253402300800000), moment(-62198755200000)
    ('1970-01-01T00:00:00+00:00', '+010000-01-01T00:00:00.000Z', '-000001-01-01T00:00:00.000Z')
    """
    try:
        return _EPOCH + datetime.timedelta(milliseconds=milliseconds)
    except OverflowError:
        cycles, rest = divmod(milliseconds, _CYCLE)
        near = _EPOCH + datetime.timedelta(milliseconds=rest)
        year = near.year + 400 * cycles
        return f"{'-' if year < 0 else '+'}{abs(year):06}-{near:%m-%dT%H:%M:%S}.{near.microsecond // 1000:03}Z"


def _date(made: Mapping[str, Any]) -> datetime.datetime | str:
    given = _only(made, "$date")
    if isinstance(given, str):
        text = given if len(given) < 5 or given[-5] not in "+-" else f"{given[:-2]}:{given[-2:]}"
        found = datetime.datetime.fromisoformat(text)
        return found.astimezone(datetime.UTC) if found.tzinfo else found.replace(tzinfo=datetime.UTC)
    return moment(int(given))


def _only(made: Mapping[str, Any], name: str) -> Any:
    if len(made) > 1:
        raise ValueError(name)
    return made[name]


def _text(made: Mapping[str, Any], name: str) -> str:
    given = _only(made, name)
    if not isinstance(given, str):
        raise TypeError(name)
    return given


def _object_id(made: Mapping[str, Any]) -> ObjectId:
    text = _text(made, "$oid")
    if len(text) != 24:
        raise ValueError(text)
    int(text, 16)
    return ObjectId(text.lower())


def _binary(made: Mapping[str, Any]) -> bytes | uuid.UUID:
    given = made["$binary"]
    text, kind = (
        (given["base64"], given.get("subType", "0")) if isinstance(given, dict) else (given, made.get("$type", "0"))
    )
    raw = base64.b64decode(text, validate=True)
    return uuid.UUID(bytes=raw) if str(kind).lstrip("0") == "4" and len(raw) == 16 else raw


def _expression(made: Mapping[str, Any]) -> str:
    inner = made.get("$regularExpression")
    if isinstance(inner, dict):
        return f"/{inner['pattern']}/{inner['options']}"
    if not isinstance(made["$regex"], str) or set(made) - {"$regex", "$options"}:
        raise TypeError("$regex")
    return f"/{made['$regex']}/{made.get('$options', '')}"


def _number(convert: Callable[[str], Any]) -> Callable[[str, Mapping[str, Any]], Any]:
    def number(name: str, made: Mapping[str, Any]) -> Any:
        given = _only(made, name)
        return convert(_SPECIAL.get(given, given) if isinstance(given, str) else str(given))

    return number


def _reader(name: str, made: Callable[[str, Mapping[str, Any]], Any]) -> Callable[[Mapping[str, Any]], Any]:
    return lambda given: made(name, given)


_READERS: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    "$oid": _object_id,
    "$date": _date,
    "$numberInt": _reader("$numberInt", _number(int)),
    "$numberLong": _reader("$numberLong", _number(int)),
    "$numberDouble": _reader("$numberDouble", _number(float)),
    "$numberDecimal": _reader("$numberDecimal", _number(decimal.Decimal)),
    "$binary": _binary,
    "$uuid": lambda made: uuid.UUID(_text(made, "$uuid")),
    "$regularExpression": _expression,
    "$regex": _expression,
    "$timestamp": lambda made: moment(int(_only(made, "$timestamp")["t"]) * 1000),
    "$symbol": lambda made: _text(made, "$symbol"),
    "$code": lambda made: str(made["$code"]),
    "$undefined": lambda made: None if _only(made, "$undefined") is True else made,
    "$minKey": lambda made: "MinKey" if _only(made, "$minKey") == 1 else made,
    "$maxKey": lambda made: "MaxKey" if _only(made, "$maxKey") == 1 else made,
}
