"""How many records are checked quickly: as typed dicts where a model has no code of its own, else as its instances.

What a field may be among live values (`Expected`) is compiled into the schema, where it costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic.fields import FieldInfo

Expected = Mapping[str, frozenset[Any]]
"""By field (as records name it) the values that were seen live, where those are all there are."""

_SCALARS = (str, int)
_OWN_SCHEMA = "__get_pydantic_core_schema__"


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads a record as JSON or as Python data, and raises `ValidationError` where the model would.

    `compiled`: the fields that are read as one of their live values only, with the type that the model asks for.
    """

    read_json: Callable[[bytes], Any]
    read: Callable[[Any], Any]
    compiled: Mapping[str, type] = field(default_factory=dict)


def reader(model: type[BaseModel], expected: Expected) -> Reader:
    """How records of a model are read."""
    from pydantic import TypeAdapter

    # classes are built when they are first asked for, which is now
    model.model_rebuild()
    if not plain(model):
        validator = model.__pydantic_validator__
        return Reader(validator.validate_json, validator.validate_python)
    compiled: dict[str, type] = {}
    annotations: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        key = info.alias or name
        values, kind = expected.get(key), _narrowed(info)
        asked = info.annotation
        if values and kind is not None and all(type(value) is kind for value in values):
            compiled[key] = kind
            asked = _one_of(info, values)
        annotations[name] = _required(info, _asked(info, asked))
    checked = TypeAdapter(_typed_dict(model, annotations)).validator
    return Reader(checked.validate_json, checked.validate_python, compiled)


def plain(model: type[BaseModel]) -> bool:
    """Whether all that a model asks of a record is in its fields: it has no code of its own."""
    from pydantic import BaseModel as Base

    from xregistry_tui.schema.external_model import ExternalModel

    decorators = model.__pydantic_decorators__
    own = (decorators.validators, decorators.field_validators, decorators.root_validators, decorators.model_validators)
    return (
        not any(own)
        and not model.__pydantic_root_model__
        and model.__init__ is Base.__init__
        and model.model_post_init is Base.model_post_init
        and not any(_OWN_SCHEMA in vars(base) for base in model.__mro__[: model.__mro__.index(Base)])
        and not issubclass(model, ExternalModel)
    )


def _typed_dict(model: type[BaseModel], annotations: dict[str, Any]) -> Any:
    from typing_extensions import TypedDict

    # a class statement cannot write names that are no identifiers
    make: Any = TypedDict
    made = make(model.__name__, annotations)
    config = {key: value for key, value in model.model_config.items() if key not in ("title", "json_schema_extra")}
    # values are told apart anyway: to remember them as they are read costs more than it saves
    made.__pydantic_config__ = {**config, "cache_strings": "keys"}
    return made


def _required(info: FieldInfo, annotation: Any) -> Any:
    from typing import NotRequired

    return annotation if info.is_required() else NotRequired[annotation]


def _asked(info: FieldInfo, annotation: Any) -> Any:
    """An annotation with all else that is asked of a field, and the names it is read by."""
    from pydantic import Field

    named: dict[str, Any] = {"alias": info.alias, "validation_alias": info.validation_alias}
    named |= {"discriminator": info.discriminator}
    given = {key: value for key, value in named.items() if value is not None}
    more = [*info.metadata, *([Field(**given)] if given else ())]
    return Annotated[(annotation, *more)] if more else annotation


def _narrowed(info: FieldInfo) -> type | None:
    """The one scalar type of a field that asks for nothing more: live values may stand for it."""
    if info.metadata or info.discriminator:
        return None
    parts = [part for part in get_args(info.annotation) if part is not type(None)] or [info.annotation]
    return parts[0] if len(parts) == 1 and parts[0] in _SCALARS else None


def _one_of(info: FieldInfo, values: frozenset[Any]) -> Any:
    known = Literal[tuple(sorted(values))]  # type: ignore[valid-type]  # values known at run time
    return known | None if type(None) in get_args(info.annotation) else known
