"""What Parquet files say of themselves: rows, extremes and nulls, counted when they were written and free to read."""

# ruff: noqa: S608 - files are literals
from __future__ import annotations

import datetime
import decimal
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from xregistry_tui.profiling.plan import Grade
from xregistry_tui.profiling.profile import FieldProfile, Figure
from xregistry_tui.resources.duckdb.connection import Asker, literal
from xregistry_tui.resources.duckdb.kinds import NUMBERS
from xregistry_tui.resources.duckdb.places import SHOWN
from xregistry_tui.resources.duckdb.relation import Relation
from xregistry_tui.schema.shape import FieldShape, Kind

SQUARED = 1e150
"""Numbers beyond cannot be squared: there is no deviation of them."""

FEW = 1_000
"""So many values of one column, or fewer, are counted one by one."""

MOST_CHUNKS = 200_000
"""So many parts of columns are asked about; a file of more says only how many rows it has."""

_READERS: Mapping[Kind, Callable[[str], Any]] = {
    Kind.INTEGER: int,
    Kind.NUMBER: float,
    Kind.DECIMAL: decimal.Decimal,
    Kind.STRING: str,
    Kind.DATE: datetime.date.fromisoformat,
    Kind.DATETIME: datetime.datetime.fromisoformat,
    Kind.UUID: uuid.UUID,
}


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of one column: nulls, and between what its values are; `exact` where these two are values of it.

    `low` and `high` are `None` where nothing is told of them.
    """

    nulls: int
    low: Any = None
    high: Any = None
    exact: bool = False


class _Chunk(NamedTuple):
    """What is told of a column in one group of rows, as text."""

    rows: int
    nulls: int | None
    low: str | None
    high: str | None
    exact: bool | None


def rows(ask: Asker, relation: Relation) -> int:
    """How many rows the files have."""
    ((found,),) = ask.rows(f"SELECT sum(num_rows) FROM parquet_file_metadata([{_files(relation)}])")
    return int(found or 0)


def told(ask: Asker, relation: Relation, wanted: Sequence[FieldShape]) -> dict[str, Told]:
    """What is told of these columns by name; those that files say nothing of are left out."""
    ((groups,),) = ask.quiet(f"SELECT sum(num_row_groups) FROM parquet_file_metadata([{_files(relation)}])")
    if not groups or groups * len(relation.columns) > MOST_CHUNKS:
        return {}
    sql = (
        "SELECT path_in_schema, row_group_num_rows, stats_null_count, stats_min_value, stats_max_value, "
        f"min_is_exact AND max_is_exact FROM parquet_metadata([{_files(relation)}])"
    )
    chunks: dict[str, list[_Chunk]] = {}
    for path, *rest in ask.rows(sql):
        chunks.setdefault(path, []).append(_Chunk(*rest))
    found: dict[str, Told] = {}
    for field in wanted:
        parts = chunks.get(field.name, [])
        # a name that is not in all groups once is not this column alone, or was not always there
        if (
            field.kind in {*_READERS, Kind.BOOLEAN}
            and len(parts) == groups
            and all(part.nulls is not None for part in parts)
        ):
            found[field.name] = _told(field.kind, parts)
    return found


def _told(kind: Kind, parts: Sequence[_Chunk]) -> Told:
    nulls = sum(part.nulls or 0 for part in parts)
    valued = [part for part in parts if part.nulls != part.rows]
    read = _READERS.get(kind)
    if read is None or not valued or any(part.low is None or part.high is None for part in valued):
        return Told(nulls)
    try:
        low, high = min(read(part.low or "") for part in valued), max(read(part.high or "") for part in valued)
    except (ValueError, ArithmeticError):
        return Told(nulls)  # a day that Python does not know
    # of a long text the footer may hold a part: a bound, not a value
    return Told(nulls, low, high, exact=kind is not Kind.STRING or all(part.exact for part in valued))


def answers(kind: Kind, known: Told, count: int) -> dict[Any, Any]:
    """What need not be asked of a column, by the names of the answers."""
    found: dict[Any, Any] = {"present": count - known.nulls}
    if known.low is None:
        return found
    if known.exact:
        found |= {"minimum": _shown(known.low), "maximum": _shown(known.high)}
    if kind in NUMBERS:
        found |= _of_numbers(known)
    if kind is Kind.INTEGER and known.high - known.low < FEW:
        found["distinct"] = known.high - known.low + 1
    # what is between these two begins with a letter, a digit or a mark, never with a space
    if kind is Kind.STRING and known.low >= "!" and known.high < "\x7f":
        found |= {"empty": 0, "blank": 0}
    return found


def _of_numbers(known: Told) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    if known.low >= 0:
        found["negatives"] = 0
    if known.low > 0 or known.high < 0:
        found["zeros"] = 0
    low, high = float(known.low), float(known.high)
    if max(abs(low), abs(high)) < SQUARED:
        found |= {"infinities": 0, "middle": low / 2 + high / 2}
    return found


def fields(known: Mapping[str, Told], wanted: Sequence[FieldShape], count: int) -> dict[str, FieldProfile]:
    """What is told of the columns, as figures."""
    return {field.name: _field(field, known[field.name], count) for field in wanted if field.name in known}


def _field(field: FieldShape, known: Told, count: int) -> FieldProfile:
    present = count - known.nulls
    return FieldProfile(
        name=field.name,
        looked_at=count,
        nulls=known.nulls,
        kinds={field.kind: present} if present else {},
        fill=Figure(value=present / count, method=Grade.CATALOGUE) if count else None,
        minimum=_shown(known.low) if known.exact else None,
        maximum=_shown(known.high) if known.exact else None,
    )


def _shown(value: Any) -> Any:
    return value[:SHOWN] if isinstance(value, str) else value


def _files(relation: Relation) -> str:
    return ", ".join(literal(path) for path in relation.source.files)
