"""Layers of settings into one: packaged, user, project, environment, flags.

Dynaconf holds the layers and types the environment's values. It is handed values only, one key at a time: it is given
no file, so it runs no `dynaconf_hooks.py`, follows no include and reads no `.env` of a folder that nobody trusted;
`auto_cast=False` leaves text that begins with `@` (`@jinja`, `@read_file`, …) the text it is.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from xregistry_tui.config import Loaded, SettingsError
from xregistry_tui.config.masking import mask
from xregistry_tui.config.model import ALIASES, FREE_TABLES, UNPREFIXED, Settings, flat, groups
from xregistry_tui.config.places import TABLES, Place, is_own, line_of, places, read, user_file
from xregistry_tui.config.places import leaves as leaves_of

if TYPE_CHECKING:
    from dynaconf import LazySettings

PREFIX = "XREGISTRY_"
COMMAND_LINE = "command line"
PACKAGED = "packaged"


@dataclass(slots=True)
class _Layers:
    """What was read so far."""

    held: LazySettings
    groups: frozenset[str] = field(default_factory=groups)
    keys: frozenset[str] = field(default_factory=lambda: frozenset(flat(Settings())))
    sources: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def load(explicit: Path | None, flags: Mapping[str, Any]) -> Loaded:
    """See `config.load`."""
    found = places(explicit)
    notes = [f"{place.path}: {place.note}" for place in found if place.present and place.note]
    settings, sources = _layered(found, flags) if _anything_set(found, flags) else _as_packaged(found)
    own = (place.path for place in found if place.layer == "project" and place.used)
    return Loaded(settings, sources, (*notes, *_unprefixed()), next(own, None))


def _anything_set(found: Iterable[Place], flags: Mapping[str, Any]) -> bool:
    files = any(place.used for place in found if place.layer != PACKAGED)
    return files or bool(flags) or any(name.startswith(PREFIX) for name in os.environ)


def _as_packaged(found: Iterable[Place]) -> tuple[Settings, dict[str, str]]:
    """What the packaged file says, which is the model's own defaults: Dynaconf's import is saved (a test holds it)."""
    settings = Settings()
    sources = dict.fromkeys(flat(settings), "default")
    for place in found:
        if place.used:
            sources |= {key: str(place.path) for key, _ in leaves_of(read(place), groups())}
    return settings, sources


def _layered(found: Iterable[Place], flags: Mapping[str, Any]) -> tuple[Settings, dict[str, str]]:
    from dynaconf import LazySettings

    layers = _Layers(LazySettings(environments=False, envvar_prefix=None, loaders=[], core_loaders=[], auto_cast=False))
    for place in found:
        if place.used:
            _add(layers, [(key, value, str(place.path)) for key, value in leaves_of(read(place), layers.groups)])
    _add(layers, _environment(layers.held))
    _add(layers, [(key, value, COMMAND_LINE) for key, value in flags.items()])
    if layers.problems:
        raise SettingsError(*layers.problems)
    settings = _validate(layers)
    _refuse_commands(settings, layers.sources.get("resources", ""))
    return settings, {key: layers.sources.get(key, "default") for key in flat(settings)}


def _environment(held: LazySettings) -> list[tuple[str, Any, str]]:
    """The variables of ours, typed as TOML values where they are such, else text."""
    from dynaconf.utils.parse_conf import boolean_fix, parse_conf_data

    return [
        (
            name.removeprefix(PREFIX).lower().replace("__", "."),
            parse_conf_data(boolean_fix(text), tomlfy=True, box_settings=held),
            name,
        )
        for name, text in sorted(os.environ.items())
        if name.startswith(PREFIX)
    ]


def _add(layers: _Layers, entries: Iterable[tuple[str, Any, str]]) -> None:
    """Put one layer on top: refuse keys that are none, resolve second names."""
    known = []
    for key, value, place in entries:
        if problem := _misplaced(layers, key):
            layers.problems.append(f"{_where(place, key)}: {problem}")
        else:
            known.append((key, value, place))
    named = {key: (value, place) for key, value, place in known}
    for key, value, place in known:
        target = ALIASES.get(key, key)
        if key != target and target in named and named[target][0] != value:
            layers.problems.append(
                f"{_where(place, key)}: {key} and {target} are one setting and differ "
                f"({value!r}, {named[target][0]!r}); keep {target}"
            )
        _hold(layers, target, value, place)


def _misplaced(layers: _Layers, key: str) -> str:
    if key in layers.keys or key in ALIASES or _free(key):
        return ""
    if key in layers.groups:
        return f"{key} is a table: write [{key}] and its keys below it"
    candidates = [*layers.keys, *ALIASES, *layers.groups]
    close = difflib.get_close_matches(key, candidates, n=1, cutoff=0.5)
    return f"unknown key {key}" + (f"; did you mean {close[0]}?" if close else f"; tables are {', '.join(TABLES)}")


def _free(key: str) -> str | None:
    return next((table for table in FREE_TABLES if key.startswith(f"{table}.")), None)


def _hold(layers: _Layers, key: str, value: Any, place: str) -> None:
    layers.sources[key] = place
    if table := _free(key):
        section, _, name = table.partition(".")
        held = dict(layers.held.get(section, {}).get(name, {}))
        value, key = {**held, key.removeprefix(f"{table}."): value}, table
    layers.held.set(key.replace(".", "__"), value)


def _validate(layers: _Layers) -> Settings:
    held = layers.held.as_dict()
    values = {name: held[name.upper()] for name in TABLES if name.upper() in held}
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsError(*(_wrong(layers, dict(detail)) for detail in error.errors())) from error


def _refuse_commands(settings: Settings, place: str) -> None:
    """What comes with a project's files has no programs run: who opens a folder did not write it."""
    if not place.endswith(".toml") or is_own(place):
        return
    own = user_file()
    wrong = [(resource.name, key) for resource in settings.resources for key in resource.commands]
    if wrong:
        raise SettingsError(
            *(f"{_where(place, 'resources')}: resource {n!r}: {key} belongs into your own {own}" for n, key in wrong)
        )


def _wrong(layers: _Layers, detail: Mapping[str, Any]) -> str:
    """One line for one wrong value: place, line, key, what is wrong, what was given."""
    path = [str(part) for part in detail["loc"]]
    source = next((k for k in (".".join(path[:n]) for n in range(len(path), 0, -1)) if k in layers.sources), "")
    key = "".join(f"[{part}]" if part.isdigit() else f".{part}" for part in path).removeprefix(".")
    message = detail["msg"].removeprefix("Value error, ")
    message = message[:1].lower() + message[1:]
    given = detail["input"]
    shown = f" (it is {mask(given, key)!r})" if isinstance(given, str | int | float | bool | list) else ""
    return f"{_where(layers.sources.get(source, ''), source)}: {key}: {message}{shown}".removeprefix(": ")


def _where(place: str, key: str) -> str:
    """A place, with the line where it is a file."""
    line = line_of(Path(place), key) if place.endswith(".toml") else None
    return f"{place}:{line}" if line else place


def _unprefixed() -> list[str]:
    """Variables that are not read, and what to call them instead."""
    notes = []
    for name, key in UNPREFIXED.items():
        if name in os.environ:
            instead = f"call it {PREFIX}{key.upper().replace('.', '__')}" if key else "there is no such setting"
            notes.append(f"{name}: is not read; {instead}")
    return notes
