"""Figures in words: every face writes a number, a moment, a size and a value the same way.

All functions are pure and give one line of text; those that take a `width` never exceed it, in characters. None of
them neutralises what a terminal could mistake for a command: that is the door of the screen, `tui.text`.
"""

from __future__ import annotations

import datetime
import decimal
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from xregistry_tui.profiling.plan import Grade

if TYPE_CHECKING:
    from xregistry_tui.profiling.profile import Figure

NOTHING = "—"
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_LEVELS = "▁▂▃▄▅▆▇█"
_BREAKS = str.maketrans({"\n": "␊", "\r": "␍", "\t": "␉", **dict.fromkeys("\v\f\x1c\x1d\x1e\x85\u2028\u2029", "␊")})


def write(figure: Figure | None, *, percent: bool = False) -> str:
    """A figure with how good it is; with `percent` its value is a share between 0 and 1.

    `1,204,113` counted, `≈ 1.2 M` estimated, `98.2 ±0.9` a sampled percentage, `≥ 6` a lower bound, `—` not looked at.
    """
    if figure is None or math.isnan(figure.value) or (figure.at_least and figure.value == 0):
        return NOTHING
    if percent:
        return _percent_figure(figure)
    if figure.at_least:
        return f"≥ {_count(figure.value)}"
    return _count(figure.value) if _certain(figure) else f"≈ {compact(figure.value)}"


def _certain(figure: Figure) -> bool:
    """Counted over everything: the exact grade, or a sample that turned out to be all there is."""
    if figure.approximate or figure.method is Grade.CATALOGUE:
        return False
    return figure.method is Grade.EXACT or figure.low == figure.high == figure.value


def _percent_figure(figure: Figure) -> str:
    if figure.at_least:
        return f"≥{_tenths(figure.value, math.floor)}"
    if _certain(figure):
        return percent(figure.value)
    if figure.low is None or figure.high is None:
        return f"≈ {percent(figure.value)}"
    if figure.value >= 1:
        return f"≥{_tenths(figure.low, math.floor)}"
    if figure.value <= 0:
        return f"≤{_tenths(figure.high, math.ceil)}"
    half = max(figure.high - figure.value, figure.value - figure.low)
    return f"{percent(figure.value)} ±{_tenths(half, math.ceil)}"


def percent(share: float) -> str:
    """A share as a percentage with one decimal; only all is `100` and only none is `0`.

    >>> percent(1), percent(0.99996), percent(0.246), percent(0.00001), percent(0)
    ('100', '>99.9', '24.6', '<0.1', '0')
    """
    if share in {0, 1}:
        return f"{share * 100:.0f}"
    if 0 < share < 0.0005:
        return "<0.1"
    return ">99.9" if 0.9995 <= share < 1 else f"{share * 100:.1f}"


def _tenths(share: float, rounded: Callable[[float], int]) -> str:
    # the inner rounding keeps 0.998 * 1000 = 997.9999… from losing a tenth
    return f"{rounded(round(share * 1000, 6)) / 10:g}"


def _count(value: float) -> str:
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


def compact(value: float) -> str:
    """A number of about two digits: exact below ten thousand, then k, M, G, T.

    >>> compact(1880), compact(88_123), compact(1_204_113), compact(999_999)
    ('1,880', '88 k', '1.2 M', '1.0 M')
    """
    if abs(value) < 10_000 or math.isinf(value):
        return _count(value)
    return _scaled(value, ("k", "M", "G", "T"))


def size(count: int) -> str:
    """Bytes in decimal units: `12 B`, `4.1 kB`, `16 MB`."""
    return f"{count} B" if count < 1000 else _scaled(count, ("kB", "MB", "GB", "TB"))


def _scaled(value: float, units: Sequence[str]) -> str:
    for unit in units:
        value /= 1000
        if abs(value) < 9.95:
            return f"{value:.1f} {unit}"
        if abs(value) < 999.5 or unit == units[-1]:
            return f"{value:,.0f} {unit}"
    raise AssertionError(units)


def signed(value: float | None) -> str:
    """A change with its sign: `+12`, `−3`, `0`, `+0.4`."""
    if value is None or math.isnan(value):
        return NOTHING
    rounded = round(value, 1)
    if rounded == 0:
        return "0"
    amount = f"{abs(rounded):.1f}" if abs(rounded) < 1 else compact(round(abs(value)))
    return f"{'+' if rounded > 0 else '−'}{amount}"


def span(seconds: float) -> str:
    """A time span in its largest unit: `2 s`, `4 min`, `3 h`, `12 d`, `5 y`.

    >>> span(2.4), span(250), span(3 * 3600), span(12 * 86400)
    ('2 s', '4 min', '3 h', '12 d')
    """
    seconds = abs(seconds)
    for limit, unit in ((60, ""), (3600, "min"), (86_400, "h"), (730 * 86_400, "d")):
        if seconds < limit:
            return f"{seconds // _UNIT[unit]:.0f} {unit or 's'}"
    return f"{seconds // _UNIT['y']:,.0f} y"


_UNIT = {"": 1, "min": 60, "h": 3600, "d": 86_400, "y": 365.25 * 86_400}


def since(moment: datetime.datetime | None, now: datetime.datetime) -> str:
    """How long it is between two aware moments: `2 s`, `4 min`; `—` for none."""
    return NOTHING if moment is None else span((now - moment).total_seconds())


