"""The forms that texts have, of collections small enough to have their texts fetched."""

# ruff: noqa: S608 - names are quoted
from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from xregistry_tui.profiling.formats import LIKELY, LONGEST, has, matching
from xregistry_tui.profiling.profile import FieldProfile
from xregistry_tui.resources.duckdb.connection import Asker
from xregistry_tui.resources.duckdb.places import Place
from xregistry_tui.schema.shape import Kind

_FIRST = 200


def formed(ask: Asker, place: Place, relation: str, seen: FieldProfile) -> FieldProfile:
    """The figures of a field with the formats that most of its texts have, and the share of each."""
    if place.kind is not Kind.STRING or not seen.present:
        return seen
    text = f"{place.sql}::VARCHAR"
    sql = f"SELECT {text}, count(*) FROM {relation} AS t WHERE length({text}) <= {LONGEST} GROUP BY 1 ORDER BY 1"
    counts = {str(value): int(count) for value, count in ask.quiet(sql)}
    shares = ((name, _share(name, counts) / seen.present) for name in _likely(counts))
    likely = ((name, share) for name, share in shares if share >= LIKELY)
    return replace(seen, formats=tuple(sorted(likely, key=lambda entry: -entry[1])))


def _likely(counts: Mapping[str, int]) -> list[str]:
    """Those that many of some texts have; most have none, and are not looked at further."""
    some = list(counts)[:: max(1, len(counts) // _FIRST)]
    found = Counter(name for text in some for name in matching(text))
    return [name for name, count in found.items() if count >= LIKELY * len(some)]


def _share(name: str, counts: Mapping[str, int]) -> int:
    return sum(count for text, count in counts.items() if has(name, text))
