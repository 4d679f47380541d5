"""Arguments checked and coerced by a function's signature before it runs: all problems at once."""

from __future__ import annotations

import inspect
import sys
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import ValidationError

_EITHER = inspect.Parameter.POSITIONAL_OR_KEYWORD
Bound = tuple[tuple[Any, ...], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class ArgumentProblem:
    """One problem. `argument` is a parameter's name, with the place inside it where there is one (`prices[2]`)."""

    argument: str
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.argument}: {self.message}"


class InvalidArguments(ValueError):
    """Arguments that do not fit the signature; `problems` are all of them, and hold no values."""

    def __init__(self, problems: tuple[ArgumentProblem, ...]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


class Arguments:
    """How arguments of one function are checked. Without a readable signature everything passes as it is.

    Parameters without an annotation, and those whose annotation cannot be resolved or says nothing to pydantic,
    take any value.
    """

    __slots__ = ("_call", "_positional", "_rest")

    def __init__(self, func: Callable[..., Any]) -> None:
        self._call: Callable[..., Bound] | None = None
        self._positional: tuple[str, ...] = ()
        self._rest = "arguments"
        try:
            signature = inspect.signature(func)
        except (TypeError, ValueError):
            return
        parameters = signature.parameters.values()
        self._positional = tuple(one.name for one in parameters if one.kind in (one.POSITIONAL_ONLY, _EITHER))
        self._rest = next((one.name for one in parameters if one.kind is one.VAR_POSITIONAL), self._rest)
        self._call = _checking(signature, _annotations(func, signature))

    def check(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Bound:
        """The arguments as the signature reads them, defaults filled in; raises `InvalidArguments`."""
        if self._call is None:
            return args, dict(kwargs)
        from pydantic import ValidationError

        try:
            return self._call(*args, **kwargs)
        except ValidationError as error:
            raise InvalidArguments(self._problems(error)) from None

    def _problems(self, error: ValidationError) -> tuple[ArgumentProblem, ...]:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        return tuple(ArgumentProblem(self._place(one["loc"]), one["type"], one["msg"]) for one in found)

    def _place(self, location: tuple[int | str, ...]) -> str:
        first, *inside = location or ("arguments",)
        if isinstance(first, int):
            known = first < len(self._positional)
            first = self._positional[first] if known else f"{self._rest}[{first - len(self._positional)}]"
        return first + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in inside)


def _checking(signature: inspect.Signature, annotations: Mapping[str, Any]) -> Callable[..., Bound]:
    """A function with this signature that gives its arguments back, checked."""
    from pydantic import ConfigDict, validate_call

    def bound(*args: Any, **kwargs: Any) -> Bound:
        return args, kwargs

    parameters = [
        found.replace(annotation=annotations.get(name, found.empty)) for name, found in signature.parameters.items()
    ]
    # the signature of the stand-in is what validate_call reads; what it returns is not checked
    bound.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    bound.__annotations__ = dict(annotations)
    return validate_call(config=ConfigDict(arbitrary_types_allowed=True))(bound)


def _annotations(func: Callable[..., Any], signature: inspect.Signature) -> dict[str, Any]:
    """What of the annotations can be resolved and checked."""
    names = _names_around(func)
    found = {}
    for name, parameter in signature.parameters.items():
        if parameter.annotation is not parameter.empty:
            resolved = _resolved(parameter.annotation, names)
            if resolved is not parameter.empty and _checkable(parameter, resolved):
                found[name] = resolved
    return found


def _names_around(func: Callable[..., Any]) -> dict[str, Any]:
    """The names that an annotation written at the function may use."""
    bare = inspect.unwrap(func)
    code = getattr(bare, "__code__", None)
    module = sys.modules.get(getattr(bare, "__module__", None) or type(bare).__module__)
    names = dict(getattr(bare, "__globals__", None) or vars(module or types.SimpleNamespace()))
    for name, cell in zip(getattr(code, "co_freevars", ()), getattr(bare, "__closure__", None) or (), strict=False):
        try:
            names[name] = cell.cell_contents
        except ValueError:
            continue  # a name of the enclosing function that has no value yet
    return names


def _resolved(annotation: Any, names: dict[str, Any]) -> Any:
    """The annotation without forward references; `Parameter.empty` where one leads nowhere."""
    holder = types.SimpleNamespace(__annotations__={"it": annotation})
    try:
        return typing.get_type_hints(holder, globalns=names, include_extras=True)["it"]
    except Exception:  # noqa: BLE001 - an annotation is code: whatever it raises, the parameter takes any value
        return inspect.Parameter.empty


def _checkable(parameter: inspect.Parameter, annotation: Any) -> bool:
    """Whether pydantic can check it where the parameter stands; `**kwargs: Unpack[…]` depends on that."""
    alone = inspect.Signature([parameter.replace(default=parameter.empty)])
    try:
        _checking(alone, {parameter.name: annotation})
    except Exception:  # noqa: BLE001 - what pydantic cannot read, in whatever way, takes any value
        return False
    return True
