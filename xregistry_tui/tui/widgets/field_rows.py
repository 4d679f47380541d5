"""A model's fields as lines of a table whose columns are as wide as what is in them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from xregistry_tui.profiling import wording
from xregistry_tui.schema.rules import OneOf, Reference
from xregistry_tui.schema.shape import Kind, walk
from xregistry_tui.tui.format import line
from xregistry_tui.tui.moments import moment_of, recent
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.columns import Cell, Column, Row, needed

if TYPE_CHECKING:
    from xregistry_tui.actions.views import BindingView, ModelView
    from xregistry_tui.profiling.profile import FieldProfile
    from xregistry_tui.schema.shape import FieldShape, Scalar

WORDS = {
    Kind.INTEGER: "int",
    Kind.STRING: "str",
    Kind.BOOLEAN: "bool",
    Kind.NUMBER: "float",
    Kind.OBJECT: "record",
    Kind.ARRAY: "list",
    Kind.OBJECT_ID: "objectid",
}
MOMENTS = frozenset({Kind.DATETIME, Kind.DATE})
MEASURED = MOMENTS | {Kind.INTEGER, Kind.NUMBER, Kind.DECIMAL, Kind.TIME}
TOP_SHARE = 0.02
USUAL, SPACIOUS = 80, 120
_USUAL = {"name": (10, 22), "type": (6, 9), "fill": (5, 10), "distinct": (8, 9), "range": (13, 40)}
_SPACIOUS = {"name": (10, 40), "type": (9, 20), "fill": (5, 12), "distinct": (8, 14), "range": (20, 60)}
GAP = 1
DAY, MINUTE = 10, 16


def columns(rows: Sequence[Row], width: int) -> tuple[Column, ...]:
    """What goes into `width` cells: types, counts, names, then ranges grow from little to what they need."""
    limits = _SPACIOUS if width >= SPACIOUS else _USUAL
    wanted = {key: max(least, min(most, _widest(rows, key))) for key, (least, most) in limits.items()}
    widths = {key: least for key, (least, _) in limits.items()} | {"fill": wanted["fill"]}
    widths |= {"bar": bar_width(width), "shape": shape_width(width)}
    spare = width - needed(_columns(widths), GAP)
    for key in ("type", "distinct", "name", "range"):
        more = max(0, min(spare, wanted[key] - widths[key]))
        widths[key], spare = widths[key] + more, spare - more
    short = wanted["range"] - widths["range"]
    if width < USUAL and short > 0:  # the ends of a range say more than its shape
        widths["range"] += min(short, widths.pop("shape") + GAP)
    return _columns(widths)


def bar_width(width: int) -> int:
    """The cells of a bar in a table of that many."""
    return 14 if width >= SPACIOUS else 6 if width >= USUAL else 4


def shape_width(width: int) -> int:
    """The cells of a distribution in a table of that many."""
    return 12 if width >= SPACIOUS else 6


def _columns(widths: Mapping[str, int]) -> tuple[Column, ...]:
    columns = (
        Column("mark", "", 2),
        Column("name", "FIELD", widths["name"]),
        Column("type", "TYPE", widths["type"]),
        Column("bar", "FILL %"[: widths["bar"]], widths["bar"], priority=1),
        Column("fill", "", widths["fill"]),
        Column("distinct", "DISTINCT", widths["distinct"], align="right"),
        Column("range", " RANGE OR TOP", widths["range"], priority=2),
        Column("shape", "SHAPE", widths.get("shape", 0), priority=3),
        Column("drift", "", 1),
    )
    return tuple(column for column in columns if column.width)


def _widest(rows: Sequence[Row], key: str) -> int:
    return max((line(row.cells.get(key, "")).cell_len for row in rows), default=0)


def field_rows(model: ModelView, now: datetime.datetime, width: int) -> Iterator[Row]:
    """One line a field, nested ones below their parent, for a table of `width` cells."""
    return (field_row(model, path, field, now, width) for path, field in walk(model.shape))


def field_row(model: ModelView, path: str, field: FieldShape, now: datetime.datetime, width: int) -> Row:
    """The line of one field."""
    view = model.binding
    seen = view.profile.fields.get(path) if view and view.profile else None
    alarmed = view is not None and any(alarm.field == path for alarm in view.alarms)
    return Row(path, {**_cells(path, field, seen, now, width), "drift": _trouble(seen, alarmed)})


def ages(row: Row) -> bool:
    """Whether a line says how long ago something was, so that it changes with the clock."""
    return line(row.cells.get("range", "")).plain.endswith((" ago", " now"))


def _cells(
    path: str, field: FieldShape, seen: FieldProfile | None, now: datetime.datetime, width: int
) -> dict[str, Cell]:
    return {
        "mark": line((mark(field), "dim")),
        "name": line(field_name(path, field)),
        "type": line((plain(type_word(field, seen), 20), "dim")),
        "bar": _bar(seen, bar_width(width)),
        "fill": _fill(seen),
        "distinct": line(wording.write(seen.distinct) if seen else (wording.NOTHING, "dim")),
        "range": _range(field, seen, now, MINUTE if width >= SPACIOUS else DAY),
        "shape": line((_shape(seen, shape_width(width)), "dim")),
    }


def _trouble(seen: FieldProfile | None, alarmed: bool) -> Text:
    if alarmed:
        return line(("▲", "warn"))
    failing = seen is not None and any(result.failed for result in seen.rules)
    return line(("✗", "bad")) if failing else Text("")


def mark(field: FieldShape) -> str:
    """`pk`, `fk` or nothing."""
    if field.key is not None:
        return "pk"
    return "fk" if any(isinstance(rule, Reference) for rule in field.rules) else ""


def field_name(path: str, field: FieldShape) -> str:
    """A field's own name; that of a nested one is indented below its parent's."""
    depth = path.count("/") - 1 if path.startswith("/") else 0
    return f"{'  ' * depth}{'.' if depth > 0 else ''}{plain(field.name, 60) or '“”'}"


def type_word(field: FieldShape, seen: FieldProfile | None = None) -> str:
    """A field's type in a word or two: `int`, `str?`, `enum 5`, `str email`, `record 3`."""
    optional = "?" if field.nullable or not field.required else ""
    for rule in field.rules:
        if isinstance(rule, OneOf) and field.kind is not Kind.BOOLEAN:
            return f"enum {len(rule.values)}{optional}"
    word = "|".join(WORDS.get(kind, kind.value) for kind in field.kinds[:2]) or "any"
    if field.fields:
        return f"{word} {len(field.fields)}{optional}"
    formats = seen.formats if seen else ()
    if formats and formats[0][1] >= 0.9 and field.kind is Kind.STRING:
        return f"{word}{optional} {formats[0][0]}"
    return f"{word}{optional}"


