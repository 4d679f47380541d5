"""Take a model along: to the clipboard, or into a file that was not there before."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING

from xregistry_tui.tui import clipboard
from xregistry_tui.tui.screens.export import Choice, ExportScreen
from xregistry_tui.tui.text import plain

if TYPE_CHECKING:
    from xregistry_tui.tui.app import XregApp


def offer_export(app: XregApp, path: str, title: str) -> None:
    """Let the person choose, then do it."""

    def chosen(choice: Choice | None) -> None:
        if choice is not None:
            app.run_worker(take(app, path, choice), group="export")

    app.push_screen(ExportScreen(title, path.rpartition(".")[2]), chosen)


async def take(app: XregApp, path: str, choice: Choice) -> None:
    """Write a model as chosen, and say where it went."""
    text = await app.perform("export", item=path, form=choice.form)
    if text is None:
        return
    if not choice.file:
        way = await clipboard.copy(app, str(text))
        app.notify(f"Copied {way}.", timeout=3, markup=False)
        return
    try:
        place = await asyncio.to_thread(_write, choice.file, str(text))
    except OSError as error:
        app.notify(plain(f"{choice.file} was not written: {error.strerror}", 400), severity="warning", markup=False)
    else:
        app.notify(plain(f"Written to {place}.", 400), timeout=5, markup=False)


def _write(name: str, text: str) -> Path:
    file = Path(os.path.expanduser(name)).absolute()  # Path.expanduser raises where there is no such user
    with file.open("x", encoding="utf-8", errors="backslashreplace") as opened:
        opened.write(text)
    return file
