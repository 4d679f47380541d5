"""What a form asks a single value with, by the value's type and its constraints.

A plain text gets no widget here: its name and live data have a say first.
"""

from __future__ import annotations

import datetime
import decimal
import enum
import math
import uuid
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from xregistry_tui.schema.canonical import jsonable
from xregistry_tui.schema.ui_words import label
from xregistry_tui.schema.widget import Widget

BY_FORMAT = {
    "email": Widget.EMAIL.value,
    "idn-email": Widget.EMAIL.value,
    "uri": Widget.URL.value,
    "url": Widget.URL.value,
    "iri": Widget.URL.value,
    "uuid": Widget.UUID.value,
    "date": Widget.DATE.value,
    "time": Widget.TIME.value,
    "date-time": Widget.DATETIME.value,
    "duration": Widget.DURATION.value,
    "password": Widget.PASSWORD.value,
}
# widgets whose values are one line of text as JSON; "" is the plain text that has none yet
TEXTS = frozenset({"", "text", "textarea", "email", "url", "uuid", "date", "time", "datetime", "duration", "password"})
_MOMENTS = frozenset({"date", "time", "datetime", "duration"})
_WHOLE = {"widget": Widget.NUMBER.value, "step": 1}
_SCALARS: dict[Any, dict[str, Any]] = {
    str: {},
    int: _WHOLE,
    float: {"widget": Widget.NUMBER.value},
    decimal.Decimal: {"widget": Widget.NUMBER.value},
    bool: {"widget": Widget.TOGGLE.value},
    bytes: {"widget": Widget.TEXT.value},
    bytearray: {"widget": Widget.TEXT.value},
    datetime.datetime: {"widget": Widget.DATETIME.value},
    datetime.date: {"widget": Widget.DATE.value},
    datetime.time: {"widget": Widget.TIME.value},
    datetime.timedelta: {"widget": Widget.DURATION.value},
    uuid.UUID: {"widget": Widget.UUID.value},
}
_BY_CLASS_NAME = {
    **dict.fromkeys(("EmailStr",), Widget.EMAIL),
    **dict.fromkeys(("PastDate", "FutureDate"), Widget.DATE),
    **dict.fromkeys(("PastDatetime", "FutureDatetime", "AwareDatetime", "NaiveDatetime"), Widget.DATETIME),
    **dict.fromkeys(("_SecretBase", "Secret", "SecretStr", "SecretBytes"), Widget.PASSWORD),
    **dict.fromkeys(("_BaseUrl", "_BaseMultiHostUrl", "Url", "MultiHostUrl"), Widget.URL),
    **dict.fromkeys(("NameEmail", "IPvAnyAddress", "IPvAnyInterface", "IPvAnyNetwork", "ImportString"), Widget.TEXT),
    **dict.fromkeys(
        ("_IPAddressBase", "PurePath", "ByteSize", "PaymentCardNumber", "Pattern", "ZoneInfo"), Widget.TEXT
    ),
}


def scalar(annotation: Any) -> dict[str, Any] | None:
    """The control of a class of single values; `None` where it is no such class."""
    if annotation in _SCALARS:
        return dict(_SCALARS[annotation])
    if issubclass(annotation, enum.Enum):
        flags = issubclass(annotation, enum.Flag)
        return dict(_WHOLE) if flags else closed([(member.name, member.value) for member in annotation])
    known = _inherited(annotation)
    return None if known is None else dict(known)


@lru_cache(maxsize=256)
def _inherited(annotation: Any) -> dict[str, Any] | None:
    for base in annotation.__mro__:
        if base.__name__ in _BY_CLASS_NAME and base.__module__.partition(".")[0] in _FROM:
            widget = _BY_CLASS_NAME[base.__name__]
            return {"widget": widget.value, **({"secret": True} if widget is Widget.PASSWORD else {})}
        if base in _SCALARS:
            return _SCALARS[base]
    return None


_FROM = frozenset({"pydantic", "pydantic_core", "ipaddress", "pathlib", "re", "zoneinfo"})


def closed(named: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """One of a closed set of values under these names; a null among them makes it nullable."""
    pairs = list(named)
    options = [{"value": jsonable(value), "label": label(name)} for name, value in pairs if value is not None]
    nullable = {"nullable": True} if len(options) < len(pairs) else {}
    return {"widget": Widget.SELECT.value, "options": options, **nullable}


def literal(values: Iterable[Any]) -> dict[str, Any]:
    """One of the values of a `Literal`, each shown as it is written."""
    plain = [value.value if isinstance(value, enum.Enum) else value for value in values]
    nullable = {"nullable": True} if any(value is None for value in plain) else {}
    return {"widget": Widget.SELECT.value, **offered(plain), **nullable}


def offered(values: Iterable[Any]) -> dict[str, Any]:
    """Options that are shown as they are."""
    plain = [jsonable(value) for value in values if value is not None]
    return {"options": [{"value": value, "label": _written(value)} for value in plain]}


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)


def constrain(found: dict[str, Any], part: Any) -> None:
    """Add what one piece of a field's metadata says."""
    widget = found.get("widget", "")
    if widget == "number":
        _bound(found, part, _number)
        if step := getattr(part, "multiple_of", None) or _places(part):
            found["step"] = _number(step)
    elif widget in _MOMENTS:
        _bound(found, part, jsonable)
    elif widget in TEXTS:
        _lengths(found, part, "min_length", "max_length")
        if isinstance(pattern := getattr(part, "pattern", None), str) or hasattr(pattern, "pattern"):
            found["pattern"] = getattr(pattern, "pattern", pattern)
    elif widget in ("list", "map", "multiselect"):
        _lengths(found, part, "min_items", "max_items")
    if isinstance(schema := getattr(part, "json_schema", None), Mapping):
        by_format(found, schema)


def by_format(found: dict[str, Any], schema: Mapping[str, Any]) -> None:
    """What a JSON Schema format says of a text that nothing else is known of."""
    if "widget" not in found and (widget := BY_FORMAT.get(str(schema.get("format")))):
        found["widget"] = widget
        if widget == Widget.PASSWORD:
            found["secret"] = True


def _lengths(found: dict[str, Any], part: Any, least: str, most: str) -> None:
    if isinstance(value := getattr(part, "min_length", None), int) and value > 0:
        found[least] = value
    if isinstance(value := getattr(part, "max_length", None), int):
        found[most] = value


def _bound(found: dict[str, Any], part: Any, written: Any) -> None:
    for inclusive, exclusive, name, beyond in (("ge", "gt", "minimum", 1), ("le", "lt", "maximum", -1)):
        if (value := written(getattr(part, inclusive, None))) is not None:
            found[name] = value
        elif (value := written(getattr(part, exclusive, None))) is not None:
            if found.get("step") == 1 and isinstance(value, int):
                found[name] = value + beyond
            else:
                found |= {name: value, f"exclusive_{name}": True}


def _number(value: Any) -> int | float | None:
    """A bound or a step as a JSON number; none where it is no finite number."""
    if isinstance(value, decimal.Decimal) and value.is_finite():
        return int(value) if value == value.to_integral_value() else float(value)
    return value if isinstance(value, int | float) and math.isfinite(value) else None


def _places(part: Any) -> float | None:
    places = getattr(part, "decimal_places", None)
    return float(decimal.Decimal(1).scaleb(-places)) if isinstance(places, int) and places >= 0 else None
