"""Models made of JSON Schemas: of another tool's, or of a version of a model whose class is gone.

Such a model accepts a record where its JSON Schema does, and only there; its fields have types as far as the schema
says them, and a value that is accepted and yet does not fit its field's type stays as it came.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from xregistry_tui.schema.external_check import InvalidSchema, checked
from xregistry_tui.schema.json_schema import shape_of
from xregistry_tui.schema.modelgen import MODULE, annotation
from xregistry_tui.schema.modelplan import ClassPlan, FieldPlan, classes, plan

if TYPE_CHECKING:
    from pydantic import BaseModel

    from xregistry_tui.schema.external_model import ExternalModel, ExternalRecord

__all__ = ["NOTE", "InvalidSchema", "model_of"]

NOTE = "Made of its JSON Schema: Python validators are not part of it."


def model_of(json_schema: Mapping[str, Any], name: str, *, note: str = "") -> type[BaseModel]:
    """A model of the records that a JSON Schema (draft 2020-12 where it names no other) accepts.

    Its `model_json_schema()` is the schema given; `note` (default: `NOTE`) is in its docstring and its `__note__`.
    Raises `InvalidSchema` for what is no schema of an object, or refers to something outside it.
    """
    from xregistry_tui.schema.external_model import ExternalModel, ExternalRecord

    schema, accepts = checked(json_schema, name)
    *within, whole = classes(plan(shape_of(schema, name), name))
    made: dict[str, type[ExternalRecord]] = {}
    for one in within:
        made[one.name] = _class(one, made, ExternalRecord, one.doc)
    model: type[ExternalModel] = _class(whole, made, ExternalModel, f"{whole.doc}\n\n{note or NOTE}")
    model.__schema__, model.__accepts__, model.__note__ = schema, accepts, note or NOTE
    return model


def _class(of: ClassPlan, made: Mapping[str, type[ExternalRecord]], base: type[Any], doc: str) -> type[Any]:
    from pydantic import create_model

    fields: dict[str, Any] = {field.attribute: (_typed(field, made), _info(field)) for field in of.fields}
    config = {"title": of.title} if of.title is not None else {}
    made_class: type[Any] = create_model(
        of.name, __base__=base, __doc__=doc, __module__=MODULE, __cls_kwargs__=config, **fields
    )
    return made_class


def _typed(field: FieldPlan, made: Mapping[str, type[ExternalRecord]]) -> Any:
    from xregistry_tui.schema.external_model import LENIENT

    return Annotated[annotation(field.type, dict(made)), *LENIENT]


def _info(field: FieldPlan) -> Any:
    """The field; what the schema gives as its default is one, as the model behind it once had."""
    from pydantic import Field

    given: dict[str, Any] = {"alias": field.alias, "description": field.description}
    if not field.optional:
        return Field(**given)
    return Field(default=json.loads(field.default) if field.default is not None else None, **given)
