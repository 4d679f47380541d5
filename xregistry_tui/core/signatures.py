"""What a function takes and gives, in words that are safe to show."""

from __future__ import annotations

import enum
import inspect
import re
import reprlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

_SECRET = re.compile(r"pass(word|wd|phrase)?$|secret|token|api_?key|private_?key|credential|^auth$", re.IGNORECASE)
_PLAIN = (type(None), bool, int, float, complex, str, bytes)
_CONTAINERS = (tuple, list, dict, set, frozenset)
HIDDEN = "…"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter. `type` is the annotation as written (`Any` without one).

    `default` is its bounded text: `None` where there is none to show (`has_default` says whether there is one).
    """

    name: str
    kind: str
    type: str
    has_default: bool
    default: str | None


@dataclass(frozen=True, slots=True)
class Signature:
    """The whole of it: `text` is what a person would write, but for defaults that are unsafe to show."""

    text: str
    parameters: Mapping[str, Parameter]
    returns: str | None


def read(func: Callable[..., Any]) -> Signature:
    """The signature of a callable; one that cannot tell has the text `(…)` and no parameters."""
    try:
        found = inspect.signature(func)
    except (TypeError, ValueError):
        return Signature("(…)", MappingProxyType({}), None)
    parameters = {name: _parameter(parameter) for name, parameter in found.parameters.items()}
    returns = None if found.return_annotation is found.empty else annotation(found.return_annotation)
    shown = inspect.Signature(
        [_shown(found.parameters[name], parameter) for name, parameter in parameters.items()],
        return_annotation=found.empty if returns is None else _Shown(returns),
    )
    return Signature(str(shown), MappingProxyType(parameters), returns)


def annotation(value: Any) -> str:
    """An annotation as people write it.

    >>> annotation(int), annotation("list[Order]"), annotation(int | None)
    ('int', 'list[Order]', 'int | None')
    """
    return value if isinstance(value, str) else inspect.formatannotation(value)


def looks_secret(name: str) -> bool:
    """Whether values under this name are not to be shown."""
    return _SECRET.search(name) is not None


def safe_repr(value: Any) -> str:
    """A default in at most some 120 characters; only values of the language itself are asked for their repr.

    >>> safe_repr(5), safe_repr("x" * 500)[:12], safe_repr(object())
    ('5', "'xxxxxxxxxxx", '<object>')
    """
    return _repr.repr(value)


class _SafeRepr(reprlib.Repr):
    """Bounded, and never the code of a stranger's `__repr__`."""

    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxother = self.maxlong = 60
        self.maxlevel = 3

    def repr1(self, x: Any, level: int) -> str:
        if isinstance(x, enum.Enum):
            return f"{type(x).__name__}.{x.name}"
        if isinstance(x, type) or inspect.isroutine(x):
            return str(getattr(x, "__qualname__", HIDDEN))
        if type(x) in _PLAIN or type(x) in _CONTAINERS:
            return super().repr1(x, level)
        return f"<{type(x).__name__}>"


_repr = _SafeRepr()


class _Shown:
    """Stands for a default or an annotation in the text of a signature."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


def _parameter(found: inspect.Parameter) -> Parameter:
    has_default = found.default is not found.empty
    shown = has_default and not looks_secret(found.name)
    return Parameter(
        name=found.name,
        kind=found.kind.name.lower(),
        type="Any" if found.annotation is found.empty else annotation(found.annotation),
        has_default=has_default,
        default=safe_repr(found.default) if shown else None,
    )


def _shown(found: inspect.Parameter, parameter: Parameter) -> inspect.Parameter:
    default = _Shown(parameter.default or HIDDEN) if parameter.has_default else found.empty
    written = found.empty if found.annotation is found.empty else _Shown(parameter.type)
    return found.replace(default=default, annotation=written)
