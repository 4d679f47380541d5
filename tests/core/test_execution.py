"""Functions run for somebody: rights, arguments, time, and what is remembered."""

from __future__ import annotations

import asyncio
import contextvars
import datetime
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest

from xregistry_tui.core import Denied, FunctionPermission, FunctionRegistry, InvalidArguments

NOON = datetime.datetime(2026, 1, 2, 12, tzinfo=datetime.UTC)
who_asks: contextvars.ContextVar[str] = contextvars.ContextVar("who_asks", default="nobody")


@pytest.fixture
def functions() -> FunctionRegistry:
    return FunctionRegistry(clock=lambda: NOON)


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """What a stuck function waits for; opened in the end."""
    event = threading.Event()
    yield event
    event.set()


def total(price: Decimal, count: int = 1) -> Decimal:
    return price * count


async def test_a_function_runs_beside_the_loop_with_its_arguments_coerced(functions: FunctionRegistry) -> None:
    def where(count: int, *, scale: float = 1.5) -> tuple[object, ...]:
        return threading.current_thread() is threading.main_thread(), count, scale

    functions.register(where, namespace="test")
    assert await functions.execute("ns.functions.test.where", ["2"], {"scale": "3"}) == (False, 2, 3.0)
    assert await functions.execute("where", (1,)) == (False, 1, 1.5)


async def test_a_coroutine_runs_on_the_loop(functions: FunctionRegistry) -> None:
    @functions.register(namespace="test")
    async def where(x: int) -> tuple[bool, int]:
        await asyncio.sleep(0)
        return threading.current_thread() is threading.main_thread(), x

    assert await functions.execute("where", ["2"]) == (True, 2)
    assert functions["where"].call_count == 1


async def test_what_a_function_gives_to_await_is_awaited(functions: FunctionRegistry) -> None:
    async def later(x: int) -> int:
        return x + 1

    functions.register(lambda x: later(x), name="indirect", namespace="test")
    assert await functions.execute("indirect", [1]) == 2


async def test_context_variables_carry_over(functions: FunctionRegistry) -> None:
    async def in_coroutine() -> str:
        return who_asks.get()

    functions.register(who_asks.get, name="in_thread", namespace="test")
    functions.register(in_coroutine, namespace="test")
    who_asks.set("ada")
    assert await functions.execute("in_thread") == await functions.execute("in_coroutine") == "ada"


async def test_a_role_without_the_permission_is_refused_before_anything_runs(functions: FunctionRegistry) -> None:
    functions.register(total, namespace="pricing", permissions={"ops": {FunctionPermission.EXECUTE}})
    with pytest.raises(Denied, match=r"role analyst lacks EXECUTE on functions\.pricing\.total; granted to ops") as no:
        await functions.execute("total", ["not checked"], role="analyst")
    assert isinstance(no.value, PermissionError)
    assert no.value.decision.allowed is False
    assert await functions.execute("total", [2], role="ops") == 2
    assert [(call.outcome, call.who) for call in functions["total"].history] == [("denied", "analyst"), ("ok", "ops")]
    assert functions["total"].call_count == 1


async def test_an_unknown_path_is_a_key_error(functions: FunctionRegistry) -> None:
    with pytest.raises(KeyError, match="nothing is registered as 'nope'"):
        await functions.execute("nope")


async def test_all_problems_of_the_arguments_are_told_at_once(functions: FunctionRegistry) -> None:
    def book(seats: list[int], /, day: datetime.date, *rest: int, paid: bool, **more: float) -> None: ...

    functions.register(book, namespace="test")
    with pytest.raises(InvalidArguments) as told:
        await functions.execute("book", [[1, "x"], "soon", 1, "y"], {"extra": "z"})
    assert isinstance(told.value, ValueError)
    assert [problem.argument for problem in told.value.problems] == ["seats[1]", "day", "paid", "rest[1]", "extra"]
    assert "day: Input should be a valid date" in str(told.value)
    assert (functions["book"].call_count, functions["book"].failures) == (0, 0)
    assert functions["book"].history[-1].outcome == "invalid"


