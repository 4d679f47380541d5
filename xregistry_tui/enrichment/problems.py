"""What a model says against a record, in plain words: Pydantic's errors by JSON Pointer, unions summed up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from xregistry_tui.enrichment.suggestions import shown
from xregistry_tui.schema.json_text import to_pointer

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_EXPECTED = {
    "bool": "true or false",
    "bytes": "text",
    "dataclass": "an object",
    "date": "a date",
    "datetime": "a date and time",
    "decimal": "a decimal number",
    "dict": "an object",
    "float": "a number",
    "frozen_set": "a list",
    "int": "a whole number",
    "list": "a list",
    "mapping": "an object",
    "model": "an object",
    "model_attributes": "an object",
    "none": "null",
    "set": "a list",
    "string": "text",
    "time": "a time",
    "time_delta": "a duration",
    "timezone": "a date and time with a time zone",
    "tuple": "a list",
    "url": "an address (URL)",
    "uuid": "a UUID",
}
_BOUNDS = {
    "greater_than": (">", "gt"),
    "greater_than_equal": ("≥", "ge"),
    "less_than": ("<", "lt"),
    "less_than_equal": ("≤", "le"),
}
_ENDINGS = (
    "_from_datetime_parsing",
    "_from_datetime_inexact",
    "_from_date_parsing",
    "_from_float",
    "_object_invalid",
    "_parsing_size",
    "_parsing",
    "_required",
    "_inexact",
    "_unicode",
    "_invalid",
    "_naive",
    "_aware",
    "_type",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """One error of a model: where (JSON Pointer), its stable code, what it says, and the value it is about."""

    pointer: str
    code: str
    message: str
    value: Any = None


@dataclass(slots=True)
class _Located:
    """An error at the place in the record that it is about; `members` are the union members it passed through."""

    error: ErrorDetails
    segments: list[str | int] = field(default_factory=list)
    members: list[str] = field(default_factory=list)
    union_at: str | None = None


def complaints(errors: Iterable[ErrorDetails], record: Any) -> list[Complaint]:
    """All errors of a model against a record, one for each union however many members it failed."""
    plain: list[Complaint] = []
    unions: dict[str, list[_Located]] = {}
    for error in errors:
        located = _locate(error, record)
        if located.union_at is None:
            plain.append(_complaint(located))
        else:
            unions.setdefault(located.union_at, []).append(located)
    for pointer, group in unions.items():
        plain += _summed_up(pointer, group)
    return plain


def _locate(error: ErrorDetails, record: Any) -> _Located:
    """Follow an error's location through the record; what is not in the record names a member of a union."""
    located = _Located(error)
    node, last = record, len(error["loc"]) - 1
    for index, part in enumerate(error["loc"]):
        if (isinstance(node, Mapping) and part in node) or (_is_item(node, part)):
            node = node[part]
        elif index and not (index == last and error["type"] in ("missing", "extra_forbidden")):
            if located.union_at is None:
                located.union_at = to_pointer(located.segments)
            located.members.append(str(part))
            continue
        else:
            node = None
        located.segments.append(part)
    return located


def _is_item(node: Any, part: str | int) -> bool:
    return isinstance(node, Sequence) and not isinstance(node, str) and isinstance(part, int) and part < len(node)


def _complaint(located: _Located) -> Complaint:
    error = located.error
    value = None if error["type"] == "missing" else error["input"]
    return Complaint(pointer=to_pointer(located.segments), code=_code(error), message=message(error), value=value)


def _summed_up(pointer: str, group: list[_Located]) -> list[Complaint]:
    members: dict[str, list[_Located]] = {}
    for located in group:
        members.setdefault(located.members[0], []).append(located)
    at_once = all(to_pointer(located.segments) == pointer for located in group)
    if len(members) == 1 or not at_once:
        # the member with the fewest errors is what was most likely meant
        return [_complaint(located) for located in min(members.values(), key=len)]
    value = group[0].error["input"]
    wanted = [_wanted(located.error) for located in group]
    if any(want is None for want in wanted):
        reasons = "; ".join(dict.fromkeys(message(located.error) for located in group))
        return [Complaint(pointer=pointer, code="value", message=reasons, value=value)]
    listed = " or ".join(dict.fromkeys(want for want in wanted if want))
    return [Complaint(pointer=pointer, code="type", message=f"expected {listed}, is {kind_of(value)}", value=value)]


def _code(error: ErrorDetails) -> str:
    kind = error["type"]
    if kind in ("missing", "json_invalid"):
        return "missing" if kind == "missing" else "json"
    if kind in ("literal_error", "enum"):
        return "not_allowed"
    if kind in _BOUNDS or kind in ("multiple_of", "finite_number"):
        return "range"
    if kind.endswith(("_too_long", "_too_short")) or kind in ("too_long", "too_short"):
        return "length"
    if kind == "string_pattern_mismatch":
        return "pattern"
    if kind == "extra_forbidden":
        return "unknown_field"
    return "type" if _wanted(error) else "value"


def _wanted(error: ErrorDetails) -> str | None:
    """What type an error asks for, in words; `None` where it asks for something else."""
    kind = error["type"]
    if kind in ("literal_error", "enum"):
        return "one of the allowed values"
    for ending in _ENDINGS:
        if kind.endswith(ending) and kind.removesuffix(ending) in _EXPECTED:
            return _EXPECTED[kind.removesuffix(ending)]
    return None


def message(error: ErrorDetails) -> str:
    """One of Pydantic's errors as a person would say it."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "missing":
        return "required, missing"
    if kind in ("literal_error", "enum"):
        return f"not one of the allowed values: {context.get('expected', '')}"
    if kind in _BOUNDS:
        sign, bound = _BOUNDS[kind]
        return f"must be {sign} {context.get(bound)}, is {shown(error['input'])}"
    if kind == "string_too_long":
        return f"at most {context.get('max_length')} characters, has {len(str(error['input'])):,}"
    if kind == "string_too_short":
        return f"at least {context.get('min_length')} characters, has {len(str(error['input'])):,}"
    if kind == "string_pattern_mismatch":
        return f"does not match {context.get('pattern')}"
    if kind == "extra_forbidden":
        return "the model has no such field"
    if kind in ("value_error", "assertion_error") and "error" in context:
        return str(context["error"]) or "refused by the model's own check"
    if kind == "json_invalid":  # JSON by its grammar, and yet no text: half of a surrogate pair
        return f"the text cannot be read: {context.get('error', error['msg'])}"
    if wanted := _wanted(error):
        return f"expected {wanted}, is {kind_of(error['input'])}"
    return error["msg"][:1].lower() + error["msg"][1:]


def kind_of(value: Any) -> str:
    """What a JSON value is, in words.

    >>> kind_of("x"), kind_of(1.5), kind_of(None), kind_of([])
    ('text “x”', 'the number 1.5', 'null', 'a list')
    """
    if isinstance(value, str):
        return f"text {shown(value)}"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return f"the number {shown(value)}" if isinstance(value, int | float) else shown(value)