def ago(moment: datetime.datetime | None, now: datetime.datetime) -> str:
    """When something was or will be, both aware: `2 s ago`, `now`, `in 4 min`; `—` for never."""
    if moment is None:
        return NOTHING
    seconds = (now - moment).total_seconds()
    if abs(seconds) < 1:
        return "now"
    return f"{span(seconds)} ago" if seconds > 0 else f"in {span(seconds)}"


def duration(milliseconds: float | None) -> str:
    """What something took: `0.3 ms`, `9 ms`, `1.2 s`, `2 min`; `—` when unknown."""
    if milliseconds is None or math.isnan(milliseconds):
        return NOTHING
    if milliseconds < 0.95:
        return f"{milliseconds:.1f} ms" if milliseconds >= 0.05 else "0 ms"
    if milliseconds < 999.5:
        return f"{milliseconds:.0f} ms"
    return f"{milliseconds / 1000:.1f} s" if milliseconds < 59_950 else span(milliseconds / 1000)


def scalar(value: object, width: int) -> str:
    """One value in at most `width` characters; a number that does not fit loses digits, never its magnitude."""
    if isinstance(value, bool):
        return cut("true" if value else "false", width)
    if isinstance(value, int | float | decimal.Decimal):
        return _fitting(_number_forms(value), width)
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return _fitting(_moment_forms(value), width)
    if value is None:
        return cut("null", width)
    if isinstance(value, bytes | bytearray | memoryview):
        return cut(f"b {size(len(value))}", width)
    return cut(value if isinstance(value, str) else _data(value), width)


def cut(text: str, width: int) -> str:
    """Text on one line: line breaks shown as symbols, the rest replaced by `…` where it does not fit."""
    if width <= 0:
        return ""
    line = text[: width + 1].translate(_BREAKS)
    return line if len(text) <= width else line[: width - 1] + "…"


def named(name: str) -> str:
    """A name as it is; one that is empty, or that spaces begin or end, in quotes: else it could not be seen."""
    return name if name and name == name.strip() else f"“{name}”"


def _data(value: object) -> str:
    import json

    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def _number_forms(value: float | decimal.Decimal) -> Iterator[str]:
    """The ways to write a number, best first, shortest last; each is written only when those before did not fit."""
    if value.is_nan() if isinstance(value, decimal.Decimal) else isinstance(value, float) and math.isnan(value):
        yield "NaN"
        return
    if not isinstance(value, int) and math.isinf(value):
        yield "∞" if value > 0 else "-∞"
        return
    if not isinstance(value, int) or value.bit_length() <= 128:
        yield f"{value:,}"
        yield str(value)
        amount = abs(float(value))
        if amount < 1000:
            yield from (f"{value:.{digits}g}" for digits in (6, 4, 2))
        elif amount < 1e15:  # `compact` is out of its units beyond
            yield compact(float(value))
    exact = decimal.Decimal(value)
    yield from (f"{exact:.{digits}e}" for digits in (3, 1, 0))


def _moment_forms(value: datetime.datetime | datetime.date | datetime.time) -> tuple[str, ...]:
    """A moment without the parts that are zero, then without those that a narrow column can do without."""
    if isinstance(value, datetime.datetime):
        clock = _clock(value.timetz() if value.utcoffset() else value.time())
        date = value.date().isoformat()
        return (date,) if clock == "00:00" else (f"{date} {clock}", f"{date} {value:%H:%M}", date)
    if isinstance(value, datetime.time):
        return (_clock(value), f"{value:%H:%M}")
    return (value.isoformat(),)


def _clock(value: datetime.time) -> str:
    if value.microsecond:
        return value.isoformat("milliseconds" if value.microsecond % 1000 == 0 else "microseconds")
    return value.isoformat("seconds" if value.second else "minutes")


def _fitting(forms: Iterable[str], width: int) -> str:
    """The first that fits, else the last, cut."""
    form = ""
    for form in forms:
        if len(form) <= width:
            return form
    return cut(form, width)


def bar(share: float | None, width: int) -> str:
    """A share as eighth blocks, padded to exactly `width`: only none is empty and only all is full."""
    if width <= 0:
        return ""
    if share is None or math.isnan(share):
        return " " * width
    eighths = round(max(0.0, min(1.0, share)) * width * 8)
    if share > 0:
        eighths = max(1, eighths)
    if share < 1:
        eighths = min(width * 8 - 1, eighths)
    full, rest = divmod(eighths, 8)
    return ("█" * full + (_EIGHTHS[rest] if rest else "")).ljust(width)


def spark(counts: Sequence[float], width: int, *, from_zero: bool = True) -> str:
    """Numbers as levels, at most `width` of them; neighbours are averaged where there are more.

    `from_zero` (a distribution) draws heights; without it (a trend) the lowest number is the lowest level.
    """
    heights = _averaged([count for count in counts if math.isfinite(count)], width)
    if not heights:
        return ""
    low = min(0.0, *heights) if from_zero else min(heights)
    reach = max(heights) - low
    if reach <= 0:
        return _LEVELS[0] * len(heights)
    return "".join(_LEVELS[min(7, int((height - low) / reach * 8))] for height in heights)


def _averaged(values: Sequence[float], width: int) -> list[float]:
    if width <= 0:
        return []
    if len(values) <= width:
        return [float(value) for value in values]
    edges = [round(index * len(values) / width) for index in range(width + 1)]
    parts = [values[start:stop] for start, stop in itertools.pairwise(edges)]
    return [sum(part) / len(part) for part in parts]
