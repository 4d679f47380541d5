"""A secret asked for at the terminal, unseen."""

from __future__ import annotations

import asyncio
import sys

from xregistry_tui.resources.base import ResourceDenied


async def on_terminal(prompt: str) -> str:
    """Ask a person at the terminal, without showing what is typed; raises `ResourceDenied` where there is none."""
    if not sys.stdin.isatty():
        reason = f"{prompt.rstrip(': ').lower()} is needed, and there is no terminal to ask at"
        raise ResourceDenied(reason, "write it where the kind of engine looks for it, such as ~/.pgpass or PGPASSWORD")
    import getpass

    return await asyncio.to_thread(getpass.getpass, prompt)
