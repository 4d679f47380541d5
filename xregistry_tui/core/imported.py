"""Where a package of the user's own code stands, and whether its decorated functions count."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from xregistry_tui.core.functions import FunctionRegistry

APP = "app"
_decorating: ContextVar[bool] = ContextVar("decorating", default=True)


class ImportStatus(StrEnum):
    """`untrusted`: nothing of it was imported; `partial`: some of its modules failed, the others are there."""

    UNTRUSTED = "untrusted"
    IMPORTING = "importing"
    READY = "ready"
    PARTIAL = "partial"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A package that the settings name, or the `--app`. `found` are the paths of what it registered.

    `kind` is models, types or app; `folder` is what has to be trusted first, empty where that is nobody's question.
    """

    name: str
    status: ImportStatus
    reason: str = ""
    found: tuple[str, ...] = ()
    kind: str = ""
    folder: str = ""


class DecoratedFunctions(FunctionRegistry):
    """Functions, registered by their decorators unless the code that runs them is imported without."""

    def register(self, func: Any = None, *given: Any, **named: Any) -> Any:
        """See `FunctionRegistry.register`."""
        if func is None and not _decorating.get():
            return lambda decorated: decorated
        return super().register(func, *given, **named)


@contextmanager
def decorating(wanted: bool) -> Iterator[None]:
    """Whether `@register_function(…)` registers what it decorates, in this thread, meanwhile."""
    token = _decorating.set(wanted)
    try:
        yield
    finally:
        _decorating.reset(token)
