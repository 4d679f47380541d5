"""What a form asks for, by a field's annotation: through `Annotated`, unions, aliases, lists and records within."""

from __future__ import annotations

import collections
import collections.abc
import dataclasses
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, get_args, get_origin

import typing_extensions
from pydantic import BaseModel, Json, RootModel
from pydantic.fields import FieldInfo

from xregistry_tui.schema.ui_scalars import constrain, literal, scalar
from xregistry_tui.schema.ui_union import merged
from xregistry_tui.schema.widget import Widget

DEEPEST = 8
MOST_WITHIN = 2_000

# the language's own from Python 3.12 on, and the one that pydantic's names are made with before
_ALIASES = (typing_extensions.TypeAliasType, getattr(typing, "TypeAliasType", typing_extensions.TypeAliasType))
_LITERALS = (typing.Literal, typing_extensions.Literal)
_LISTS = (
    *(list, set, frozenset, collections.deque),
    *(collections.abc.Sequence, collections.abc.MutableSequence, collections.abc.Iterable, collections.abc.Collection),
    *(collections.abc.Set, collections.abc.MutableSet),
)
_MAPS = (
    *(dict, collections.OrderedDict, collections.defaultdict, collections.Counter),
    *(collections.abc.Mapping, collections.abc.MutableMapping),
)


@dataclass(frozen=True, slots=True)
class Reader:
    """Where in a model we are: the path of the field, the types we are inside of, and how the fields of one are read.

    `room` is how many more records within are still read out, shared by all readers of one schema.
    """

    fields_of: Callable[[type, Reader], dict[str, Any]]
    path: tuple[str, ...] = ()
    open: tuple[Any, ...] = ()
    room: list[int] = field(default_factory=lambda: [MOST_WITHIN])

    def within(self, *segments: str) -> Reader:
        """One step down."""
        return replace(self, path=(*self.path, *segments))


def read(annotation: Any, metadata: Iterable[Any], reader: Reader) -> dict[str, Any]:
    """The control of a type: no `widget` where it is any plain text, `nullable` where null is among its values."""
    metadata = tuple(_flat(metadata)) if metadata else ()
    found = _read(annotation, metadata, reader)
    for part in metadata:
        if part is Json or type(part) is Json:
            return _json(found)
        if isinstance(part, FieldInfo):
            found |= wanted(part)
        elif part is not None:
            constrain(found, part)
    return found


def wanted(info: FieldInfo) -> dict[str, Any]:
    """What the author of a field asks for by `json_schema_extra={"widget": …}` or `{"ui": {…}}`."""
    extra = info.json_schema_extra
    if not isinstance(extra, dict):
        return {}
    ui, widget = extra.get("ui"), extra.get("widget")
    asked = {**({"widget": widget} if isinstance(widget, str) else {}), **(ui if isinstance(ui, dict) else {})}
    return {name: str(value) if isinstance(value, Widget) else value for name, value in asked.items()}


def _flat(metadata: Iterable[Any]) -> Iterator[Any]:
    """Every piece of metadata, those inside a `Field(…)` before it."""
    for part in metadata:
        if isinstance(part, FieldInfo):
            yield from part.metadata
        yield part


def _json(found: dict[str, Any] | None = None) -> dict[str, Any]:
    kept = {name: True for name in ("nullable", "secret") if found and found.get(name)}
    return {"widget": Widget.JSON.value, **kept}


def _read(annotation: Any, metadata: Sequence[Any], reader: Reader) -> dict[str, Any]:
    if annotation in (None, Any, object):
        return {"widget": Widget.JSON.value, "nullable": True}
    origin = get_origin(annotation)
    if origin is None and isinstance(annotation, type):
        return _class(annotation, reader)
    if origin is typing.Annotated:
        inner, *parts = get_args(annotation)
        return read(inner, (*parts, *(part for part in metadata if _discriminates(part))), reader)
    if origin is types.UnionType or origin is typing.Union:
        return _union(get_args(annotation), metadata, reader)
    if origin in _LITERALS:
        return literal(get_args(annotation))
    if isinstance(annotation, _ALIASES) or isinstance(origin, _ALIASES):
        return _alias(annotation, metadata, reader)
    if origin is not None:
        return _generic(origin, get_args(annotation), annotation, reader)
    if isinstance(annotation, TypeVar):
        return _read(annotation.__bound__ if annotation.__bound__ is not None else Any, metadata, reader)
    base = getattr(annotation, "__supertype__", None)
    return _json() if base is None else read(base, metadata, reader)


def _class(annotation: type, reader: Reader) -> dict[str, Any]:
    known = scalar(annotation)
    if known is not None:
        return known
    if issubclass(annotation, RootModel):
        return _once(annotation, reader, lambda inner: _root(annotation, inner))
    if issubclass(annotation, BaseModel) or dataclasses.is_dataclass(annotation) or typing.is_typeddict(annotation):
        return _group(annotation, reader)
    if typing_extensions.is_typeddict(annotation):
        return _group(annotation, reader)
    if issubclass(annotation, tuple) and hasattr(annotation, "_fields"):
        return _named_tuple(annotation, reader)
    if annotation in _LISTS or annotation is tuple:
        return _list(Any, reader)
    return _map((), reader) if annotation in _MAPS else _json()


