"""What a form needs to ask for a record of a model: a control for every field, as plain JSON data.

The type decides first, then for plain texts the name, then what live data says; the author of the model over all.
It reads the fields of the class and nothing that has to be built from them.

>>> from pydantic import create_model
>>> ui_schema(create_model("Person", first_name=(str, ...)))["fields"]["first_name"]["label"]
'First Name'
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xregistry_tui.schema.shape import pointer
from xregistry_tui.schema.ui_scalars import BY_FORMAT, by_format, offered
from xregistry_tui.schema.ui_types import Reader, read, wanted
from xregistry_tui.schema.ui_values import default_of, holds_secret, placeholder_of, shows_secret
from xregistry_tui.schema.ui_words import label, widget_by_name
from xregistry_tui.schema.widget import Widget

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic.fields import FieldInfo

LONG = 80


@dataclass(frozen=True, slots=True)
class Evidence:
    """What live data says about a field of texts.

    `values` are all its values where they are few, most frequent first; `longest` counts characters; `format` is the
    JSON Schema format that nearly all values have (`email`, `uri`, `date-time`).
    """

    values: tuple[Any, ...] = ()
    longest: int | None = None
    format: str | None = None


def ui_schema(model_class: type[BaseModel], *, evidence: Mapping[str, Evidence] | None = None) -> dict[str, Any]:
    """The control of every field by the name that records have it under: `{"fields": {name: {"widget": …}}}`.

    `evidence` is by path, as figures name fields: `city`, `/address/city`, `/tags/*`.
    """
    known = evidence or {}

    def fields_of(owner: type, reader: Reader) -> dict[str, Any]:
        return {name: _field(name, info, required, reader) for name, info, required in members(owner)}

    def _field(name: str, info: FieldInfo, required: bool, reader: Reader) -> dict[str, Any]:
        return _control(name, info, required, reader.within(name), known)

    return {"fields": fields_of(model_class, Reader(fields_of, open=(model_class,)))}


def members(owner: Any) -> Iterator[tuple[str, FieldInfo, bool]]:
    """The fields of a model, a dataclass or a typed dictionary: name in records, field, whether it must be there."""
    from pydantic.fields import FieldInfo

    fields = getattr(owner, "__pydantic_fields__", None)
    if fields is not None:
        if not getattr(owner, "__pydantic_fields_complete__", True) and hasattr(owner, "model_rebuild"):
            owner.model_rebuild(raise_errors=False)
            fields = owner.__pydantic_fields__
        for attribute, info in fields.items():
            yield _in_records(attribute, info), info, info.is_required()
        return
    given = {one.name: one for one in dataclasses.fields(owner)} if dataclasses.is_dataclass(owner) else None
    for name, hint in _hints(owner).items():
        info = FieldInfo.from_annotation(_present(hint))
        if given is None:
            yield name, info, name in owner.__required_keys__ and typing.get_origin(hint) is not typing.NotRequired
        elif name in given:
            _take_default(info, given[name])
            yield name, info, info.is_required()


def _hints(owner: Any) -> dict[str, Any]:
    try:
        return typing.get_type_hints(owner, include_extras=True)
    except NameError:  # written for a name that is not there (yet)
        return dict.fromkeys(owner.__annotations__, Any)


def _present(hint: Any) -> Any:
    """`NotRequired[…]` and the like tell of the key, not of the value."""
    presence = (typing.Required, typing.NotRequired, getattr(typing, "ReadOnly", typing.Required))
    return _present(typing.get_args(hint)[0]) if typing.get_origin(hint) in presence else hint


def _take_default(info: FieldInfo, given: dataclasses.Field[Any]) -> None:
    if given.default is not dataclasses.MISSING:
        info.default = given.default
    elif given.default_factory is not dataclasses.MISSING:
        info.default_factory = given.default_factory


def _in_records(attribute: str, info: FieldInfo) -> str:
    alias = info.validation_alias
    if alias is None and info.alias is None:
        return attribute
    first = alias if isinstance(alias, str) else getattr(alias, "choices", [info.alias])[0]
    return first if isinstance(first, str) else attribute


def _control(
    name: str, info: FieldInfo, required: bool, reader: Reader, evidence: Mapping[str, Evidence]
) -> dict[str, Any]:
    found = read(info.annotation, _metadata(info), reader)
    asked = wanted(info)
    if isinstance(info.json_schema_extra, dict):
        by_format(found, info.json_schema_extra)
    _decide(found, name, reader.path, evidence, "widget" in asked)
    control = {
        "widget": found.pop("widget", Widget.TEXT.value),
        "label": info.title or label(name),
        "required": required,
        "description": info.description,
        "nullable": bool(found.pop("nullable", False)),
        **found,
        **default_of(info, found),
        **placeholder_of(info),
        **asked,
    }
    return _hidden(control)


def _metadata(info: FieldInfo) -> list[Any]:
    if info.discriminator is None:
        return info.metadata
    from pydantic import Discriminator

    return [*info.metadata, Discriminator(info.discriminator)]  # type: ignore[arg-type]


def _hidden(control: dict[str, Any]) -> dict[str, Any]:
    """Nothing that a secret holds, or might hold, is shown."""
    if control["widget"] == Widget.PASSWORD:
        control["secret"] = True
    if holds_secret(control):
        for shown in ("default", "placeholder"):
            control.pop(shown, None)
    elif shows_secret(control.get("default")):
        del control["default"]
    return control


def _decide(
    found: dict[str, Any], name: str, path: tuple[str, ...], evidence: Mapping[str, Evidence], settled: bool
) -> None:
    """Give a plain text the widget that its name or live data speaks for; texts in a list or a map likewise."""
    items = found.get("items")
    if isinstance(items, dict):
        _decide(items, name, (*path, "*"), evidence, settled)
    for inner in (items, found.get("keys"), *found.get("positions", ())):
        if isinstance(inner, dict):
            inner.setdefault("widget", Widget.TEXT.value)
    if settled or "widget" in found:
        return
    named = widget_by_name(name)
    if named is not None:
        found["widget"] = named.value
        if named is Widget.PASSWORD:
            found["secret"] = True
    elif evidence and (known := evidence.get(pointer(*path))) is not None:
        found |= _evident(known)


def _evident(known: Evidence) -> dict[str, Any]:
    if known.values:
        return {"widget": Widget.SELECT.value, **offered(known.values), "open": True}
    if known.format in BY_FORMAT and BY_FORMAT[known.format] != Widget.PASSWORD:
        return {"widget": BY_FORMAT[known.format]}
    return {"widget": Widget.TEXTAREA.value} if known.longest is not None and known.longest > LONG else {}
