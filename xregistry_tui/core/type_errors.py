"""A value that a type refuses, said for people; what looks secret is never in the text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from xregistry_tui.core.registry import NotRegistered
from xregistry_tui.core.signatures import HIDDEN, looks_secret, safe_repr
from xregistry_tui.schema.json_text import to_pointer
from xregistry_tui.schema.report import Problem, Severity

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_SHORTEST = 4  # characters of a secret that are looked for in a text: fewer would be found in any word
_SCALARS = (str, bytes, bool, int, float, type(None))
_OWN_WORDS = ("value_error", "assertion_error")


class InvalidValue(ValueError):
    """A value that `name` refuses. `problems` are all that is wrong with it, at JSON Pointers into the value."""

    def __init__(self, name: str, problems: Sequence[Problem]) -> None:
        super().__init__(f"{name}: {'; '.join(map(_line, problems))}")
        self.name = name
        self.problems = tuple(problems)


class UnknownType(NotRegistered):
    """No type and no validator has this name; `candidates` are the nearest that there are."""

    def __init__(self, name: str, candidates: Sequence[str]) -> None:
        super().__init__(name)
        self.name = name
        self.candidates = tuple(candidates)

    def __str__(self) -> str:
        near = f"; is it {' or '.join(self.candidates)}?" if self.candidates else ""
        return super().__str__() + near


def unknown(name: str, names: Sequence[str]) -> UnknownType:
    """The error for a name that nothing has, with those of `names` that are near it."""
    import difflib

    folded = {known.casefold(): known for known in names}
    near = difflib.get_close_matches(name.casefold(), folded, n=3)
    return UnknownType(name, [folded[found] for found in near])


def checked(name: str, check: Callable[[Any], Any], value: Any, *, secret: bool) -> Any:
    """What a check gives for a value; raises `InvalidValue` where it refuses it.

    Pydantic's own error is neither cause nor context of it: its text quotes the value, or the record around it.
    """
    try:
        return check(value)
    except (ValueError, AssertionError) as error:
        problems, cause = _understood(error, value, secret)
    raise InvalidValue(name, problems) from cause


def _understood(error: Exception, value: Any, secret: bool) -> tuple[tuple[Problem, ...], Exception | None]:
    """The problems of an error, and the error itself where a traceback may show it."""
    from pydantic import ValidationError

    if isinstance(error, ValidationError):
        return tuple(_problem(found, secret) for found in error.errors(include_url=False)), None
    if isinstance(error, InvalidValue):
        return error.problems, error.__cause__ if isinstance(error.__cause__, Exception) else None
    text = str(error) or "refused"
    problem = _told("", "value_error", _hidden(text, value) if secret else text)
    return (problem,), None if secret else error


def _problem(error: ErrorDetails, secret: bool) -> Problem:
    hide = secret or any(looks_secret(str(part)) for part in error["loc"])
    text = _hidden(_words(error), error["input"]) if hide else _words(error)
    # a container may hold what is secret, and what is missing has the whole record for its input
    if not hide and isinstance(error["input"], _SCALARS) and error["type"] not in (*_OWN_WORDS, "missing"):
        text += f", is {safe_repr(error['input'])}"
    return _told(to_pointer(error["loc"]), error["type"], text)


def _words(error: ErrorDetails) -> str:
    """What pydantic says, without its grammar.

    >>> _words({"type": "greater_than", "loc": (), "msg": "Input should be greater than 0", "input": 0})
    'should be greater than 0'
    """
    if error["type"] in _OWN_WORDS and "error" in error.get("ctx", {}):
        return str(error["ctx"]["error"]) or "refused"
    text = error["msg"].removeprefix("Input ")
    return text[:1].lower() + text[1:]


def _hidden(text: str, value: Any) -> str:
    """A text without the secrets that it may quote."""
    for quoted in map(str, _leaves(value)):
        text = text.replace(quoted, HIDDEN) if len(quoted) >= _SHORTEST else text
    return text


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping | list | tuple | set | frozenset):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from _leaves(item)
    elif isinstance(value, _SCALARS):
        yield value


def _told(path: str, code: str, message: str) -> Problem:
    return Problem(path=path, code=code, severity=Severity.ERROR, message=message)


def _line(problem: Problem) -> str:
    return f"{problem.path.lstrip('/').replace('/', '.')}: {problem.message}" if problem.path else problem.message
