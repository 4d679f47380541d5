"""What the next better grade would cost, asked once for each model and grade."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from xregistry_tui.actions.base import ActionError
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.profiling.wording import duration
from xregistry_tui.resources.base import ResourceError

if TYPE_CHECKING:
    from xregistry_tui.actions.session import Session
    from xregistry_tui.actions.views import ModelView
    from xregistry_tui.profiling.plan import Cost

BETTER = {Grade.CATALOGUE: Grade.SAMPLE, Grade.SAMPLE: Grade.EXACT}


class Costs:
    """What engines expect, by binding and the grade at hand."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, Grade], Cost | None] = {}

    def unknown(self, model: ModelView) -> tuple[str, Grade] | None:
        """What is worth asking about a model and was not asked yet."""
        asked = _asked(model)
        return None if asked in self._known else asked

    async def ask(self, session: Session, about: tuple[str, Grade], known: Callable[[], None]) -> None:
        """Ask, and tell when it is known; an engine that cannot say is not asked again."""
        self._known[about] = None
        try:
            self._known[about] = (await session.perform("cost", model=about[0])).value
        except (ActionError, ResourceError):
            return
        known()

    def said(self, model: ModelView | None) -> str:
        """The next grade with its cost: `exact ≈ 30 ms`; nothing where there is no better one."""
        asked = _asked(model) if model is not None else None
        if asked is None:
            return ""
        cost = self._known.get(asked)
        took = "" if cost is None or cost.milliseconds is None else f" ≈ {duration(cost.milliseconds)}"
        return f"{BETTER[asked[1]]}{took}"


def _asked(model: ModelView) -> tuple[str, Grade] | None:
    """The binding that a model's figures come from, and their grade where there is a better one."""
    view = model.binding
    if view is None or view.profile is None or view.profile.method not in BETTER:
        return None
    return view.binding.key, view.profile.method
