"""A process that writes a trail until it is ended: every record that was acknowledged is said on standard output."""

from __future__ import annotations

import asyncio
import datetime
import sys
from itertools import count
from pathlib import Path

from xregistry_tui.core.audit import Entry
from xregistry_tui.store.file import FileStore
from xregistry_tui.store.trail import Trail


def entry(text: str) -> Entry:
    return Entry(at=datetime.datetime.now(datetime.UTC), who="ops", verb="connected", subject="shop", text=text)


async def write(folder: Path, name: str, most: int | None) -> None:
    trail = Trail(FileStore(folder), lambda: None)
    for number in count() if most is None else range(most):
        noted = entry(f"{name}:{number} " + "é" * (number % 300))
        trail.note(noted, noted)
        await trail.written()
        print(f"{name}:{number}", flush=True)
    await trail.close()


if __name__ == "__main__":
    asyncio.run(write(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else None))
