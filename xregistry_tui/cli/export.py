"""`xreg-tui export`: find what is meant, write it, print it."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xregistry_tui.actions.base import ActionError
from xregistry_tui.actions.bring import import_named
from xregistry_tui.cli.asking import on_terminal
from xregistry_tui.cli.commands import put, say
from xregistry_tui.cli.opening import NO_CODE, Code, Opened, open_headless, wanted_of
from xregistry_tui.cli.profile import chosen_of, split
from xregistry_tui.cli.words import FAILED, FINE
from xregistry_tui.resources.base import ResourceError, ResourceGone
from xregistry_tui.schema.external_check import InvalidSchema

if TYPE_CHECKING:
    from xregistry_tui.actions.local import LocalSession
    from xregistry_tui.cli.opening import Wanted

_CLASS = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")


async def export_item(
    settings: Path | None, flags: Mapping[str, Any], item: str, form: str, code: Code = NO_CODE
) -> int:
    """Print an item in a form."""
    opened = await open_headless(settings, flags, code)
    opened.workspace.ask = on_terminal
    try:
        path = await _found(opened, item)
        result = await opened.session.perform("export", item=path, form=form)
    except InvalidSchema as error:
        return say(f"{item}: {error}", FAILED)
    finally:
        await opened.session.close()
        if trouble := opened.workspace.trail_trouble:
            say(trouble)
    if note := result.detail.get("note"):
        say(f"{item}: {note}")
    put(result.value.removesuffix("\n"))
    return FINE


async def _found(opened: Opened, item: str) -> str:
    """The path under which the item is registered, now if it was not; raises `InvalidSchema` too."""
    place, collection = split(item)
    if collection is not None:
        return await _collection(opened, place, collection)
    if item.endswith(".json"):
        return _schema(opened, Path(item))
    if _CLASS.fullmatch(item):
        return await asyncio.to_thread(_class, opened, item)
    if "://" in item or await asyncio.to_thread(Path(item).is_file):
        raise ActionError(f"say which collection of {item}: {item}::COLLECTION")
    return await _registered(opened, item)


async def _collection(opened: Opened, target: str, collection: str) -> str:
    session = opened.session
    arguments = {"watch": False, "only": (collection,)}
    wanted = next((one for one in wanted_of(opened.loaded) if one.name == target), None)
    given = wanted.arguments if wanted is not None else {"target": target}
    name = (await session.perform("connect", **given, **arguments)).value
    held = opened.workspace.connections[name]
    if collection in held.failed:
        raise ResourceGone(f"{collection} cannot be read: {held.failed[collection]}")
    chosen_of(held.collections, collection)
    (path,) = (
        model.path
        for model in opened.workspace.registry.models.models.values()
        if (model.resource, model.collection) == (name, collection)
    )
    return path


def _schema(opened: Opened, file: Path) -> str:
    try:
        schema = json.loads(file.read_bytes())
    except OSError as error:
        raise ResourceGone(f"{file} cannot be read: {error.strerror}", "check its path") from error
    except ValueError as error:
        raise InvalidSchema(f"it is no JSON: {error}") from error
    if not isinstance(schema, dict):
        raise InvalidSchema("it is no JSON Schema of an object")
    name = str(schema.get("title") or file.name.removesuffix(".json").removesuffix(".schema"))
    return opened.workspace.registry.models.register_external(schema, name).path


def _class(opened: Opened, text: str) -> str:
    from pydantic import BaseModel

    found = import_named(text, Path.cwd())
    if not (isinstance(found, type) and issubclass(found, BaseModel)):
        raise ActionError(f"{text} is no model: name a class that builds on BaseModel")
    return opened.workspace.registry.models.register(found).path


async def _registered(opened: Opened, item: str) -> str:
    """The item as it is written, once what it may come from is there: the settings' resources are opened for it."""
    path = item.partition("@")[0]
    steps = path.removeprefix(f"{opened.loaded.settings.registry.namespace_prefix}.").split(".")

    def nearness(wanted: Wanted) -> bool:
        return (wanted.namespace or wanted.name) not in steps

    for wanted in sorted(wanted_of(opened.loaded), key=nearness):
        if path in opened.workspace.registry.models:
            break
        await _open(opened.session, wanted)
    return item


async def _open(session: LocalSession, wanted: Wanted) -> None:
    """A resource that cannot be opened is said, and may not be the one that is needed."""
    try:
        await session.perform("connect", **wanted.arguments, watch=False)
    except ResourceError as error:
        say(f"{wanted.name}: {error}")
