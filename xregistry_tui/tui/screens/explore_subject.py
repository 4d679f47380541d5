"""What stands right of the tree besides a model's tables: the subject's two lines, and the other kinds of subject."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.text import Text

from xregistry_tui.core.bindings import RefreshStatus
from xregistry_tui.profiling import wording
from xregistry_tui.schema.canonical import dumps
from xregistry_tui.tui.format import joined, line, spread
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.header import GLYPHS

if TYPE_CHECKING:
    import datetime

    from xregistry_tui.actions.views import BindingView, FunctionView, ModelView, Node, ResourceView, TypeView

_STANDING = {"live": ("●", "good"), "connecting": ("⟳", "accent"), "failed": ("✗", "bad"), "closed": ("○", "dim")}


def model_lines(model: ModelView, now: datetime.datetime, width: int) -> list[Text]:
    """Title, version, state, next look; rows with their trend, quality, drift, cost."""
    view = model.binding
    left = line(" ", (plain(model.title, max(8, width - 40)), "bright"))
    if view is None:
        right = joined((line((f"v{plain(model.version, 16)}", "dim")), line(("○ unbound ", "dim"))))
        told = plain(model.description, width - 2) if model.description else f"{model.source} model, bound to no data"
        return [spread(left, right, width), line(" ", (told, "dim"))]
    right = joined((line((f"v{plain(model.version, 16)}", "dim")), state_text(view, now), line(_next(view, now), " ")))
    return [spread(left, right, width), _figures(view, now, width)]


def state_text(view: BindingView, now: datetime.datetime) -> Text:
    """The glyph and word of a binding's state; when it is not well, since when."""
    state = view.state
    glyph, role = GLYPHS[state.status]
    if state.status in {RefreshStatus.STALE, RefreshStatus.FAILED} and state.since is not None:
        return line((glyph, role), f" {state.status.value} {wording.since(state.since, now)}")
    return line((glyph, role), f" {state.status.value}")


def _next(view: BindingView, now: datetime.datetime) -> tuple[str, str]:
    due = view.state.next_at
    if due is None or view.state.status is RefreshStatus.PAUSED:
        return ("", "dim")
    return (f"next in {wording.since(due, now)}" if due > now else "next now", "dim")


def _figures(view: BindingView, now: datetime.datetime, width: int) -> Text:
    profile, state = view.profile, view.state
    if state.reason and state.status in {RefreshStatus.STALE, RefreshStatus.FAILED, RefreshStatus.PARTIAL}:
        seen = f"   figures of {wording.ago(state.as_of, now)}" if state.as_of is not None else ""
        return line(" ", (plain(state.reason, max(10, width - len(seen) - 2)), "warn"), (seen, "dim"))
    if profile is None:
        return line(" ", ("looking …" if state.status is RefreshStatus.REFRESHING else "not looked at yet", "dim"))
    rows = line(" ", (wording.write(profile.rows), "bright"), (" rows", "dim"))
    overall = view.assessment.model.overall if view.assessment else None
    quality = line(("quality ", "dim"), wording.percent(overall) if overall is not None else wording.NOTHING)
    drift = line(("drift ", "dim"), ("▲ ", "warn"), str(len(view.alarms))) if view.alarms else ""
    cost = line(("reads ", "dim"), wording.duration(view.spent_ms_per_minute), ("/min", "dim"))
    return joined((rows, trend_text(view), quality, drift, cost if width >= 70 else ""))


def trend_text(view: BindingView, width: int = 8) -> Text:
    """The change per minute and the last counts as levels."""
    if view.per_minute is None and len(view.trend) < 2:
        return Text("")
    levels = wording.spark([rows for _, rows in view.trend], width, from_zero=False)
    rate = f"{wording.signed(view.per_minute)}/min " if view.per_minute is not None else ""
    return line(rate, (levels, "accent"))


def function_lines(function: FunctionView, now: datetime.datetime) -> Iterator[Text]:
    """A function: signature, docstring, where it comes from, how it was called."""
    yield line(" ", (plain(function.title), "bright"), (plain(function.signature), "text"))
    yield line(" ", (plain(function.module), "dim"))
    yield Text("")
    yield from _paragraph(function.docstring or "It has no docstring.")
    yield Text("")
    yield _entry("tags", ", ".join(plain(tag, 40) for tag in function.tags) or wording.NOTHING)
    yield _entry("calls", f"{function.calls:,}")
    yield _entry("failed", f"{function.failures:,}")
    yield _entry("last", wording.ago(function.last_called, now) if function.last_called else "never called here")


def type_lines(registered: TypeView) -> Iterator[Text]:
    """A type: what it is made of, what it asks for, examples."""
    yield line(" ", (plain(registered.title), "bright"), (f"   {plain(registered.category)}", "dim"))
    yield from _paragraph(registered.description or "It has no description.")
    yield Text("")
    yield _entry("of", plain(registered.base_type, 60))
    for name, value in registered.constraints.items():
        yield _entry(plain(name, 14), plain(value, 60))
    for example in registered.examples:
        yield _entry("example", plain(dumps(example), 60))


def resource_lines(resource: ResourceView) -> Iterator[Text]:
    """A resource: where it is, how it stands, its collections with what failed and why."""
    glyph, role = _STANDING.get(resource.status, ("○", "dim"))
    yield line(
        *(" ", (plain(resource.name), "bright"), f"   {plain(resource.kind)}   ", (glyph, role), f" {resource.status}"),
        ("   READ-ONLY", "dim"),
        ("   PRODUCTION", "bad bold") if resource.level == "production" else "",
    )
    yield line(" ", (plain(resource.location), "dim"))
    if resource.reason:
        yield line(" ", (plain(resource.reason), "warn"))
    yield Text("")
    if resource.latency_ms is not None:
        yield _entry("answers in", wording.duration(resource.latency_ms))
    yield _entry("we cost", f"{wording.duration(resource.spent_ms_per_minute)} a minute")
    yield Text("")
    failed = resource.failed or {}
    yield line(
        (f" {len(resource.collections)} collections", "dim"), (f"   {len(failed)} failed" if failed else "", "bad")
    )
    for name, reason in failed.items():
        yield line("   ", ("✗ ", "bad"), plain(name, 40), (f"   {plain(reason)}", "dim"))
    for name in resource.collections:
        if name not in failed:
            yield line("     ", plain(name, 60))
    if not resource.collections and resource.status == "live":
        yield line("   ", ("It holds nothing to look at. r looks again.", "dim"))


def branch_lines(title: str, nodes: tuple[Node, ...], empty: str) -> Iterator[Text]:
    """A group or namespace: what is right below it."""
    yield line(" ", (plain(title), "bright"), (f"   {len(nodes)} below", "dim"))
    yield Text("")
    for node in nodes[:200]:
        count = wording.write(node.count) if node.count is not None else plain(node.note, 20)
        yield line("   ", plain(node.title, 50), (f"   {count}", "dim"))
    if not nodes:
        yield line("   ", (empty, "dim"))


def _paragraph(text: str) -> Iterator[Text]:
    for part in text.strip().splitlines():
        yield line(" ", plain(part))


def _entry(label: str, text: str) -> Text:
    return line("   ", (f"{label:<14}", "dim"), text)
