"""The keys worth saying in Explore, by what has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from xregistry_tui.profiling.plan import Grade
from xregistry_tui.tui.keymap import Hint
from xregistry_tui.tui.widgets.field_detail import opens

if TYPE_CHECKING:
    from xregistry_tui.actions.session import Session
    from xregistry_tui.actions.views import ModelView
    from xregistry_tui.schema.shape import FieldShape

NEXT = Hint("explore.tab-next", "next tab")


def model_hints(model: ModelView | None, cost: str) -> list[Hint]:
    """What can be done with a model that has data; `cost` is what the next grade would take."""
    view = model.binding if model is not None else None
    if view is None:
        return []
    exact = view.profile is None or view.profile.method is Grade.EXACT
    return [*([] if exact else [Hint("explore.sharpen", cost)]), Hint("validate", "validate")]


def resource_hints(session: Session, subject: str) -> list[Hint]:
    """What can be done with a resource: one that failed is tried again."""
    found = session.resource(subject) if subject.startswith("resources.") else None
    if found is None:
        return []
    return [Hint("explore.refresh", "try again" if found.status == "failed" else "look for new tables")]


def subject_hints(tab: str, field: FieldShape | None, own: Sequence[Hint]) -> list[Hint]:
    """What matters in a tab; `field` is the one under the cursor."""
    if tab == "records":
        return [Hint("grid.select", "record"), Hint("explore.filter", "filter"), Hint("explore.sort", "sort"), NEXT]
    if tab == "fields":
        select = [Hint("grid.select", opens(field))] if field is not None else []
        return [*select, Hint("explore.how", "how"), *own, NEXT]
    edit = [Hint("explore.export", "export"), Hint("explore.edit", "edit")] if tab == "code" else []
    return [NEXT, Hint("explore.copy", "copy"), *edit, *own]
