"""Why nothing could be opened, in words for people."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Failure:
    """Why nothing could be opened, and what to try; one that is `passing` is tried again by itself."""

    reason: str
    hint: str = ""
    passing: bool = False


def failure_of(error: Exception) -> Failure | None:
    """What an error that is meant for people says; `None` for one that nobody expected."""
    from xregistry_tui.actions.base import ActionError
    from xregistry_tui.resources.base import ResourceError

    if isinstance(error, ResourceError):
        return Failure(error.reason, error.hint, error.recoverable)
    return Failure(str(error)) if isinstance(error, ActionError) else None
