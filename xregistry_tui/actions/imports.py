"""Import the packages that the settings name, once their folder is trusted; trust a folder, and take that back."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from xregistry_tui.actions.base import Action, ActionError, Result
from xregistry_tui.actions.bring import import_package, state
from xregistry_tui.actions.connect import bind_wanted
from xregistry_tui.config import trust as record
from xregistry_tui.core.imported import Imported, ImportStatus
from xregistry_tui.workspace import ConnectionStatus

if TYPE_CHECKING:
    import datetime

    from xregistry_tui.config.code import Package
    from xregistry_tui.workspace import Workspace


_VERBS = {ImportStatus.FAILED: "failed", ImportStatus.UNTRUSTED: "held back"}


class NotImported(ActionError):
    """What the command line names could not be imported; the text says why."""


async def import_code(workspace: Workspace) -> None:
    """Import every package of the settings that may be; how each stands, and the app, is in `workspace.imports`."""
    for app in workspace.imports.values():
        await _note(workspace, app)
    needs_trust = not workspace.trusting and any(package.folder is not None for package in workspace.packages)
    held = await asyncio.to_thread(record.trusted) if needs_trust else record.Trusted()
    for package in workspace.packages:
        if workspace.trusting or package.folder is None or package.folder in held:
            await _import(workspace, package)
        else:
            waiting = state(package, ImportStatus.UNTRUSTED, _untrusted(package, held))
            workspace.set_import(waiting)
            await _note(workspace, waiting)


def _untrusted(package: Package, held: record.Trusted) -> str:
    said = f"nothing of it was imported: trust {package.folder}, or start with --trust for this time"
    return f"{said} ({held.problem})" if held.problem else said


async def _import(workspace: Workspace, package: Package) -> Imported:
    job = workspace.start_job(f"importing {package.module}")
    workspace.set_import(state(package, ImportStatus.IMPORTING))
    try:
        imported = await asyncio.to_thread(import_package, package, workspace.registry, workspace.settings)
    except asyncio.CancelledError:
        workspace.set_import(state(package, ImportStatus.FAILED, "the import was cancelled"))
        raise
    finally:
        workspace.end_job(job)
    workspace.set_import(imported)
    await _note(workspace, imported)
    return imported


async def _note(workspace: Workspace, imported: Imported) -> None:
    """The system's own record of what came of a package."""
    verb = _VERBS.get(imported.status, "imported")
    await workspace.record(None, verb, imported.name, imported.reason or _said(imported))


def _said(imported: Imported) -> str:
    count = len(imported.found)
    return f"{imported.kind} · {count} {'item' if count == 1 else 'items'}"


async def trust(workspace: Workspace, folder: str) -> Result:
    """Trust a folder from now on, and import what waited for that; the value is how each of its packages stands."""
    key = await asyncio.to_thread(_recorded, folder, workspace.now())
    imported = tuple([await _import(workspace, package) for package in _waiting(workspace, key)])
    if imported:
        await _bind(workspace)
    return Result(imported, _told(folder, imported), key)


def _recorded(folder: str, moment: datetime.datetime) -> str:
    place = Path(folder).expanduser()
    if not place.is_dir():
        raise ActionError(f"there is no folder {folder}: give the one that holds the settings")
    try:
        record.trust(place, moment)
    except record.TrustError as error:
        raise ActionError(str(error)) from error
    return record.key_of(place)


def _waiting(workspace: Workspace, key: str) -> list[Package]:
    return [
        package
        for package in workspace.packages
        if package.folder is not None
        and record.key_of(package.folder) == key
        and workspace.imports[package.module].status is ImportStatus.UNTRUSTED
    ]


def _told(folder: str, imported: tuple[Imported, ...]) -> str:
    ends = [f"{one.name}: {one.reason if one.status is ImportStatus.FAILED else _said(one)}" for one in imported]
    return "; ".join([f"{folder} is trusted", *ends])


async def _bind(workspace: Workspace) -> None:
    """Bindings of the settings may have waited for a model that is there now."""
    for connection in tuple(workspace.connections.values()):
        if connection.status is ConnectionStatus.LIVE:
            await bind_wanted(workspace, connection.resource)


async def untrust(workspace: Workspace, folder: str) -> Result:
    """Take trust in a folder back, from the next start on; the value tells whether there was any."""
    key, there_was = await asyncio.to_thread(_taken_back, folder)
    said = "is no longer trusted; what was imported stays until you leave" if there_was else "was not trusted"
    return Result(there_was, f"{folder} {said}", key)


def _taken_back(folder: str) -> tuple[str, bool]:
    place = Path(folder).expanduser()
    try:
        return record.key_of(place), record.untrust(place)
    except record.TrustError as error:
        raise ActionError(str(error)) from error


ACTIONS = (
    Action(verb="trust", run=trust, permission="trust", subject="folder", audited=True, past="trusted"),
    Action(verb="untrust", run=untrust, permission="trust", subject="folder", audited=True, past="untrusted"),
)
