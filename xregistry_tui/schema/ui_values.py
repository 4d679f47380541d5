"""The values a form shows before any is given: defaults and examples, never a secret's."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from xregistry_tui.schema.canonical import jsonable
from xregistry_tui.schema.ui_words import widget_by_name
from xregistry_tui.schema.widget import Widget

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

_EMPTY: dict[Any, Any] = {list: [], dict: {}, set: [], frozenset: [], tuple: [], str: "", int: 0, bool: False}
_IN_ADDRESS = re.compile(r"://[^\s/:@]*:[^\s/@]+@")
_PLAIN = (str, int, float, bool, type(None))


def default_of(info: FieldInfo, found: dict[str, Any]) -> dict[str, Any]:
    """`{"default": value}` as JSON data, where a field has a value by default; what a function makes is not called."""
    if info.default_factory is not None:
        factory: Any = info.default_factory
        empty = _EMPTY.get(factory) if isinstance(factory, type) else None
        return {} if empty is None else {"default": type(empty)(empty)}
    if info.is_required() or "ref" in found or "variants" in found:
        return {}
    default = info.default
    return {"default": jsonable(default)} if type(default) in _PLAIN else _made_plain(default)


def _made_plain(default: Any) -> dict[str, Any]:
    from pydantic_core import PydanticSerializationError, to_jsonable_python

    ordered = sorted(default, key=repr) if isinstance(default, set | frozenset) else default
    try:
        plain = to_jsonable_python(ordered, by_alias=True, bytes_mode="base64", serialize_unknown=True)
    except (PydanticSerializationError, ValueError):  # a value that holds itself has no JSON form
        return {}
    return {"default": jsonable(plain)}


def placeholder_of(info: FieldInfo) -> dict[str, Any]:
    """`{"placeholder": text}` of the first example that the author gave."""
    examples = info.examples
    if not examples and isinstance(info.json_schema_extra, dict):
        given = info.json_schema_extra.get("examples")
        examples = given if isinstance(given, list) else None
    if not examples:
        return {}
    first = jsonable(examples[0])
    return {"placeholder": first if isinstance(first, str) else json.dumps(first, ensure_ascii=False)}


def holds_secret(control: dict[str, Any]) -> bool:
    """Whether a control, or one within it, is of a secret."""
    if control.get("secret") is True or control.get("widget") == Widget.PASSWORD:
        return True
    return any(holds_secret(inner) for inner in _within(control) if isinstance(inner, dict))


def _within(control: dict[str, Any]) -> Iterator[Any]:
    yield from (control[name] for name in ("items", "keys") if name in control)
    yield from control.get("positions", ())
    for name in ("fields", "variants"):
        inner = control.get(name)
        yield from inner.values() if isinstance(inner, dict) else ()


def shows_secret(value: Any) -> bool:
    """Whether JSON data shows a password: in an address, or under a name that speaks of one.

    >>> shows_secret("postgresql://ana:hunter2@db/shop"), shows_secret({"token": ""}), shows_secret([{"api_key": "x"}])
    (True, False, True)
    """
    if isinstance(value, str):
        return _IN_ADDRESS.search(value) is not None
    if isinstance(value, dict):
        return any(
            (item and widget_by_name(key) is Widget.PASSWORD) or shows_secret(item) for key, item in value.items()
        )
    return isinstance(value, list) and any(shows_secret(item) for item in value)
