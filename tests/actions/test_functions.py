"""Calling a function as a form does: arguments by name, as text; what came of it, as text; and who is remembered."""

from __future__ import annotations

import asyncio
import datetime
import enum
import json
import threading
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from xregistry_tui.actions.base import ActionError, Refused
from xregistry_tui.actions.functions import LONGEST_RESULT
from xregistry_tui.actions.local import LocalSession
from xregistry_tui.actions.views import Called
from xregistry_tui.config.model import Settings
from xregistry_tui.core.functions import FunctionRegistry
from xregistry_tui.store.trail import JOURNAL
from xregistry_tui.workspace import open_workspace


class Colour(enum.Enum):
    RED = "1"


class Level(enum.IntEnum):
    LOW = 1


class Order(BaseModel):
    id: int
    total: Decimal


def kinds(a: int, /, b: str, *rest: int, c: bool = False, **others: Any) -> list[Any]:
    """A parameter of every kind."""
    return [a, b, list(rest), c, others]


def two_by_place(a: int = 1, b: int = 2, /, c: int = 3) -> list[int]:
    return [a, b, c]


@pytest.fixture
def functions(session: LocalSession) -> FunctionRegistry:
    return session._workspace.registry.functions


async def call(session: LocalSession, function: Any, **arguments: Any) -> Called:
    """What comes of calling a function, registered where it is not."""
    if not isinstance(function, str):
        held = session._workspace.registry.functions
        name = function.__name__ if function.__name__.isidentifier() else "nameless"
        function = held.register(function, name, namespace="test", replace=True).path
    called: Called = (await session.perform("call", function=function, arguments=arguments)).value
    return called


async def result(session: LocalSession, function: Any, **arguments: Any) -> Any:
    called = await call(session, function, **arguments)
    assert called.outcome == "ok", called.problems
    return json.loads(called.result)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"a": "1", "b": "two"}, [1, "two", [], False, {}]),
        ({"a": "1", "b": "2", "c": "true"}, [1, "2", [], True, {}]),
        ({"a": "1", "b": "two", "rest": "[3, 4]"}, [1, "two", [3, 4], False, {}]),
        ({"rest": "3", "b": "two", "a": "1"}, [1, "two", [3], False, {}]),
        ({"a": "1", "b": "two", "others": '{"d": [1], "a": 9}'}, None),
        ({"a": "1", "b": "two", "others": '{"d": [1]}'}, [1, "two", [], False, {"d": [1]}]),
        ({"a": "1", "b": "two", "rest": "[]", "others": "{}"}, [1, "two", [], False, {}]),
    ],
)
async def test_parameters_of_every_kind_are_given_by_name(session: LocalSession, arguments, expected) -> None:
    if expected is None:
        called = await call(session, kinds, **arguments)
        assert (called.outcome, called.problems) == ("invalid", (("others", "a is a parameter of its own"),))
    else:
        assert await result(session, kinds, **arguments) == expected


async def test_what_is_left_out_before_others_by_place_is_its_default(session: LocalSession) -> None:
    assert await result(session, two_by_place, b="5") == [1, 5, 3]
    assert await result(session, two_by_place, c="5") == [1, 2, 5]
    assert await result(session, two_by_place) == [1, 2, 3]


READ = [
    (int, "5", 5),
    (float, "1e3", 1000.0),
    (bool, "false", False),
    (str, "5", "5"),
    (str, "null", "null"),
    (str | None, "null", "null"),
    (int | None, "null", None),
    (Decimal, "1.10", "1.10"),
    (list[Decimal], "[1.10]", ["1.10"]),
    (datetime.date, "2026-01-31", "2026-01-31"),
    (Path, "a/b", "a/b"),
    (bytes, "12", "MTI="),
    (Literal["1", "2"], "1", "1"),
    (Literal[1, 2], "1", 1),
    (Colour, "1", "Colour.RED"),
    (Level, "1", 1),
    (Annotated[str, Field(pattern=r"\d+")], "123", "123"),
    (dict[str, int], '{"a": 1}', {"a": 1}),
    (Order, '{"id": 1, "total": "2.50"}', {"id": 1, "total": "2.50"}),
    (Any, "[1, 2]", [1, 2]),
    (Any, "plain", "plain"),
    (str, "[" * 9_000, "[" * 9_000),
    (Any, "[" * 9_000, "[" * 9_000),
]


