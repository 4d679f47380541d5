"""Fields whose values are picked from a list, as far as counting tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from xregistry_tui.schema.shape import Kind

if TYPE_CHECKING:
    from xregistry_tui.profiling.profile import FieldProfile, Profile
    from xregistry_tui.schema.shape import Scalar

MOST = 100
SHARE = 0.05

_MEASURED = frozenset({Kind.NUMBER, Kind.DECIMAL, Kind.DATETIME, Kind.DATE, Kind.TIME, Kind.DURATION})
_NAMED = frozenset({Kind.STRING, Kind.BOOLEAN})


def categories(field: FieldProfile) -> Mapping[Scalar, int] | None:
    """Every value with its count, where a field is categorical: at most 100 values, in at most 5 % of the records.

    `None` where it is not, or where the look did not list all its values. A boolean needs no evidence.
    """
    if not field.categorical or field.present <= 0 or not field.top or _MEASURED & set(field.kinds):
        return None
    counts = {entry.value: entry.count for entry in field.top}
    if len(counts) < len(field.top) or sum(counts.values()) < field.present:
        return None
    evident = len(counts) <= MOST and len(counts) <= SHARE * field.present
    return counts if evident or set(field.kinds) == {Kind.BOOLEAN} else None


def limited(profile: Profile, most: int) -> Profile:
    """A profile in which a field of more than `most` values is none that picks them from a list (0: no field is)."""
    fields = {path: replace(seen, categorical=len(seen.top) <= most) for path, seen in profile.fields.items()}
    return replace(profile, fields=MappingProxyType(fields))


def named(field: FieldProfile) -> Mapping[Scalar, int] | None:
    """The categories of a field of words or booleans: a number is measured, its next value is no surprise."""
    return categories(field) if field.kinds and set(field.kinds) <= _NAMED else None
