"""What the CHECK constraints of a CREATE TABLE statement say, where they say it plainly.

A small reader that gives up silently on all it does not fully understand: a rule that it gives is one the engine
enforces. What it knows: `c IN (…)`, comparisons of `c` or `length(c)` with a literal, BETWEEN, `c IS NULL OR …`, AND.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xregistry_tui.resources.sqlite.kinds import Affinity
from xregistry_tui.schema.rules import Length, OneOf, Range, Rule

if TYPE_CHECKING:
    from collections.abc import Mapping

_TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*(?:\n|$)|/\*.*?(?:\*/|$))
      | (?P<text>'(?:[^']|'')*')
      | (?P<quoted>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\])
      | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))
      | (?P<word>[^\W\d]\w*)
      | (?P<sign><>|<=|>=|==|!=|\|\||<<|>>|.)""",
    re.VERBOSE | re.DOTALL,
)
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "==": "=="}
_SOURCE = "CHECK"


class _Unknown(Exception):
    """More than the reader understands."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str

    def is_word(self, *words: str) -> bool:
        return self.kind == "word" and self.text.upper() in words

    def is_sign(self, *signs: str) -> bool:
        return self.kind == "sign" and self.text in signs

    @property
    def name(self) -> str:
        """The identifier that the token stands for."""
        if self.kind == "word":
            return self.text
        if self.kind != "quoted":
            raise _Unknown
        mark = self.text[-1]
        return self.text[1:-1].replace(mark * 2, mark) if mark != "]" else self.text[1:-1]


_Found = list[tuple[str, Rule]]


def checks(sql: str, affinities: Mapping[str, Affinity]) -> dict[str, tuple[Rule, ...]]:
    """The rules by column (true names, as `affinities` has them) that CHECK constraints surely state."""
    tokens = [_Token(match.lastgroup or "", match.group()) for match in _TOKEN.finditer(sql)]
    tokens = [token for token in tokens if token.kind != "space"]
    names = {name.lower(): name for name in affinities}
    collated = {names.get(column.lower(), column) for column in _collated(tokens)}
    found: dict[str, tuple[Rule, ...]] = {}
    for expression in _expressions(tokens):
        for column, rule in _read(expression):
            name = names.get(column.lower())
            if name is not None and _sound(rule, affinities[name], name in collated):
                found[name] = (*found.get(name, ()), rule)
    return found


def _sound(rule: Rule, kept_as: Affinity, collated: bool) -> bool:
    """Whether comparing stored values says what the constraint says, given affinity and collation."""
    if isinstance(rule, OneOf):
        texts = [isinstance(value, str) for value in rule.values]
        as_text = all(texts) and kept_as in (Affinity.TEXT, Affinity.BLOB) and not collated
        return as_text or (not any(texts) and kept_as is not Affinity.TEXT)
    if isinstance(rule, Range):
        return kept_as is not Affinity.TEXT
    return kept_as is Affinity.TEXT


def _closing(tokens: Sequence[_Token], opening: int) -> int:
    depth = 0
    for index in range(opening, len(tokens)):
        depth += tokens[index].is_sign("(") - tokens[index].is_sign(")")
        if depth == 0:
            return index
    return len(tokens)


def _expressions(tokens: Sequence[_Token]) -> Iterator[Sequence[_Token]]:
    for index, token in enumerate(tokens[:-1]):
        if token.is_word("CHECK") and tokens[index + 1].is_sign("("):
            yield tokens[index + 2 : _closing(tokens, index + 1)]


def _collated(tokens: Sequence[_Token]) -> Iterator[str]:
    """Columns whose definition has a COLLATE; every name that begins a definition with one."""
    for part in _split(tokens, lambda token: token.is_sign(","), base=1):
        opening = next((i for i, token in enumerate(part) if token.is_sign("(") and i < len(part) - 1), -1)
        first = part[opening + 1] if part and part[0].is_word("CREATE") else (part[0] if part else None)
        if first is not None and first.kind in ("word", "quoted") and any(token.is_word("COLLATE") for token in part):
            yield first.name


def _split(tokens: Sequence[_Token], at: Callable[[_Token], bool], *, base: int = 0) -> list[list[_Token]]:
    """The parts between the tokens that `at` picks, at one depth of parentheses."""
    parts: list[list[_Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += token.is_sign("(") - token.is_sign(")")
        if depth == base and at(token):
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _read(tokens: Sequence[_Token]) -> _Found:
    """The rules of a conjunction: each part that is understood gives its own, the others give none."""
    tokens = _bare(tokens)
    found: _Found = []
    for part in _conjuncts(tokens):
        try:
            found += _part(_bare(part))
        except _Unknown:
            continue
    return found


def _bare(tokens: Sequence[_Token]) -> Sequence[_Token]:
    while tokens and tokens[0].is_sign("(") and _closing(tokens, 0) == len(tokens) - 1:
        tokens = tokens[1:-1]
    return tokens


def _conjuncts(tokens: Sequence[_Token]) -> list[list[_Token]]:
    """The parts between ANDs, where no OR stands beside them; the AND of a BETWEEN is not one."""
    if len(_split(tokens, lambda token: token.is_word("OR"))) > 1:
        return [list(tokens)]
    between = False

    def at(token: _Token) -> bool:
        nonlocal between
        if token.is_word("BETWEEN"):
            between = True
        if not token.is_word("AND"):
            return False
        between, was = False, between
        return not was

    return _split(tokens, at)


def _part(tokens: Sequence[_Token]) -> _Found:
    choices = _split(tokens, lambda token: token.is_word("OR"))
    if len(choices) > 1:
        return _or_null(choices)
    if len(_conjuncts(tokens)) > 1:
        return _read(tokens)
    column, length, rest = _subject(tokens)
    if len(rest) > 1 and rest[0].is_word("IN") and not length:
        return [(column, OneOf(_list(rest[1:]), _SOURCE))]
    low, high = _bounds(rest)
    return [(column, _bounded(length, low, high))]


def _or_null(choices: Sequence[Sequence[_Token]]) -> _Found:
    """`c IS NULL OR …` says of a present `c` what the other side says, when that speaks of nothing else."""
    nulls = [
        part for part in map(_bare, choices) if len(part) == 3 and part[1].is_word("IS") and part[2].is_word("NULL")
    ]
    others = [part for part in choices if _bare(part) not in nulls]
    if len(nulls) != 1 or len(others) != 1:
        raise _Unknown
    column = nulls[0][0].name.lower()
    found = _read(others[0])
    if any(name.lower() != column for name, _ in found):
        raise _Unknown
    return found


def _subject(tokens: Sequence[_Token]) -> tuple[str, bool, Sequence[_Token]]:
    """(column, whether its length is meant, the rest beginning with an operator)."""
    if len(tokens) < 3:
        raise _Unknown
    if tokens[0].is_word("LENGTH") and tokens[1].is_sign("(") and tokens[3:] and tokens[3].is_sign(")"):
        return tokens[2].name, True, tokens[4:]
    if tokens[0].kind in ("word", "quoted"):
        return tokens[0].name, False, tokens[1:]
    for index, token in enumerate(tokens):
        if token.is_sign(*_MIRRORED):
            mirrored = [_Token("sign", _MIRRORED[token.text]), *tokens[:index]]
            column, length, rest = _subject([*tokens[index + 1 :], *mirrored])
            return column, length, rest
    raise _Unknown


def _bounds(rest: Sequence[_Token]) -> tuple[tuple[str, float | int], tuple[str, float | int] | None]:
    """The comparison after a column: (sign, number), and a second one for BETWEEN."""
    if rest and rest[0].is_word("BETWEEN"):
        parts = _split(rest[1:], lambda token: token.is_word("AND"))
        if len(parts) == 2:
            return (">=", _number(parts[0])), ("<=", _number(parts[1]))
    if len(rest) < 2 or not rest[0].is_sign(*_MIRRORED):
        raise _Unknown
    return (rest[0].text, _number(rest[1:])), None


def _bounded(length: bool, first: tuple[str, float | int], second: tuple[str, float | int] | None) -> Rule:
    limits: dict[str, float | int] = {}
    for sign, number in (first, *((second,) if second else ())):
        for name in {">=": ("ge",), ">": ("gt",), "<=": ("le",), "<": ("lt",)}.get(sign, ("ge", "le")):
            limits[name] = number
    if not length:
        return Range(**limits, source=_SOURCE)
    if not all(isinstance(number, int) for number in limits.values()):
        raise _Unknown
    least = max((int(limits[name]) + (name == "gt") for name in ("ge", "gt") if name in limits), default=None)
    most = min((int(limits[name]) - (name == "lt") for name in ("le", "lt") if name in limits), default=None)
    return Length(least, most, _SOURCE)


def _list(tokens: Sequence[_Token]) -> tuple[str | int | float, ...]:
    if not tokens[0].is_sign("(") or _closing(tokens, 0) != len(tokens) - 1:
        raise _Unknown
    return tuple(_literal(part) for part in _split(tokens[1:-1], lambda token: token.is_sign(",")))


def _literal(tokens: Sequence[_Token]) -> str | int | float:
    if len(tokens) == 1 and tokens[0].kind == "text":
        return tokens[0].text[1:-1].replace("''", "'")
    return _number(tokens)


def _number(tokens: Sequence[_Token]) -> float | int:
    sign = 1
    if len(tokens) == 2 and tokens[0].is_sign("-", "+"):
        sign, tokens = (-1 if tokens[0].text == "-" else 1), tokens[1:]
    if len(tokens) != 1 or tokens[0].kind != "number":
        raise _Unknown
    text = tokens[0].text
    return sign * (int(text) if text.isdigit() else float(text))