def _bar(seen: FieldProfile | None, width: int) -> Text:
    if seen is None or seen.fill is None:
        return Text("")
    return line((wording.bar(seen.fill.value, width), "rule" if seen.fill.value >= 1 else "dim"))


def _fill(seen: FieldProfile | None) -> Text:
    if seen is None or seen.fill is None:
        return line((f"{wording.NOTHING:>5}", "dim"))
    number, sign, margin = wording.write(seen.fill, percent=True).partition(" ±")
    return line(f"{number:>5}", (f" ±{margin}" if sign else "", "dim"))


def _range(field: FieldShape, seen: FieldProfile | None, now: datetime.datetime, moment: int) -> Text:
    """What a field refers to, else its most frequent value, else its ends, else how long its texts are."""
    reference = next((rule for rule in field.rules if isinstance(rule, Reference)), None)
    if reference is not None:
        return line(" ", ("→ ", "dim"), plain(f"{reference.collection}.{reference.field}", 40))
    if seen is None:
        return Text("")
    if seen.top and _is_category(field, seen):
        share = seen.top[0].count / seen.present if seen.present else 0.0
        return line(
            " ",
            written(field.kind, seen.top[0].value, 24 if moment > DAY else 18),
            (f" {wording.percent(share)}", "dim"),
        )
    if seen.minimum is not None and field.kind is not Kind.STRING:
        low, high = _ends(field.kind, seen, now, moment)
        return line(" ", low, (" … ", "dim"), high)
    if seen.lengths is not None:
        return line((" len ", "dim"), f"{seen.lengths.least:,}", (" … ", "dim"), f"{seen.lengths.most:,}")
    return Text("")


def _ends(kind: Kind, seen: FieldProfile, now: datetime.datetime, moment: int) -> tuple[str, str]:
    """Both ends of a range; moments in `moment` cells, the last one as its age where it is of the last day."""
    low, high = seen.minimum, seen.maximum
    if kind not in MOMENTS:
        return written(kind, low, 10), written(kind, high, 10)
    age = recent(high, now) if kind is Kind.DATETIME else ""
    return written(kind, low, moment), age or written(kind, high, moment)


def written(kind: Kind, value: Scalar, width: int) -> str:
    """A value in at most `width` cells; a moment held as text as any other moment, without its zone.

    A truth that the engine holds as 0 or 1 is written as one.
    """
    if kind is Kind.BOOLEAN and value in (0, 1):
        value = bool(value)
    found = moment_of(value) if kind in MOMENTS else None
    return plain(wording.scalar(value if found is None else found.replace(tzinfo=None), width), width)


def _is_category(field: FieldShape, seen: FieldProfile) -> bool:
    if field.key is not None or not seen.present or seen.top[0].count < 2:
        return False
    return field.kind not in MEASURED and seen.top[0].count / seen.present >= TOP_SHARE


def _shape(seen: FieldProfile | None, width: int) -> str:
    if seen is None:
        return ""
    if seen.histogram is not None:
        return wording.spark(seen.histogram.counts, width)
    return wording.spark([value.count for value in seen.top[:width]], width)


def worst_first(model: ModelView, view: BindingView | None) -> list[str]:
    """The paths of fields, those that fail or are least filled first."""
    profile = view.profile if view else None

    def badness(path: str) -> tuple[int, float]:
        seen = profile.fields.get(path) if profile else None
        if seen is None:
            return 0, 1.0
        failed = sum(result.failed or 0 for result in seen.rules)
        return -failed, seen.fill.value if seen.fill else 1.0

    return sorted((path for path, _ in walk(model.shape)), key=badness)
