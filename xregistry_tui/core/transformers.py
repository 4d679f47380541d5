"""From a value of one type to a value of another, by one step or by several."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from types import UnionType
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin

from xregistry_tui.core.annotations import unwrapped
from xregistry_tui.core.reading import Reader, bare
from xregistry_tui.core.signatures import annotation

if TYPE_CHECKING:
    from xregistry_tui.core.registered_type import RegisteredType

_WIDER = {bool: (int, float, Decimal, complex), int: (float, Decimal, complex), float: (complex, Decimal)}


@dataclass(frozen=True, slots=True)
class Transformer:
    """A function from one type to another. Either type is a class, an annotation, or the name of a registered type.

    `gives` reads what comes out, where the type to is no name.
    """

    name: str
    from_type: Any
    to_type: Any
    func: Callable[[Any], Any]
    gives: Reader = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "gives", Reader(self.to_type))

    def transform(self, value: Any) -> Any:
        """What the function gives, with nothing checked; `TypeRegistry.transform` checks both ends."""
        return self.func(value)


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Transformers one after the other, each checked at both ends: call it with a value."""

    steps: tuple[RegisteredType, ...]
    apply: Callable[[RegisteredType, Any], Any] = field(repr=False)

    def __call__(self, value: Any) -> Any:
        for step in self.steps:
            value = self.apply(step, value)
        return value

    def __str__(self) -> str:
        return " → ".join(step.title for step in self.steps)


def check_chain(steps: Sequence[RegisteredType], annotation_of: Callable[[Any], Any]) -> None:
    """Whether each transformer takes what the one before gives; raises ValueError that names the place."""
    for place, (one, other) in enumerate(pairwise(steps), 1):
        gives, takes = one.type_class.to_type, other.type_class.from_type
        if not fits(annotation_of(gives), annotation_of(takes)):
            raise ValueError(
                f"step {place} ({one.title}) gives {title_of(gives)}, step {place + 1} ({other.title}) takes "
                f"{title_of(takes)}: put a transformer between them"
            )


def title_of(given: Any) -> str:
    """What people call a type that was given as a class, an annotation or a name."""
    return given if isinstance(given, str) else getattr(given, "__name__", annotation(given))


def fits(given: Any, wanted: Any) -> bool:
    """Whether values of one type can be values of another; constraints are left to each value.

    >>> fits(int, float), fits(float, int), fits(str, str | None), fits(list[int], list[str])
    (True, False, True, False)
    """
    given, wanted = unwrapped(bare(given)), unwrapped(bare(wanted))
    if given is Any or wanted is Any or wanted is object:
        return True
    if _union(given):
        return all(fits(part, wanted) for part in get_args(given))
    if _union(wanted):
        return any(fits(given, part) for part in get_args(wanted))
    if get_origin(given) is Literal:
        return _listed(get_args(given), wanted)
    return _is_a(given, wanted)


def _union(found: Any) -> bool:
    return get_origin(found) in (Union, UnionType)


def _listed(values: Collection[Any], wanted: Any) -> bool:
    if get_origin(wanted) is Literal:
        return set(values) <= set(get_args(wanted))
    return all(_is_a(type(value), wanted) for value in values)


def _is_a(given: Any, wanted: Any) -> bool:
    if get_origin(wanted) is Literal:
        return all(_is_a(given, type(value)) for value in get_args(wanted))
    above, below = get_origin(wanted) or wanted, get_origin(given) or given
    if not (isinstance(above, type) and isinstance(below, type)):
        return bool(given == wanted)
    if not (issubclass(below, above) or above in _WIDER.get(below, ())):
        return False
    inside = list(zip(get_args(given), get_args(wanted), strict=False))
    return all(one is ... or other is ... or fits(one, other) for one, other in inside)
