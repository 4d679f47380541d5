"""From settings and targets to a session that is connected."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xregistry_tui.actions.base import ActionError
from xregistry_tui.config import SettingsError, load
from xregistry_tui.config.masking import mask_text
from xregistry_tui.resources.base import ResourceError

if TYPE_CHECKING:
    from xregistry_tui.actions.local import LocalSession
    from xregistry_tui.config import Loaded
    from xregistry_tui.config.model import BindingSettings, ResourceSettings
    from xregistry_tui.core.bindings import Binding
    from xregistry_tui.demo.running import Shop
    from xregistry_tui.workspace import Workspace

LOG = logging.getLogger(__name__)


_OPTIONS = ("level", "include", "exclude", "password_command", "tunnel_command")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A target to connect, with the name and the options that the settings give it."""

    target: str
    name: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """A session with the workspace and the settings it was made of."""

    session: LocalSession
    workspace: Workspace
    loaded: Loaded


def open_bare(settings: Path | None, flags: Mapping[str, Any]) -> Opened:
    """A session on a new workspace with nothing connected; slow (it imports what start-up could do without)."""
    from xregistry_tui.actions.local import LocalSession
    from xregistry_tui.workspace import open_workspace

    try:
        loaded = load(settings, flags)
    except SettingsError as error:
        raise ActionError(str(error)) from error
    for note in loaded.notes:
        LOG.info("settings: %s", note)
    workspace = open_workspace(loaded.settings)
    return Opened(LocalSession(workspace, loaded.settings.access.role), workspace, loaded)


async def open_session(settings: Path | None, flags: Mapping[str, Any], targets: Sequence[str]) -> Opened:
    """A session on the targets, or on the settings' resources where there is none.

    The models arrive in the background once a target is open. What cannot be connected stays visible with its reason;
    the error is raised when nothing could.
    """
    opened = await asyncio.to_thread(open_bare, settings, flags)
    wanted = [Wanted(target) for target in targets] or _resources(opened.loaded)
    opened.workspace.want(_binding(binding) for binding in opened.loaded.settings.bindings)
    try:
        await _connect(opened.session, wanted)
    except BaseException:
        await opened.session.close()
        raise
    return opened


async def _connect(session: LocalSession, wanted: Sequence[Wanted]) -> None:
    failed: list[Exception] = []
    for one in wanted:
        try:
            await session.perform("connect", target=one.target, name=one.name, options=one.options, wait=False)
        except (ResourceError, ActionError) as error:
            LOG.warning("cannot connect %s: %s", mask_text(one.target), error)
            failed.append(error)
    if failed and len(failed) == len(wanted):
        raise failed[0]


def _resources(loaded: Loaded) -> list[Wanted]:
    """The settings' resources as targets with their names and options."""
    folder = loaded.folder("resources")
    return [
        Wanted(_target(resource, folder), resource.name, _options(resource)) for resource in loaded.settings.resources
    ]


def _options(resource: ResourceSettings) -> dict[str, Any]:
    """What is said of a resource beside its place; what is not said is left to its kind."""
    said = {name: getattr(resource, name) for name in _OPTIONS if name in resource.model_fields_set}
    return {**{name: value for name, value in resource.options.items() if name != "path"}, **said}


def _target(resource: ResourceSettings, folder: Path) -> str:
    """Where a resource is; a relative path starts from the folder of the settings that name it."""
    if resource.kind is not None and resource.kind.lower() != "sqlite":
        return f"{resource.kind}://"
    place = resource.url if resource.url is not None else str(resource.options.get("path", ""))
    return place if "://" in place else str(folder / Path(place).expanduser())


def _binding(wanted: BindingSettings) -> Binding:
    from xregistry_tui.core.bindings import Binding, BindingOrigin

    return Binding(
        model=wanted.model,
        resource=wanted.resource,
        collection=wanted.collection,
        origin=BindingOrigin.SETTINGS,
        refresh_interval=wanted.refresh_interval,
    )


async def open_demo(settings: Path | None, flags: Mapping[str, Any], stack: ExitStack) -> Opened:
    """A session on a new shop with live traffic, which ends with the stack."""
    opened, shop = await asyncio.to_thread(furnish_demo, settings, flags, stack)
    try:
        await opened.session.perform("connect", target=str(shop.path), wait=False)
    except BaseException:
        await opened.session.close()
        raise
    return opened


def furnish_demo(
    settings: Path | None, flags: Mapping[str, Any], stack: ExitStack, *, write: bool = True
) -> tuple[Opened, Shop]:
    """A session that knows the demo's models, functions and types, and the shop, not connected yet; slow."""
    from xregistry_tui import demo
    from xregistry_tui.core.bindings import Binding, BindingOrigin

    shop = stack.enter_context(demo.running_shop(write=write))
    opened = open_bare(settings, flags)
    demo.register(opened.workspace.registry)
    opened.workspace.want(
        Binding(model=model, resource=shop.path.stem, collection=table, origin=BindingOrigin.CALL)
        for model, table in demo.BINDINGS.items()
    )
    return opened, shop
