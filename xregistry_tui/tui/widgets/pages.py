"""Subjects without tabs, as pages to read: resources, and what lies below a branch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.text import Text

from xregistry_tui.profiling import wording
from xregistry_tui.tui.format import fitted, line
from xregistry_tui.tui.text import plain

if TYPE_CHECKING:
    from xregistry_tui.actions.views import Node, ResourceView

SHOWN = 200
EMPTY = {
    "models": (
        "No models yet. They come from what is connected: the resources below say what each of them holds, and what of "
        "it could not be read. Is none there? Leave with ctrl+q and start xreg-tui FILE, or xreg-tui demo."
    ),
    "functions": "No functions. A program registers them with @register_function.",
    "types": "No types. A program registers them with registry.register_type.",
    "resources": "Nothing is connected. Leave with ctrl+q and start xreg-tui with a file, or xreg-tui demo.",
}
GONE = "Nothing is here, not yet or not any more."
_STANDING = {"live": ("●", "good"), "connecting": ("⟳", "accent"), "failed": ("✗", "bad"), "closed": ("○", "dim")}


def opening_lines(what: str) -> Iterator[Text]:
    """Nothing is open yet."""
    yield Text("")
    yield line("  ", ("⟳ ", "accent"), f"opening {plain(what, 60) or 'the workspace'} …")


def failure_lines(reason: str, hint: str) -> Iterator[Text]:
    """Why nothing could be opened, what to try, and the keys that do it."""
    yield Text("")
    yield line("  ", ("✗ ", "bad"), (plain(reason, 400), "bright"))
    if hint:
        yield line("    ", (plain(hint, 400), "dim"))
    yield Text("")
    yield line("    ", ("r", "accent"), (" try again    ", "dim"), ("q", "accent"), (" leave", "dim"))


def empty_lines() -> Iterator[Text]:
    """Nothing is registered: what to do next."""
    yield Text("")
    yield line("  ", (EMPTY["models"], "dim"))


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


def branch_lines(path: str, nodes: tuple[Node, ...]) -> Iterator[Text]:
    """A group or namespace: what is right below it."""
    title = path.rpartition(".")[2]
    yield line(" ", (plain(title), "bright"), (f"   {len(nodes)} below", "dim"))
    yield Text("")
    shown = nodes[:SHOWN]
    counts = [wording.write(node.count) if node.count is not None else plain(node.note, 20) for node in shown]
    names = max((len(plain(node.title, 50)) for node in shown), default=0)
    digits = max((len(count) for count in counts), default=0)
    for node, count in zip(shown, counts, strict=True):
        yield line("   ", fitted(plain(node.title, 50), names), "   ", (f"{count:>{digits}}", "dim"))
    if len(nodes) > SHOWN:
        yield line("   ", (f"⋯ {len(nodes) - SHOWN:,} more", "dim"))
    if not nodes:
        yield line("   ", (EMPTY.get(path, GONE), "dim"))


def _entry(label: str, text: str) -> Text:
    return line("   ", (f"{label:<14}", "dim"), text)
