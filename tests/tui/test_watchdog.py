"""The watchdog names what burns the loop's CPU, and nothing else."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from xregistry_tui.tui.watchdog import Stall, Watchdog, log_stall


def burn(seconds: float) -> None:
    """Use the CPU of this thread, whatever else the machine does."""
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        sum(range(100))


async def burn_in_a_task(seconds: float) -> None:
    await asyncio.sleep(0)
    burn(seconds)


@contextmanager
def watched(limit: float = 0.05) -> Iterator[list[Stall]]:
    stalls: list[Stall] = []
    watchdog = Watchdog(asyncio.get_running_loop(), limit, report=stalls.append)
    watchdog.start()
    try:
        yield stalls
    finally:
        watchdog.stop()


async def called(function: object, *arguments: object) -> None:
    """Let the loop call a function as a callback of its own."""
    done = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(lambda: (function(*arguments), done.set_result(None)))  # type: ignore[operator]
    await done


async def test_a_callback_that_burns_cpu_is_reported_once_with_its_function_and_its_time() -> None:
    with watched() as stalls:
        await called(burn, 0.3)
    [stall] = stalls
    assert stall.milliseconds >= 300
    assert "burn" in stall.where
    assert "test_watchdog.py" in stall.where


async def test_the_stack_runs_from_the_callback_to_the_culprit() -> None:
    with watched() as stalls:
        await asyncio.create_task(burn_in_a_task(0.3))
    [stall] = stalls
    assert stall.stack[0].startswith("burn_in_a_task")
    assert stall.stack[-1] == stall.where
    assert not any("asyncio" in call or "watchdog.py" in call.replace("test_watchdog.py", "") for call in stall.stack)


async def test_a_callback_that_blocks_without_using_the_cpu_is_not_a_stall() -> None:
    with watched() as stalls:
        await called(threading.Event().wait, 0.12)
    assert stalls == []


async def test_many_short_callbacks_are_not_a_stall_however_long_they_take_together() -> None:
    with watched() as stalls:
        for _ in range(20):
            await called(burn, 0.01)
    assert stalls == []


async def test_what_other_threads_burn_is_not_the_loops() -> None:
    with watched() as stalls:
        await asyncio.to_thread(burn, 0.12)
    assert stalls == []


async def test_a_callback_that_raises_is_reported_and_still_raises() -> None:
    def fail() -> None:
        burn(0.08)
        raise LookupError("as it would without the watchdog")

    heard: list[dict[str, object]] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: heard.append(context))
    with watched() as stalls:
        loop.call_soon(fail)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert [type(context["exception"]) for context in heard] == [LookupError]
    assert len(stalls) == 1


async def test_tidying_memory_is_named_as_such() -> None:
    gc.disable()
    try:
        cycles: list[list[object]] = []
        for _ in range(300_000):
            cycle: list[object] = []
            cycle.append(cycle)
            cycles.append(cycle)
        with watched(limit=0.01) as stalls:
            cycles.clear()
            await asyncio.sleep(0)
            await called(gc.collect)
    finally:
        gc.enable()
    assert any("garbage collection of generation 2" in stall.where for stall in stalls)


async def test_after_the_stop_nothing_is_watched_and_nothing_is_left_behind() -> None:
    before = asyncio.Handle._run, list(gc.callbacks)
    with watched() as stalls:
        pass
    await called(burn, 0.08)
    assert stalls == []
    assert (asyncio.Handle._run, list(gc.callbacks)) == before


async def test_watchdogs_of_two_loops_do_not_hear_each_other() -> None:
    def elsewhere() -> list[Stall]:
        async def run() -> list[Stall]:
            with watched() as stalls:
                await called(burn, 0.08)
            return stalls

        return asyncio.run(run())

    with watched() as here:
        there = await asyncio.to_thread(elsewhere)
    assert (len(here), len(there)) == (0, 1)


async def test_a_watchdog_starts_once() -> None:
    watchdog = Watchdog(asyncio.get_running_loop(), report=lambda _: None)
    watchdog.start()
    with pytest.raises(RuntimeError, match="once"):
        watchdog.start()
    watchdog.stop()
    watchdog.stop()


def test_a_stall_in_the_log_says_how_long_and_where(caplog: pytest.LogCaptureFixture) -> None:
    log_stall(Stall(123.4, "paint (grid.py:7)", ("work (app.py:3)", "paint (grid.py:7)")))
    [record] = caplog.records
    assert "123 ms" in record.getMessage()
    assert "by paint (grid.py:7)\n    work (app.py:3)\n    paint (grid.py:7)" in record.getMessage()


@pytest.mark.benchmark(group="watchdog")
@pytest.mark.parametrize("on", [False, True], ids=["unwatched", "watched"])
def test_a_thousand_callbacks(benchmark: object, on: bool) -> None:
    async def spin() -> None:
        for _ in range(1_000):
            await asyncio.sleep(0)

    async def spin_watched() -> None:
        with watched():
            await spin()

    benchmark(lambda: asyncio.run(spin_watched() if on else spin()))  # type: ignore[operator]
