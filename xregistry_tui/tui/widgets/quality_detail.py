"""The cell under the cursor of a quality table in full: its rule, what it is over, since when, and what fails."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text

from xregistry_tui.profiling import wording
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.schema.rules import OneOf, describe
from xregistry_tui.tui.format import fitted, folded, line, spread
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.field_rows import WORDS
from xregistry_tui.tui.widgets.line_list import Line
from xregistry_tui.tui.widgets.quality_board import (
    LABELS,
    MODEL,
    NO_RULE,
    OPTIONAL,
    Board,
    alarms,
    failing,
    results,
    standing,
)
from xregistry_tui.tui.widgets.quality_rows import day_text

if TYPE_CHECKING:
    from xregistry_tui.profiling.drift import Alarm
    from xregistry_tui.profiling.profile import FieldProfile, Profile, RuleResult
    from xregistry_tui.schema.report import Suggestion
    from xregistry_tui.schema.shape import Scalar

LABEL = 8
ALLOWED = 60
_WORST = 5
_UNRULED = {
    "completeness": "absence is allowed",
    "validity": "none: any value of its type is fine",
    "uniqueness": "none: values may repeat",
    "consistency": "one type, and one format where there is one",
    "timeliness": "none: nothing says how fresh it should be",
}
Nearest = Sequence["Suggestion | None"]


@dataclass(frozen=True, slots=True)
class Spot:
    """One cell of the table. `nearest` are allowed values close to the failing ones, `None` until they are known."""

    board: Board
    path: str
    dimension: str
    nearest: Nearest | None = None

    @property
    def failing(self) -> RuleResult | None:
        """The rule that fails here."""
        return failing(self.board.seen(self.path), self.dimension) if self.path != MODEL else None

    @property
    def title(self) -> str:
        """What it is about: the field's path, or the model's title."""
        return self.board.model.title if self.path == MODEL else self.path


def key_text(key: Iterable[Scalar], width: int) -> str:
    """A locator in at most that many cells."""
    return plain(" ".join(wording.scalar(part, 24) for part in key), width)


def lines(spot: Spot, width: int) -> Iterator[Line]:
    """The cell in lines of `width` cells; each failing record is one of them, with its place as key."""
    yield Line(_heading(spot, width))
    yield Line(Text(""))
    body = _about_model(spot) if spot.path == MODEL else _about_field(spot)
    for label, text in body:
        for place, part in enumerate(folded(text, max(8, width - LABEL - 2))):
            yield Line(line((f" {label if place == 0 else '':<{LABEL}}", "dim"), part))
    if (day := day_text(spot.board.day(spot.path), max(4, width - LABEL - 2))).strip():
        yield Line(line((f" {'24 h':<{LABEL}}", "dim"), (day, "dim")))
    if (found := spot.failing) is not None:
        yield Line(Text(""))
        yield from _failing(spot, found, width)


def _heading(spot: Spot, width: int) -> Text:
    quality = spot.board.quality(spot.path)
    figure = getattr(quality, spot.dimension) if quality is not None else None
    right = line((wording.write(figure, percent=True), "text" if figure else "dim"), " ")
    name = plain(spot.title, max(6, width - right.cell_len - 14)) or "“”"
    return spread(line(" ", (name, "bright"), (" · ", "dim"), LABELS[spot.dimension]), right, width)


def _about_field(spot: Spot) -> Iterator[tuple[str, Text]]:
    seen = spot.board.seen(spot.path)
    profile = spot.board.view.profile
    if seen is None or profile is None:
        yield "", line(("not looked at", "dim"))
        return
    found = results(seen, spot.dimension)
    yield from _rules(spot, seen, found)
    yield "over", _over(seen, spot.dimension, found)
    yield "how", _how(profile)
    yield from _changes(alarms(spot.board, spot.path, spot.dimension))
    yield "version", line(f"v{plain(spot.board.model.version, 20)}")


def _rules(spot: Spot, seen: FieldProfile, found: Sequence[RuleResult]) -> Iterator[tuple[str, Text]]:
    checked = [result for result in found if result.failed is not None]
    if checked:
        yield "rule", line(plain(describe(checked[0].rule), 200))
        if isinstance(checked[0].rule, OneOf):
            yield "", line((_allowed(checked[0].rule), "dim"))
        yield "from", line(plain(checked[0].rule.source or "the model", 60))
    elif not found:
        yield "rule", line((_unruled(spot, seen), "dim"))
    for other in checked[1:]:
        fails = line((f"   {other.failed:,} fail", "warn")) if other.failed else line(("   all obey", "dim"))
        yield "also", line(plain(describe(other.rule), 80), fails)
    if unchecked := len(found) - len(checked):
        what = "1 rule is" if unchecked == 1 else f"{unchecked} rules are"
        yield "", line((f"{what} not checked in the engine: see Validate (4)", "dim"))
    if spot.dimension == "consistency" and len(seen.kinds) > 1:
        mix = sorted(seen.kinds.items(), key=lambda pair: -pair[1])
        yield "types", line(", ".join(f"{WORDS.get(kind, kind.value)} {count:,}" for kind, count in mix[:4]))


def _unruled(spot: Spot, seen: FieldProfile) -> str:
    stands = standing(spot.board, spot.path, spot.dimension)
    if spot.dimension == "completeness" and stands.sign != OPTIONAL:
        return "a value is asked for"
    if spot.dimension == "uniqueness" and stands.sign != NO_RULE:
        return "no two records share a value" if seen.once is not None else "unique; not looked at in this grade"
    return _UNRULED[spot.dimension]


def _allowed(rule: OneOf) -> str:
    shown = "  ".join(plain(wording.scalar(value, 24), 24) or "“”" for value in rule.values[:ALLOWED])
    return f"{shown}  and {len(rule.values) - ALLOWED:,} more" if len(rule.values) > ALLOWED else shown


def _over(seen: FieldProfile, dimension: str, found: Sequence[RuleResult]) -> Text:
    if dimension == "completeness":
        absent = seen.looked_at - seen.present
        blank = f", {seen.blank:,} blank" if seen.blank else ""
        return line(f"{seen.looked_at:,} looked at", (f", {absent:,} absent{blank}", "dim"))
    judged = found[0].checked if found and found[0].checked else seen.present
    less = "" if judged == seen.present else f", {judged:,} judged by it"
    return line(f"{seen.present:,} present of {seen.looked_at:,}", (less, "dim"))


def _how(profile: Profile) -> Text:
    way = plain(profile.how.sampling or profile.method.value, 30)
    took = wording.duration(profile.how.milliseconds)
    return line(f"{way} · {took} · {profile.as_of.astimezone():%H:%M:%S}")


def _changes(found: Iterable[Alarm]) -> Iterator[tuple[str, Text]]:
    for alarm in found:
        told = plain(alarm.message.removeprefix(f"{alarm.field}: "), 120)
        version = (f"v{plain(alarm.version, 20)}  ", "dim") if alarm.version else ""
        yield "since", line(f"{alarm.since.astimezone():%H:%M}  ", version, ("▲ ", "warn"), told)


def _about_model(spot: Spot) -> Iterator[tuple[str, Text]]:
    board, profile = spot.board, spot.board.view.profile
    which = "the required fields" if spot.dimension == "completeness" else "the fields that are judged"
    yield "rule", line((f"the mean of {which}", "dim"))
    low = [(path, one.figure) for path in board.fields if not (one := standing(board, path, spot.dimension)).sign]
    known = sorted(((path, figure) for path, figure in low if figure is not None), key=lambda pair: pair[1].value)
    for place, (path, figure) in enumerate(known[:_WORST]):
        yield (
            "lowest" if place == 0 else "",
            line(fitted(plain(path, 18), 18), " ", wording.write(figure, percent=True)),
        )
    if profile is not None:
        yield "how", _how(profile)
    yield from _changes(alarm for alarm in board.view.alarms if alarm.field is None)
    yield "version", line(f"v{plain(board.model.version, 20)}")


# What fails


def _failing(spot: Spot, found: RuleResult, width: int) -> Iterator[Line]:
    head = line(" ", ("FAILING   ", "dim"), failing_text(spot.board, found))
    if not found.keys:
        told = line(" ", ("no key locates them: the collection has none", "dim"))
        yield from (Line(part) for text in (head, told) for part in folded(text, width))
        return
    yield from (Line(part) for part in folded(head, width))
    yield Line(Text(""))
    closed = isinstance(found.rule, OneOf)
    keys = [key_text(key, 24) for key in found.keys]
    first = min(max(8, width - 30), max(4, *(len(key) for key in keys))) + 2
    second = max(1, (width - first - 3) // 2 if closed else width - first - 3)
    heads = line("  ", fitted("KEY", first), fitted("VALUE", second), " ", "NEAREST" if closed else "")
    heads.stylize("dim")
    yield Line(_within(heads, width))
    for place, key in enumerate(keys):
        value = found.values[place] if place < len(found.values) else None
        near = _near(spot.nearest, place, second) if closed else Text("")
        row = line("  ", fitted(key, first), fitted(_value(value, second), second), " ", near)
        yield Line(_within(row, width), str(place))


def _within(text: Text, width: int) -> Text:
    return fitted(text, width) if text.cell_len > width else text


def failing_text(board: Board, found: RuleResult) -> Text:
    """How many fail: seen, and by that about how many in all."""
    failed, profile = found.failed or 0, board.view.profile
    if profile is None or profile.method is Grade.EXACT or not profile.n:
        return line((f"{failed:,}", "bad"), (" in all", "dim"))
    if not profile.random:
        return line((f"{failed:,}", "bad"), (f" in the first {profile.n:,}", "dim"))
    about = wording.compact(round(failed / profile.n * profile.rows.value))
    return line((f"{failed:,}", "bad"), (" seen, ", "dim"), f"≈ {about}", (" in all", "dim"))


def _value(value: Scalar, width: int) -> Text:
    if value is None:
        return line(("null", "dim"))
    return line(plain(wording.scalar(value, width), width)) if value != "" else line(("“”", "dim"))


def _near(nearest: Nearest | None, place: int, width: int) -> Text:
    if nearest is None:
        return line(("…", "dim"))
    found = nearest[place] if place < len(nearest) else None
    return line((wording.NOTHING, "dim")) if found is None else line(plain(wording.scalar(found.value, width), width))
