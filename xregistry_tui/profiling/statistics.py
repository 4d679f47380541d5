"""A profile under the names of the specification, as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xregistry_tui.profiling.profile import FieldProfile, Figure, Profile


def statistics(profile: Profile) -> dict[str, Any]:
    """`total_count`, `looked_at`, `method`, and by field in `field_statistics` what `field_statistics` gives."""
    return {
        "total_count": round(profile.rows.value),
        "looked_at": profile.n,
        "method": profile.method.value,
        "field_statistics": {path: field_statistics(seen) for path, seen in profile.fields.items()},
    }


def field_statistics(seen: FieldProfile) -> dict[str, Any]:
    """One field: counts, extremes, moments, most frequent values; what was not looked for is `None`."""
    return {
        "count": seen.present,
        "null_count": seen.nulls,
        "missing_count": seen.missing,
        "blank_count": seen.blank,
        "unique_count": _whole(seen.distinct),
        "types": {kind.value: count for kind, count in seen.kinds.items()},
        "min": seen.minimum,
        "max": seen.maximum,
        "mean": seen.mean,
        "std": seen.deviation,
        "top_values": [(entry.value, entry.count) for entry in seen.top],
    }


def _whole(figure: Figure | None) -> int | None:
    return round(figure.value) if figure is not None else None