async def test_values_are_in_no_text(functions: FunctionRegistry) -> None:
    functions.register(total, namespace="pricing")
    with pytest.raises(InvalidArguments) as told:
        await functions.execute("total", ["hunter2"], {"nothing": "hunter2"})
    assert "hunter2" not in str(told.value)
    assert "hunter2" not in repr(functions["total"].history)
    assert told.value.__cause__ is None


class Plain:
    """A class that pydantic knows nothing about."""


def every(a, b: Nowhere, c: Plain, /, d: int | None = None, *args: int, e: list[Gone] = (), **kw: float):  # noqa: F821
    return a, b, type(c), d, args, e, kw


async def test_any_signature_is_understood(functions: FunctionRegistry) -> None:
    functions.register(every, namespace="test")
    found = await functions.execute("every", [1, "b", Plain(), "4", "5"], {"e": [6], "f": "7"})
    assert found == (1, "b", Plain, 4, (5,), [6], {"f": 7.0})
    with pytest.raises(InvalidArguments) as told:
        await functions.execute("every", [1, 2, "no Plain"])
    assert [problem.argument for problem in told.value.problems] == ["c"]


async def test_what_cannot_tell_its_signature_takes_anything(functions: FunctionRegistry) -> None:
    functions.register(min, namespace="test")
    assert await functions.execute("min", [2, 1]) == 1
    functions.register(Decimal, namespace="test")
    assert await functions.execute("Decimal", ["2.5"]) == Decimal("2.5")


async def test_what_a_function_raises_is_raised(functions: FunctionRegistry) -> None:
    def fail(error: Callable[[], BaseException]) -> None:
        raise error()

    functions.register(fail, namespace="test")
    with pytest.raises(LookupError):
        await functions.execute("fail", [LookupError])
    with pytest.raises(TimeoutError, match=r"^its own$"):
        await functions.execute("fail", [lambda: TimeoutError("its own")])
    with pytest.raises(RuntimeError, match="raised StopIteration"):
        await functions.execute("fail", [StopIteration])
    with pytest.raises(RuntimeError, match=r"asked the program to exit \(3\)"):
        await functions.execute("fail", [lambda: SystemExit(3)])
    calls = functions["fail"].history
    assert [call.error for call in calls] == ["LookupError", "TimeoutError", "RuntimeError", "RuntimeError"]
    assert {call.outcome for call in calls} == {"failed"}
    assert functions["fail"].failures == 4


async def test_a_coroutine_that_takes_too_long_is_cancelled(functions: FunctionRegistry) -> None:
    told: list[str] = []

    @functions.register(namespace="test")
    async def stuck() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            told.append("cleaned up")

    with pytest.raises(TimeoutError, match=r"ns\.functions\.test\.stuck took longer than 0\.01 s and was cancelled$"):
        await functions.execute("stuck", timeout=0.01)
    assert told == ["cleaned up"]
    assert functions["stuck"].history[-1].outcome == "timed out"
    assert functions["stuck"].failures == 1


async def test_a_thread_that_takes_too_long_cannot_be_stopped(
    functions: FunctionRegistry, gate: threading.Event
) -> None:
    functions.register(gate.wait, name="stuck", namespace="test")
    functions.execution_timeout = 0.2
    with pytest.raises(TimeoutError, match="its thread cannot be stopped and goes on until the function returns"):
        await functions.execute("stuck")
    call = functions["stuck"].history[-1]
    assert (call.outcome, call.error) == ("timed out", "TimeoutError")


async def test_stuck_threads_starve_neither_the_loop_nor_coroutines(
    functions: FunctionRegistry, gate: threading.Event
) -> None:
    async def quick(x: int) -> int:
        return x

    functions.register(gate.wait, name="stuck", namespace="test")
    functions.register(total, namespace="test")
    functions.register(quick, namespace="test")
    assert await functions.execute("quick", [1]) == 1
    stuck = [functions.execute("stuck", timeout=0.05) for _ in range(20)]
    ended = await asyncio.gather(*stuck, return_exceptions=True)
    assert {type(error) for error in ended} == {TimeoutError}
    assert functions["stuck"].call_count == 8
    with pytest.raises(TimeoutError, match=r"did not start within 0\.01 s: 8 calls at most run at once"):
        await functions.execute("total", [1], timeout=0.01)
    assert functions["total"].call_count == functions["total"].failures == 0
    assert await functions.execute("quick", [1]) == 1
    assert await asyncio.to_thread(lambda: 1) == 1
    gate.set()
    assert await functions.execute("total", [3]) == 3
    assert functions["stuck"].call_count == 8


