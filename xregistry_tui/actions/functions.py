"""Call a function as a form or a command line gives its arguments: by name, as text."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from xregistry_tui.actions.base import Action, ActionError, Refused, Result
from xregistry_tui.actions.views import Called
from xregistry_tui.schema.canonical import dumps

if TYPE_CHECKING:
    from xregistry_tui.core.functions import RegisteredFunction
    from xregistry_tui.workspace import Workspace

LONGEST_RESULT = 100_000
_TEXTS = ("str", "str | None", "Optional[str]")


async def call(workspace: Workspace, function: str, arguments: Mapping[str, Any], *, who: str | None = None) -> Result:
    """Run a function with arguments by parameter name; the value is a `views.Called`.

    Text is read as JSON where the parameter is not text itself, so `[1, 2]` and `true` are what they look like.
    """
    from xregistry_tui.core.access import Denied
    from xregistry_tui.core.arguments import InvalidArguments

    functions = workspace.registry.functions
    try:
        found = functions[function]
    except KeyError as error:
        raise ActionError(str(error)) from None
    args, kwargs = _bound(found, arguments)
    began = time.perf_counter()
    try:
        result = await functions.execute(found.path, args, kwargs, role=who)
    except Denied as error:
        raise Refused(str(error)) from error
    except InvalidArguments as error:
        problems = tuple((problem.argument, problem.message) for problem in error.problems)
        return Result(Called(outcome="invalid", milliseconds=0.0, problems=problems), "not called")
    except Exception as error:  # noqa: BLE001 - a stranger's function may raise anything: it is shown, not ours to fail
        milliseconds = (time.perf_counter() - began) * 1_000
        outcome = "timed out" if isinstance(error, TimeoutError) else "failed"
        what = f"{type(error).__name__}: {error}"
        return Result(Called(outcome=outcome, milliseconds=milliseconds, problems=(("", what),)), what)
    milliseconds = (time.perf_counter() - began) * 1_000
    return Result(Called(outcome="ok", milliseconds=milliseconds, result=_written(result)), f"{found.title} returned")


def _bound(found: RegisteredFunction, arguments: Mapping[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Positional and keyword arguments; `*args` is given as a list, `**kwargs` as an object."""
    positional: list[Any] = []
    named: dict[str, Any] = {}
    parameters = found.metadata.parameters
    unknown = [name for name in arguments if name not in parameters]
    if unknown:
        raise ActionError(f"{found.title} has no parameter {unknown[0]!r}; it has: {', '.join(parameters) or 'none'}")
    for name, parameter in parameters.items():
        if name not in arguments:
            continue
        value = _read(arguments[name], parameter.type)
        if parameter.kind == "positional_only":
            positional.append(value)
        elif parameter.kind == "var_positional":
            positional.extend(value if isinstance(value, list) else [value])
        elif parameter.kind == "var_keyword":
            named |= value if isinstance(value, dict) else {}
        else:
            named[name] = value
    return tuple(positional), named


def _read(given: Any, annotation: str) -> Any:
    if not isinstance(given, str) or annotation in _TEXTS:
        return given
    try:
        return json.loads(given)
    except ValueError:
        return given


def _written(result: Any) -> str:
    """The result in the canonical form, bounded."""
    text = dumps(_plain(result), indent=2)
    return text if len(text) <= LONGEST_RESULT else f"{text[:LONGEST_RESULT]}…"


def _plain(result: Any) -> Any:
    dumped = getattr(result, "model_dump", None)
    return dumped(mode="json") if callable(dumped) else result


ACTIONS = (Action(verb="call", run=call, permission="execute", subject="function", audited=True, past="called"),)
