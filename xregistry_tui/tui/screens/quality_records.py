"""What stands behind a figure of quality, asked of the session: the records, the values meant, the way to find them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from xregistry_tui.actions.base import ActionError
from xregistry_tui.resources.base import ResourceError
from xregistry_tui.schema.rules import describe
from xregistry_tui.schema.shape import segments
from xregistry_tui.tui import clipboard
from xregistry_tui.tui.format import line
from xregistry_tui.tui.screens.explore_reading import fetch_records
from xregistry_tui.tui.screens.peek import PeekScreen
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.quality_board import LABELS, MODEL
from xregistry_tui.tui.widgets.quality_detail import key_text
from xregistry_tui.tui.widgets.record_text import copied, record_lines
from xregistry_tui.tui.widgets.records import Wanted

if TYPE_CHECKING:
    from typing import Any

    from xregistry_tui.actions.session import Session
    from xregistry_tui.schema.shape import Scalar
    from xregistry_tui.tui.app import XregApp
    from xregistry_tui.tui.widgets.quality_detail import Nearest, Spot


def records_behind(spot: Spot, model: str) -> Wanted:
    """The records that fail in a cell; where none is known to, those without a value, or all by the field."""
    if spot.path == MODEL:
        return Wanted(model)
    field = segments(spot.path)[0]
    if spot.failing is not None and spot.failing.keys:
        return Wanted(model, keys=spot.failing.keys, marked=field)
    seen = spot.board.seen(spot.path)
    lacking = spot.dimension == "completeness" and seen is not None and seen.nulls + seen.missing > 0
    if lacking and field == spot.path:
        quoted = field.replace('"', '""')
        return Wanted(model, where=f'"{quoted}"=null', marked=field)
    return Wanted(model, order_by=field)


def scope_text(spot: Spot) -> str:
    """What the records behind a cell are, in words."""
    if spot.path == MODEL:
        return f"records of {spot.title}"
    found = spot.failing
    if found is None:
        return f"records by {spot.path} · {LABELS[spot.dimension]}"
    known = f" · {len(found.keys)} of those seen" if found.failed and len(found.keys) < found.failed else ""
    return f"records failing {spot.path}: {describe(found.rule)}{known}"


async def ask_nearest(session: Session | None, spot: Spot) -> Nearest:
    """What failing values were meant to be; nothing where that cannot be told."""
    found = spot.failing
    if session is None or found is None:
        return ()
    try:
        result = await session.perform(
            "nearest", model=spot.board.view.binding.key, field=spot.path, values=found.values
        )
    except (ActionError, ResourceError):
        return ()  # what was meant is a courtesy: the failing values stand there without it
    nearest: Nearest = result.value
    return nearest


async def open_failing(app: XregApp, spot: Spot, place: int) -> None:
    """Show a failing record in full, what fails in it marked."""
    found = spot.failing
    if found is None or place >= len(found.keys):
        return
    field, key = segments(spot.path)[0], found.keys[place]
    page = await fetch_records(app.session, Wanted(spot.board.view.binding.key, keys=(key,)), 0, 1)
    if isinstance(page, str):
        app.notify(plain(page, 400), severity="warning", markup=False)
    elif not page.rows:
        app.notify(f"{key_text(key, 40)} is not there any more: r looks again.", markup=False)
    else:
        show_record(app, spot.board.model.title, dict(zip(page.columns, page.rows[0], strict=True)), key, field)


def show_record(
    app: XregApp, title: str, record: dict[str, Any], key: Sequence[Scalar], marked: str | None = None
) -> None:
    """Show a record in full, to read and to copy."""
    heading = line((plain(title, 40), "bright"), (f"  {key_text(key, 60)}", "dim"))
    app.push_screen(PeekScreen(heading, record_lines(record, marked), copied(record)))


async def copy_where(app: XregApp, spot: Spot) -> None:
    """Copy how to ask the engine for the failing records of a cell; where none is known, the field's path."""
    found = spot.failing
    if found is None or not found.keys:
        text: object = spot.title
    else:
        text = await app.perform("locate", model=spot.board.view.binding.key, keys=found.keys)
    if text:
        way = await clipboard.copy(app, str(text))
        what = f"{len(found.keys)} keys as {str(text).partition(' ')[0]} …" if found and found.keys else "The path"
        app.notify(f"{what} copied {way}.", timeout=3, markup=False)
