"""What models made of JSON Schemas have in common: the schema accepts or refuses, the fields only give types."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    ModelWrapValidatorHandler,
    SerializeAsAny,
    ValidationError,
    WrapValidator,
    model_validator,
)

from xregistry_tui.schema.canonical import jsonable

if TYPE_CHECKING:
    from pydantic import ValidatorFunctionWrapHandler

    from xregistry_tui.schema.acceptance import Acceptance


Model = TypeVar("Model", bound=BaseModel)


class ExternalRecord(BaseModel):
    """A record within: it refuses nothing, and keeps the fields it does not know."""

    model_config = ConfigDict(
        extra="allow", defer_build=True, protected_namespaces=(), populate_by_name=False, validate_default=True
    )

    @model_validator(mode="wrap")
    @classmethod
    def _kept(cls, record: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Take any record as it is."""
        return _given(handler(record), record) if isinstance(record, Mapping) else handler(record)


class ExternalModel(ExternalRecord):
    """A whole record."""

    __schema__: ClassVar[dict[str, Any]]
    __accepts__: ClassVar[Acceptance]
    __note__: ClassVar[str]

    @model_validator(mode="wrap")
    @classmethod
    def _accepted(cls, record: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Refuse what the schema refuses, with all its problems; only then give the values their types."""
        if not isinstance(record, Mapping):
            return handler(record)
        problems = cls.__accepts__.problems(record)
        if problems:
            raise ValidationError.from_exception_data(cls.__name__, problems)
        return handler({str(key): value for key, value in record.items()})

    @classmethod
    def model_json_schema(cls, *_: Any, **__: Any) -> dict[str, Any]:
        """The JSON Schema that the model was made of, as it was given."""
        return copy.deepcopy(cls.__schema__)


def _given(made: Model, given: Mapping[str, Any]) -> Model:
    """Unset what only seems to be given: an unknown field may have the name of another field's attribute."""
    fields = type(made).model_fields
    for name in made.model_extra or ():
        if name in fields and fields[name].alias not in given:
            made.__pydantic_fields_set__.discard(name)
    return made


def as_typed(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    """A value as its field's type has it, or as it came: whether it is valid is decided already."""
    try:
        typed = handler(value)
    except ValidationError:
        return _typed_as_json(value, handler)
    # a whole number too large for a float would become another number
    return value if isinstance(value, int) and isinstance(typed, float) and typed != value else typed


def _typed_as_json(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    try:
        return handler(jsonable(value))
    except ValidationError:
        return value


# a value that came to stay as it is must be written as what it is
LENIENT: tuple[Any, ...] = (
    SerializeAsAny(),  # type: ignore[type-arg]
    WrapValidator(as_typed),
)
