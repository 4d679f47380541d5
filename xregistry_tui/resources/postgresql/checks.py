"""What CHECK constraints say, where they say it plainly; the engine has written them out, fully parenthesised.

All that is not fully understood gives no rule: a rule that is given is one the engine enforces. What is known:
`c = ANY (ARRAY[…])`, equality and comparisons of `c` or its length with a literal, `c ~ 'pattern'`, `c IS NOT NULL`,
`c IS NULL OR …`, and conjunctions of such.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from xregistry_tui.resources.postgresql.expressions import Node, Unread, parsed
from xregistry_tui.resources.postgresql.patterns import portable
from xregistry_tui.schema.rules import Length, OneOf, Pattern, Range, Required, Rule
from xregistry_tui.schema.shape import Kind

if TYPE_CHECKING:
    from xregistry_tui.schema.shape import Scalar

SOURCE = "CHECK"

_NUMBERS = (Kind.INTEGER, Kind.NUMBER, Kind.DECIMAL)
_MIRRORED = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_BOUNDS = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
_LENGTHS = ("length", "char_length", "character_length")
# casts that keep every value of the kind
_FAITHFUL = {
    Kind.STRING: ("text", "character varying", "bpchar"),
    Kind.INTEGER: ("smallint", "integer", "bigint", "numeric", "double precision"),
    Kind.DECIMAL: ("numeric",),
    Kind.NUMBER: ("double precision",),
}


class _Unknown(Exception):
    """More than is understood here."""


_Found = list[tuple[str, Rule]]


def checks(expression: str, kinds: Mapping[str, Kind]) -> list[tuple[str, Rule]]:
    """(column, rule) that an expression surely states of columns of these kinds; `VALUE` is a column of domains."""
    try:
        return _conjunction(parsed(expression), kinds)
    except Unread:
        return []


def _conjunction(node: Node, kinds: Mapping[str, Kind]) -> _Found:
    """The rules of each part that is understood; the others give none."""
    if node.form == "and":
        return [found for part in node.parts for found in _conjunction(part, kinds)]
    try:
        return _part(node, kinds)
    except _Unknown:
        return []


def _part(node: Node, kinds: Mapping[str, Kind]) -> _Found:
    if node.form == "or":
        return _choice(node, kinds)
    if node.form == "notnull":
        return [(_column(node.parts[0], kinds), Required(SOURCE))]
    if node.form != "compare":
        raise _Unknown
    left, right = node.parts
    operator = node.text
    if left.form in ("literal", "array"):
        left, right, operator = right, left, _MIRRORED.get(operator, "")
    if left.form == "call" and left.text in _LENGTHS and len(left.parts) == 1:
        return [_sized(left.parts[0], operator, right, kinds)]
    name = _column(left, kinds)
    return [(name, _of_value(kinds[name], operator, right))]


def _of_value(kind: Kind, operator: str, right: Node) -> Rule:
    if operator == "=" and right.form == "array":
        return OneOf(tuple(_literal(item, kind) for item in right.parts), SOURCE)
    if operator == "=":
        return OneOf((_literal(right, kind),), SOURCE)
    if operator == "~" and kind is Kind.STRING and (regex := portable(str(_literal(right, kind)))) is not None:
        return Pattern(regex, SOURCE)
    bound = _literal(right, kind)
    if operator not in _BOUNDS or kind not in _NUMBERS or not isinstance(bound, int | float):
        raise _Unknown
    return Range(**{_BOUNDS[operator]: bound}, source=SOURCE)


def _sized(subject: Node, operator: str, right: Node, kinds: Mapping[str, Kind]) -> tuple[str, Rule]:
    name = _column(subject, kinds)
    size = _literal(right, Kind.INTEGER)
    if kinds[name] not in (Kind.STRING, Kind.BYTES) or not isinstance(size, int):
        raise _Unknown
    least = {">=": size, ">": size + 1, "=": size}.get(operator)
    most = {"<=": size, "<": size - 1, "=": size}.get(operator)
    if least is None and most is None:
        raise _Unknown
    return name, Length(least, most, SOURCE)


def _choice(node: Node, kinds: Mapping[str, Kind]) -> _Found:
    """`c IS NULL OR …` says of a present `c` what the other side says; several equalities are a set."""
    nulls = {_column(part.parts[0], kinds) for part in node.parts if part.form == "null"}
    others = [part for part in node.parts if part.form != "null"]
    if len(nulls) == 1 and len(others) == 1:
        found = _complete(others[0], kinds)
    else:
        ruled = [_part(part, kinds) for part in others]
        sets = [(name, rule) for one in ruled for name, rule in one if isinstance(rule, OneOf)]
        if len(sets) != len(others) or len({name for name, _ in sets}) != 1:
            raise _Unknown
        found = [(sets[0][0], OneOf(tuple(v for _, rule in sets for v in rule.values), SOURCE))]
    if nulls and {name for name, _ in found} != nulls:
        raise _Unknown
    return [(name, rule) for name, rule in found if not (nulls and isinstance(rule, Required))]


def _complete(node: Node, kinds: Mapping[str, Kind]) -> _Found:
    """All that a conjunction says; unknown where any part of it is."""
    if node.form == "and":
        return [found for part in node.parts for found in _complete(part, kinds)]
    return _part(node, kinds)


def _column(node: Node, kinds: Mapping[str, Kind]) -> str:
    """The column that is meant, through casts that keep its values."""
    cast: list[str] = []
    while node.form == "cast":
        cast.append(node.text)
        node = node.parts[0]
    if node.form != "name" or node.text not in kinds:
        raise _Unknown
    if any(type_ not in _FAITHFUL.get(kinds[node.text], ()) for type_ in cast):
        raise _Unknown
    return node.text


def _literal(node: Node, kind: Kind) -> Scalar:
    """A literal as a value of the kind."""
    cast = ""
    while node.form == "cast":
        cast, node = node.text, node.parts[0]
    if node.form != "literal":
        raise _Unknown
    if kind in _NUMBERS:
        return _number(node.text)
    if kind is not Kind.STRING or not node.quoted or (cast == "bpchar" and node.text != node.text.rstrip(" ")):
        raise _Unknown
    return node.text


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        try:
            return float(text)
        except ValueError:
            raise _Unknown from None
