"""How much changed from one shape to another, where all that is known of the two is their shapes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from xregistry_tui.schema.change import Change
from xregistry_tui.schema.rules import Required

if TYPE_CHECKING:
    from xregistry_tui.schema.shape import FieldShape, Shape


def classify(older: Shape, newer: Shape) -> Change:
    """The worst of what changed: breaking where a record of the older shape may not do for the newer one."""
    if older == newer:
        return Change.NONE
    if _undocumented(older) == _undocumented(newer):
        return Change.DOCUMENTATION
    return Change.BREAKING if _breaks(older.fields, newer.fields) else Change.COMPATIBLE


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
