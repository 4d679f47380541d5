"""Running one function for somebody: off the loop where it would block it, and for no longer than it may."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeAlias

from xregistry_tui.core.arguments import Bound, InvalidArguments
from xregistry_tui.core.registered_function import outcome_of

if TYPE_CHECKING:
    from xregistry_tui.core.calls import Outcome
    from xregistry_tui.core.registered_function import RegisteredFunction, Started

GRACE = 1.0
"""Seconds that a coroutine has to clean up after it was cancelled."""

_Job: TypeAlias = tuple["Future[Any]", contextvars.Context, Callable[[], Any]]


class Workers:
    """At most so many threads, started when needed. They are daemons: a stuck one does not keep the program alive."""

    def __init__(self, most: int = 8) -> None:
        self.most = most
        self._waiting: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self._idle = threading.Semaphore(0)
        self._lock = threading.Lock()
        self._started = 0

    def submit(self, work: Callable[[], Any]) -> Future[Any]:
        """Run it as soon as a thread is free, with the caller's context variables."""
        future: Future[Any] = Future()
        self._waiting.put((future, contextvars.copy_context(), work))
        if not self._idle.acquire(blocking=False):
            with self._lock:
                if self._started < self.most:
                    self._started += 1
                    threading.Thread(target=self._serve, name=f"function-{self._started}", daemon=True).start()
        return future

    def _serve(self) -> None:
        while True:
            self._take(*self._waiting.get())
            self._idle.release()

    def _take(self, future: Future[Any], context: contextvars.Context, work: Callable[[], Any]) -> None:
        if not future.set_running_or_notify_cancel():
            return
        try:
            result = context.run(work)
        except BaseException as error:  # noqa: BLE001 - it belongs to whoever waits for the result
            future.set_exception(error)
        else:
            future.set_result(result)


class _Run:
    """One execution: what it has come to says how to end it and what to say."""

    def __init__(self, function: RegisteredFunction, workers: Workers, given: Bound) -> None:
        self.function = function
        self.began = function.now()
        self.started: Started | None = None
        self.in_thread = False
        self._workers = workers
        self._given = given

    async def result(self) -> Any:
        """Check the arguments, call the function where it belongs, and await what it gives."""
        function = self.function
        try:
            if not (function.loaded and function.described):
                await self._beside(self._prepare)
            if inspect.iscoroutinefunction(function.func):
                found = self._call()
            else:
                found = await self._beside(self._call)
            return await found if inspect.isawaitable(found) else found
        except SystemExit as error:
            raise RuntimeError(f"{function} asked the program to exit ({error.code})") from error

    async def _beside(self, work: Callable[[], Any]) -> Any:
        self.in_thread = True
        found = await asyncio.wrap_future(self._workers.submit(work))
        self.in_thread = False
        return found

    def _prepare(self) -> None:
        _ = self.function.arguments

    def _call(self) -> Any:
        args, kwargs = self.function.arguments.check(*self._given)
        self.started = self.function.begin()
        try:
            return self.function.func(*args, **kwargs)
        except StopIteration as error:
            # it cannot travel through a future
            raise RuntimeError(f"{self.function} raised StopIteration") from error

    def note(self, outcome: Outcome, who: str | None, error: BaseException | None = None) -> None:
        """Put it into the function's history."""
        self.function.end(self.started or self.began, outcome, error, who, ran=self.started is not None)

    def overdue(self, seconds: float, *, ended: bool) -> TimeoutError:
        """What to raise when its time is up."""
        if self.in_thread and self.started is None:
            return TimeoutError(
                f"{self.function} did not start within {seconds:g} s: {self._workers.most} calls at most run at once, "
                "and a thread is free again when its function returns"
            )
        took = f"{self.function} took longer than {seconds:g} s"
        if self.in_thread:
            return TimeoutError(f"{took}; its thread cannot be stopped and goes on until the function returns")
        return TimeoutError(f"{took} and was cancelled" + ("" if ended else ", but does not end"))


async def run(
    function: RegisteredFunction,
    workers: Workers,
    given: Bound,
    who: str | None,
    seconds: float,
) -> Any:
    """Check the arguments, run the function for at most so many seconds, note how it ended, and give its result."""
    this = _Run(function, workers, given)
    task = asyncio.ensure_future(this.result())
    try:
        await asyncio.wait({task}, timeout=seconds)
    except asyncio.CancelledError as error:
        this.note("cancelled", who, error)
        await _ended(task)
        raise
    if not task.done():
        this.note("timed out", who, TimeoutError())
        ended = await _ended(task)
        raise this.overdue(seconds, ended=ended)
    try:
        result = task.result()
    except BaseException as error:
        invalid = isinstance(error, InvalidArguments) and this.started is None
        this.note("invalid" if invalid else outcome_of(error), who, error)
        raise
    this.note("ok", who)
    return result


async def _ended(task: asyncio.Task[Any]) -> bool:
    """Cancel it and give it time to clean up; whether it ended. What it raises while it does is nobody's concern."""
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    task.cancel()
    await asyncio.wait({task}, timeout=GRACE)
    return task.done()
