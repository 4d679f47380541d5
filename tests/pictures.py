"""The pictures of the README, taken of the real dashboard on the demo's shop: `python -m tests.pictures [FOLDER]`."""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
from contextlib import ExitStack, closing
from pathlib import Path

from textual.pilot import Pilot

from xregistry_tui.actions.session import Session
from xregistry_tui.cli.opening import furnish_demo
from xregistry_tui.tui.app import XregApp

SIZE = (120, 40)
MISTAKES = "UPDATE orders SET status = 'refunded?' WHERE id IN (SELECT id FROM orders ORDER BY random() LIMIT 6)"
RECORD = """{
  "id": 6413,
  "customer_id": 1204,
  "status": "shiped",
  "total": "129.90",
  "currency": "EURO",
  "email": "ana@example.org"
}"""


async def shown(pilot: Pilot[None]) -> None:
    """What was asked for is drawn."""
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def take(folder: Path) -> None:
    """Explore with a category that drifted, and Validate with a record that has mistakes."""
    with ExitStack() as stack:
        opened, shop = await asyncio.to_thread(furnish_demo, None, {}, stack, write=False)

        async def open_session() -> Session:
            await opened.session.perform("connect", target=str(shop.path))
            await opened.session.settled()
            return opened.session

        app = XregApp(open_session, "demo")
        async with app.run_test(size=SIZE) as pilot:
            await shown(pilot)
            with closing(sqlite3.connect(shop.path)) as connection, connection:
                connection.execute(MISTAKES)
            app.open_subject("models.shop.orders")
            await opened.session.perform("refresh", model="models.shop.orders")
            await pilot.press("right", "down", "down")
            await shown(pilot)
            app.save_screenshot("explore.svg", str(folder))
            app.subject = "models.demo.Order"
            await pilot.press("4")
            await shown(pilot)
            app.screen.query_one("JsonEditor").load_text(RECORD)  # type: ignore[attr-defined]
            await shown(pilot)
            await pilot.press("f8")
            await shown(pilot)
            app.save_screenshot("validate.svg", str(folder))


def main() -> None:
    """Take them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parent.parent / ".assets")
    folder: Path = parser.parse_args().folder
    folder.mkdir(exist_ok=True)
    asyncio.run(take(folder))


if __name__ == "__main__":
    main()
