"""Call a function as a form or a command line gives its arguments: by name, as text."""

from __future__ import annotations

import asyncio
import inspect
import json
import time
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from xregistry_tui.actions.base import Action, ActionError, Refused, Result
from xregistry_tui.actions.views import Called
from xregistry_tui.core.access import Denied
from xregistry_tui.core.arguments import ArgumentProblem, Arguments, Bound, InvalidArguments
from xregistry_tui.schema.canonical import dumps, plain

if TYPE_CHECKING:
    from xregistry_tui.core.functions import RegisteredFunction
    from xregistry_tui.core.signatures import Parameter
    from xregistry_tui.workspace import Workspace

LONGEST_RESULT = 100_000
_TEXTS = ("str", "str | None", "Optional[str]")
_GIVEN_BY_PLACE = ("positional_only", "positional_or_keyword")


async def call(workspace: Workspace, function: str, arguments: Mapping[str, Any], *, who: str | None = None) -> Result:
    """Run a function with arguments by parameter name; the value is a `views.Called`.

    Text is read as JSON where the parameter is not text itself, so `[1, 2]` and `true` are what they look like;
    `*args` is a list, `**kwargs` an object. What the function raises may quote values: the trail gets its kind only.
    """
    functions = workspace.registry.functions
    try:
        found = functions[function]
    except KeyError as error:
        raise ActionError(str(error)) from None
    began = time.perf_counter()
    try:
        args, kwargs = await asyncio.to_thread(_bound, found, arguments)
        result = await functions.execute(found.path, args, kwargs, role=who)
        written = await asyncio.to_thread(_written, result)
    except Denied as error:
        raise Refused(str(error)) from error
    except InvalidArguments as error:
        problems = tuple((problem.argument, problem.message) for problem in error.problems)
        called = Called(outcome="invalid", milliseconds=0.0, problems=problems)
        return Result(called, f"{found.title} was not called", found.path)
    except ActionError:
        raise
    except Exception as error:  # noqa: BLE001 - a stranger's function may raise anything: it is shown, not ours to fail
        return _failed(found, error, time.perf_counter() - began, functions.execution_timeout)
    milliseconds = (time.perf_counter() - began) * 1_000
    called = Called(outcome="ok", milliseconds=milliseconds, result=written)
    return Result(called, f"{found.title} returned", found.path)


def _failed(found: RegisteredFunction, error: Exception, seconds: float, most: float) -> Result:
    """One that raises a TimeoutError of its own, in time, failed as any other."""
    overdue = isinstance(error, TimeoutError) and seconds >= most
    kind = type(error).__name__
    problem = str(error) if overdue else f"{kind}: {error}"
    outcome = "timed out" if overdue else "failed"
    called = Called(outcome=outcome, milliseconds=seconds * 1_000, problems=(("", problem),))
    return Result(called, f"{found.title} {outcome}: {kind}", found.path)


def _bound(found: RegisteredFunction, arguments: Mapping[str, Any]) -> Bound:
    """The arguments as the function takes them; raises `ActionError` for a name it does not have."""
    parameters = found.metadata.parameters
    unknown = [name for name in arguments if name not in parameters]
    if unknown:
        raise ActionError(f"{found.title} has no parameter {unknown[0]!r}; it has: {', '.join(parameters) or 'none'}")
    read = {name: _read(given, parameters[name].type) for name, given in arguments.items()}
    args, kwargs = _placed(found, parameters, read)
    try:
        found.arguments.check(args, kwargs)
    except InvalidArguments as error:
        doubtful = {problem.argument.partition("[")[0].partition(".")[0] for problem in error.problems}
        # what JSON reads as a number may be meant as the text it is: a choice of "1" and "2", bytes
        as_text = {name: arguments[name] if name in doubtful else value for name, value in read.items()}
        return _better(found.arguments, (args, kwargs), _placed(found, parameters, as_text))
    return args, kwargs


def _better(arguments: Arguments, first: Bound, second: Bound) -> Bound:
    """The second where it is right, else the first, whose problems are told."""
    try:
        arguments.check(*second)
    except InvalidArguments:
        return first
    return second


def _placed(found: RegisteredFunction, parameters: Mapping[str, Parameter], values: Mapping[str, Any]) -> Bound:
    """Arguments by name, by place where they can only be given so."""
    places, named = _placeable(parameters, values), dict(values)
    positional: list[Any] = []
    for name in places:
        positional.append(named.pop(name) if name in named else _default(found, name))
    for name, parameter in parameters.items():
        if name in named and parameter.kind == "var_positional":
            more = named.pop(name)
            positional += more if isinstance(more, list | tuple) else [more]
        elif name in named and parameter.kind == "var_keyword":
            named |= _others(parameters, name, named.pop(name))
    return tuple(positional), named


def _placeable(parameters: Mapping[str, Parameter], values: Mapping[str, Any]) -> list[str]:
    """The parameters to be given by place: up to the last one that has to be."""
    kinds = {name: parameter.kind for name, parameter in parameters.items()}
    rest = any(kinds[name] == "var_positional" and values[name] != [] for name in values)
    able = [name for name, kind in kinds.items() if kind in _GIVEN_BY_PLACE]
    last = max((able.index(name) for name in values if kinds[name] == "positional_only"), default=-1)
    return able if rest else able[: last + 1]


def _default(found: RegisteredFunction, name: str) -> Any:
    """What stands in the place of a parameter that is left out before others that are given by place."""
    default = inspect.signature(found.func).parameters[name].default
    if default is inspect.Parameter.empty:
        raise InvalidArguments((ArgumentProblem(name, "missing_argument", "Missing required argument"),))
    return default


def _others(parameters: Mapping[str, Parameter], name: str, value: Any) -> dict[str, Any]:
    """Keyword arguments that the function has no parameter for."""
    if not isinstance(value, dict):
        raise InvalidArguments((ArgumentProblem(name, "dict_type", 'Input should be an object, e.g. {"key": 1}'),))
    if taken := [key for key in value if key in parameters]:
        raise InvalidArguments((ArgumentProblem(name, "taken", f"{taken[0]} is a parameter of its own"),))
    return value


def _read(given: Any, annotation: str) -> Any:
    """A value as typed: JSON where that is not text itself, decimals with every digit."""
    if not isinstance(given, str) or annotation in _TEXTS:
        return given
    try:
        return json.loads(given, parse_float=Decimal if "Decimal" in annotation else float)
    except (ValueError, RecursionError):
        return given


def _written(result: Any) -> str:
    """The result in the canonical form, bounded."""
    text = dumps(plain(result), indent=2)
    return text if len(text) <= LONGEST_RESULT else f"{text[:LONGEST_RESULT]}…"


ACTIONS = (
    Action(
        verb="call",
        run=call,
        permission="execute",
        subject="function",
        audited=True,
        past="called",
        names_asker=True,
    ),
)
