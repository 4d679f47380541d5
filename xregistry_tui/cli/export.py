"""`xreg-tui export`: find what is meant, write it, print it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from xregistry_tui.cli.asking import on_terminal
from xregistry_tui.cli.commands import put, say
from xregistry_tui.cli.items import found
from xregistry_tui.cli.opening import NO_CODE, Code, open_headless
from xregistry_tui.cli.words import FAILED, FINE
from xregistry_tui.schema.external_check import InvalidSchema


async def export_item(
    settings: Path | None, flags: Mapping[str, Any], item: str, form: str, code: Code = NO_CODE
) -> int:
    """Print an item in a form."""
    opened = await open_headless(settings, flags, code)
    opened.workspace.ask = on_terminal
    try:
        path = await found(opened, item)
        result = await opened.session.perform("export", item=path, form=form)
    except InvalidSchema as error:
        return say(f"{item}: {error}", FAILED)
    finally:
        await opened.session.close()
        if trouble := opened.workspace.trail_trouble:
            say(trouble)
    if note := result.detail.get("note"):
        say(f"{item}: {note}")
    put(result.value.removesuffix("\n"))
    return FINE