def _group(annotation: type, reader: Reader) -> dict[str, Any]:
    """A record within; one that holds itself ends in a reference, one too far down in JSON."""
    group = {"widget": Widget.GROUP.value}
    if annotation in reader.open:
        return {**group, "ref": annotation.__name__}
    if len(reader.open) >= DEEPEST or reader.room[0] <= 0:
        return _json()
    reader.room[0] -= 1
    fields = reader.fields_of(annotation, replace(reader, open=(*reader.open, annotation)))
    return {**group, "name": annotation.__name__, "fields": fields}


def _once(key: Any, reader: Reader, inside: Callable[[Reader], dict[str, Any]]) -> dict[str, Any]:
    """What lies behind a name for a type; one that leads back to itself is JSON."""
    return _json() if key in reader.open else inside(replace(reader, open=(*reader.open, key)))


def _root(annotation: type[BaseModel], reader: Reader) -> dict[str, Any]:
    root = annotation.model_fields["root"]
    return read(root.annotation, root.metadata, reader)


def _alias(annotation: Any, metadata: Sequence[Any], reader: Reader) -> dict[str, Any]:
    origin = get_origin(annotation)
    value = annotation.__value__ if origin is None else origin.__value__
    if origin is not None and getattr(value, "__parameters__", None):
        value = value[get_args(annotation)]
    return _once(annotation, reader, lambda inner: read(value, [p for p in metadata if _discriminates(p)], inner))


def _generic(origin: Any, arguments: tuple[Any, ...], annotation: Any, reader: Reader) -> dict[str, Any]:
    if origin is tuple:
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return _list(arguments[0], reader)
        return _positions([(None, argument) for argument in arguments], reader)
    if origin in _LISTS:
        return _list(arguments[0] if arguments else Any, reader)
    if origin in _MAPS:
        return _map(arguments, reader)
    if origin in (typing.Required, typing.NotRequired, typing.Final, typing.ClassVar) and arguments:
        return read(arguments[0], (), reader)
    return _class(origin, reader) if isinstance(origin, type) else _json()


def _list(item: Any, reader: Reader) -> dict[str, Any]:
    items = read(item, (), reader.within("*"))
    if items.get("widget") == Widget.SELECT and not items.get("open") and not items.get("nullable"):
        return {"widget": Widget.MULTISELECT.value, "options": items["options"]}
    return {"widget": Widget.LIST.value, "items": items}


def _positions(named: Iterable[tuple[str | None, Any]], reader: Reader) -> dict[str, Any]:
    each = [
        {**read(annotation, (), reader.within(str(index))), **({"name": name} if name else {})}
        for index, (name, annotation) in enumerate(named)
    ]
    return {"widget": Widget.LIST.value, "positions": each}


def _named_tuple(annotation: Any, reader: Reader) -> dict[str, Any]:
    hints = typing.get_type_hints(annotation, include_extras=True)
    named = [(name, hints.get(name, Any)) for name in annotation._fields]
    return _once(annotation, reader, lambda inner: _positions(named, inner))


def _map(arguments: tuple[Any, ...], reader: Reader) -> dict[str, Any]:
    key, item = arguments if len(arguments) == 2 else (str, int if len(arguments) == 1 else Any)
    keys = read(key, (), reader.within("*"))
    return {
        "widget": Widget.MAP.value,
        "items": read(item, (), reader.within("*")),
        **({"keys": keys} if keys else {}),
    }


def _union(members: tuple[Any, ...], metadata: Sequence[Any], reader: Reader) -> dict[str, Any]:
    present = [member for member in members if member is not type(None)]
    nullable = {"nullable": True} if len(present) < len(members) else {}
    by = next((part for part in metadata if _discriminates(part)), None)
    if by is not None and len(present) > 1:
        return {**_variants(present, getattr(by, "discriminator", None), reader), **nullable}
    inside = [part for part in metadata if _discriminates(part)]
    return {**merged([read(member, inside, reader) for member in present]), **nullable}


def _discriminates(part: Any) -> bool:
    return getattr(part, "discriminator", None) is not None


def _variants(members: list[Any], by: Any, reader: Reader) -> dict[str, Any]:
    """A union whose members a field (or a function) tells apart."""
    variants: dict[str, Any] = {}
    name = getattr(by, "discriminator", by)
    each = [read(member, (), reader) for member in members]
    if any(found.get("widget") != Widget.GROUP for found in each):
        return merged(each)
    for member, found in zip(members, each, strict=True):
        inner = found.get("variants", {"": found})
        for tag, one in inner.items():
            tags = [tag] if tag else _tags(member, one, name)
            variants |= dict.fromkeys(tags, one)
    said = {"discriminator": name} if isinstance(name, str) else {}
    return {"widget": Widget.GROUP.value, **said, "variants": variants}


def _tags(member: Any, found: dict[str, Any], by: Any) -> list[str]:
    """The values of the discriminator that stand for a member: its `Tag`, else what its field allows."""
    if get_origin(member) is typing.Annotated:
        for part in get_args(member)[1:]:
            if isinstance(tag := getattr(part, "tag", None), str):
                return [tag]
    options = found.get("fields", {}).get(by, {}).get("options", ())
    return [str(option["value"]) for option in options] or [found.get("name", getattr(member, "__name__", "other"))]
