"""A proxy between us and a server, through which a test makes the network fail."""

from __future__ import annotations

import asyncio
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

_SSL_REQUEST, _CANCEL_REQUEST = 80877103, 80877102


class Proxy:
    """Forwards what it gets, until told otherwise.

    `held` stops forwarding (a black hole). `settings_refused` answers as PgBouncer does to settings that it does not
    know. With `tls` it encrypts towards the client. `connections` counts those made so far. A `blind` one looks at
    nothing, whatever is spoken.
    """

    def __init__(
        self, port: int, *, settings_refused: bool = False, tls: ssl.SSLContext | None = None, blind: bool = False
    ) -> None:
        self.port = 0
        self.connections = 0
        self._server_port = port
        self._refuses = settings_refused
        self._tls = tls
        self._blind = blind
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()

    def hold(self) -> None:
        """Forward nothing from now on, and say so to nobody."""
        self._flowing.clear()

    def cut(self) -> None:
        """Break all connections."""
        for writer in self._writers:
            writer.transport.abort()

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client."""
        self.connections += 1
        self._tasks.add(asyncio.current_task())
        self._writers.add(writer)
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            first = b"" if self._blind else await _startup(reader)
            if first[4:8] == struct.pack("!I", _SSL_REQUEST):
                writer.write(b"S" if self._tls else b"N")
                if self._tls:
                    await writer.start_tls(self._tls)
                first = await _startup(reader)
            if self._refuses and b"default_transaction_read_only" in first:
                writer.write(_error("08P01", "unsupported startup parameter: default_transaction_read_only"))
                writer.close()
                return
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._server_port)
            self._writers.add(far_writer)
            far_writer.write(first)
            await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while data := await source.read(65_536):
            await self._flowing.wait()
            target.write(data)
            await target.drain()
        target.close()

    async def close(self) -> None:
        """End everything."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.cut()


async def _startup(reader: asyncio.StreamReader) -> bytes:
    length = await reader.readexactly(4)
    return length + await reader.readexactly(struct.unpack("!I", length)[0] - 4)


def _error(state: str, message: str) -> bytes:
    fields = b"".join(k + v.encode() + b"\0" for k, v in ((b"S", "FATAL"), (b"C", state), (b"M", message))) + b"\0"
    return b"E" + struct.pack("!I", len(fields) + 4) + fields


@asynccontextmanager
async def proxied(port: int, **options: object) -> AsyncIterator[Proxy]:
    """A proxy in front of a port."""
    proxy = Proxy(port, **options)
    server = await asyncio.start_server(proxy.accept, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        await proxy.close()
