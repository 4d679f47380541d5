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
    """What engines expect, by model and the grade at hand."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, Grade], Cost | None] = {}

    def unknown(self, model: ModelView) -> tuple[str, Grade] | None:
        """What is worth asking about a model and was not asked yet."""
        profile = model.binding.profile if model.binding else None
        if profile is None or profile.method not in BETTER or (model.path, profile.method) in self._known:
            return None
        return model.path, profile.method

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
        profile = model.binding.profile if model is not None and model.binding else None
        if model is None or profile is None or profile.method not in BETTER:
            return ""
        cost = self._known.get((model.path, profile.method))
        took = "" if cost is None or cost.milliseconds is None else f" ≈ {duration(cost.milliseconds)}"
        return f"{BETTER[profile.method]}{took}"
