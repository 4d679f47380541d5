"""The password: written in the target, printed by a command of the user's, kept in a `.pgpass`, or asked for."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from xregistry_tui.resources.base import ResourceDenied
from xregistry_tui.resources.postgresql.files import FoundPassword, password

if TYPE_CHECKING:
    from xregistry_tui.resources.postgresql.reaching import Reach

_COMMAND_SECONDS = 60.0

WAYS = "put it into ~/.pgpass (chmod 600), PGPASSWORD, a service, password_command or .secrets.toml"


async def written(reach: Reach) -> FoundPassword:
    """The password that is written somewhere, or why a file that may have it was not used."""
    if reach.password is not None:
        return FoundPassword(reach.password)
    if reach.password_command:
        return FoundPassword(await _printed(reach.password_command))
    if reach.passfile is None:
        return FoundPassword()
    return await asyncio.to_thread(password, reach.passfile, reach.hosts, reach.database, reach.user)


async def _printed(command: tuple[str, ...]) -> str:
    """The first line that the command prints. What it prints is never shown, nor are its arguments."""
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError as error:
        raise ResourceDenied(f"password_command cannot be run: {error.strerror}", "correct it") from error
    try:
        async with asyncio.timeout(_COMMAND_SECONDS):
            said, _ = await process.communicate()
    except TimeoutError:
        raise ResourceDenied(f"password_command took longer than {_COMMAND_SECONDS:g} s", "run it by hand") from None
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode:
        raise ResourceDenied(f"password_command ended with status {process.returncode}", "run it by hand")
    return said.decode("utf-8", "surrogateescape").split("\n", 1)[0].removesuffix("\r")
