"""Columns and rows as values, and how a row of cells becomes a line of a given width."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from rich.text import Text

from xregistry_tui.tui.format import fitted, line

Cell: TypeAlias = str | Text
LEAD = 2


@dataclass(frozen=True, slots=True)
class Column:
    """A column of `width` cells and its part (`flex`) of the rest. The highest `priority` is dropped first."""

    key: str
    label: str
    width: int
    align: Literal["left", "right"] = "left"
    flex: int = 0
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One line. The cell of `spill` may run over empty cells to its right; the cursor passes over `inert` rows."""

    key: str
    cells: Mapping[str, Cell] = field(default_factory=dict)
    indent: int = 0
    spill: str = ""
    inert: bool = False


Fitted: TypeAlias = tuple[tuple[Column, int], ...]


def fit(columns: Sequence[Column], width: int, *, drop: bool = True, gap: int = 2) -> Fitted:
    """The columns that go into `width` cells, each with the width it gets.

    >>> fit([Column("a", "A", 4, flex=1), Column("b", "B", 4, priority=1)], 8)[0][1]
    8
    """
    kept = list(columns)
    while drop and len(kept) > 1 and needed(kept, gap) > width:
        worst = max(range(len(kept)), key=lambda index: (kept[index].priority, index))
        del kept[worst]
    spare = max(0, width - needed(kept, gap))
    flexes = sum(column.flex for column in kept)
    out = []
    for column in kept:
        share = spare * column.flex // flexes if flexes else 0
        spare, flexes = spare - share, flexes - column.flex
        out.append((column, column.width + share))
    return tuple(out)


def needed(columns: Sequence[Column], gap: int) -> int:
    """The cells that columns take at their least, with the gaps between them."""
    return sum(column.width for column in columns) + gap * max(0, len(columns) - 1)


def in_view(columns: Sequence[Column], width: int, gap: int) -> tuple[Column, ...]:
    """The columns that begin within `width` cells; the first one always does."""
    kept: list[Column] = []
    left = 0
    for column in columns:
        if kept and left >= width:
            break
        kept.append(column)
        left += column.width + gap
    return tuple(kept)


def header_text(columns: Fitted, gap: int, at: str | None = None) -> Text:
    """The labels; that of the column `at` is the one that the cursor is in."""
    out = line(" " * LEAD, Text(" " * gap).join(fitted(column.label, width, column.align) for column, width in columns))
    out.stylize("dim")
    left = LEAD
    for column, width in columns:
        if column.key == at:
            out.stylize("accent", left, left + width)
        left += width + gap
    return out


def row_text(row: Row, columns: Fitted, gap: int, flashing: Collection[tuple[str, str]] = ()) -> Text:
    """A row as a line; `flashing` are (row, column) keys."""
    out = line(" " * LEAD)
    skip_until = -1
    for place, (column, width) in enumerate(columns):
        if place <= skip_until:
            continue
        cell = row.cells.get(column.key, "")
        room = width
        if column.key == row.spill:
            room, skip_until = _spilled(row, columns, place, gap)
        if place == 0 and row.indent:
            cell = line(" " * row.indent, cell)
        text = fitted(cell, room, column.align if room == width else "left")
        if (row.key, column.key) in flashing:
            text.stylize("flash")
        out.append_text(text)
        out.append(" " * gap)
    return out


def _spilled(row: Row, columns: Fitted, place: int, gap: int) -> tuple[int, int]:
    """The room of a cell that runs over the empty ones to its right, and the last place it covers."""
    room, last = columns[place][1], place
    for column, width in columns[place + 1 :]:
        if line(row.cells.get(column.key, "")).plain:
            break
        room, last = room + gap + width, last + 1
    return room, last


def changed(old: Row, new: Row) -> set[tuple[str, str]]:
    """The (row, column) keys of cells whose text differs."""
    if old == new:
        return set()
    keys = new.cells.keys() & old.cells.keys()
    return {(new.key, key) for key in keys if line(old.cells[key]).plain != line(new.cells[key]).plain}
