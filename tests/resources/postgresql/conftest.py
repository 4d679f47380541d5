"""Resources on databases of their own, closed after the test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.resources.opening import opening
from xregistry_tui.resources.postgresql import PostgresqlResource

Opened = Callable[..., Awaitable[PostgresqlResource]]


@pytest.fixture
async def opened() -> AsyncIterator[Opened]:
    """`await opened(url, …options)` gives a resource that is connected."""
    async with opening(PostgresqlResource) as connect:
        yield connect
