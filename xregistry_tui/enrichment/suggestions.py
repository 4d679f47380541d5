"""Values that would do: by how often they are live and how close they are to what was typed."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterable
from math import isfinite
from typing import TYPE_CHECKING, Any

from xregistry_tui.enrichment.choices import Choices, as_json, choices, live_field
from xregistry_tui.profiling import wording
from xregistry_tui.profiling.categories import named
from xregistry_tui.schema.report import Suggestion
from xregistry_tui.schema.shape import Kind

if TYPE_CHECKING:
    from xregistry_tui.core.models import RegisteredModel
    from xregistry_tui.enrichment.live import Live
    from xregistry_tui.schema.shape import FieldShape, Scalar

_CLOSE = 60.0
_GROUPED = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_COMMA = re.compile(r"-?\d+,\d+")
_MOMENTS = ("%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y")
_NUMBERS = frozenset({Kind.INTEGER, Kind.NUMBER, Kind.DECIMAL})
_NOW = frozenset({"current_timestamp", "now()", "datetime('now')", "current_date"})


def suggest(
    field: str, live: Live | None, registered: RegisteredModel, text: str = "", limit: int = 10
) -> tuple[Suggestion, ...]:
    """Values for a field (its name or JSON Pointer), best first: the closed set, else the most frequent live values.

    Without text by frequency; with text those close to it, closest first.
    """
    found = choices(field, registered, live)
    if found is None:
        return ()
    values = list(found.shares)
    if text:
        values = [value for value, _ in _ranked(text, values)]
        if found.closed:
            values += [value for value in found.shares if value not in values]
    return tuple(_suggestion(value, found) for value in values[:limit])


def nearest(value: Any, found: Choices | None) -> Suggestion | None:
    """The allowed or seen value closest to one that is neither; `None` where none is close."""
    if found is None or not found.shares:
        return None
    best = next(iter(_ranked(str(value), found.shares)), None)
    return _suggestion(best[0], found) if best is not None else None


def _ranked(text: str, values: Iterable[Scalar]) -> list[tuple[Scalar, float]]:
    """Values close to a text with their closeness, closest first; ties in the order given."""
    from rapidfuzz import fuzz, process

    known = list(values)
    written = [_written(value).casefold() for value in known]
    typed = text.casefold()
    scored = process.extract(typed, written, scorer=fuzz.WRatio, limit=None, score_cutoff=_CLOSE)
    ranked = {index: score for _, score, index in scored}
    for index, value in enumerate(written):
        if value.startswith(typed):
            ranked[index] = 100.0 + len(typed) / (1 + len(value))
    return [(known[index], score) for index, score in sorted(ranked.items(), key=lambda item: -item[1])]


def _written(value: Scalar) -> str:
    return value if isinstance(value, str) else str(as_json(value))


def _suggestion(value: Scalar, found: Choices) -> Suggestion:
    share = found.shares[value]
    why = "of live values" if share is not None else found.source
    return Suggestion(as_json(value), share, why)


def for_missing(field: str, shape: FieldShape | None, live: Live | None, now: datetime.datetime) -> Suggestion | None:
    """A value for a required field that is not there: now, its default, or what most records have."""
    if shape is None:
        return None
    if shape.kind is Kind.DATETIME:
        return Suggestion(_moment(now), None, "now, UTC")
    if shape.kind is Kind.DATE:
        return Suggestion(now.date().isoformat(), None, "today, UTC")
    if shape.default is not None and shape.default.strip("()").casefold() not in _NOW:
        return Suggestion(_default(shape), None, "the default")
    seen = live_field(live, field)
    if seen is None or named(seen) is None:
        return None
    top = seen.top[0]
    return Suggestion(as_json(top.value), top.count / seen.present, "of live values")


def _moment(now: datetime.datetime) -> str:
    return now.astimezone(datetime.UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def _default(shape: FieldShape) -> Any:
    """A declared default as JSON data: JSON as models write it, or a literal as engines do."""
    text = (shape.default or "").strip()
    if len(text) >= 2 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    if shape.kind is Kind.STRING and not text.startswith('"'):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def converted(value: Any, shape: FieldShape | None) -> Suggestion | None:
    """The same value in the type that the field asks for, where that is plain."""
    if shape is None or value is None:
        return None
    kinds = set(shape.kinds)
    if isinstance(value, str):
        made = _number(value, kinds) if kinds & _NUMBERS else _date(value, kinds)
    elif Kind.STRING in kinds and isinstance(value, bool | int | float):
        made = json.dumps(value)
    else:
        made = None
    return Suggestion(made, None, "the same, " + shape.kind.value) if made is not None else None


def _number(text: str, kinds: set[Kind]) -> int | float | None:
    text = text.strip()
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    elif _COMMA.fullmatch(text):
        text = text.replace(",", ".")
    try:
        number = float(text)
    except ValueError:
        return None
    if not isfinite(number):
        return None
    if number == int(number) and "." not in text:
        return int(number)
    return None if kinds <= {Kind.INTEGER} and number != int(number) else number


def _date(text: str, kinds: set[Kind]) -> str | None:
    for form in _MOMENTS:
        try:
            found = datetime.datetime.strptime(text.strip(), form)  # noqa: DTZ007 - a naive text stays a naive moment
        except ValueError:
            continue
        if Kind.DATETIME in kinds:
            return found.isoformat()
        return found.date().isoformat() if Kind.DATE in kinds else None
    return None


def shown(value: Any) -> str:
    """A value from outside within a message: short, on one line."""
    if isinstance(value, str):
        return f"“{wording.cut(value, 40)}”"
    if isinstance(value, dict):
        return "an object"
    return "a list" if isinstance(value, list | tuple) else wording.scalar(value, 40)
