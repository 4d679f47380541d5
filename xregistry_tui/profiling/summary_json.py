"""A summary as the JSON data that a store keeps, and back: one letter a part, what is usual left out."""

from __future__ import annotations

import base64
import datetime
import decimal
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from xregistry_tui.profiling.field_summary import FieldSummary
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.profiling.profile import Figure, ValueCount
from xregistry_tui.profiling.sketches import Counts, Moments, Ranks
from xregistry_tui.profiling.summary import Summary
from xregistry_tui.schema.canonical import jsonable
from xregistry_tui.schema.shape import Kind

if TYPE_CHECKING:
    from xregistry_tui.schema.shape import Scalar

FORM = 1
"""Raised when the form changes: what another form kept is not read."""


def as_json(summary: Summary) -> dict[str, Any]:
    """The summary as JSON data; `from_json` gives it back."""
    rows = summary.rows
    return {
        "form": FORM,
        "at": jsonable(summary.as_of),
        "method": summary.method.value,
        "n": summary.n,
        "rows": [rows.value, rows.method.value, rows.low, rows.high, rows.at_least, rows.approximate],
        "schema": summary.schema,
        "version": summary.version,
        "grown": list(summary.grown) if summary.grown is not None else None,
        "fields": {path: _field(held, summary.n) for path, held in summary.fields.items()},
    }


def from_json(data: Mapping[str, Any]) -> Summary:
    """The summary that `as_json` wrote; raises `ValueError` where it is none, or of another form."""
    if data.get("form") != FORM:
        raise ValueError("this was kept by another version of the program")
    try:
        return _summary(data)
    except (AttributeError, LookupError, TypeError, ValueError, decimal.InvalidOperation) as error:
        raise ValueError(f"this is no summary of a profile: {error!r}") from error


def _summary(data: Mapping[str, Any]) -> Summary:
    value, method, low, high, at_least, approximate = data["rows"]
    grown = data["grown"]
    return Summary(
        rows=Figure(value=value, method=Grade(method), low=low, high=high, at_least=at_least, approximate=approximate),
        method=Grade(data["method"]),
        n=data["n"],
        as_of=datetime.datetime.fromisoformat(data["at"]),
        fields=MappingProxyType({path: _read_field(held, data["n"]) for path, held in data["fields"].items()}),
        schema=data["schema"],
        version=data["version"],
        grown=(grown[0], grown[1]) if grown is not None else None,
    )


def _field(held: FieldSummary, n: int) -> dict[str, Any]:
    """By letter: d declared, f firm, n looked at, c counts, t types, x extremes, m moments, v values, e their error,
    r ranks, u distinct, h choice, i identity, o off a declared set, s strays.
    """
    parts: dict[str, Any] = {
        "d": "|".join(held.declared),
        "f": int(held.firm),
        "c": _trimmed([held.missing, held.nulls, held.blank]),
        "x": [written(value) for value in held.extremes or ()],
        "m": [held.moments.n, _float(held.moments.mean), _float(held.moments.squares)] if held.moments else [],
        "v": [part for entry in held.values.listed for part in (written(entry.value), entry.count)],
        "e": held.values.error,
        "r": [held.ranks.n, *(_point(point) for point in held.ranks.points)] if held.ranks.points else [],
        "u": list(dict.fromkeys(held.distinct or ())),
        "h": int(held.choice),
        "i": int(held.identity),
        "s": [written(value) for value in held.strays],
    }
    usual = {held.declared[0]: held.present} if len(held.declared) == 1 else None
    return {
        **{name: part for name, part in parts.items() if part},
        **({"n": held.looked_at} if held.looked_at != n else {}),
        **({"t": dict(held.kinds)} if dict(held.kinds) != usual else {}),
        **({"o": held.off} if held.off is not None else {}),
    }


def _trimmed(counts: list[int]) -> list[int]:
    while counts and not counts[-1]:
        counts.pop()
    return counts


def _point(point: tuple[float, int, int]) -> list[Any]:
    value, least, most = point
    whole = int(value) if value.is_integer() and abs(value) < 1e15 else value
    return [whole, least] if least == most else [whole, least, most]


def _float(value: float) -> Any:
    return jsonable(value)


def _read_field(data: Mapping[str, Any], n: int) -> FieldSummary:
    declared = tuple(map(Kind, data["d"].split("|"))) if data.get("d") else ()
    looked_at = data.get("n", n)
    missing, nulls, blank = (*data.get("c", ()), 0, 0, 0)[:3]
    present = looked_at - missing - nulls
    kinds = data.get("t", {declared[0]: present} if declared else {})
    values, points = data.get("v", ()), data.get("r", ())
    distinct, moments, extremes = data.get("u"), data.get("m"), data.get("x")
    return FieldSummary(
        declared=declared,
        firm=bool(data.get("f")),
        looked_at=looked_at,
        missing=missing,
        nulls=nulls,
        blank=blank,
        kinds=MappingProxyType({Kind(kind): count for kind, count in kinds.items()}),
        extremes=(read(extremes[0]), read(extremes[1])) if extremes else None,
        moments=Moments(moments[0], float(moments[1]), float(moments[2])) if moments else None,
        values=Counts(
            tuple(ValueCount(read(value), count) for value, count in zip(values[::2], values[1::2], strict=True)),
            data.get("e", 0),
        ),
        ranks=Ranks(points[0], tuple((float(p[0]), p[1], p[-1]) for p in points[1:])) if points else Ranks(),
        distinct=(distinct[0], distinct[-1]) if distinct else None,
        choice=bool(data.get("h")),
        identity=bool(data.get("i")),
        off=data.get("o"),
        strays=tuple(map(read, data.get("s", ()))),
    )


_TAGS: dict[str, tuple[type, Callable[[Any], str], Callable[[str], Any]]] = {
    "t": (datetime.datetime, jsonable, datetime.datetime.fromisoformat),
    "d": (datetime.date, jsonable, datetime.date.fromisoformat),
    "h": (datetime.time, jsonable, datetime.time.fromisoformat),
    "n": (decimal.Decimal, str, decimal.Decimal),
    "b": (bytes, jsonable, base64.b64decode),
    "f": (float, str, float),
}


def written(value: Scalar) -> Any:
    """A value as JSON data that `read` gives back; what JSON has no form for says what it is."""
    if value is None or isinstance(value, bool | int | str) or (isinstance(value, float) and value - value == 0):
        return value
    for tag, (kind, write, _) in _TAGS.items():
        if isinstance(value, kind):
            return [tag, write(value)]
    return str(value)


def read(data: Any) -> Scalar:
    """The value that was `written`."""
    found: Scalar = _TAGS[data[0]][2](data[1]) if isinstance(data, list) else data
    return found
