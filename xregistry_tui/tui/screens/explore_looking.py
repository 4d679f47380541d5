"""A model that the cursor rests on is opened: where only a server's statistics are known, a sample is taken, once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from xregistry_tui.actions.base import ActionError
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.resources.base import ResourceError

if TYPE_CHECKING:
    from textual.timer import Timer

    from xregistry_tui.actions.session import Session
    from xregistry_tui.actions.views import ModelView

REST = 0.4  # seconds: who runs through the tree opens nothing


class Looking:
    """Which model waits to be opened, and which were."""

    def __init__(self) -> None:
        self._opened: set[str] = set()
        self._waits = ""
        self._timer: Timer | None = None

    def rest_on(self, model: ModelView | None, later: Callable[[], Timer]) -> None:
        """The cursor is on this subject; `later` sets the timer that opens it."""
        wanted = model.path if model is not None and _unsampled(model) and model.path not in self._opened else ""
        if wanted == self._waits:
            return
        if self._timer is not None:
            self._timer.stop()
        self._waits = wanted
        self._timer = later() if wanted else None

    async def open(self, session: Session) -> None:
        """Look at the model that waits; why that could not be done stands in its state."""
        path, self._waits = self._waits, ""
        if path:
            self._opened.add(path)
            with suppress(ActionError, ResourceError):
                await session.perform("look", model=path)


def _unsampled(model: ModelView) -> bool:
    profile = model.binding.profile if model.binding is not None else None
    return profile is not None and profile.method is Grade.CATALOGUE