async def test_cancelling_the_execution_cancels_the_coroutine(functions: FunctionRegistry) -> None:
    running, ended = asyncio.Event(), asyncio.Event()

    async def stuck() -> None:
        try:
            running.set()
            await asyncio.Event().wait()
        finally:
            ended.set()

    functions.register(stuck, namespace="test")
    task = asyncio.ensure_future(functions.execute("stuck"))
    await running.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()
    assert functions["stuck"].history[-1].outcome == "cancelled"
    assert functions["stuck"].failures == 0


async def test_a_timeout_is_more_than_nothing(functions: FunctionRegistry) -> None:
    functions.register(total, namespace="test")
    with pytest.raises(ValueError, match="more than 0 seconds"):
        await functions.execute("total", [1], timeout=0)
    assert await functions.execute("total", [1], timeout=float("inf")) == 1


def test_a_stuck_function_does_not_keep_the_program_alive() -> None:
    code = (
        "import asyncio, threading\n"
        "from xregistry_tui.core import FunctionRegistry\n"
        "functions = FunctionRegistry()\n"
        "functions.register(threading.Event().wait, name='stuck', namespace='test')\n"
        "try: asyncio.run(functions.execute('stuck', timeout=0.01))\n"
        "except TimeoutError: print('gave up')\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=20)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "gave up\n", "")


async def test_history_is_bounded_and_holds_durations(functions: FunctionRegistry) -> None:
    ticks = iter(range(100))
    functions.timer = lambda: float(next(ticks))
    functions.max_call_history = 2
    registered = functions.register(total, namespace="pricing")
    assert registered.history == ()
    for price in (1, 2, 3):
        await functions.execute("total", [price], role="ops")
    registered(Decimal(1))
    assert registered.call_count == 4
    assert [(call.at, call.outcome, call.who) for call in registered.history] == [
        (NOON, "ok", "ops"),
        (NOON, "ok", None),
    ]
    assert registered.history[-1].duration_ms == 1_000
    functions.max_call_history = 0
    registered(Decimal(1))
    assert registered.history == ()
    assert registered.call_count == 5


async def test_what_is_not_to_be_tracked_is_not(functions: FunctionRegistry) -> None:
    registered = functions.register(total, namespace="pricing")
    functions.track_performance = False
    await functions.execute("total", [1])
    assert registered.history[-1].duration_ms is None
    functions.track_execution = False
    registered(Decimal(1))
    await functions.execute("total", [1])
    assert (registered.call_count, len(registered.history)) == (1, 1)


async def test_execution_notes_a_deprecation_and_marks_the_change(functions: FunctionRegistry) -> None:
    functions.register(total, namespace="pricing")
    functions.deprecate("total")
    listening = functions.changes.subscribe(lambda: None)
    await functions.execute("total", [1])
    assert functions["total"].history[-1].deprecated
    assert listening.take() == {"function:functions.pricing.total"}


async def test_a_function_is_imported_beside_the_loop(functions: FunctionRegistry) -> None:
    functions.register_lazy("fractions:Fraction.from_decimal", namespace="test")
    assert await functions.execute("from_decimal", [Decimal("0.5")]) == 0.5
    functions.register_lazy("no_such_module:thing", namespace="test")
    with pytest.raises(ImportError, match="no_such_module:thing could not be imported"):
        await functions.execute("thing")


async def test_a_coroutine_that_will_not_end_is_left_alone(
    functions: FunctionRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xregistry_tui.core.execution.GRACE", 0.01)
    stop = asyncio.Event()

    async def stubborn() -> None:
        while not stop.is_set():
            try:
                await stop.wait()
            except asyncio.CancelledError:
                continue

    functions.register(stubborn, namespace="test")
    with pytest.raises(TimeoutError, match="was cancelled, but does not end"):
        await functions.execute("stubborn", timeout=0.01)
    stop.set()
    await asyncio.sleep(0)
