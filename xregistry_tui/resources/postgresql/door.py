"""How connections to one server are opened: through a tunnel, with a password that is asked for once, read-only."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import asyncpg

from xregistry_tui.resources.base import ResourceDenied, ResourceError, UnknownTarget
from xregistry_tui.resources.postgresql.failures import while_connecting
from xregistry_tui.resources.postgresql.files import FoundPassword
from xregistry_tui.resources.postgresql.passwords import written
from xregistry_tui.resources.postgresql.tunnel import Tunnel

if TYPE_CHECKING:
    from xregistry_tui.resources.postgresql.reaching import Reach

Ask = Callable[[str], Awaitable[str]]

APPLICATION = "xreg-tui"

READING = {
    "default_transaction_read_only": "on",
    "search_path": "pg_catalog",
    "TimeZone": "UTC",
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "iso_8601",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "60s",
    "jit": "off",
    "synchronize_seqscans": "off",
}
"""What every connection of ours is set to."""


class Door:
    """Opens connections as a `Reach` says. `pooled` is known after the first: a pooler takes no settings on connecting.

    `ask` asks a person for the password when the server wants one that is written nowhere.
    """

    def __init__(self, reach: Reach, name: str, ask: Ask | None) -> None:
        self.reach = reach
        self.name = name
        self.pooled = False
        self._ask = ask
        self._tunnel = Tunnel(reach) if reach.tunnel_command else None
        self._password: FoundPassword | None = None
        self._opening = asyncio.Lock()
        self._questions = 0
        self._answered_by: ResourceError | None = None

    async def open(self) -> asyncpg.Connection:
        """A new connection; raises `ResourceError`."""
        # the others wait, so that a person is asked once: what came of it is the answer to all of them
        before = self._questions
        async with self._opening:
            if self._questions != before and self._answered_by is not None:
                raise self._answered_by
            _require_files(self.reach.tls)
            if self._password is None:
                self._password = await written(self.reach)
            try:
                return await self._open(self._password)
            except asyncpg.InvalidPasswordError as error:
                return await self._asked(error)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
                raise while_connecting(error, self.reach, self.name, self._password.note) from error

    async def _asked(self, refused: asyncpg.PostgresError) -> asyncpg.Connection:
        found = self._password or FoundPassword()
        # a command is asked again at the next try: what it prints may expire
        self._password = None
        if self._ask is None or found.password is not None:
            raise while_connecting(refused, self.reach, self.name, found.note) from refused
        self._questions, self._answered_by = self._questions + 1, None
        try:
            given = FoundPassword(await self._ask(f"Password of {self.reach.user} at {self.reach.server}: "))
            connection = await self._open(given)
        except ResourceDenied as error:
            self._answered_by = error
            raise
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            self._answered_by = while_connecting(error, self.reach, self.name)
            raise self._answered_by from error
        self._password = given
        return connection

    async def _open(self, found: FoundPassword) -> asyncpg.Connection:
        reach = self.reach
        if self._tunnel is not None:
            reach = replace(reach, hosts=(await self._tunnel.open(),))
        try:
            return await self._connect(reach, found.password or "", pooled=self.pooled)
        except asyncpg.PostgresError as error:
            if self.pooled or "startup parameter" not in str(error):
                raise
        connection = await self._connect(reach, found.password or "", pooled=True)
        self.pooled = True
        return connection

    async def _connect(self, reach: Reach, password: str, *, pooled: bool) -> asyncpg.Connection:
        settings = {} if pooled else {**reach.settings, **READING}
        # encryption is given as the driver reads it from a URL: its files, its modes, its falling back
        return await asyncpg.connect(
            f"postgresql:///?{urlencode({**reach.tls, **reach.driver})}",
            host=[host for host, _ in reach.hosts],
            port=[port for _, port in reach.hosts],
            user=reach.user,
            database=reach.database,
            password=password,
            passfile=os.devnull,
            timeout=reach.seconds,
            # nothing is kept on the server: poolers hand us another one, and tables change under a kept plan
            statement_cache_size=0,
            server_settings={"application_name": APPLICATION, **settings},
        )

    async def close(self) -> None:
        """Let go of the tunnel and the password."""
        self._password = None
        if self._tunnel is not None:
            await self._tunnel.close()


def _require_files(tls: Mapping[str, str]) -> None:
    """The driver's own error would not say which of them is missing."""
    for name in ("sslrootcert", "sslcert", "sslkey", "sslcrl"):
        if name in tls and not os.path.isfile(os.path.expanduser(tls[name])):
            raise UnknownTarget(f"{name}: there is no file {tls[name]}", "name a file that is there")
