"""The values of a field as lines: the most frequent ones with bars, else how they spread."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.text import Text

from xregistry_tui.profiling import wording
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.schema.rules import OneOf, Reference
from xregistry_tui.schema.shape import Kind
from xregistry_tui.tui.format import fitted, line
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.field_rows import MEASURED, TOP_SHARE, written

if TYPE_CHECKING:
    from xregistry_tui.profiling.profile import FieldProfile, Histogram, ValueCount
    from xregistry_tui.schema.shape import FieldShape

EXAMPLES = 4
BIN = 3
MARGIN = "   "


def unlike(seen: FieldProfile) -> bool:
    """Whether no value was seen twice."""
    if seen.present < 2 or (seen.top and seen.top[0].count > 1):
        return False
    if seen.once is not None:
        return seen.once == seen.present
    return seen.distinct is not None and seen.distinct.value == seen.present


def said(field: FieldShape, seen: FieldProfile, grade: Grade) -> str:
    """What the values of a field are, in a few words."""
    if unlike(seen):
        return "every value occurs once" if grade is Grade.EXACT else "no value was seen twice"
    return "top values" if _has_tops(field, seen) else "how they spread"


def value_lines(field: FieldShape, seen: FieldProfile, width: int) -> Iterator[Text]:
    """The values of a field in lines of at most `width` cells."""
    if not seen.present:
        yield line(MARGIN, ("no record has a value here", "dim"))
    elif unlike(seen) and (field.key is not None or field.kind is Kind.STRING or seen.histogram is None):
        yield from _examples(seen, width) if field.kind is Kind.STRING else _ends(field, seen)
    elif _has_tops(field, seen):
        yield from _tops(field, seen, width)
    else:
        yield from _spread(field, seen)


def _has_tops(field: FieldShape, seen: FieldProfile) -> bool:
    """Whether its most frequent values say more than how the values spread."""
    if not seen.top or seen.histogram is None:
        return bool(seen.top)
    measured = field.kind in MEASURED and not any(isinstance(rule, Reference) for rule in field.rules)
    least = TOP_SHARE * seen.present if measured else 2
    return seen.top[0].count >= max(2, least)


def _tops(field: FieldShape, seen: FieldProfile, width: int) -> Iterator[Text]:
    closed = next((result.rule for result in seen.rules if isinstance(result.rule, OneOf)), None)
    for value in seen.top:
        outside = closed is not None and value.value not in closed.values
        yield _top(field, value, seen, width, outside)


def _top(field: FieldShape, value: ValueCount, seen: FieldProfile, width: int, outside: bool) -> Text:
    name = 24 if width >= 60 else 14 if width >= 44 else 10
    bar = max(4, width - name - 18)
    shown = written(field.kind, value.value, name) or "“”"
    return line(
        MARGIN,
        fitted(shown, name),
        " ",
        (wording.bar(value.count / seen.top[0].count, bar), "bad" if outside else "accent"),
        f" {wording.percent(value.count / seen.present):>5}",
        (f" {value.count:>6,}", "dim"),
        (" ✗", "bad") if outside else "",
    )


def _examples(seen: FieldProfile, width: int) -> Iterator[Text]:
    """Some texts of which each occurs once."""
    found = [value.value for value in seen.top[:EXAMPLES]] or [seen.minimum, seen.maximum]
    for place, value in enumerate(value for value in found if value is not None):
        yield _entry("such as" if place == 0 else "", (plain(wording.scalar(value, width - 12), width - 12), "dim"))
    yield from _lengths(seen)


def _ends(field: FieldShape, seen: FieldProfile) -> Iterator[Text]:
    """The ends and the middle of numbers or moments of which each occurs once."""
    if seen.minimum is not None:
        yield _entry("least", written(field.kind, seen.minimum, 24))
    for share, quantile in seen.quantiles:
        if share == 0.5:
            yield _entry("median", written(field.kind, quantile, 24))
    if seen.maximum is not None:
        yield _entry("most", written(field.kind, seen.maximum, 24))


def _spread(field: FieldShape, seen: FieldProfile) -> Iterator[Text]:
    if seen.histogram is not None:
        levels = wording.spark(seen.histogram.counts, len(seen.histogram.counts))
        drawn = "".join(level * BIN for level in levels)
        yield line(MARGIN, (drawn, "accent"))
        yield _span(field, seen, seen.histogram, len(drawn))
        yield Text("")
    for share, quantile in seen.quantiles[:5]:
        yield _entry({0.5: "median"}.get(share, f"{share * 100:g} %"), written(field.kind, quantile, 24))
    if seen.mean is not None:
        yield _entry("mean", f"{seen.mean:,.4g}")
    yield from _lengths(seen)


def _span(field: FieldShape, seen: FieldProfile, histogram: Histogram, width: int) -> Text:
    """The ends of a histogram under it; that of texts is over their lengths."""
    if field.kind is Kind.STRING:
        low, high = f"{histogram.low:,.0f}", f"{histogram.high:,.0f} characters"
    else:
        low, high = (written(field.kind, value, 18) for value in (seen.minimum, seen.maximum))
    return line(MARGIN, (low, "dim"), " " * max(1, width - len(low) - len(high)), (high, "dim"))


def _lengths(seen: FieldProfile) -> Iterator[Text]:
    if seen.lengths is not None:
        yield _entry("length", f"{seen.lengths.least:,} … {seen.lengths.most:,}")


def _entry(label: str, value: str | tuple[str, str]) -> Text:
    return line(MARGIN, (f"{label:<8} ", "dim"), value)
