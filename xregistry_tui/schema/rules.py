"""Field rules as neutral values: validity in an engine, a CHECK constraint and a model's `Literal` are one thing.

A rule says what a *present* value must be; absence is judged by `Required` alone. `holds` decides in Python what
`resources.sql` decides in an engine; the two agree, and a property test says so.
"""

from __future__ import annotations

import datetime
import decimal
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from xregistry_tui.schema.regex import searched

if TYPE_CHECKING:
    from xregistry_tui.schema.shape import Scalar


@dataclass(frozen=True, slots=True)
class Required:
    """A value must be there and not be null."""

    source: str = ""


@dataclass(frozen=True, slots=True)
class OneOf:
    """The value is one of a closed set (`CHECK … IN`, enum, `Literal`, boolean)."""

    values: tuple[Scalar, ...]
    source: str = ""


@dataclass(frozen=True, slots=True)
class Range:
    """The value lies between bounds of its own kind; `None` is no bound."""

    ge: float | int | None = None
    gt: float | int | None = None
    le: float | int | None = None
    lt: float | int | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Length:
    """The text has between `least` and `most` characters (bytes for binary)."""

    least: int | None = None
    most: int | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Pattern:
    """The text matches a regular expression: searched, as models and JSON Schema do."""

    regex: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """The value is the key of a record elsewhere; only the engine can tell."""

    collection: str
    field: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Unique:
    """No two records share the value; only the engine can tell."""

    source: str = ""


Rule: TypeAlias = Required | OneOf | Range | Length | Pattern | Reference | Unique


def holds(rule: Rule, value: Scalar) -> bool | None:
    """Whether a value obeys a rule; `None` where only the engine can tell, or where the rule does not apply."""
    if isinstance(rule, Required):
        return value is not None
    if value is None:
        return None
    if isinstance(rule, OneOf):
        return any(value == allowed and isinstance(value, bool) == isinstance(allowed, bool) for allowed in rule.values)
    if isinstance(rule, Range):
        return _within(rule, value)
    if isinstance(rule, Length):
        return _long_enough(rule, value)
    if isinstance(rule, Pattern):
        search = searched(rule.regex)
        return search(value) if search is not None and isinstance(value, str) else None
    return None


def _within(rule: Range, value: Scalar) -> bool | None:
    if isinstance(value, bool) or not isinstance(value, int | float | decimal.Decimal):
        return None
    return (
        (rule.ge is None or value >= rule.ge)
        and (rule.gt is None or value > rule.gt)
        and (rule.le is None or value <= rule.le)
        and (rule.lt is None or value < rule.lt)
    )


def _long_enough(rule: Length, value: Scalar) -> bool | None:
    if not isinstance(value, str | bytes):
        return None
    return (rule.least is None or len(value) >= rule.least) and (rule.most is None or len(value) <= rule.most)


def merged(rules: list[Rule]) -> list[Rule]:
    """A lower and an upper bound that were stated apart as one range."""
    ranges = [rule for rule in rules if isinstance(rule, Range)]
    if len(ranges) < 2:
        return rules
    bounds: dict[str, float | int] = {}
    for rule in ranges:
        for name, tighter in (("ge", max), ("gt", max), ("le", min), ("lt", min)):
            bound = getattr(rule, name)
            if bound is not None:
                bounds[name] = tighter(bounds.get(name, bound), bound)
    return [*(rule for rule in rules if not isinstance(rule, Range)), Range(**bounds, source=ranges[0].source)]


def describe(rule: Rule) -> str:
    """A rule in a few plain words.

    >>> describe(OneOf(("a", "b"))), describe(Range(gt=0)), describe(Length(most=5))
    ('one of 2 values', '> 0', 'at most 5 characters')
    """
    if isinstance(rule, Required):
        return "required"
    if isinstance(rule, OneOf):
        return f"one of {len(rule.values)} values"
    if isinstance(rule, Range):
        signs = (("≥", rule.ge), (">", rule.gt), ("≤", rule.le), ("<", rule.lt))
        return ", ".join(f"{sign} {bound}" for sign, bound in signs if bound is not None)
    if isinstance(rule, Length):
        return _describe_length(rule)
    if isinstance(rule, Pattern):
        return f"matches {rule.regex}"
    if isinstance(rule, Reference):
        return f"→ {rule.collection}.{rule.field}"
    return "unique"


def _describe_length(rule: Length) -> str:
    if rule.least is not None and rule.most is not None:
        return f"{rule.least} to {rule.most} characters"
    return f"at most {rule.most} characters" if rule.most is not None else f"at least {rule.least} characters"


def moment(value: Scalar) -> datetime.datetime | None:
    """A timestamp as an aware UTC datetime where the value can be read as one; naive text is taken as UTC."""
    if isinstance(value, str):
        try:
            value = datetime.datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime.datetime):
        try:
            return value.astimezone(datetime.UTC) if value.tzinfo else value.replace(tzinfo=datetime.UTC)
        except OverflowError:  # within a day of the first or the last moment there is
            return None
    if isinstance(value, datetime.date):
        return datetime.datetime(value.year, value.month, value.day, tzinfo=datetime.UTC)
    return None
