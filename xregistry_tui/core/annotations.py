"""What an annotation is made of: its base in the language, its constraints and its parts, without asking pydantic for
a schema.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from enum import Enum
from types import MappingProxyType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, is_typeddict

_NAMES = (
    "gt",
    "ge",
    "lt",
    "le",
    "multiple_of",
    "min_length",
    "max_length",
    "pattern",
    "max_digits",
    "decimal_places",
    "strict",
    "allow_inf_nan",
    "strip_whitespace",
    "to_lower",
    "to_upper",
)


def base_type(annotation: Any) -> str:
    """The builtin (else the plain name) at the bottom of an annotation.

    >>> base_type(Annotated[int, "note"]), base_type(Literal["a", "b"]), base_type(list[int]), base_type(int | None)
    ('int', 'str', 'list', 'int | None')
    """
    inner = unwrapped(annotation)
    if get_origin(inner) is Literal:
        return _common(get_args(inner))
    if is_typeddict(inner):
        return "dict"
    origin = get_origin(inner)
    if isinstance(origin, type) and not hasattr(inner, "__or__"):
        return origin.__name__
    if isinstance(inner, type) and issubclass(inner, Enum):
        return _common(tuple(member.value for member in inner))
    if isinstance(inner, type):
        return _of_class(inner)
    return origin.__name__ if isinstance(origin, type) and origin.__module__ == "builtins" else str(inner)


def _of_class(found: type) -> str:
    if get_origin(found) is not None:
        return str(getattr(get_origin(found), "__name__", found))
    builtin = next((base for base in found.__mro__ if base.__module__ == "builtins" and base is not object), None)
    if builtin is not None:
        return builtin.__name__
    return "BaseModel" if hasattr(found, "model_fields") else found.__name__


def _common(values: tuple[Any, ...]) -> str:
    names = {type(value).__name__ for value in values}
    return names.pop() if len(names) == 1 else "object"


def constraints(annotation: Any) -> Mapping[str, Any]:
    """The constraints on a value, by pydantic's names; a closed set is `enum`."""
    found: dict[str, Any] = {}
    inner = unwrapped(annotation)
    if get_origin(inner) is Literal:
        found["enum"] = get_args(inner)
    elif isinstance(inner, type) and issubclass(inner, Enum):
        found["enum"] = tuple(member.value for member in inner)
    for part in _metadata(annotation):
        found |= _limits(part)
    return MappingProxyType(found)


def _limits(part: Any) -> dict[str, Any]:
    return {name: value for name in _NAMES if (value := getattr(part, name, None)) is not None}


def identity(annotation: Any) -> Hashable:
    """What annotations share that ask for the same, however their constraints are written.

    >>> from pydantic import Field, PositiveInt
    >>> identity(list[PositiveInt]) == identity(list[Annotated[int, Field(gt=0, description="pieces")]])
    True
    """
    origin = get_origin(annotation)
    if origin is None:
        return annotation if isinstance(annotation, Hashable) else repr(annotation)
    if origin is Annotated:
        return _constrained(*get_args(annotation))
    if origin is Literal:
        return Literal, tuple((type(value), value) for value in get_args(annotation))
    parts = tuple(map(_part, get_args(annotation)))
    return (Union, frozenset(parts)) if origin in (Union, UnionType) else (origin, parts)


def _part(argument: Any) -> Hashable:
    return tuple(map(identity, argument)) if isinstance(argument, list) else identity(argument)


def _constrained(inner: Any, *metadata: Any) -> Hashable:
    limits: dict[str, Any] = {}
    others: list[Hashable] = []
    for part in _flat(metadata):
        found = _limits(part)
        limits |= found
        if not found:
            others.append(part if _hashable(part) else repr(part))
    if not limits and not others:
        return identity(inner)
    return Annotated, identity(inner), frozenset((name, repr(value)) for name, value in limits.items()), tuple(others)


def _hashable(part: Any) -> bool:
    try:
        hash(part)
    except TypeError:  # a frozen dataclass has __hash__, and fails on what is in it
        return False
    return True


def parts(annotation: Any) -> Iterator[Any]:
    """An annotation and all that are inside it: members of unions, items, what is below `Annotated` and aliases."""
    yield annotation
    if get_origin(annotation) is Annotated:
        yield from parts(get_args(annotation)[0])
    elif get_origin(annotation) is None and unwrapped(annotation) is not annotation:
        yield from parts(getattr(annotation, "__supertype__", getattr(annotation, "__value__", Any)))
    elif get_origin(annotation) is not Literal:
        for argument in get_args(annotation):
            for inner in argument if isinstance(argument, list) else [argument]:
                yield from parts(inner)


def unwrapped(annotation: Any) -> Any:
    """The annotation below `Annotated`, `NewType` and type aliases."""
    if get_origin(annotation) is Annotated:
        return unwrapped(get_args(annotation)[0])
    for wrapper in ("__supertype__", "__value__"):
        if not isinstance(annotation, type) and hasattr(annotation, wrapper):
            return unwrapped(getattr(annotation, wrapper))
    return annotation


def _metadata(annotation: Any) -> Iterator[Any]:
    """All constraints said of a value, those inside a `Field(…)` too."""
    if get_origin(annotation) is not Annotated:
        below = getattr(annotation, "__supertype__", getattr(annotation, "__value__", None))
        if below is not None and not isinstance(annotation, type):
            yield from _metadata(below)
        return
    inner, *metadata = get_args(annotation)
    yield from _metadata(inner)
    yield from _flat(metadata)


def _flat(metadata: Iterable[Any]) -> Iterator[Any]:
    """Constraints one by one, those inside a `Field(…)` too."""
    for part in metadata:
        inside = getattr(part, "metadata", None)
        yield from inside if isinstance(inside, list) else [part]
