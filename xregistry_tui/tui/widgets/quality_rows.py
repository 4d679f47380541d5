"""A model's quality as lines of a table: fields by dimensions, quiet where it is good."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from xregistry_tui.profiling import wording
from xregistry_tui.tui.format import line
from xregistry_tui.tui.widgets.columns import Cell, Column, Row
from xregistry_tui.tui.widgets.field_rows import field_name
from xregistry_tui.tui.widgets.quality_board import FAR, LABELS, MODEL, OPTIONAL, Board, Standing, standing

if TYPE_CHECKING:
    from xregistry_tui.profiling.profile import Figure

ROOMY = 108
_LEVELS = "▁▂▃▄"
_REACH = 0.05  # a day that moves by less than this is drawn as steady
_SHARES = {"completeness": 1, "validity": 2, "uniqueness": 4, "consistency": 5, "timeliness": 6}
MEANINGS = {
    "completeness": "values that are there and not blank ÷ records looked at.",
    "validity": "values that obey the field’s own rules ÷ values present.",
    "uniqueness": "values that occur once ÷ values present.",
    "consistency": "values of the field’s usual type ÷ values present.",
    "timeliness": "how fresh the newest value is, by the gap that is usual or declared.",
}


def cell_width(width: int) -> int:
    """The cells of a figure in a table of that many: with its interval where there is room."""
    return 14 if width >= ROOMY else 10


def day_width(width: int) -> int:
    """The cells of a day in a table of that many."""
    return 24 if width >= ROOMY else 5


def columns(width: int, first: Column | None = None, *more: Column) -> tuple[Column, ...]:
    """What goes into `width` cells: `first`, the dimensions, the day, and `more`."""
    each = cell_width(width)
    shares = (Column(name, f"{LABELS[name]} ", each, "right", priority=_SHARES[name]) for name in LABELS)
    day = Column("day", "24 H", day_width(width) + 1, priority=7)
    return (first or Column("name", "FIELD", 16, flex=1), *shares, day, *more)


def rows(board: Board, order: Sequence[str], threshold: float, width: int) -> list[Row]:
    """A line for each field, in that order."""
    return [_row(board, path, threshold, width) for path in order if path in board.fields]


def model_row(board: Board, threshold: float, width: int) -> Row:
    """The line of the model; what changed in its volume is marked at its name."""
    volume = any(alarm.field is None for alarm in board.view.alarms)
    return _row(board, MODEL, threshold, width, line(("▲ " if volume else "", "warn"), ("model", "bright")))


def _row(board: Board, path: str, threshold: float, width: int, name: Text | None = None) -> Row:
    title = name if name is not None else line(field_name(path, board.fields[path]))
    stands = {name: standing(board, path, name) for name in LABELS}
    return Row(path, {"name": title, **cells(stands, board.day(path), threshold, width)})


def cells(
    stands: Mapping[str, Standing], day: Sequence[float | None], threshold: float, width: int
) -> Mapping[str, Cell]:
    """The figures of a field (or a model) by dimension, and its day."""
    each = cell_width(width)
    out: dict[str, Cell] = {name: cell(one, threshold, each) for name, one in stands.items()}
    return out | {"day": line((day_text(day, day_width(width)), "dim"))}


def cell(stands: Standing, threshold: float, width: int) -> Text:
    """One figure: dim where it is fine, with a sign where it is below the threshold, and one where it changed.

    It ends with a blank, and where it is not full begins with one: the cursor takes them.
    """
    glyph, role = _judged(stands, threshold)
    roomy = width > len(f"▲ {OPTIONAL} ")
    text = stands.sign or _short(stands.figure, roomy=roomy)
    if text == OPTIONAL and stands.changed and not roomy:
        text = "opt."
    gap = " " if len(glyph) + stands.changed + len(text) + 4 <= width else ""
    news = line(("▲", "warn"), gap) if stands.changed else ""
    sign = line((glyph, role), gap) if glyph else ""
    return line(news, sign, (text, role if glyph else "text" if stands.changed else "dim"), " ")


def _judged(stands: Standing, threshold: float) -> tuple[str, str]:
    if not stands.below(threshold) or stands.figure is None:
        return "", "dim"
    return ("▓", "bad") if stands.figure.value < threshold - FAR else ("▒", "warn")


def _short(figure: Figure | None, *, roomy: bool) -> str:
    """A share with its interval, or at least with the sign that it has one."""
    text = wording.write(figure, percent=True)
    return text if roomy else text.partition(" ±")[0] + ("±" if " ±" in text else "")


def day_text(values: Sequence[float | None], width: int) -> str:
    """Shares of a day as levels: low ones, for a steady day is no news; a gap where nobody looked.

    >>> day_text([1.0, None, 0.9], 5)
    '▄ ▁'
    """
    parts = _parts(values, width)
    known = [part for part in parts if part is not None]
    if not known:
        return ""
    top = max(known)
    reach = max(_REACH, top - min(known))
    drop = [None if part is None else min(3, round((top - part) / reach * 3)) for part in parts]
    return "".join(" " if step is None else _LEVELS[3 - step] for step in drop)


def _parts(values: Sequence[float | None], width: int) -> list[float | None]:
    """At most `width` values: of neighbours the worst, for that is what a day is looked at for."""
    if len(values) <= width:
        return list(values)
    edges = [round(place * len(values) / width) for place in range(width + 1)]
    groups = [[one for one in values[low:high] if one is not None] for low, high in itertools.pairwise(edges)]
    return [min(group, default=None) for group in groups]


def legend(threshold: float) -> Text:
    """What the signs mean."""
    near, far = f"{threshold * 100:g}", f"{(threshold - FAR) * 100:g}"
    signs = (
        ("▒", f"below {near}"),
        ("▓", f"below {far}"),
        ("▲", "newly changed"),
        ("·", "no rule"),
        ("—", "not looked at"),
    )
    return line(*(piece for sign, word in signs for piece in ((f"{sign} ", "text"), (f"{word}   ", "dim"))))