@pytest.mark.parametrize(("annotation", "text", "expected"), READ, ids=[str(n) for n in range(len(READ))])
async def test_text_is_read_as_the_parameter_means_it(session: LocalSession, annotation, text, expected) -> None:
    def echo(value):  # type: ignore[no-untyped-def]
        return value

    echo.__annotations__ = {"value": annotation}
    assert await result(session, echo, value=text) == expected


async def test_without_annotations_numbers_are_numbers(session: LocalSession) -> None:
    assert await result(session, lambda a, b: a + b, a="1", b="2.5") == 3.5


@given(text=st.text(max_size=40))
def test_any_text_is_an_answer_and_never_an_accident(text: str) -> None:
    async def ask() -> None:
        session = LocalSession(open_workspace(Settings()), "admin")
        for annotation in (int, str, Decimal, list[int], Any, Order):

            def echo(value: Any) -> Any:
                return value

            echo.__annotations__ = {"value": annotation}
            called = await call(session, echo, value=text)
            assert called.outcome in {"ok", "invalid"}
        await session.close()

    asyncio.run(ask())


async def test_every_problem_is_told_by_its_parameter_and_nothing_runs(session: LocalSession) -> None:
    ran: list[int] = []

    def total(amount: float, rate: Annotated[float, Field(ge=0)], lines: list[int]) -> None:
        ran.append(1)

    called = await call(session, total, rate="-1", lines='[1, "x"]')
    assert called.outcome == "invalid"
    assert [argument for argument, _ in called.problems] == ["amount", "rate", "lines[1]"]
    assert ran == []
    assert session.trail()[-1].text == "total was not called"


async def test_a_place_that_must_be_filled_is_a_problem(session: LocalSession) -> None:
    called = await call(session, lambda a, b=1, /: None, b="2")
    assert called.problems == (("a", "Missing required argument"),)
    called = await call(session, kinds, a="1", b="x", others="[1]")
    assert called.problems == (("others", 'Input should be an object, e.g. {"key": 1}'),)


async def test_unknown_names_say_which_there_are(session: LocalSession, functions: FunctionRegistry) -> None:
    functions.register(two_by_place, namespace="test")
    with pytest.raises(ActionError, match="two_by_place has no parameter 'd'; it has: a, b, c"):
        await session.perform("call", function="two_by_place", arguments={"d": "1"})
    with pytest.raises(ActionError, match=r"nothing is registered as 'functions\.nope'"):
        await session.perform("call", function="functions.nope", arguments={})


async def test_a_coroutine_is_awaited(session: LocalSession) -> None:
    async def later(n: int) -> int:
        await asyncio.sleep(0)
        return n + 1

    assert await result(session, later, n="1") == 2


async def test_a_failure_is_shown_to_who_called_and_the_trail_has_its_kind_alone(session: LocalSession) -> None:
    def pay(card: str) -> None:
        raise ValueError(f"card {card} is stolen")

    called = await call(session, pay, card="4111-1111")
    assert (called.outcome, called.problems) == ("failed", (("", "ValueError: card 4111-1111 is stolen"),))
    assert session.trail()[-1].text == "pay failed: ValueError"
    kept = "".join(str(record) for record in await session._workspace.store.tail(JOURNAL, 9))
    assert "pay failed" in kept
    assert "4111" not in kept


async def test_what_takes_too_long_timed_out_and_a_timeout_of_its_own_is_a_failure(
    session: LocalSession, functions: FunctionRegistry
) -> None:
    functions.execution_timeout = 0.05
    waiting = threading.Event()
    called = await call(session, lambda: waiting.wait(20))
    waiting.set()
    assert called.outcome == "timed out"
    assert "longer than 0.05 s" in called.problems[0][1]

    functions.execution_timeout = 30

    def network() -> None:
        raise TimeoutError("no answer")

    called = await call(session, network)
    assert (called.outcome, called.problems) == ("failed", (("", "TimeoutError: no answer"),))


