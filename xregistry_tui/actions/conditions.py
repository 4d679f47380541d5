"""`field=value` as people type it, read into conditions that an engine takes."""

from __future__ import annotations

import re

from xregistry_tui.actions.base import ActionError
from xregistry_tui.resources.base import Condition

_TOKEN = re.compile(
    r"""\s*(?:"(?P<quoted>(?:[^"]|"")+)"|(?P<bare>[^\s"=<>!~]+))   # a field, quoted where it has spaces
        \s*(?P<operator>!=|<=|>=|=|<|>|~)\s*
        (?:"(?P<text>(?:[^"]|"")*)"|(?P<word>[^\s,]*(?:,[^\s,]+)*))\s*(?:(?:,|and\b)\s*)?""",
    re.VERBOSE | re.IGNORECASE,
)
_EXAMPLE = 'write conditions as field=value, e.g.  status=paid total>100 "first name"~an coupon=null'


def read_conditions(text: str, fields: tuple[str, ...]) -> tuple[Condition, ...]:
    """Conditions that all must hold. Operators: `= != < <= > >=` and `~` (contains); `=null` and `!=null` for absence.

    Field names are the true ones; case is forgiven where only one field fits. Raises `ActionError` with an example.
    """
    conditions: list[Condition] = []
    position = 0
    while position < len(text.rstrip()):
        match = _TOKEN.match(text, position)
        if match is None:
            raise ActionError(f"cannot read {text[position:].strip()!r}; {_EXAMPLE}")
        conditions.append(_condition(match, fields))
        position = match.end()
    return tuple(conditions)


def _condition(match: re.Match[str], fields: tuple[str, ...]) -> Condition:
    field = _field(_unquoted(match["quoted"], match["bare"]), fields)
    operator = "contains" if match["operator"] == "~" else match["operator"]
    if match["text"] is None and match["word"].casefold() == "null" and operator in ("=", "!="):
        return Condition(field, "null" if operator == "=" else "notnull")
    return Condition(field, operator, _unquoted(match["text"], match["word"]))


def _unquoted(quoted: str | None, bare: str) -> str:
    return bare if quoted is None else quoted.replace('""', '"')


def _field(name: str, fields: tuple[str, ...]) -> str:
    if name in fields:
        return name
    alike = [field for field in fields if field.casefold() == name.casefold()]
    if len(alike) == 1:
        return alike[0]
    shown = ", ".join(fields[:8]) + (", …" if len(fields) > 8 else "")
    raise ActionError(f"there is no field {name!r}; there are: {shown}")
