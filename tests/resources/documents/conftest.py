"""Files of documents that tests write for themselves, and resources that are closed after them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from xregistry_tui.resources.documents import DocumentsResource

Documents = Callable[..., Awaitable[DocumentsResource]]


@pytest.fixture
async def documents(tmp_path: Path) -> AsyncIterator[Documents]:
    """`await documents("[…]", "name.json")` gives an open resource on a file of that text."""
    opened: list[DocumentsResource] = []

    async def make(content: str | bytes, name: str = "docs.json") -> DocumentsResource:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        resource = DocumentsResource(path)
        opened.append(resource)
        await resource.connect()
        return resource

    yield make
    for resource in opened:
        await resource.close()
