"""Records as cells of a table, in full, and as text to copy."""

from __future__ import annotations

import decimal
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rich.text import Text

from xregistry_tui.profiling import wording
from xregistry_tui.resources.base import Clipped
from xregistry_tui.schema.canonical import dumps
from xregistry_tui.tui.format import line
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.columns import Cell, Column, Row

if TYPE_CHECKING:
    from xregistry_tui.resources.base import Page

NARROWEST, WIDEST = 4, 28
MEASURED_ROWS, MEASURED_CELLS = 50, 5_000
FAILING = "✗"
_ARROWS = {True: "↓", False: "↑"}


def columns(
    page: Page, order_by: str | None = None, descending: bool = False, marked: str | None = None
) -> tuple[Column, ...]:
    """A column for each field, as wide as some of its rows need; the one that orders the records has an arrow.

    The `marked` field is the one that they were chosen for.
    """
    out = []
    measured = page.rows[: max(2, min(MEASURED_ROWS, MEASURED_CELLS // max(1, len(page.columns))))]
    for place, name in enumerate(page.columns):
        values = [row[place] for row in measured]
        arrow = f" {_ARROWS[descending]}" if name == order_by else ""
        sign = f"{FAILING} " if name == marked else ""
        label = sign + (plain(name, WIDEST - len(arrow) - len(sign)) or "“”") + arrow
        width = max(NARROWEST, min(WIDEST, max([len(label), *(_cell(value).cell_len for value in values)])))
        right = any(_is_number(value) for value in values) and all(v is None or _is_number(v) for v in values)
        out.append(Column(str(place), label, width, align="right" if right else "left"))
    return tuple(out)


def widened(shown: Sequence[Column], needed: Sequence[Column]) -> tuple[Column, ...]:
    """The columns that are shown, as wide as another page needs them too."""
    if len(shown) != len(needed):
        return tuple(needed)
    return tuple(replace(old, width=max(old.width, new.width)) for old, new in zip(shown, needed, strict=True))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | decimal.Decimal) and not isinstance(value, bool)


def record_row(index: int, page: Page, place: int) -> Row:
    """The record at a place of a page as the row of that index."""
    return Row(str(index), Cells(page.rows[place]))


class Cells(Mapping[str, Cell]):
    """The values of a record as cells by their place; each is made when it is drawn: a record may have thousands."""

    __slots__ = ("_values",)

    def __init__(self, values: Sequence[object]) -> None:
        self._values = values

    def __getitem__(self, key: str) -> Cell:
        place = int(key)
        if place >= len(self._values):
            raise KeyError(key)
        return _cell(self._values[place])

    def __iter__(self) -> Iterator[str]:
        return map(str, range(len(self._values)))

    def __len__(self) -> int:
        return len(self._values)


def _cell(value: object) -> Text:
    if value is None:
        return line(("null", "dim"))
    if isinstance(value, Clipped):
        if isinstance(value.head, bytes):
            return line(f"b {wording.size(value.length)}")
        return line(plain(value.head, WIDEST - 1).removesuffix("…"), ("…", "dim"))
    if value == "":
        return line(("“”", "dim"))
    return line(plain(wording.scalar(value, WIDEST), WIDEST))


def record_lines(record: dict[str, Any], marked: str | None = None) -> list[Text]:
    """A record in full: a line for each field, long texts over several; the `marked` one is what fails in it."""
    label = min(24, max((len(plain(name, 24)) for name in record), default=1))
    before = "  " if marked in record else ""
    out: list[Text] = []
    for name, value in record.items():
        shown = _written(value)
        fails = name == marked
        sign = line((f"{FAILING} ", "bad")) if fails else before
        head = line(sign, (f"{plain(name, 24) or '“”':<{label}}  ", "bright" if fails else "dim"))
        for place, part in enumerate(shown):
            out.append(line(head if place == 0 else " " * head.cell_len, part))
    return out


def _written(value: object) -> list[Text]:
    if value is None:
        return [line(("null", "dim"))]
    if isinstance(value, Clipped):
        unit = "bytes" if isinstance(value.head, bytes) else "characters"
        return [*_written(value.head)[:20], line((f"… {value.length:,} {unit} in all", "dim"))]
    if isinstance(value, bytes):
        return [line(plain(value.hex(" ", 2), 400), (f"   {wording.size(len(value))}", "dim"))]
    text = value if isinstance(value, str) else dumps(value)
    parts = text.splitlines() or [""]
    return [line(piece) for part in parts[:200] for piece in _folded(plain(part))]


def _folded(text: str, width: int = 78) -> list[str]:
    return [text[at : at + width] for at in range(0, len(text), width)] or [""]


def copied(record: dict[str, Any]) -> str:
    """A record as JSON; what was cut says so by its length."""
    whole = {name: value.head if isinstance(value, Clipped) else value for name, value in record.items()}
    return dumps(whole, indent=2)
