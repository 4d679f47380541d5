"""Whether a JSON Schema is one that a model can be made of: valid, of an object, and whole in itself."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from xregistry_tui.schema.acceptance import Acceptance

if TYPE_CHECKING:
    from referencing._core import Resolver

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
_SHORT = 200


class InvalidSchema(ValueError):
    """No model can be made of a JSON Schema; the text says why and where."""


def checked(json_schema: Any, name: str) -> tuple[dict[str, Any], Acceptance]:
    """A copy of a schema that nobody else holds, and what decides about records by it; raises `InvalidSchema`."""
    try:
        return _checked(json_schema)
    except InvalidSchema as wrong:
        raise InvalidSchema(f"{name}: {wrong}") from None
    except RecursionError:
        raise InvalidSchema(f"{name}: the schema is nested too deep; put what is within under $defs") from None


def _checked(json_schema: Any) -> tuple[dict[str, Any], Acceptance]:
    if not isinstance(json_schema, Mapping):
        raise InvalidSchema(f"a JSON Schema of a record is an object, this is {_kind(json_schema)}")
    schema: dict[str, Any] = _copied(json_schema, "#")
    validator = _validator_class(schema)
    _valid(validator, schema, "#")
    in_place = _whole_in_itself(validator, schema)
    _ends(in_place, id(schema))
    accepts = Acceptance(schema, validator)
    if not _of_objects(schema, in_place, {}):
        raise InvalidSchema("the schema accepts no object; a model needs one of an object, with properties")
    return schema, accepts


def _kind(value: Any) -> str:
    return {list: "a list", str: "a text", bool: "true or false"}.get(type(value), repr(value)[:_SHORT])


def _copied(value: Any, where: str) -> Any:
    """JSON data as a copy; anything else in it is refused."""
    if isinstance(value, Mapping):
        if odd := next((key for key in value if not isinstance(key, str)), None):
            raise InvalidSchema(f"at {where} the key {odd!r} is no text")
        return {str(key): _copied(item, f"{where}/{key}") for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_copied(item, f"{where}/{index}") for index, item in enumerate(value)]
    if value is None or isinstance(value, str | bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    raise InvalidSchema(f"at {where} there is {repr(value)[:_SHORT]}, which JSON has not")


def _validator_class(schema: dict[str, Any]) -> Any:
    from jsonschema.validators import Draft202012Validator, validator_for

    dialect = schema.get("$schema", DIALECT)
    found = validator_for({"$schema": dialect}, default=None) if isinstance(dialect, str) else None
    if found is None:
        raise InvalidSchema(f"$schema is {dialect!r}, which is no draft that is known; {DIALECT} is")
    return Draft202012Validator if dialect == DIALECT else found


def _valid(validator: Any, schema: Any, where: str) -> None:
    from jsonschema.exceptions import SchemaError

    try:
        validator.check_schema(schema)
    except SchemaError as wrong:
        at = "/".join((where, *(str(part) for part in wrong.absolute_path)))
        raise InvalidSchema(f"no valid JSON Schema: at {at}, {wrong.message[:_SHORT]}") from None


def _whole_in_itself(validator: Any, schema: dict[str, Any]) -> dict[int, list[Any]]:
    """Follow every reference; by the identity of each schema, those that hold for the very same value."""
    from referencing import Registry
    from referencing.jsonschema import specification_with

    specification = specification_with(schema.get("$schema", DIALECT))
    root = specification.create_resource(schema)
    registry: Registry[Any] = Registry()
    waiting = [(schema, registry.resolver_with_root(root))]
    in_place: dict[int, list[Any]] = {}
    while waiting:
        one, resolver = waiting.pop()
        if not isinstance(one, dict) or id(one) in in_place:
            continue
        resource = specification.create_resource(one)
        for inner in resource.subresources():
            waiting.append((inner.contents, resolver.in_subresource(inner)))
        referred = [_found(one[key], resolver) for key in _REFERENCES if isinstance(one.get(key), str)]
        in_place[id(one)] = [*_applied(one), *(found.contents for found in referred)]
        for found in referred:
            if id(found.contents) not in in_place:
                _valid(validator, found.contents, "#")  # it may lie where no schema is looked for
            waiting.append((found.contents, found.resolver))
    return in_place


def _found(target: str, resolver: Resolver[Any]) -> Any:
    from referencing.exceptions import Unresolvable

    try:
        return resolver.lookup(target)
    except (Unresolvable, ValueError, LookupError, TypeError, AttributeError):
        place = "which it does not have" if target.startswith("#") else "which is outside it and is not fetched"
        raise InvalidSchema(f"it refers to {target!r}, {place}; put the schema under $defs") from None


def _applied(schema: dict[str, Any]) -> Iterator[Any]:
    """The schemas within one that are asked about the same value as it is."""
    for key in ("allOf", "anyOf", "oneOf"):
        yield from schema.get(key, ())
    yield from (schema[key] for key in ("not", "if", "then", "else") if key in schema)
    for key in ("dependentSchemas", "dependencies"):
        yield from (inner for inner in schema.get(key, {}).values() if isinstance(inner, dict))


def _ends(in_place: Mapping[int, list[Any]], root: int) -> None:
    """Refuse a schema that asks itself about one value again and again."""
    done: set[int] = set()
    for start in in_place:
        path: list[tuple[int, Iterator[Any]]] = [(start, iter(in_place[start]))] if start not in done else []
        open_ones = {start}
        while path:
            here, rest = path[-1]
            inner = next((id(one) for one in rest if isinstance(one, dict) and id(one) not in done), None)
            if inner is None:
                path.pop()
                done.add(here)
                open_ones.discard(here)
            elif inner in open_ones:
                raise InvalidSchema("it refers to itself without an end; let the reference be of a property or an item")
            else:
                path.append((inner, iter(in_place[inner])))
                open_ones.add(inner)


def _of_objects(schema: Any, in_place: Mapping[int, list[Any]], seen: dict[int, bool]) -> bool:
    """Whether an object could be accepted, as far as types say."""
    if not isinstance(schema, dict):
        return schema is not False
    if id(schema) in seen:
        return seen[id(schema)]
    types = schema.get("type", "object")
    closed = schema["enum"] if "enum" in schema else [schema["const"]] if "const" in schema else [{}]
    seen[id(schema)] = "object" in ([types] if isinstance(types, str) else types) and any(
        isinstance(value, dict) for value in closed
    )
    referred = [inner for inner in in_place[id(schema)] if not any(inner is one for one in _applied(schema))]
    for must in (*schema.get("allOf", ()), *referred):
        seen[id(schema)] &= _of_objects(must, in_place, seen)
    for key in ("anyOf", "oneOf"):
        seen[id(schema)] &= key not in schema or any(_of_objects(one, in_place, seen) for one in schema[key])
    return seen[id(schema)]
