"""Pydantic models made of shapes, and the Python a person would keep.

Both come from one neutral plan (`modelplan`), so that the class generated and the source written are the same model.
"""

from __future__ import annotations

import datetime
import decimal
import uuid
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, Literal

from xregistry_tui.schema.modelplan import (
    Atom,
    ClassPlan,
    FieldPlan,
    Limited,
    ListOf,
    MapOf,
    OneValueOf,
    Record,
    Type,
    classes,
    plan,
)

if TYPE_CHECKING:
    from pydantic import BaseModel, ConfigDict

    from xregistry_tui.schema.shape import Shape

MODULE = "xregistry_tui.generated"

_OBJECTS: dict[Atom, Any] = {
    Atom.NONE: None,
    Atom.ANY: Any,
    Atom.BOOL: bool,
    Atom.INT: int,
    Atom.FLOAT: float,
    Atom.DECIMAL: decimal.Decimal,
    Atom.STR: str,
    Atom.BYTES: bytes,
    Atom.DATETIME: datetime.datetime,
    Atom.DATE: datetime.date,
    Atom.TIME: datetime.time,
    Atom.DURATION: datetime.timedelta,
    Atom.UUID: uuid.UUID,
}
_PROTECTED = ("model_dump", "model_validate")  # what pydantic warns of unless told not to
_WIDE = 80
_FROM_TYPING = ("Annotated", "Any", "Literal")
_FROM_PYDANTIC = ("BaseModel", "ConfigDict", "Field")


def generate(shape: Shape, name: str, module: str = MODULE) -> type[BaseModel]:
    """A model of the records of a shape; `name` may be any text. Values are checked when a record first is.

    It reads records by true name and, where no attribute is another field's true name, by attribute too; fields it
    does not know are ignored.
    """
    made: dict[str, type[BaseModel]] = {}
    for made_plan in classes(plan(shape, name)):
        made[made_plan.name] = _class(made_plan, made, module)
    return made[made_plan.name]


def _class(of: ClassPlan, made: dict[str, type[BaseModel]], module: str) -> type[BaseModel]:
    from pydantic import create_model

    fields: dict[str, Any] = {field.attribute: (annotation(field.type, made), _info(field)) for field in of.fields}
    made_class: type[BaseModel] = create_model(
        of.name, __config__=_config(of), __doc__=of.doc, __module__=module, **fields
    )
    return made_class


def _config(of: ClassPlan) -> ConfigDict:
    from pydantic import ConfigDict

    config = ConfigDict(defer_build=True, extra="ignore", protected_namespaces=(), populate_by_name=of.by_attribute)
    if of.title is not None:
        config["title"] = of.title
    config.update(_values_config(of))
    return config


def _values_config(of: ClassPlan) -> ConfigDict:
    """What a class has to be told to take every value that engines hold, in the canonical JSON form too."""
    from pydantic import ConfigDict

    atoms, told = of.atoms, ConfigDict()
    if Atom.DECIMAL in atoms:
        told["allow_inf_nan"] = True  # floats may be, decimals only when told
    if Atom.BYTES in atoms:
        told.update({"ser_json_bytes": "base64", "val_json_bytes": "base64"})
    return told


def _info(field: FieldPlan) -> Any:
    from pydantic import Field

    given = {name: value for name, value in _given(field) if name != "default"}
    return Field(default=None, **given) if field.optional else Field(**given)


def _given(field: FieldPlan) -> list[tuple[str, Any]]:
    """The keyword arguments of a field's `Field(…)`."""
    optional = [("default", None)] if field.optional else []
    alias = [("alias", field.alias)] if field.alias is not None else []
    description = [("description", field.description)] if field.description else []
    return [*optional, *alias, *description]


def annotation(of: Type, made: dict[str, type[BaseModel]]) -> Any:
    """The annotation itself; `made` are the classes that it may refer to, by name."""
    if isinstance(of, Atom):
        return _OBJECTS[of]
    if isinstance(of, Record):
        return made[of.plan.name]
    if isinstance(of, ListOf):
        return list[annotation(of.items, made)]  # type: ignore[misc]
    if isinstance(of, MapOf):
        return dict[str, annotation(of.values, made)]  # type: ignore[misc]
    if isinstance(of, OneValueOf):
        return Literal[of.values]
    if isinstance(of, Limited):
        from pydantic import Field

        return Annotated[annotation(of.inner, made), Field(**dict(of.limits))]
    return reduce(or_, (annotation(option, made) for option in of.options))


