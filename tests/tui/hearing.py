"""Run the dashboard on a session and wait for what it says, never for time."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from textual.message import Message
from textual.pilot import Pilot

from tests.tui.shop_session import NOW, ShopSession
from xregistry_tui.tui.app import XregApp


@dataclass
class Clock:
    """A clock that a test moves."""

    moment: datetime.datetime = NOW

    def __call__(self) -> datetime.datetime:
        return self.moment


@dataclass
class Heard:
    """All messages of an app; `wait` returns when one that fits comes, or came since the last wait."""

    messages: list[Message] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def hook(self, message: Message) -> None:
        self.messages.append(message)
        self.news.set()

    async def wait(self, kind: type[Message], fits: Callable[[Message], bool] = lambda _: True) -> Message:
        async with asyncio.timeout(20):
            while True:
                for place, message in enumerate(self.messages):
                    if isinstance(message, kind) and fits(message):
                        del self.messages[: place + 1]
                        return message
                self.news.clear()
                await self.news.wait()


def app_of(session: ShopSession, subject: str = "", clock: Clock | None = None) -> XregApp:
    async def opened() -> ShopSession:
        return session

    app = XregApp(opened, "shop", now=clock or Clock())
    app.subject = subject
    return app


@asynccontextmanager
async def showing(
    mode: str,
    *,
    subject: str = "models.shop.orders",
    size: tuple[int, int] = (120, 40),
    session: ShopSession | None = None,
    clock: Clock | None = None,
) -> AsyncIterator[tuple[XregApp, Pilot[None], Heard, ShopSession]]:
    """The dashboard in a mode, settled."""
    heard, session = Heard(), session or ShopSession()
    app = app_of(session, subject, clock)
    async with app.run_test(size=size, message_hook=heard.hook) as pilot:
        await pilot.pause()
        await app.workers.wait_for_complete()
        app.subject = subject
        app.show_mode(mode)
        await settled(pilot)
        yield app, pilot, heard, session


async def settled(pilot: Pilot[None]) -> None:
    """What was asked for is done and drawn; at the start, the first mode has come."""
    async with asyncio.timeout(30):
        while pilot.app.current_mode == "opening":
            await pilot.pause()
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()
