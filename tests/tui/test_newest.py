"""One request at a time; of those that come meanwhile only the newest is run."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from xregistry_tui.tui.newest import Newest


async def test_what_comes_meanwhile_is_run_afterwards_and_only_the_newest_of_it() -> None:
    gate, ran, tasks = asyncio.Event(), [], []

    async def run(request: int) -> None:
        ran.append(request)
        await gate.wait()

    newest: Newest[int] = Newest(run, lambda work: tasks.append(asyncio.create_task(work)))
    newest.ask(1)
    await asyncio.sleep(0)
    newest.ask(2)
    newest.ask(3)
    assert newest.superseded
    assert ran == [1]
    gate.set()
    await asyncio.gather(*tasks)
    assert ran == [1, 3]
    assert not newest.busy


async def test_a_failure_ends_its_own_run_only() -> None:
    tasks: list[asyncio.Task[None]] = []

    async def run(request: int) -> None:
        if request == 1:
            raise ValueError(request)

    newest: Newest[int] = Newest(run, lambda work: tasks.append(asyncio.create_task(work)))
    newest.ask(1)
    assert isinstance((await asyncio.gather(*tasks, return_exceptions=True))[0], ValueError)
    newest.ask(2)
    await asyncio.gather(*tasks[1:])
    assert not newest.busy


@given(st.lists(st.integers(0, 3), min_size=1, max_size=20))
def test_the_last_request_is_always_the_last_one_run(pauses: list[int]) -> None:
    async def play() -> None:
        ran: list[int] = []
        running = 0
        tasks: list[asyncio.Task[None]] = []

        async def run(request: int) -> None:
            nonlocal running
            running += 1
            assert running == 1
            await asyncio.sleep(0)
            ran.append(request)
            running -= 1

        newest: Newest[int] = Newest(run, lambda work: tasks.append(asyncio.create_task(work)))
        for request, pause in enumerate(pauses):
            newest.ask(request)
            for _ in range(pause):
                await asyncio.sleep(0)
        await asyncio.gather(*tasks)
        assert ran == sorted(set(ran))
        assert ran[-1] == len(pauses) - 1

    asyncio.run(play())
