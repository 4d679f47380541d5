"""What Explore asks of the session besides its snapshots, with the answer in words where there is none."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from xregistry_tui.actions.base import ActionError
from xregistry_tui.resources.base import ResourceError
from xregistry_tui.tui.widgets import pages

if TYPE_CHECKING:
    from rich.text import Text

    from xregistry_tui.actions.session import Session
    from xregistry_tui.resources.base import Page
    from xregistry_tui.tui.widgets.records import Wanted


def page_lines(session: Session, path: str) -> Iterable[Text]:
    """What has no room of its own, as a page to read."""
    if path.startswith("resources.") and (found := session.resource(path.removeprefix("resources."))) is not None:
        return pages.resource_lines(found)
    return pages.branch_lines(path, session.children(path)) if path else pages.empty_lines()


async def fetch_records(session: Session | None, wanted: Wanted, offset: int, limit: int) -> Page | str:
    """A window of records, or why there is none."""
    if session is None:
        return "nothing is open"
    order = {"order_by": wanted.order_by, "descending": wanted.descending}
    window: dict[str, Any] = {"offset": offset, "limit": limit, **({"keys": wanted.keys} if wanted.keys else {})}
    try:
        result = await session.perform("records", model=wanted.model, where=wanted.where, **order, **window)
    except (ActionError, ResourceError) as error:
        return str(error)
    page: Page = result.value
    return page


async def fetch_source(session: Session, path: str) -> tuple[str, str]:
    """A model as Python, and why there is none: one of both is empty."""
    try:
        return str((await session.perform("code", model=path)).value), ""
    except (ActionError, ResourceError) as error:
        return "", str(error)
