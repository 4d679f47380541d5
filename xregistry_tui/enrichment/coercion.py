"""What a model reads a value as, and whether that was lenient."""

from __future__ import annotations

import datetime
import decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from xregistry_tui.enrichment.suggestions import shown

if TYPE_CHECKING:
    from pydantic import BaseModel, TypeAdapter


def read_as(model: type[BaseModel], attribute: str | None, raw: Any, instance: BaseModel | None) -> Any:
    """The value as the model reads it: from its instance, else by the field's own type; the raw one where neither."""
    if attribute is None:
        return raw
    if instance is not None:
        return getattr(instance, attribute, raw)
    # a model that found something else wrong made no instance; its other fields are read one by one
    from pydantic import ValidationError

    try:
        return _adapter(model, attribute).validate_python(raw)
    except ValidationError:
        return raw


@lru_cache(maxsize=1024)
def _adapter(model: type[BaseModel], attribute: str) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    return TypeAdapter(model.model_fields[attribute].rebuild_annotation())


def lenient(raw: Any, value: Any) -> str:
    """What to say of a value that was read as another type than it was written in; empty where it was not.

    >>> lenient("129.90", decimal.Decimal("129.90")), lenient("2026-01-02", datetime.date(2026, 1, 2))
    ('read as decimal 129.90 (lenient)', '')
    """
    if isinstance(raw, bool) == isinstance(value, bool) and type(raw) is type(value):
        return ""
    name = _NAMES.get(type(value))
    if name is None or (isinstance(raw, str) and isinstance(value, datetime.date | datetime.time)):
        return ""
    if isinstance(raw, int | float) and not isinstance(raw, bool) and isinstance(value, float | decimal.Decimal):
        return ""
    if not isinstance(raw, str | bool | int | float):
        return ""
    written = str(value) if isinstance(value, decimal.Decimal) else shown(value)
    return f"read as {name} {written} (lenient)"


_NAMES: dict[type, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    decimal.Decimal: "decimal",
    datetime.datetime: "date and time",
    datetime.date: "date",
    datetime.time: "time",
}
