"""A profile made small enough to be kept of every look: what drift is told from, and what merges without loss."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from xregistry_tui.profiling.field_summary import FieldSummary, field_summary, merged_fields
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.profiling.profile import Figure, Profile
from xregistry_tui.schema.canonical import dumps
from xregistry_tui.schema.rules import Reference, Unique
from xregistry_tui.schema.shape import FieldShape, Shape, pointer, walk

_WORST_FIRST = tuple(Grade)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One look at one collection: the fields of its schema and of its records, by path.

    `grown` are the rows gained, and within how many minutes, up to that look. `schema` is a fingerprint of the
    collection's fields and kinds, `version` that of the model. Merged ones that differ in these have none.
    """

    rows: Figure
    method: Grade
    n: int
    as_of: datetime.datetime
    fields: Mapping[str, FieldSummary]
    schema: str = ""
    version: str = ""
    grown: tuple[float, float] | None = None


def summarised(
    profile: Profile, shape: Shape | None = None, version: str = "", grown: tuple[float, float] | None = None
) -> Summary:
    """A profile in brief; `shape` is that of the collection."""
    shapes = dict(walk(shape)) if shape is not None else {}
    names = _names(shape) if shape is not None else frozenset()
    paths = dict.fromkeys((*shapes, *profile.fields))
    return Summary(
        rows=profile.rows,
        method=profile.method,
        n=profile.n,
        as_of=profile.as_of,
        fields=MappingProxyType(
            {path: field_summary(profile.fields.get(path), shapes.get(path), path in names) for path in paths}
        ),
        schema=_fingerprint(shapes) if shapes else "",
        version=version,
        grown=grown,
    )


def _names(shape: Shape) -> frozenset[str]:
    """The fields whose values name records: of this collection or of another."""
    alone = {pointer(names[0]) for names in (*shape.unique, shape.key) if len(names) == 1}
    parts = {pointer(name) for name in shape.key}
    ruled = {path for path, held in walk(shape) if any(isinstance(rule, Reference | Unique) for rule in held.rules)}
    return frozenset(alone | parts | ruled)


def _fingerprint(shapes: Mapping[str, FieldShape]) -> str:
    told_by = {path: [*held.kinds, held.nullable, held.required] for path, held in shapes.items()}
    return hashlib.sha256(dumps(told_by).encode()).hexdigest()[:16]


def merged(a: Summary, b: Summary) -> Summary:
    """What was seen of two sets of records (two looks at the same are compared, never merged), whichever comes first.

    Counts, extremes and moments are exact; of `values` and `ranks` each says its own bound.
    """
    rows = Figure(
        value=a.rows.value + b.rows.value,
        method=_worse(a.rows.method, b.rows.method),
        approximate=a.rows.approximate or b.rows.approximate,
        at_least=a.rows.at_least or b.rows.at_least,
    )
    paths = sorted({*a.fields, *b.fields})
    none = FieldSummary()
    return Summary(
        rows=rows,
        method=_worse(a.method, b.method),
        n=a.n + b.n,
        as_of=max(a.as_of, b.as_of),
        fields=MappingProxyType(
            {path: merged_fields(a.fields.get(path, none), b.fields.get(path, none)) for path in paths}
        ),
        schema=a.schema if a.schema == b.schema else "",
        version=a.version if a.version == b.version else "",
        grown=_sum(a.grown, b.grown),
    )


def _worse(a: Grade, b: Grade) -> Grade:
    return min(a, b, key=_WORST_FIRST.index)


def _sum(a: tuple[float, float] | None, b: tuple[float, float] | None) -> tuple[float, float] | None:
    return None if a is None or b is None else (a[0] + b[0], max(a[1], b[1]))
