"""Which function is which: where it is written, and whether two are one definition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from types import FunctionType
from typing import Any, TypeAlias

from xregistry_tui.core.paths import join


class TargetFailed(ImportError):
    """What was registered to be imported on first use could not be; it is tried again at the next use."""


@dataclass(frozen=True, slots=True)
class Target:
    """A function that is not imported yet."""

    module: str
    qualname: str

    @classmethod
    def parse(cls, text: str) -> Target:
        """Read `pkg.module:name` (`pkg.module:Class.name`); raises ValueError."""
        module, _, qualname = text.partition(":")
        if not all(part.isidentifier() for part in (*module.split("."), *qualname.split("."))):
            raise ValueError(f"{text!r} is no target: give it as 'package.module:name'")
        return cls(module, qualname)

    def load(self) -> Callable[..., Any]:
        """The function; raises `TargetFailed`, whose cause is what went wrong."""
        try:
            found: Any = import_module(self.module)
            for name in self.qualname.split("."):
                found = getattr(found, name)
        except Exception as error:
            raise TargetFailed(f"{self} could not be imported: {type(error).__name__}: {error}") from error
        if not callable(found):
            raise TargetFailed(f"{self} is no function but {type(found).__name__}")
        return found  # type: ignore[no-any-return]

    def __str__(self) -> str:
        return f"{self.module}:{self.qualname}"


Defined: TypeAlias = Callable[..., Any] | Target


def name_of(func: Defined) -> str:
    """The name to register a function by; raises ValueError where it has none."""
    if func.__class__ is FunctionType and func.__name__ != "<lambda>":
        return func.__name__
    name = func.qualname.rpartition(".")[2] if type(func) is Target else getattr(func, "__name__", None)
    if not isinstance(name, str) or not name.isidentifier():
        raise ValueError(f"{name or type(func).__name__} has no name to register it by: give name=")
    return name


def module_of(func: Defined) -> str:
    """The module that a function is written in."""
    if func.__class__ is FunctionType:
        return func.__module__ or "builtins"
    if type(func) is Target:
        return func.module
    return str(getattr(func, "__module__", None) or type(func).__module__)


def qualname_of(func: Defined) -> str:
    """The name of a function within its module."""
    if type(func) is Target:
        return func.qualname
    return str(getattr(func, "__qualname__", type(func).__qualname__))


def where(func: Defined) -> str:
    """What a person would look for."""
    code = getattr(func, "__code__", None)
    place = f" ({code.co_filename}:{code.co_firstlineno})" if code is not None else ""
    return join(module_of(func), qualname_of(func)) + place


def same(one: Defined, other: Defined) -> bool:
    """Whether two functions are one definition; what cannot be compared is different."""
    if one is other:
        return True
    if type(one) is Target or type(other) is Target:
        return _place(one) == _place(other)
    if not (isinstance(one, FunctionType) and isinstance(other, FunctionType)):
        return False
    if (*_place(one), one.__code__) != (*_place(other), other.__code__):
        return False
    try:
        return bool(_parts(one) == _parts(other))
    except Exception:  # noqa: BLE001 - a stranger's __eq__ may raise anything: not comparable means different
        return False


def reloaded(there: Defined, new: Defined) -> bool:
    """Whether the new one supersedes the old in its module, as after a reload; local functions never do."""
    return _place(there) == _place(new) and "<locals>" not in qualname_of(new)


def _place(func: Defined) -> tuple[str, str]:
    return module_of(func), qualname_of(func)


def _parts(func: FunctionType) -> tuple[Any, ...]:
    cells = tuple(cell.cell_contents for cell in func.__closure__ or ())
    return func.__defaults__, func.__kwdefaults__, func.__annotations__, cells