async def test_what_is_cancelled_is_recorded_as_that(session: LocalSession, functions: FunctionRegistry) -> None:
    begun = asyncio.Event()

    async def forever() -> None:
        begun.set()
        await asyncio.Event().wait()

    path = functions.register(forever, namespace="test").path
    calling = asyncio.ensure_future(session.perform("call", function=path, arguments={}))
    await begun.wait()
    calling.cancel()
    await asyncio.wait({calling})
    assert calling.cancelled()
    assert [(entry.verb, entry.subject, entry.text) for entry in session.trail()] == [
        ("called", path, "cancelled before it ended")
    ]


async def test_the_history_remembers_who_called_whatever_the_arguments_say(
    session: LocalSession, functions: FunctionRegistry
) -> None:
    path = functions.register(two_by_place, namespace="test").path
    analyst = LocalSession(session._workspace, "analyst")
    await session.perform("call", function=path, arguments={})
    await analyst.perform("call", function="two_by_place", arguments={}, who="admin")
    view = session.function(path)
    assert view is not None
    assert [(call.who, call.outcome) for call in view.history] == [("analyst", "ok"), ("admin", "ok")]
    assert [(entry.who, entry.verb, entry.subject) for entry in session.trail()] == [
        ("admin", "called", path),
        ("analyst", "called", path),
    ]


async def test_who_may_not_execute_is_refused_and_that_is_recorded(
    session: LocalSession, functions: FunctionRegistry
) -> None:
    path = functions.register(two_by_place, namespace="test", permissions={"ops": {"view"}}).path  # type: ignore[dict-item]
    ops = LocalSession(session._workspace, "ops")
    with pytest.raises(Refused, match=f"role ops lacks EXECUTE on {path}; granted to nobody"):
        await ops.perform("call", function=path, arguments={}, who="admin")
    assert functions[path].call_count == 0
    assert (session.trail()[-1].verb, session.trail()[-1].who) == ("refused", "ops")


async def test_a_secret_is_in_no_view_history_or_trail(session: LocalSession, functions: FunctionRegistry) -> None:
    def reset(user: str, new_password: str = "changeme") -> None:
        raise RuntimeError("refused")

    path = functions.register(reset, namespace="test").path
    await call(session, path, user="ada", new_password="hunter2!")
    view = session.function(path)
    assert view is not None
    assert [(parameter.name, parameter.secret) for parameter in view.parameters] == [
        ("user", False),
        ("new_password", True),
    ]
    kept = [*session.trail(), *view.history, view, *await session._workspace.store.tail(JOURNAL, 9)]
    assert not {"hunter2", "changeme"} & {word for word in ("hunter2", "changeme") if word in str(kept)}


@pytest.mark.parametrize(
    ("made", "shown"),
    [
        ([Order(id=1, total=Decimal("2.50"))], [{"id": 1, "total": "2.50"}]),
        ({"at": datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC)}, {"at": "2026-01-02T00:00:00Z"}),
        (float("nan"), "NaN"),
        (None, None),
    ],
)
async def test_a_result_is_shown_in_the_canonical_form(session: LocalSession, made, shown) -> None:
    assert await result(session, lambda: made) == shown


async def test_a_result_of_any_size_is_bounded_and_one_that_cannot_be_shown_is_a_failure(session) -> None:
    class Odd:
        def __str__(self) -> str:
            raise RuntimeError("no words")

    long = await call(session, lambda: "x" * (2 * LONGEST_RESULT))
    assert (long.outcome, len(long.result)) == ("ok", LONGEST_RESULT + 1)
    assert (await call(session, lambda: Odd())).problems == (("", "RuntimeError: no words"),)


async def test_a_function_that_cannot_be_imported_says_so(session: LocalSession, functions: FunctionRegistry) -> None:
    path = functions.register_lazy("nowhere.at_all:run").path
    called = await call(session, path)
    assert called.outcome == "failed"
    assert "nowhere" in called.problems[0][1]
