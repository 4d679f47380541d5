"""One field in full: its values, what is known of them, and how that was got."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from xregistry_tui.profiling import wording
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.schema.shape import Kind, walk
from xregistry_tui.tui.format import fitted, line
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.field_facts import facts
from xregistry_tui.tui.widgets.field_rows import SPACIOUS
from xregistry_tui.tui.widgets.field_values import said, value_lines

if TYPE_CHECKING:
    from xregistry_tui.actions.views import ModelView
    from xregistry_tui.profiling.profile import Profile
    from xregistry_tui.schema.shape import FieldShape

TWO_COLUMNS = 72


def detail(model: ModelView, path: str, width: int, height: int) -> list[Text]:
    """The field under the cursor in at most `height` lines; the last says how it was got."""
    view = model.binding
    field = next((field for name, field in walk(model.shape) if name == path), None)
    if field is None or height < 2:
        return []
    seen = view.profile.fields.get(path) if view and view.profile else None
    if view is None or view.profile is None or seen is None:
        return [_heading(path, field, "", width), Text(""), line(" ", (plain(_unseen(model), width - 2), "dim"))]
    air = [Text("")] if height >= 9 else []
    foot = [*air, how_line(view.profile, model.version)]
    room = max(1, height - 1 - len(air) - len(foot))
    left = list(value_lines(field, seen, _left_width(width) - 3 if width >= TWO_COLUMNS else width - 2))[:room]
    right = list(facts(field, seen, [alarm for alarm in view.alarms if alarm.field == path]))[:room]
    body = _beside(left, right, _left_width(width)) if width >= TWO_COLUMNS else (left + right)[:room]
    heading = _heading(path, field, said(field, seen, view.profile.method), width)
    return [heading, *air, *body, *([Text("")] * (room - len(body))), *foot]


def _left_width(width: int) -> int:
    return 76 if width >= SPACIOUS else 52 if width >= 90 else 49


def _heading(path: str, field: FieldShape, what: str, width: int) -> Text:
    left = line(" ", (plain(field.name, 40) or "“”", "bright"), (f"   {what}", "dim"))
    if path.startswith("/"):
        return left
    right = line(("enter", "accent"), (f" {opens(field)} ", "dim"))
    gap = width - left.cell_len - right.cell_len
    return line(left, " " * gap, right) if gap > 2 else left


def from_the_top(kind: Kind) -> bool:
    """Whether the greatest values come first where records are put in order by such a field."""
    return kind in {Kind.DATETIME, Kind.DATE, Kind.NUMBER, Kind.DECIMAL}


def opens(field: FieldShape) -> str:
    """What enter shows of a field."""
    name = plain(field.name, 18) or "“”"
    if not from_the_top(field.kind):
        return f"records by {name}"
    return f"records by {name}, {'newest' if field.kind in {Kind.DATETIME, Kind.DATE} else 'greatest'} first"


def _unseen(model: ModelView) -> str:
    if model.binding is None:
        return "bound to no collection: there is no live data to look at"
    return model.binding.state.reason or "not looked at yet"


def _beside(left: Sequence[Text], right: Sequence[Text], width: int) -> list[Text]:
    """Two columns; the left one has `width` cells."""
    pairs = itertools.zip_longest(left, right, fillvalue=Text(""))
    return [line(fitted(first, width), second) for first, second in pairs]


def how_line(profile: Profile, version: str) -> Text:
    """How the figures were got: method, records, queries, time, moment."""
    how = profile.how
    queries = len(how.queries)
    parts = (
        looked_at(profile),
        f"{queries} {'query' if queries == 1 else 'queries'}",
        wording.duration(how.milliseconds),
        _moment(profile.as_of),
        f"v{plain(version, 16)}",
    )
    return line((" how   ", "dim"), (" · ".join(parts), "dim"), "    ", ("i", "accent"), (" show query", "dim"))


def looked_at(profile: Profile) -> str:
    """How many records were looked at, and by which way: `sample 2,000 of 6,412`."""
    exact = profile.method is Grade.EXACT
    looked = f"{profile.n:,}" if exact else f"{profile.n:,} of {wording.write(profile.rows)}"
    sampled = profile.how.sampling or "sample"
    word = {Grade.EXACT: "all", Grade.SAMPLE: sampled, Grade.CATALOGUE: "catalogue"}[profile.method]
    return f"{plain(word, 30)} {looked}"


def _moment(moment: datetime.datetime) -> str:
    return f"{moment.astimezone():%H:%M:%S}"
