"""Which models use which types: read off the models' annotations whenever it is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Protocol, TypeAlias, get_args, get_origin

from xregistry_tui.core.annotations import identity, parts

if TYPE_CHECKING:
    from collections.abc import Hashable

    from pydantic import BaseModel

    from xregistry_tui.core.registered_model import RegisteredModel
    from xregistry_tui.core.registered_type import RegisteredType


_Known: TypeAlias = "dict[Hashable, list[tuple[str, frozenset[Hashable]]]]"


class Models(Protocol):
    """Models by path: a `ModelRegistry`, its `models`, or a dictionary."""

    def __iter__(self) -> Iterator[str]: ...

    def __getitem__(self, path: str, /) -> RegisteredModel: ...


def usage(models: Models, types: Mapping[str, RegisteredType]) -> dict[str, tuple[tuple[str, str], ...]]:
    """Where each type is used: (model path, field) in the order of the models, nothing for a type that none uses.

    A class counts by identity, an annotation by what it asks for: `int = Field(gt=0)` uses `Annotated[int, Gt(0)]`,
    with notes added to it or not; one that asks for more is another type.
    Fields of nested models are named as `lines.price`; a model inside itself is entered once.
    Discovered models name no types, and are left out: their classes need not be made for this.
    """
    known = _by_identity(types)
    found: dict[str, list[tuple[str, str]]] = {path: [] for path in types}
    for path in models:
        model = models[path]
        if model.collection is None:
            for field, paths in _used(model.model_class, known):
                for used in paths:
                    found[used].append((model.path, field))
    return {path: tuple(places) for path, places in found.items()}


def _used(model_class: type[BaseModel], known: _Known) -> tuple[tuple[str, tuple[str, ...]], ...]:
    used: dict[str, dict[str, None]] = {}
    for field, annotation in _annotations(model_class, "", ()):
        for part in parts(annotation):
            asked, notes = _split(part)
            found = (path for path, needed in known.get(asked, ()) if needed <= notes)
            used.setdefault(field, {}).update(dict.fromkeys(found))
    return tuple((field, tuple(found)) for field, found in used.items() if found)


def _by_identity(types: Mapping[str, RegisteredType]) -> _Known:
    """Paths, each with the notes that an annotation has to have, by what the types ask for."""
    known: _Known = {}
    for path, registered in types.items():
        if registered.transformer is None and _says_something(registered.type_class):
            asked, notes = _split(registered.type_class)
            known.setdefault(asked, []).append((path, notes))
    return known


def _split(annotation: Any) -> tuple[Hashable, frozenset[Hashable]]:
    """What an annotation asks of a value by constraints, and all else that is noted in it (functions, texts)."""
    found = identity(annotation)
    if get_origin(annotation) is Annotated and isinstance(found, tuple) and found[0] is Annotated:
        _, inner, limits, notes = found
        return (inner, limits), frozenset(notes)
    return (found, frozenset()), frozenset()


def _says_something(annotation: Any) -> bool:
    """Whether an annotation is more than the type below it: `Annotated[int, Field(description=…)]` is every int."""
    return get_origin(annotation) is not Annotated or identity(annotation) != identity(get_args(annotation)[0])


def _annotations(
    model_class: type[BaseModel], above: str, inside: tuple[type[BaseModel], ...]
) -> Iterator[tuple[str, Any]]:
    for name, field in model_class.model_fields.items():
        annotation = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
        yield above + name, annotation
        for part in parts(annotation):
            if isinstance(part, type) and hasattr(part, "model_fields") and part not in (*inside, model_class):
                yield from _annotations(part, f"{above}{name}.", (*inside, model_class))
