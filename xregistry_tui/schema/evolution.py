"""How one shape became another, and what that makes of a version.

>>> next_version("1.2.3", Change.COMPATIBLE)
'1.3.0'
"""

from __future__ import annotations

from dataclasses import replace
from enum import IntEnum
from typing import TYPE_CHECKING

from xregistry_tui.schema.rules import Required

if TYPE_CHECKING:
    from xregistry_tui.schema.shape import FieldShape, Shape

FIRST = "1.0.0"


class Change(IntEnum):
    """How much a change matters to those who hold records of the older shape."""

    NONE = 0
    DOCUMENTATION = 1
    COMPATIBLE = 2
    BREAKING = 3


def classify(older: Shape, newer: Shape) -> Change:
    """The worst of what changed: breaking where a record of the older shape may not do for the newer one."""
    if older == newer:
        return Change.NONE
    if _undocumented(older) == _undocumented(newer):
        return Change.DOCUMENTATION
    return Change.BREAKING if _breaks(older.fields, newer.fields) else Change.COMPATIBLE


def next_version(version: str, change: Change) -> str:
    """The semantic version that follows: breaking → major, compatible → minor, documentation → patch."""
    major, minor, patch = (int(part) for part in version.split("."))
    if change is Change.BREAKING:
        return f"{major + 1}.0.0"
    if change is Change.COMPATIBLE:
        return f"{major}.{minor + 1}.0"
    return f"{major}.{minor}.{patch + (change is Change.DOCUMENTATION)}"


def _undocumented(shape: Shape) -> Shape:
    fields = tuple(_bare(field) for field in shape.fields)
    return replace(shape, fields=fields, description=None, warnings=())


def _bare(field: FieldShape) -> FieldShape:
    return replace(
        field,
        description=None,
        fields=tuple(_bare(child) for child in field.fields),
        items=_bare(field.items) if field.items is not None else None,
    )


def _breaks(older: tuple[FieldShape, ...], newer: tuple[FieldShape, ...]) -> bool:
    before = {field.name: field for field in older}
    after = {field.name: field for field in newer}
    gone = before.keys() - after.keys()
    demanded = any(_demanded(after[name]) for name in after.keys() - before.keys())
    return bool(gone) or demanded or any(_narrows(before[name], after[name]) for name in before.keys() & after.keys())


def _demanded(field: FieldShape) -> bool:
    return field.required and (not field.nullable or any(isinstance(rule, Required) for rule in field.rules))


def _narrows(before: FieldShape, after: FieldShape) -> bool:
    """Whether a value that was allowed may be so no more; any new rule is taken to forbid something."""
    if _demanded(after) and not _demanded(before):
        return True
    if after.kinds and not set(before.kinds) <= set(after.kinds):
        return True
    if set(after.rules) - set(before.rules):
        return True
    if before.items is not None and after.items is not None and _narrows(before.items, after.items):
        return True
    return _breaks(before.fields, after.fields)
