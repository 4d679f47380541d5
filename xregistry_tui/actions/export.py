"""Profiles as programs read them: pure functions from snapshots to JSON data in the canonical form.

A figure that was not looked for is absent, one that could not be had is `null`. Rates are shares between 0 and 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from xregistry_tui.core.bindings import RefreshStatus
from xregistry_tui.schema.canonical import jsonable
from xregistry_tui.schema.rules import describe

if TYPE_CHECKING:
    from xregistry_tui.actions.views import BindingView, ResourceView
    from xregistry_tui.profiling.profile import FieldProfile, Figure, Profile, RuleResult
    from xregistry_tui.profiling.quality import Quality

UNREAD = frozenset({RefreshStatus.FAILED, RefreshStatus.STALE})
DIMENSIONS = ("completeness", "validity", "uniqueness", "consistency", "timeliness")


def profile_document(resource: ResourceView, views: Iterable[BindingView]) -> dict[str, Any]:
    """What `profile --json` prints: one resource, its bindings' figures, and what could not be read."""
    shown = list(views)
    profiled = [(view, view.profile) for view in shown if view.profile is not None]
    document = {
        "resource": {"name": resource.name, "kind": resource.kind},
        "as_of": max((profile.as_of for _, profile in profiled), default=None),
        "collections": [_collection(view, profile) for view, profile in profiled],
        "failed": [{"name": name, "reason": reason} for name, reason in failures(resource, shown)],
    }
    plain: dict[str, Any] = jsonable(document)
    return plain


def failures(resource: ResourceView, views: Iterable[BindingView]) -> list[tuple[str, str]]:
    """What could not be read (any more), by name, and why: at discovery, then at profiling."""
    unread = [
        (view.binding.collection, view.state.reason)
        for view in views
        if view.profile is None or view.state.status in UNREAD
    ]
    return sorted({**dict(unread), **(resource.failed or {})}.items())


def _collection(view: BindingView, profile: Profile) -> dict[str, Any]:
    assessed = {} if view.assessment is None else {"quality": _quality(view.assessment.model)}
    return {
        "name": profile.collection,
        "model": view.binding.model,
        "method": profile.method,
        "n": profile.n,
        "as_of": profile.as_of,
        "rows": figure(profile.rows),
        "fields": {name: _field(field) for name, field in profile.fields.items()},
        **assessed,
        "how": {
            "queries": profile.how.queries,
            "sampling": profile.how.sampling,
            "milliseconds": round(profile.how.milliseconds, 3),
        },
    }


def figure(value: Figure | None) -> dict[str, Any] | None:
    """A figure with how it was got; whole numbers are written without a fraction."""
    if value is None:
        return None
    parts = {"value": whole(value.value), "low": value.low, "high": value.high, "method": value.method}
    marks = {"at_least": value.at_least, "approximate": value.approximate}
    return _present(parts) | {name: True for name, marked in marks.items() if marked}


def whole(value: float) -> float:
    """A number as an integer where it is one.

    >>> whole(3.0), whole(0.5)
    (3, 0.5)
    """
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _quality(quality: Quality) -> dict[str, Any]:
    return {name: figure(getattr(quality, name)) for name in DIMENSIONS}


def _field(field: FieldProfile) -> dict[str, Any]:
    counted = {"missing": field.missing, "nulls": field.nulls, "empty": field.empty, "blank": field.blank}
    return {
        "types": shares(field),
        "fill": figure(field.fill),
        **counted,
        **_present(
            {
                "distinct": figure(field.distinct),
                "once": field.once,
                "min": field.minimum,
                "max": field.maximum,
                "mean": field.mean,
                "deviation": field.deviation,
                "zeros": field.zeros,
                "negatives": field.negatives,
                "nans": field.nans,
            }
        ),
        **_distribution(field),
        **({"rules": [_rule(result) for result in field.rules]} if field.rules else {}),
    }


def shares(field: FieldProfile) -> dict[str, float]:
    """The kinds of the present values with their shares, the most frequent first; empty where none was seen."""
    total = sum(field.kinds.values())
    ordered = sorted(field.kinds.items(), key=lambda item: -item[1])
    return {str(kind): count / total for kind, count in ordered if count}


def _distribution(field: FieldProfile) -> dict[str, Any]:
    parts: dict[str, Any] = {}
    if field.quantiles:
        parts["quantiles"] = [{"p": p, "value": value} for p, value in field.quantiles]
    if field.top:
        parts["top"] = [{"value": top.value, "count": top.count} for top in field.top]
    if field.histogram is not None:
        histogram = field.histogram
        parts["histogram"] = {"low": histogram.low, "high": histogram.high, "counts": histogram.counts}
    if field.lengths is not None:
        parts["lengths"] = {"min": field.lengths.least, "max": field.lengths.most, "mean": field.lengths.mean}
    if field.formats:
        parts["formats"] = dict(field.formats)
    return parts


def _rule(result: RuleResult) -> dict[str, Any]:
    return {
        "rule": describe(result.rule),
        "source": result.rule.source,
        "checked": result.checked,
        "failed": result.failed,
        "keys": result.keys,
        "values": result.values,
    }


def _present(parts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in parts.items() if value is not None}
