"""Resources on databases of their own, closed after the test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from xregistry_tui.resources.mongodb import MongodbResource

Opened = Callable[..., Awaitable[MongodbResource]]


@pytest.fixture
async def opened() -> AsyncIterator[Opened]:
    """`await opened(url, …options)` gives a resource that is connected."""
    made: list[MongodbResource] = []

    async def connect(url: str, *, ask: Any = None, **options: Any) -> MongodbResource:
        resource = MongodbResource(url=url, **options)
        resource.ask = ask
        made.append(resource)
        await resource.connect()
        return resource

    yield connect
    for resource in made:
        await resource.close()
