"""Whether two types, validated types or transformers are one definition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xregistry_tui.core.annotations import identity
from xregistry_tui.core.reading import BARE
from xregistry_tui.core.transformers import Transformer

if TYPE_CHECKING:
    from collections.abc import Callable

    from xregistry_tui.core.registered_type import RegisteredType


def same(there: RegisteredType, new: RegisteredType) -> bool:
    """Whether two are one definition."""
    return _same(there.type_class, new.type_class)


def _same(there: Any, new: Any) -> bool:
    """`Field(…)` knows no equality, so annotations are compared as written; generated classes by what they read."""
    if hasattr(there, BARE) and hasattr(new, BARE):
        return identity(getattr(there, BARE)) == identity(getattr(new, BARE))
    if isinstance(there, type) or isinstance(new, type):
        return there is new
    return bool(there == new) or repr(there) == repr(new)


def reloaded(there: RegisteredType, new: RegisteredType) -> bool:
    """Whether the new one takes the place of the old in its module, as after a reload."""
    older, newer = _places(there), _places(new)
    return bool(newer) and older == newer and not any("<" in qualname for _, qualname in newer)


def _places(registered: RegisteredType) -> list[tuple[str, str]]:
    """Where the code of a type is written: its class, or the functions that it was made of."""
    made_of: tuple[Callable[..., Any] | type, ...] = registered.metadata.validators
    if isinstance(registered.type_class, Transformer):
        made_of = (registered.type_class.func,)
    elif isinstance(registered.type_class, type) and not hasattr(registered.type_class, BARE):
        made_of = (registered.type_class,)
    return [(part.__module__, getattr(part, "__qualname__", "<unnamed>")) for part in made_of]
