"""Conditions over values of documents, as engines compare: a text that reads as a number is one beside numbers."""

from __future__ import annotations

import datetime
import decimal
import uuid
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from xregistry_tui.resources.base import CollectionFailed
from xregistry_tui.schema.canonical import dumps, jsonable
from xregistry_tui.schema.rules import moment

if TYPE_CHECKING:
    from xregistry_tui.resources.base import Condition

_NUMBER = int | float | decimal.Decimal
_COMPARISONS: Mapping[str, Callable[[int], bool]] = {
    "=": lambda sign: sign == 0,
    "!=": lambda sign: sign != 0,
    "<": lambda sign: sign < 0,
    "<=": lambda sign: sign <= 0,
    ">": lambda sign: sign > 0,
    ">=": lambda sign: sign >= 0,
}


def matches(condition: Condition) -> Callable[[Any], bool]:
    """A test of one value; raises `CollectionFailed` for an operator that is not there."""
    operator, given = condition.operator, condition.value
    if operator in ("null", "notnull") or (given is None and operator in ("=", "!=")):
        return (lambda value: value is not None) if operator in ("notnull", "!=") else (lambda value: value is None)
    if operator == "contains":
        wanted = str(given).lower()
        return lambda value: value is not None and wanted in words(value).lower()
    if operator not in _COMPARISONS:
        raise CollectionFailed(f"there is no operator “{operator}”", f"use one of {', '.join(_COMPARISONS)}, contains")
    accepts, differs = _COMPARISONS[operator], operator == "!="

    def test(value: Any) -> bool:
        sign = None if value is None else compared(value, given)
        return accepts(sign) if sign is not None else differs and value is not None

    return test


def compared(value: Any, given: Any) -> int | None:
    """Negative, zero or positive; `None` where the two cannot be compared."""
    left, right = value, given
    if isinstance(value, bool):
        left, right = value, _truth(given)
    elif isinstance(value, _NUMBER):
        right = _number(given)
    elif isinstance(value, datetime.datetime):
        right = moment(given)
    elif isinstance(value, str | uuid.UUID):
        left, right = str(value), given if isinstance(given, str) else words(given)
    elif isinstance(value, dict | list):
        left, right = dumps(value), given if isinstance(given, str) else words(given)
    try:
        return None if right is None else (left > right) - (left < right)
    except (TypeError, ArithmeticError):
        return None


def _truth(given: Any) -> bool | None:
    if isinstance(given, str):
        return {"true": True, "false": False, "1": True, "0": False}.get(given.lower())
    return bool(given) if isinstance(given, _NUMBER) else None


def _number(given: Any) -> int | float | decimal.Decimal | None:
    if isinstance(given, _NUMBER):
        return given
    for read in (int, float):
        try:
            return read(given)
        except (ValueError, TypeError):
            continue
    return None


def words(value: Any) -> str:
    """A value as a person would write it in a condition."""
    if isinstance(value, dict | list):
        return dumps(value)
    plain = jsonable(value)
    return plain if isinstance(plain, str) else dumps(plain)


def order(value: Any) -> tuple[int, Any]:
    """What values of any kinds are sorted by: numbers, texts, moments, then all others by their JSON."""
    if isinstance(value, _NUMBER):
        return (0, value) if value == value else (1, 0)  # noqa: PLR0124 - a NaN is behind all numbers
    if isinstance(value, datetime.datetime):
        return 3, value
    return (2, str(value)) if isinstance(value, str) else (4, dumps(value))
