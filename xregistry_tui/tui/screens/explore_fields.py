"""A model's fields as lines, and one field in full."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from xregistry_tui.profiling import wording
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.schema.rules import OneOf, Reference, Required, describe
from xregistry_tui.schema.shape import Kind, walk
from xregistry_tui.tui.format import fitted, line
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.grid import Column, Row

if TYPE_CHECKING:
    import datetime

    from xregistry_tui.actions.views import BindingView, ModelView
    from xregistry_tui.profiling.drift import Alarm
    from xregistry_tui.profiling.profile import FieldProfile, Histogram, Profile, RuleResult, ValueCount
    from xregistry_tui.schema.shape import FieldShape, Scalar

COLUMNS = (
    Column("mark", "", 2),
    Column("name", "FIELD", 10, flex=1),
    Column("type", "TYPE", 9),
    Column("bar", "FILL %", 6, priority=1),
    Column("fill", "", 10),
    Column("distinct", "DISTINCT", 8, align="right"),
    Column("range", " RANGE OR TOP", 24, flex=1, priority=2),
    Column("shape", "SHAPE", 6, priority=3),
    Column("drift", "", 1),
)
WORDS = {
    Kind.INTEGER: "int",
    Kind.STRING: "str",
    Kind.BOOLEAN: "bool",
    Kind.NUMBER: "float",
    Kind.OBJECT: "record",
    Kind.ARRAY: "list",
    Kind.OBJECT_ID: "objectid",
}
TOP_SHARE = 0.02
TWO_COLUMNS = 72


def field_rows(model: ModelView) -> Iterator[Row]:
    """One line a field, nested ones below their parent."""
    view = model.binding
    profile = view.profile if view else None
    alarmed = {alarm.field for alarm in view.alarms} if view else set()
    for path, field in walk(model.shape):
        seen = profile.fields.get(path) if profile else None
        yield Row(path, _cells(path, field, seen, path in alarmed))


def _cells(path: str, field: FieldShape, seen: FieldProfile | None, alarmed: bool) -> dict[str, Text]:
    failing = seen is not None and any(result.failed for result in seen.rules)
    return {
        "mark": line((mark(field), "dim")),
        "name": line(_name(path, field)),
        "type": line((plain(type_word(field, seen), 16), "dim")),
        "bar": _bar(seen),
        "fill": _fill(seen),
        "distinct": line(wording.write(seen.distinct) if seen else (wording.NOTHING, "dim")),
        "range": _range(field, seen),
        "shape": line((_shape(seen), "dim")),
        "drift": line(("▲", "warn")) if alarmed else line(("✗", "bad")) if failing else Text(""),
    }


def mark(field: FieldShape) -> str:
    """`pk`, `fk` or nothing."""
    if field.key is not None:
        return "pk"
    return "fk" if any(isinstance(rule, Reference) for rule in field.rules) else ""


def _name(path: str, field: FieldShape) -> str:
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


def _bar(seen: FieldProfile | None) -> Text:
    if seen is None or seen.fill is None:
        return Text("")
    return line((wording.bar(seen.fill.value, 6), "rule" if seen.fill.value >= 1 else "dim"))


def _fill(seen: FieldProfile | None) -> Text:
    if seen is None or seen.fill is None:
        return line((f"{wording.NOTHING:>5}", "dim"))
    number, sign, margin = wording.write(seen.fill, percent=True).partition(" ±")
    return line(f"{number:>5}", (f" ±{margin}" if sign else "", "dim"))


def _range(field: FieldShape, seen: FieldProfile | None) -> Text:
    reference = next((rule for rule in field.rules if isinstance(rule, Reference)), None)
    if reference is not None:
        return line(" ", ("→ ", "dim"), plain(f"{reference.collection}.{reference.field}", 40))
    if seen is None:
        return Text("")
    if seen.top and _is_category(field, seen):
        share = seen.top[0].count / seen.present if seen.present else 0.0
        return line(" ", plain(wording.scalar(seen.top[0].value, 24), 24), (f" {wording.percent(share)}", "dim"))
    if seen.minimum is not None and field.kind is not Kind.STRING:
        low, high = (_end(field.kind, value) for value in (seen.minimum, seen.maximum))
        return line(" ", low, (" … ", "dim"), high)
    if seen.lengths is not None:
        return line((" len ", "dim"), f"{seen.lengths.least:,}", (" … ", "dim"), f"{seen.lengths.most:,}")
    return Text("")


def _end(kind: Kind, value: Scalar) -> str:
    """One end of a range in ten cells: of a moment its day, also where the engine holds it as text."""
    if kind in {Kind.DATETIME, Kind.DATE} and isinstance(value, str):
        return plain(value[:10])
    return plain(wording.scalar(value, 10), 10)


def _is_category(field: FieldShape, seen: FieldProfile) -> bool:
    if field.key is not None or not seen.present or seen.top[0].count < 2:
        return False
    measured = field.kind in {Kind.INTEGER, Kind.NUMBER, Kind.DECIMAL, Kind.DATETIME, Kind.DATE, Kind.TIME}
    return not measured and seen.top[0].count / seen.present >= TOP_SHARE


def _shape(seen: FieldProfile | None) -> str:
    if seen is None:
        return ""
    if seen.histogram is not None:
        return wording.spark(seen.histogram.counts, 6)
    return wording.spark([value.count for value in seen.top[:6]], 6)


# One field in full


def detail(model: ModelView, path: str, width: int, height: int) -> list[Text]:
    """The field under the cursor in at most `height` lines; the last says how it was got."""
    view = model.binding
    field = next((field for name, field in walk(model.shape) if name == path), None)
    if field is None or height < 2:
        return []
    seen = view.profile.fields.get(path) if view and view.profile else None
    if view is None or view.profile is None or seen is None:
        return [_heading(field, "", width), Text(""), line(" ", (_unseen(model), "dim"))]
    air = [Text("")] if height >= 9 else []
    foot = [*air, how_line(view.profile, model.version)]
    room = max(1, height - 1 - len(air) - len(foot))
    left = list(_values(seen, 46 if width >= TWO_COLUMNS else width - 2))[:room]
    right = list(_facts(field, seen, [alarm for alarm in view.alarms if alarm.field == path]))[:room]
    body = _beside(left, right, width) if width >= TWO_COLUMNS else (left + right)[:room]
    what = "top values" if seen.top and (seen.top[0].count > 1 or seen.histogram is None) else "values"
    return [_heading(field, what, width), *air, *body, *([Text("")] * (room - len(body))), *foot]


def _heading(field: FieldShape, what: str, width: int) -> Text:
    left = line(" ", (plain(field.name, 40) or "“”", "bright"), (f"   {what}", "dim"))
    right = line(("enter", "accent"), (" records by this field ", "dim"))
    gap = width - left.cell_len - right.cell_len
    return line(left, " " * gap, right) if gap > 2 else left


def _unseen(model: ModelView) -> str:
    if model.binding is None:
        return "bound to no collection: there is no live data to look at"
    return model.binding.state.reason or "not looked at yet"


def _values(seen: FieldProfile, width: int) -> Iterator[Text]:
    if seen.top and (seen.top[0].count > 1 or seen.histogram is None):
        most = seen.top[0].count
        closed = next((result.rule for result in seen.rules if isinstance(result.rule, OneOf)), None)
        for value in seen.top:
            outside = closed is not None and value.value not in closed.values
            yield _value_line(value, most, seen.present, width, outside)
        return
    if seen.histogram is not None:
        yield line("   ", (wording.spark(seen.histogram.counts, 40), "accent"))
        yield _span(seen, seen.histogram)
        yield Text("")
    for share, quantile in seen.quantiles[:5]:
        label = {0.5: "median"}.get(share, f"{share * 100:g} %")
        yield line("   ", (f"{label:<8}", "dim"), plain(wording.scalar(quantile, 24), 24))
    if seen.mean is not None:
        yield line("   ", (f"{'mean':<8}", "dim"), f"{seen.mean:,.4g}")
    if seen.lengths is not None:
        yield line("   ", (f"{'length':<8}", "dim"), f"{seen.lengths.least:,} … {seen.lengths.most:,}")
    if not seen.present:
        yield line("   ", ("no record has a value here", "dim"))


def _span(seen: FieldProfile, histogram: Histogram) -> Text:
    """The ends of a histogram; that of texts is over their lengths."""
    if isinstance(seen.minimum, str):
        low, high = f"{histogram.low:,.0f}", f"{histogram.high:,.0f} characters"
    else:
        low, high = (plain(wording.scalar(value, 18), 18) for value in (seen.minimum, seen.maximum))
    return line("   ", (low, "dim"), " " * max(1, 40 - len(low) - len(high)), (high, "dim"))


def _value_line(value: ValueCount, most: int, present: int, width: int, outside: bool) -> Text:
    share = value.count / present if present else 0.0
    name = 14 if width >= 44 else 10
    bar = max(4, width - name - 18)
    shown = plain(wording.scalar(value.value, name), name) or "“”"
    return line(
        "   ",
        fitted(shown, name),
        " ",
        (wording.bar(value.count / most, bar), "bad" if outside else "accent"),
        f" {wording.percent(share):>5}",
        (f" {value.count:>6,}", "dim"),
        (" ✗", "bad") if outside else "",
    )


def _facts(field: FieldShape, seen: FieldProfile, alarms: Sequence[Alarm]) -> Iterator[Text]:
    rules = [rule for rule in field.rules if not isinstance(rule, Required)]
    for rule in rules[:2]:
        source = f", {rule.source}" if rule.source else ""
        yield _fact("allowed", line(plain(describe(rule), 40), (plain(source, 30), "dim")))
    fine = [result for result in seen.rules if result.checked and not result.failed]
    if fine:
        kept = ", ".join(plain(describe(result.rule), 30) for result in fine)
        yield _fact("conform", line("100", (f"  {plain(kept, 40)}", "dim")))
    for result in seen.rules:
        if result not in fine:
            yield from _conforming(result)
    for alarm in alarms:
        yield _fact("drift", line(("▲ ", "warn"), plain(alarm.message, 60)))
    if seen.nulls or seen.missing:
        yield _fact("absent", line(f"{seen.nulls + seen.missing:,}", (f" of {seen.looked_at:,}", "dim")))
    if seen.blank:
        yield _fact("blank", line(f"{seen.blank:,}"))
    if len(seen.kinds) > 1:
        mix = ", ".join(f"{WORDS.get(kind, kind.value)} {count:,}" for kind, count in list(seen.kinds.items())[:3])
        yield _fact("types", line(mix))
    if seen.formats:
        name, share = seen.formats[0]
        yield _fact("format", line(f"{plain(name, 20)} ", (wording.percent(share), "dim")))
    if seen.zeros:
        yield _fact("zeros", line(f"{seen.zeros:,}"))
    if seen.negatives:
        yield _fact("negative", line(f"{seen.negatives:,}"))


def _conforming(result: RuleResult) -> Iterator[Text]:
    what = (f"  {plain(describe(result.rule), 30)}", "dim")
    if result.failed is None:
        yield _fact("conform", line(("not checked here", "dim"), what))
    elif not result.checked:
        yield _fact("conform", line((wording.NOTHING, "dim"), what))
    else:
        share = 1 - result.failed / result.checked if result.checked else 0.0
        yield _fact("conform", line(wording.percent(share), (f"  {result.failed:,} fail", "bad"), what))
        if keys := [" ".join(plain(wording.scalar(part, 12), 12) for part in key) for key in result.keys[:5]]:
            yield _fact(
                "failing", line(("key ", "dim"), ", ".join(keys), (", …" if len(result.keys) > 5 else "", "dim"))
            )


def _fact(label: str, text: Text) -> Text:
    return line((f"{label:<9}", "dim"), text)


def _beside(left: Sequence[Text], right: Sequence[Text], width: int) -> list[Text]:
    half = 52 if width >= 90 else 49
    out = []
    for place in range(max(len(left), len(right))):
        first = left[place] if place < len(left) else Text("")
        second = right[place] if place < len(right) else Text("")
        out.append(line(fitted(first, half), second))
    return out


def how_line(profile: Profile, version: str) -> Text:
    """How the figures were got: method, records, queries, time, moment."""
    how = profile.how
    queries = len(how.queries)
    looked = (
        f"{profile.n:,} of {wording.write(profile.rows)}" if profile.method is not Grade.EXACT else f"{profile.n:,}"
    )
    word = {Grade.EXACT: "all", Grade.SAMPLE: how.sampling or "sample", Grade.CATALOGUE: "catalogue"}[profile.method]
    parts = (
        f"{plain(word, 30)} {looked}",
        f"{queries} {'query' if queries == 1 else 'queries'}",
        wording.duration(how.milliseconds),
        _moment(profile.as_of),
        f"v{plain(version, 16)}",
    )
    return line((" how   ", "dim"), (" · ".join(parts), "dim"), "    ", ("i", "accent"), (" show query", "dim"))


def _moment(moment: datetime.datetime) -> str:
    return f"{moment.astimezone():%H:%M:%S}"


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
