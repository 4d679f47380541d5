"""Copies go out twice: as OSC 52 through the terminal, and to the clipboard program of the desktop where one is."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import App

_PROGRAMS = (
    ("WAYLAND_DISPLAY", ("wl-copy",)),
    ("DISPLAY", ("xclip", "-selection", "clipboard")),
    ("DISPLAY", ("xsel", "--clipboard", "--input")),
)
SECONDS = 2.0


def program(environment: Mapping[str, str] | None = None) -> tuple[str, ...] | None:
    """The command that takes a copy on its standard input, `None` where there is none."""
    environment = os.environ if environment is None else environment
    if "SSH_CONNECTION" in environment:  # its clipboard would be that of the far machine
        return None
    if sys.platform == "darwin":
        return ("pbcopy",)
    found = (command for variable, command in _PROGRAMS if environment.get(variable) and shutil.which(command[0]))
    return next(found, None)


async def copy(app: App[Any], text: str) -> str:
    """Copy a text; gives by which way, in a few words."""
    app.copy_to_clipboard(text)
    command = program()
    if command is None:
        return "through the terminal (OSC 52)"
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        async with asyncio.timeout(SECONDS):
            await process.communicate(text.encode("utf-8", "replace"))
    except (OSError, TimeoutError) as error:
        return f"through the terminal (OSC 52); {command[0]} did not take it ({error or 'no answer'})"
    return f"to the clipboard ({command[0]}) and through the terminal (OSC 52)"
