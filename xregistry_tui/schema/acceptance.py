"""Whether a JSON Schema accepts a record, and all its problems as Pydantic says such things."""

from __future__ import annotations

import datetime
import decimal
import enum
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, LiteralString

from xregistry_tui.schema.acceptance_words import problem
from xregistry_tui.schema.canonical import jsonable
from xregistry_tui.schema.keywords import LISTS, MAPS

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from pydantic_core import InitErrorDetails

Path = tuple[str | int, ...]


class Acceptance:
    """Decides by one schema; formats count as far as they can be checked, and nothing is fetched."""

    __slots__ = ("_validator",)

    def __init__(self, schema: dict[str, Any], validator: Any) -> None:
        from referencing import Registry

        self._validator = validator(_placed(schema), registry=Registry(), format_checker=validator.FORMAT_CHECKER)

    def problems(self, record: Mapping[Any, Any]) -> list[InitErrorDetails]:
        """What is wrong with a record, all at once; nothing where it is accepted."""
        try:
            return self._problems(record)
        except RecursionError:
            return [_unchecked("The record is nested too deep to be checked")]
        except OverflowError:
            return [_unchecked("The record has a number too large to be checked")]

    def _problems(self, record: Mapping[Any, Any]) -> list[InitErrorDetails]:
        decimals: dict[Path, decimal.Decimal] = {}
        data = jsonable(_plain(record, (), decimals))
        errors = list(self._validator.iter_errors(data))
        if errors and decimals and (questioned := _questioned(errors, decimals)):
            numbers = _with_numbers(data, (), questioned)
            again = list(self._validator.iter_errors(numbers))
            if len(again) <= len(errors):
                data, errors = numbers, again
        found = [one for error in errors for leaf in _leaves(error) for one in problem(leaf)]
        return sorted(found, key=lambda one: _place(data, one["loc"]))


_DATA = frozenset({"enum", "const", "default", "examples"})
_MAPS = MAPS | {"$defs", "definitions"}
_NOTHING: dict[str, Any] = {"not": {}}


def _placed(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with each `false` of a field or an item said in full: of a bare one the place is not told."""
    written: dict[str, Any] = {}
    for key, value in schema.items():
        if key in _MAPS and isinstance(value, dict):
            written[key] = {name: _said_in_full(inner) for name, inner in value.items()}
        elif key not in _DATA and isinstance(value, list):
            written[key] = [_said_in_full(inner) if key in LISTS else _inner(inner) for inner in value]
        else:
            written[key] = value if key in _DATA else _inner(value)
    return written


def _said_in_full(schema: Any) -> Any:
    return _NOTHING if schema is False else _inner(schema)


def _inner(schema: Any) -> Any:
    return _placed(schema) if isinstance(schema, dict) else schema


def _unchecked(why: LiteralString) -> InitErrorDetails:
    from pydantic_core import PydanticCustomError

    return {"type": PydanticCustomError("json_schema_unchecked", why), "loc": (), "input": None}


def _place(data: Any, path: Path) -> list[int]:
    """Where in the record a path leads, for an order that is the record's; what is not there comes last."""
    node: Any = data
    places: list[int] = []
    for part in path:
        there = isinstance(part, int) or (isinstance(node, dict) and part in node)
        places.append(part if isinstance(part, int) else list(node).index(part) if there else sys.maxsize)
        node = node[part] if there else None
    return places


def _plain(value: Any, path: Path, decimals: dict[Path, decimal.Decimal]) -> Any:
    """A value as Pydantic would take it, without the classes that JSON knows nothing of; where its decimals are."""
    from pydantic import BaseModel
    from pydantic_core import to_jsonable_python

    if isinstance(value, BaseModel):
        value = value.model_dump(by_alias=True, exclude_unset=True, warnings=False)
    if isinstance(value, enum.Enum):
        value = value.value
    if isinstance(value, Mapping):
        return {_key(key): _plain(item, (*path, _key(key)), decimals) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item, (*path, index), decimals) for index, item in enumerate(value)]
    if isinstance(value, datetime.timedelta):
        return to_jsonable_python(value)
    if isinstance(value, decimal.Decimal) and value.is_finite():
        decimals[path] = value
    return value


def _key(key: Any) -> str:
    return str(jsonable(key.value if isinstance(key, enum.Enum) else key))


def _questioned(
    errors: Sequence[ValidationError], decimals: Mapping[Path, decimal.Decimal]
) -> dict[Path, decimal.Decimal]:
    """The decimals that problems may be about: a decimal is a text in JSON, but a schema may want a number there."""
    at = {tuple(error.absolute_path) for error in errors}
    return {path: value for path, value in decimals.items() if any(path[: len(one)] == one for one in at)}


def _with_numbers(data: Any, path: Path, decimals: Mapping[Path, decimal.Decimal]) -> Any:
    if path in decimals:
        value = decimals[path]
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(data, dict):
        return {key: _with_numbers(item, (*path, key), decimals) for key, item in data.items()}
    if isinstance(data, list):
        return [_with_numbers(item, (*path, index), decimals) for index, item in enumerate(data)]
    return data


def _leaves(error: ValidationError) -> Iterator[ValidationError]:
    """A problem of a union as those of the one member that was most likely meant, where there is just one."""
    if error.validator not in ("anyOf", "oneOf") or not error.context:
        yield error
        return
    members: dict[Any, list[ValidationError]] = {}
    for inner in error.context:
        members.setdefault(next(iter(inner.relative_schema_path), None), []).append(inner)
    meant = [inside for inside in members.values() if not any(_of_another_kind(inner) for inner in inside)]
    if len(meant) != 1:
        yield error
        return
    for inner in meant[0]:
        yield from _leaves(inner)


def _of_another_kind(error: ValidationError) -> bool:
    """Whether a member of a union is of another type, or of another tag."""
    depth = len(error.relative_path)
    return (depth == 0 and error.validator == "type") or (depth <= 1 and error.validator == "const")
