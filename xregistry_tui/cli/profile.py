"""`xreg-tui profile`: connect, look once, print."""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xregistry_tui.actions.base import ActionError
from xregistry_tui.actions.export import failures, profile_document
from xregistry_tui.actions.tables import profile_text
from xregistry_tui.cli.asking import on_terminal
from xregistry_tui.cli.commands import put, say
from xregistry_tui.cli.opening import NO_CODE, Code, Opened, furnish_demo, open_headless, require_app
from xregistry_tui.cli.words import FINE, UNREACHABLE
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.resources.base import ResourceError
from xregistry_tui.schema.canonical import dumps

if TYPE_CHECKING:
    from xregistry_tui.actions.views import BindingView


async def profile_target(
    settings: Path | None,
    flags: Mapping[str, Any],
    target: str,
    grade: str | None,
    code: Code = NO_CODE,
    *,
    as_json: bool,
) -> int:
    """Print the figures of a target, or of one collection of it."""
    opened = await open_headless(settings, flags, code)
    opened.workspace.ask = on_terminal
    place, collection = split(target)
    return await _look(opened, place, collection, Grade(grade) if grade else None, as_json=as_json)


async def profile_demo(settings: Path | None, flags: Mapping[str, Any], stack: ExitStack, code: Code = NO_CODE) -> int:
    """Print the figures of the demo's shop, standing still."""
    opened, shop = await asyncio.to_thread(lambda: furnish_demo(settings, flags, stack, code, write=False))
    require_app(opened)
    return await _look(opened, str(shop.path), None, None, as_json=False)


def split(target: str) -> tuple[str, str | None]:
    """A target and the collection named behind `::`; a file whose name has `::` in it is that file.

    >>> split("shop.sqlite::orders"), split("shop.sqlite")
    (('shop.sqlite', 'orders'), ('shop.sqlite', None))
    """
    place, mark, collection = target.rpartition("::")
    return (place, collection) if mark and not Path(target).exists() else (target, None)


async def _look(opened: Opened, target: str, collection: str | None, grade: Grade | None, *, as_json: bool) -> int:
    session = opened.session
    try:
        name = (await session.perform("connect", target=target)).value
        chosen = _chosen(session.bindings(), collection)
        await _look_at(opened, chosen, grade)
        keys = {view.binding.key for view in chosen}
        views = [view for view in session.bindings() if view.binding.key in keys]
        resource = session.resource(name)
        if resource is None:
            raise ActionError(f"{name} was closed while it was looked at; try again")
        views.sort(key=lambda view: (view.binding.collection, view.binding.model))
        unread = [(what, why) for what, why in failures(resource, views) if collection in {None, what}]
        if as_json:
            put(dumps(profile_document(resource, views), indent=2))
        elif text := profile_text(views):
            put(text)
        elif not views and not unread:
            say(f"{name} holds no table and no view")
    finally:
        await session.close()
        if trouble := opened.workspace.trail_trouble:
            say(trouble)
    for what, why in unread:
        say(f"{what}: {why}")
    return UNREACHABLE if unread else FINE


def _chosen(views: Sequence[BindingView], collection: str | None) -> list[BindingView]:
    if collection is not None:
        chosen_of({view.binding.collection for view in views}, collection)
    return [view for view in views if collection in {None, view.binding.collection}]


def chosen_of(held: Iterable[str], collection: str) -> None:
    """Raise `ActionError`, with the nearest names, where a collection is not among those there are."""
    names = sorted(held)
    if collection in names:
        return
    close = difflib.get_close_matches(collection, names, n=1) or names[:10]
    raise ActionError(
        f"there is no {collection!r}; {'did you mean' if len(close) == 1 else 'there are'} {', '.join(close)}"
    )


async def _look_at(opened: Opened, chosen: Sequence[BindingView], grade: Grade | None) -> None:
    """Look once at each of the chosen; how a look failed is in its state afterwards."""
    enriched = opened.workspace.enriched
    if grade is None and len(chosen) == len(opened.session.bindings()):
        await opened.session.settled()
        seen = {live.binding.key for live in enriched.lives() if live.profile is not None}
        chosen = [view for view in chosen if view.binding.key in seen]
    keys = [view.binding.key for view in chosen]
    looks = (enriched.refresh(key, grade) if grade is not None else enriched.look(key) for key in keys)
    for outcome in await asyncio.gather(*looks, return_exceptions=True):
        if isinstance(outcome, BaseException) and not isinstance(outcome, ResourceError):
            raise outcome
