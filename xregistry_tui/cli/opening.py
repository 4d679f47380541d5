"""From settings and targets to a session that is connected."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from xregistry_tui.actions.base import ActionError
from xregistry_tui.cli.commands import say
from xregistry_tui.config import SettingsError, load
from xregistry_tui.config.masking import mask_text
from xregistry_tui.resources.base import ResourceError
from xregistry_tui.resources.factory import is_address

if TYPE_CHECKING:
    from xregistry_tui.actions.local import LocalSession
    from xregistry_tui.config import Loaded
    from xregistry_tui.config.model import BindingSettings, ResourceSettings
    from xregistry_tui.core.bindings import Binding
    from xregistry_tui.demo.running import Shop
    from xregistry_tui.store.base import Store
    from xregistry_tui.workspace import Ask, Workspace

LOG = logging.getLogger(__name__)


_OF_FILES = frozenset({"sqlite", "documents", "duckdb"})
_OPTIONS = ("level", "include", "exclude", "password_command", "tunnel_command")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A target to connect, with the name, the options and the namespace that the settings give it."""

    target: str
    name: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)
    namespace: str | None = None

    @property
    def arguments(self) -> dict[str, Any]:
        """What `connect` is given."""
        return {"target": self.target, "name": self.name, "options": self.options, "namespace": self.namespace}


@dataclass(frozen=True, slots=True)
class Opened:
    """A session with the workspace and the settings it was made of."""

    session: LocalSession
    workspace: Workspace
    loaded: Loaded


@dataclass(frozen=True, slots=True)
class Code:
    """What the command line says of the user's own code: the registry to work on, and that a project is trusted."""

    app: str | None = None
    trust: bool = False


NO_CODE = Code()


def open_bare(settings: Path | None, flags: Mapping[str, Any], code: Code = NO_CODE, *, lasting: bool = True) -> Opened:
    """A session on a new workspace with nothing connected; slow (it imports what start-up could do without).

    It works on the registry of `--app`, else on the module's own; an app that failed is in the workspace's imports.
    What is not `lasting` leaves no trail behind.
    """
    from xregistry_tui.actions.local import LocalSession

    try:
        loaded = load(settings, flags)
    except SettingsError as error:
        raise ActionError(str(error)) from error
    for note in loaded.notes:
        LOG.info("settings: %s", note)
    workspace = _workspace(loaded, code, lasting)
    return Opened(LocalSession(workspace, loaded.settings.access.role), workspace, loaded)


def _workspace(loaded: Loaded, code: Code, lasting: bool) -> Workspace:
    from xregistry_tui import xregistry
    from xregistry_tui.actions.bring import import_app
    from xregistry_tui.config.code import packages
    from xregistry_tui.workspace import open_workspace

    registry, app = import_app(code.app, Path.cwd()) if code.app is not None else (None, None)
    registry = registry if registry is not None else xregistry.registry
    workspace = open_workspace(loaded.settings, registry, _lasting_store() if lasting else None)
    workspace.packages, workspace.trusting = packages(loaded), code.trust
    if app is not None:
        workspace.set_import(app)
    return workspace


def _lasting_store() -> Store:
    from xregistry_tui.config.places import state_folder
    from xregistry_tui.store.file import FileStore

    return FileStore(state_folder())


async def open_headless(settings: Path | None, flags: Mapping[str, Any], code: Code = NO_CODE) -> Opened:
    """A session for a command without a screen: what of the user's code is not there is said, and nothing is asked.

    Raises `NotImported` where the app is not there.
    """
    opened = await asyncio.to_thread(open_bare, settings, flags, code)
    from xregistry_tui.actions.imports import import_code
    from xregistry_tui.core.imported import ImportStatus

    require_app(opened)
    await import_code(opened.workspace)
    for imported in opened.workspace.imports.values():
        if imported.status is not ImportStatus.READY:
            say(f"{imported.name}: {imported.reason}")
    return opened


def require_app(opened: Opened) -> None:
    """Raise `NotImported` where the registry that the command line names could not be had."""
    from xregistry_tui.actions.imports import NotImported
    from xregistry_tui.core.imported import APP, ImportStatus

    for imported in opened.workspace.imports.values():
        if imported.kind == APP and imported.status is ImportStatus.FAILED:
            raise NotImported(f"--app {imported.name}: {imported.reason}")


