"""The values of places that have few: how many there are, how many occur once, and the most frequent ones."""

# ruff: noqa: S608 - names are quoted
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xregistry_tui.profiling.profile import ValueCount
from xregistry_tui.resources.duckdb.connection import Asker
from xregistry_tui.resources.duckdb.places import Place

# planning takes the square of this
_AT_ONCE = 8
_FEW_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class Counted:
    """The values of a place, counted one by one: how many there are, how many occur once, the most frequent."""

    distinct: int
    once: int
    top: tuple[ValueCount, ...]


def counts(ask: Asker, found: Sequence[Place], relation: str, top: int) -> dict[str, Counted]:
    """The values of places that have few, by path; those of many places are counted in one pass."""
    counted: dict[str, Counted] = {}
    for start in range(0, len(found), _AT_ONCE):
        batch = found[start : start + _AT_ONCE]
        ((*row,),) = ask.rows(_together(batch, relation, top))
        for place, at in zip(batch, range(0, len(row), 3), strict=True):
            counted[place.path] = _read(*row[at : at + 3])
    return counted


def counted(ask: Asker, place: Place, relation: str, top: int, rows: int) -> Counted:
    """The values of one place, however many they are, in so many rows."""
    groups = f"SELECT {place.sql} AS v, count(*) AS n FROM {relation} AS t GROUP BY 1"
    if rows <= _FEW_ROWS:
        # they are fetched sooner than a cleverer statement is planned
        shown = f"SELECT {place.shown('v')}, n FROM ({groups}) AS g WHERE v IS NOT NULL ORDER BY n DESC, v"
        found = [ValueCount(value, count) for value, count in ask.rows(shown)]
        return Counted(len(found), sum(entry.count == 1 for entry in found), tuple(found[:top]))
    (row,) = ask.rows(f"SELECT {_asked(place, 'v', 'v IS NOT NULL', top)} FROM ({groups}) AS g")
    return _read(*row)


def _read(distinct: int, once: int, most: list[dict[str, Any]] | None) -> Counted:
    return Counted(distinct, once, tuple(ValueCount(entry["v"], entry["n"]) for entry in most or ()))


def _together(found: Sequence[Place], relation: str, top: int) -> str:
    """One row: of each place what is asked of its values."""
    names = [f"v{at}" for at in range(len(found))]
    columns = ", ".join(f"{place.sql} AS {name}" for place, name in zip(found, names, strict=True))
    sets = ", ".join(f"({name})" for name in names)
    cases = " ".join(f"WHEN GROUPING({name}) = 0 THEN {at}" for at, name in enumerate(names))
    groups = f"SELECT {', '.join(names)}, CASE {cases} END AS place, count(*) AS n FROM (SELECT {columns} "
    groups += f"FROM {relation} AS t) GROUP BY GROUPING SETS ({sets})"
    asked = (
        _asked(place, name, f"place = {at} AND {name} IS NOT NULL", top)
        for at, (place, name) in enumerate(zip(found, names, strict=True))
    )
    return f"SELECT {', '.join(asked)} FROM ({groups}) AS g"


def _asked(place: Place, value: str, where: str, top: int) -> str:
    """How many values, how many of them occur once, and a list of the most frequent."""
    most = f"min_by({{'v': {place.shown(value)}, 'n': n}}, {{'n': -n, 'v': {value}}}, {top})"
    return f"count(*) FILTER ({where}), count(*) FILTER ({where} AND n = 1), {most} FILTER ({where})"
