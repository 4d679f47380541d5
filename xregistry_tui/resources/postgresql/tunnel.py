"""A process that brings a far server near, such as `ssh -N -L {port}:db:5432 bastion`: it lives as long as we do."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from contextlib import suppress
from typing import TYPE_CHECKING

from xregistry_tui.resources.base import ResourceGone

if TYPE_CHECKING:
    from xregistry_tui.resources.postgresql.reaching import Reach

_BETWEEN_TRIES = 0.05
_END_SECONDS = 2.0


class Tunnel:
    """The process of a `tunnel_command`; `{port}` in it is a free port here, `{host}` and `{remote_port}` the server's.

    A command without `{port}` listens where the target says.
    """

    def __init__(self, reach: Reach) -> None:
        self._command = reach.tunnel_command
        self._host, self._remote = reach.hosts[0]
        self._seconds = reach.seconds
        self._here: tuple[str, int] | None = None
        self._process: asyncio.subprocess.Process | None = None

    async def open(self) -> tuple[str, int]:
        """Where to connect; the process is started when it does not run (any more)."""
        if self._here is not None and self._process is not None and self._process.returncode is None:
            return self._here
        chosen = any("{port}" in part for part in self._command)
        self._here = ("127.0.0.1", _free_port()) if chosen else (self._host, self._remote)
        try:
            self._process = await asyncio.create_subprocess_exec(
                *(self._filled(part) for part in self._command),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            raise ResourceGone(f"tunnel_command cannot be run: {error.strerror}", "correct it") from error
        try:
            await self._listening(self._process, *self._here)
        except BaseException:
            await self.close()
            raise
        return self._here

    def _filled(self, part: str) -> str:
        port = self._here[1] if self._here else 0
        given = {"{port}": str(port), "{host}": self._host, "{remote_port}": str(self._remote)}
        for mark, value in given.items():
            part = part.replace(mark, value)
        return part

    async def _listening(self, process: asyncio.subprocess.Process, host: str, port: int) -> None:
        """Wait until something answers at the near end: nothing but trying tells."""
        try:
            async with asyncio.timeout(self._seconds):
                while not await _answers(host, port):
                    if process.returncode is not None:
                        reason = f"tunnel_command ended at once with status {process.returncode}"
                        raise ResourceGone(reason, "run it by hand to see why")
                    await asyncio.sleep(_BETWEEN_TRIES)
        except TimeoutError:
            reason = f"tunnel_command did not open port {port} within {self._seconds:g} s"
            raise ResourceGone(reason, "run it by hand, or raise connect_timeout") from None

    async def close(self) -> None:
        """End the process and what it started."""
        process, self._process, self._here = self._process, None, None
        if process is None:
            return
        for sent in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, sent)
            with suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), _END_SECONDS)
                return


async def _answers(host: str, port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.close()
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
