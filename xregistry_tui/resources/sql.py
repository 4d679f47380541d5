"""Rules and names as SQL, for every engine that speaks it.

What differs between engines is a `Dialect`, a plain value; a rule becomes a `Check` whose two expressions agree with
`schema.rules.holds`: `applies` where that is not `None`, `holds` where it is true.
"""

# ruff: noqa: S608 - names are quoted, values are bound
from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xregistry_tui.schema.regex import modelled
from xregistry_tui.schema.rules import Length, OneOf, Pattern, Range, Reference, Required, Rule, Unique

if TYPE_CHECKING:
    from xregistry_tui.schema.shape import Scalar


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How one engine writes what SQL leaves open. The callables take and give SQL expressions.

    `bare` strips a column's coercions so that comparison is by stored type. `matches` gives where (an expression) a
    text matches (an expression, a regular expression bound); `None` where the engine cannot tell.
    """

    placeholder: Callable[[int], str]
    bind: Callable[[Scalar], Scalar]
    bare: Callable[[str], str]
    is_number: Callable[[str], str]
    is_sized: Callable[[str], str]
    length: Callable[[str], str]
    matches: Callable[[str, str], Check] | None = None


@dataclass(slots=True)
class Parameters:
    """The bound values of one statement, numbered as they are added."""

    dialect: Dialect
    values: list[Scalar] = field(default_factory=list)

    def add(self, value: Scalar) -> str:
        """Bind a value and give its placeholder."""
        self.values.append(self.dialect.bind(value))
        return self.dialect.placeholder(len(self.values))


@dataclass(frozen=True, slots=True)
class Check:
    """A rule over one expression: where it can be judged, and where it is obeyed."""

    applies: str
    holds: str


def quote(name: str) -> str:
    """A name as an identifier, whatever is in it.

    >>> quote('a"b;--')
    '"a""b;--"'
    """
    return '"' + name.replace('"', '""') + '"'


def check(rule: Rule, expression: str, parameters: Parameters, *, parent: str | None = None) -> Check | None:
    """A rule as SQL over a present value; `None` where the engine cannot check it in an expression.

    `parent` is the SQL of the relation that a `Reference` points to (already quoted). Presence (`Required`) and
    `Unique` are counted from groups, not from values.
    """
    dialect = parameters.dialect
    present = f"{expression} IS NOT NULL"
    if isinstance(rule, Required):
        return Check("1=1", present)
    if isinstance(rule, OneOf):
        allowed = ", ".join(parameters.add(value) for value in rule.values if value is not None)
        return Check(present, f"{dialect.bare(expression)} IN ({allowed})" if allowed else "1=0")
    if isinstance(rule, Range):
        return Check(dialect.is_number(expression), _within(rule, dialect.bare(expression), parameters))
    if isinstance(rule, Length):
        return Check(dialect.is_sized(expression), _sized(rule, dialect.length(expression), parameters))
    if isinstance(rule, Pattern) and dialect.matches is not None and modelled(rule.regex) is not None:
        return dialect.matches(expression, parameters.add(rule.regex))
    if isinstance(rule, Reference) and parent is not None:
        key = f"p.{quote(rule.field)}"
        return Check(present, f"{expression} IN (SELECT {key} FROM {parent} AS p WHERE {key} IS NOT NULL)")
    return None


def duplicated(expression: str, relation: str) -> str:
    """Where a present value occurs more than once in the relation (aliased `t`)."""
    return f"{expression} IN (SELECT {expression} FROM {relation} GROUP BY 1 HAVING count(*) > 1)"


def counted_by_groups(rule: Rule) -> bool:
    """Whether the rule is judged by how often a value occurs rather than by the value."""
    return isinstance(rule, Unique)


def _within(rule: Range, value: str, parameters: Parameters) -> str:
    bounds = ((">=", rule.ge), (">", rule.gt), ("<=", rule.le), ("<", rule.lt))
    return _all(f"{value} {sign} {parameters.add(bound)}" for sign, bound in bounds if bound is not None)


def _sized(rule: Length, length: str, parameters: Parameters) -> str:
    bounds = ((">=", rule.least), ("<=", rule.most))
    return _all(f"{length} {sign} {parameters.add(bound)}" for sign, bound in bounds if bound is not None)


def _all(conditions: Iterable[str]) -> str:
    return " AND ".join(conditions) or "1=1"
