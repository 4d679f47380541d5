"""Resources that a test opens, closed after it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from xregistry_tui.resources.base import XResource

R = TypeVar("R", bound=XResource)


@asynccontextmanager
async def opening(kind: Callable[..., R]) -> AsyncIterator[Callable[..., Awaitable[R]]]:
    """Gives `await connect(url, …options)`: a resource that is connected, and closed at the end of the block."""
    opened: list[R] = []

    async def connect(url: str, *, ask: Any = None, **options: Any) -> R:
        resource = kind(url=url, **options)
        resource.ask = ask
        opened.append(resource)
        await resource.connect()
        return resource

    yield connect
    for resource in opened:
        await resource.close()
