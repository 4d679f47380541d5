"""A model's source goes out to an editor, and what comes back is judged before it becomes anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from xregistry_tui.tui.editor import CANNOT_LEND, NotEdited, command, edited
from xregistry_tui.tui.text import plain

if TYPE_CHECKING:
    from xregistry_tui.tui.app import XregApp


async def edit_model(app: XregApp, path: str, title: str) -> None:
    """Edit the newest version as a person would keep it, and offer what came of it."""
    draft = await app.perform("draft", model=path)
    if draft is None:
        return
    source = await edit(app, str(draft), title)
    if source is not None:
        from xregistry_tui.tui.screens.proposal import ProposalScreen

        await app.push_screen(ProposalScreen(path, title, str(draft), source))


async def edit(app: XregApp, text: str, title: str) -> str | None:
    """The text as the editor left it; `None`, with a word on why, where there is nothing new in it."""
    try:
        source = await edited(text, title, command(), app.lend_terminal())
    except SuspendNotSupported:
        app.notify(CANNOT_LEND, severity="warning", markup=False)
        return None
    except NotEdited as error:
        app.notify(plain(error, 400), severity="warning", markup=False)
        return None
    if source == text or not source.strip():
        app.notify("Nothing changed.", timeout=3, markup=False)
        return None
    return source