def source(shape: Shape, name: str) -> str:
    """The model of `generate` as an importable Python module: imports that it needs, a line for each field."""
    plans = list(classes(plan(shape, name)))
    bodies = [_class_source(of) for of in plans]
    text = "\n\n\n".join(bodies)
    return f"{_imports(text)}\n\n\n{text}\n"


def _imports(text: str) -> str:
    words = _words(text)
    standard = [
        line
        for word, line in (
            ("dt", "import datetime as dt"),
            ("Decimal", "from decimal import Decimal"),
            ("typing", _import("typing", _FROM_TYPING, words)),
            ("UUID", "from uuid import UUID"),
        )
        if line and (word in words or word == "typing")
    ]
    parts = ["\n".join(standard), _import("pydantic", _FROM_PYDANTIC, words)]
    return "\n\n".join(part for part in parts if part)


def _words(text: str) -> set[str]:
    """The names that a source refers to, which those inside its strings are not."""
    import io
    import tokenize

    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return {token.string for token in tokens if token.type == tokenize.NAME}


def _import(module: str, names: tuple[str, ...], words: set[str]) -> str:
    wanted = [name for name in names if name in words]
    return f"from {module} import {', '.join(wanted)}" if wanted else ""


def _class_source(of: ClassPlan) -> str:
    lines = [f"class {of.name}(BaseModel):", f"    {_docstring(of.doc)}"]
    config = _config_source(of)
    if config:
        lines += ["", f"    model_config = ConfigDict({config})"]
    if of.fields:
        lines += ["", *(f"    {_field_source(field)}" for field in of.fields)]
    return "\n".join(lines)


def _docstring(text: str) -> str:
    simple = text.isprintable() and not set('"\\') & set(text)
    return f'"""{text}"""' if simple else repr(text)


def _config_source(of: ClassPlan) -> str:
    settings = []
    if of.title is not None:
        settings.append(f"title={_literal(of.title)}")
    if of.by_attribute and any(field.alias is not None for field in of.fields):
        settings.append("populate_by_name=True")
    if any(field.attribute.startswith(_PROTECTED) for field in of.fields):
        settings.append("protected_namespaces=()")
    settings += [f"{name}={_literal(value)}" for name, value in _values_config(of).items()]
    return ", ".join(settings)


def _field_source(field: FieldPlan) -> str:
    declared = f"{field.attribute}: {_text(field.type)}"
    given = _given(field)
    if not given:
        return declared
    if given == [("default", None)]:
        return f"{declared} = None"
    return f"{declared} = Field({', '.join(f'{name}={_literal(value)}' for name, value in given)})"


def _closed_set(values: list[str]) -> str:
    """A set on one line where it is short, else a value per line inside the class."""
    line = f"Literal[{', '.join(values)}]"
    if len(line) <= _WIDE:
        return line
    return "\n".join(["Literal[", *(f"        {value}," for value in values), "    ]"])


def _literal(value: Any) -> str:
    """A value as written, in double quotes where that needs no escapes.

    >>> print(_literal("a"), _literal('"'), _literal(5))
    "a" '"' 5
    """
    text = repr(value)
    return f'"{text[1:-1]}"' if text.startswith("'") and '"' not in text else text


def _text(of: Type) -> str:
    """The annotation as written."""
    if isinstance(of, Atom):
        return of.value
    if isinstance(of, Record):
        return of.plan.name
    if isinstance(of, ListOf):
        return f"list[{_text(of.items)}]"
    if isinstance(of, MapOf):
        return f"dict[str, {_text(of.values)}]"
    if isinstance(of, OneValueOf):
        return _closed_set([_literal(value) for value in of.values])
    if isinstance(of, Limited):
        limits = ", ".join(f"{name}={_literal(value)}" for name, value in of.limits)
        return f"Annotated[{_text(of.inner)}, Field({limits})]"
    return " | ".join(_text(option) for option in of.options)
