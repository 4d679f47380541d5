"""Which model describes which collection: by name, else by the fields they share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xregistry_tui.core.bindings import Binding
    from xregistry_tui.core.models import RegisteredModel
    from xregistry_tui.resources.base import XResource
    from xregistry_tui.schema.shape import FieldShape, Shape

ENOUGH = 0.8
"""So much of its fields tells what a model describes by themselves …"""

SURE = 0.5
"""… and so much together with its name."""

_OTHER_KIND = 0.5
_PARTS = re.compile(r"[\W_]+")


class NoMatch(ValueError):
    """Nothing matches, or several do equally; `candidates` are the best with their overlap (0–1)."""

    def __init__(self, what: str, candidates: tuple[tuple[str, float], ...]) -> None:
        listed = ", ".join(f"{name} ({share:.0%})".replace("%", " %") if share else name for name, share in candidates)
        super().__init__(f"{what}; say which one it is: {listed}" if listed else f"{what}; there is nothing to match")
        self.candidates = candidates


def alike(first: str, second: str) -> bool:
    """Whether two names mean one thing: without regard to case, separators, English plurals and a schema before it.

    >>> alike("OrderItem", "order_items"), alike("category", "Categories"), alike("status", "stat")
    (True, True, False)
    >>> alike("Order", "public.orders")
    True
    """
    return bool(_forms(first) & _forms(second))


def _forms(name: str) -> set[str]:
    """A name folded, whole and without what is before its last dot, and what each could be the plural of."""
    return _singular(name) | _singular(name.rpartition(".")[2])


def _singular(name: str) -> set[str]:
    folded = _PARTS.sub("", name.casefold())
    forms = {folded}
    if folded.endswith("ies") and len(folded) > 4:
        forms.add(folded[:-3] + "y")
    if folded.endswith(("ses", "xes", "zes", "ches", "shes")):
        forms.add(folded[:-2])
    if folded.endswith("s") and not folded.endswith("ss") and len(folded) > 3:
        forms.add(folded[:-1])
    return forms


def overlap(first: Shape, second: Shape) -> float:
    """How much of their fields two shapes share (Jaccard, 0–1); a field of another type counts half."""
    ours = {field.name.casefold(): field for field in first.fields}
    theirs = {field.name.casefold(): field for field in second.fields}
    union = ours.keys() | theirs.keys()
    if not union:
        return 0.0
    return sum(_likeness(ours[name], theirs[name]) for name in ours.keys() & theirs.keys()) / len(union)


def _likeness(ours: FieldShape, theirs: FieldShape) -> float:
    untyped = not ours.kinds or not theirs.kinds
    return 1.0 if untyped or set(ours.kinds) & set(theirs.kinds) else _OTHER_KIND


def best(what: str, name: str, shape: Shape | None, candidates: Mapping[str, tuple[str, Shape | None]]) -> str:
    """The key of the candidate (its title and shape) that matches a name or a shape; raises `NoMatch`.

    `what` begins the message, e.g. `no model matches orders`.
    """
    named = [key for key, (title, _) in candidates.items() if alike(name, title)]
    if len(named) == 1:
        return named[0]
    pool: Iterable[str] = named or candidates
    scored = sorted(((key, _score(shape, candidates[key][1])) for key in pool), key=lambda item: (-item[1], item[0]))
    if scored and scored[0][1] >= ENOUGH and (len(scored) == 1 or scored[1][1] < scored[0][1]):
        return scored[0][0]
    raise NoMatch(what, tuple(scored[:5]))


def _score(shape: Shape | None, other: Shape | None) -> float:
    return overlap(shape, other) if shape is not None and other is not None else 0.0


def belonging(shapes: Iterable[Shape], models: Iterable[RegisteredModel]) -> dict[str, str]:
    """Which models (by path) surely describe which collections: alike in name, and in half of the fields or more.

    A model that could be meant for several collections is left out.
    """
    by_form: dict[str, dict[str, Shape]] = {}
    for shape in shapes:
        for form in _forms(shape.name):
            by_form.setdefault(form, {})[shape.name] = shape
    found: dict[str, str] = {}
    for model in models:
        named = {name: shape for form in _forms(model.title) for name, shape in by_form.get(form, {}).items()}
        meant = [name for name, shape in named.items() if overlap(model.shape, shape) >= SURE]
        if len(meant) == 1:
            found[model.path] = meant[0]
    return found


async def pair(
    resource: XResource,
    model: RegisteredModel | None,
    collection: str | None,
    models: Mapping[str, RegisteredModel],
    bindings: Iterable[Binding],
) -> tuple[RegisteredModel, str]:
    """The model and the collection of a resource that belong together, where one or both are not given.

    By an existing binding, else by name, else by fields; raises `NoMatch`. `models` are all there are, by path.
    """
    bound = [binding for binding in bindings if binding.resource == resource.name]
    if model is not None:
        if collection is None:
            held = {binding.collection for binding in bound if binding.model == model.path}
            collection = held.pop() if len(held) == 1 else await _collection(resource, model)
        return model, collection
    if collection is None:
        collection = await _only(resource)
    held = {binding.model for binding in bound if binding.collection == collection}
    if len(held) == 1:
        return models[held.pop()], collection
    shape = await resource.shape(collection)
    candidates = {path: (known.title, known.shape) for path, known in models.items()}
    return models[best(f"no model matches {collection}", collection, shape, candidates)], collection


async def _collection(resource: XResource, model: RegisteredModel) -> str:
    names = await resource.list_collections_or_tables()
    if names.count(model.title) == 1:
        return model.title
    named = [name for name in names if alike(name, model.title)]
    if len(named) == 1:
        return named[0]
    candidates = {name: (name, await resource.shape(name)) for name in named or names}
    return best(f"no collection of {resource.name} matches {model.path}", model.title, model.shape, candidates)


async def _only(resource: XResource) -> str:
    names = await resource.list_collections_or_tables()
    if len(names) != 1:
        what = f"{resource.name} holds {len(names)} collections"
        raise NoMatch(what, tuple((name, 0.0) for name in names[:5]))
    return names[0]
