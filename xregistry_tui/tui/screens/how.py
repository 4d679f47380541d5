"""How figures were got: the queries as they were sent, to read and to copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from xregistry_tui.tui.format import line
from xregistry_tui.tui.screens.peek import PeekScreen
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.field_detail import how_line

if TYPE_CHECKING:
    from xregistry_tui.actions.views import BindingView, ModelView
    from xregistry_tui.tui.app import XregApp


def show_how(app: XregApp, model: ModelView, view: BindingView | None) -> None:
    """The queries behind the figures of a binding, where there are any."""
    profile = view.profile if view is not None else None
    if profile is None:
        return
    queries = "\n\n".join(profile.how.queries)
    lines = [how_line(profile, model.version)[:-16], Text("")]
    lines += [line(plain(part)) for part in queries.splitlines()] or [line(("the engine was not asked", "dim"))]
    app.push_screen(PeekScreen(line((plain(model.title, 40), "bright")), lines, queries))