async def open_session(
    settings: Path | None,
    flags: Mapping[str, Any],
    targets: Sequence[str],
    code: Code = NO_CODE,
    ask: Ask | None = None,
) -> Opened:
    """A session on the targets, or on the settings' resources where there is none.

    The user's own code comes first, so that bindings find its models; what of it fails is a state. Discovered models
    arrive in the background once a target is open. What cannot be connected stays visible with its reason; the error is
    raised when nothing could. `ask` asks a person for a password that is written nowhere.
    """
    opened = await asyncio.to_thread(open_bare, settings, flags, code)
    opened.workspace.ask = ask
    from xregistry_tui.actions.imports import import_code

    wanted = [Wanted(target) for target in targets] or wanted_of(opened.loaded)
    opened.workspace.want(binding_of(binding) for binding in opened.loaded.settings.bindings)
    try:
        await import_code(opened.workspace)
        await _connect(opened.session, wanted)
    except BaseException:
        await opened.session.close()
        raise
    return opened


async def _connect(session: LocalSession, wanted: Sequence[Wanted]) -> None:
    failed: list[Exception] = []
    for one in wanted:
        try:
            await session.perform("connect", **one.arguments, wait=False)
        except (ResourceError, ActionError) as error:
            LOG.warning("cannot connect %s: %s", mask_text(one.target), error)
            failed.append(error)
    if failed and len(failed) == len(wanted):
        raise failed[0]


def wanted_of(loaded: Loaded) -> list[Wanted]:
    """The settings' resources as what `connect` is given."""
    folder = loaded.folder("resources")
    return [
        Wanted(_target(resource, folder), resource.name, _options(resource), resource.namespace)
        for resource in loaded.settings.resources
    ]


def _options(resource: ResourceSettings) -> dict[str, Any]:
    """What is said of a resource beside its place; what is not said is left to its kind."""
    said = {name: getattr(resource, name) for name in _OPTIONS if name in resource.model_fields_set}
    return {**{name: value for name, value in resource.options.items() if name != "path"}, **said}


def _target(resource: ResourceSettings, folder: Path) -> str:
    """Where a resource is; a relative path starts from the folder of the settings that name it."""
    kind = resource.kind.lower() if resource.kind is not None else None
    if kind is not None and kind not in _OF_FILES:
        return f"{resource.kind}://"
    place = resource.url if resource.url is not None else str(resource.options.get("path", ""))
    if is_address(place):
        return place
    path = str(folder / Path(place).expanduser())
    return path if kind in {None, "sqlite"} else f"{kind}:///{quote(path)}"


def binding_of(wanted: BindingSettings) -> Binding:
    """A binding of the settings as the workspace has it."""
    from xregistry_tui.core.bindings import Binding, BindingOrigin

    return Binding(
        model=wanted.model,
        resource=wanted.resource,
        collection=wanted.collection,
        origin=BindingOrigin.SETTINGS,
        refresh_interval=wanted.refresh_interval,
    )


async def open_demo(settings: Path | None, flags: Mapping[str, Any], stack: ExitStack, code: Code = NO_CODE) -> Opened:
    """A session on a new shop with live traffic, which ends with the stack."""
    opened, shop = await asyncio.to_thread(furnish_demo, settings, flags, stack, code)
    try:
        await opened.session.perform("connect", target=str(shop.path), wait=False)
    except BaseException:
        await opened.session.close()
        raise
    return opened


def furnish_demo(
    settings: Path | None, flags: Mapping[str, Any], stack: ExitStack, code: Code = NO_CODE, *, write: bool = True
) -> tuple[Opened, Shop]:
    """A session that knows the demo's models, functions and types, and the shop, not connected yet; slow.

    Packages that the settings name are not imported: the demo is what it is wherever it is shown.
    """
    from xregistry_tui import demo
    from xregistry_tui.core.bindings import Binding, BindingOrigin

    shop = stack.enter_context(demo.running_shop(write=write))
    opened = open_bare(settings, flags, code, lasting=False)
    demo.register(opened.workspace.registry)
    registry = opened.workspace.registry
    counts = {"models": len(registry.models), "functions": len(registry.functions), "types": len(registry.types)}
    opened.workspace.note(None, "registered", "demo", "the shop's own models, functions and types", counts)
    opened.workspace.want(
        Binding(model=model, resource=shop.path.stem, collection=table, origin=BindingOrigin.CALL)
        for model, table in demo.BINDINGS.items()
    )
    return opened, shop
