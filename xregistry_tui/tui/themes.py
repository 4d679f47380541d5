"""Themes: files of colours and roles, read once."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from textual.color import Color, ColorParseError
from textual.theme import BUILTIN_THEMES, Theme

from xregistry_tui.config import packaged
from xregistry_tui.tui.format import BACKGROUNDS, ROLES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

COLORS = ("background", "surface", "panel", "foreground", "primary", "accent", "warning", "error", "success")
NAMES = ("dark", "light", "contrast", "terminal")


class BadTheme(ValueError):
    """A theme file cannot be used; the text names the file and what is wrong in it."""


def bundled(name: str) -> Theme:
    """A theme that comes with the program."""
    return read(packaged("themes") / f"{name}.toml")


def read(path: Path) -> Theme:
    """The theme of a file; raises `BadTheme`."""
    try:
        return theme(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, BadTheme) as error:
        raise BadTheme(f"{path}: {error}") from error


def theme(data: Mapping[str, Any]) -> Theme:
    """A theme of the tables `colors` and `roles`; raises `BadTheme`."""
    colors = _colors(data, "colors", COLORS)
    roles = _colors(data, "roles", (*ROLES, *BACKGROUNDS), blank=BACKGROUNDS)
    dark, ansi = bool(data.get("dark", True)), bool(data.get("ansi", False))
    # where the terminal's own colours show, Textual derives none for its widgets
    own = BUILTIN_THEMES["ansi-dark" if dark else "ansi-light"].variables if ansi else {}
    return Theme(
        name=str(data.get("name") or "unnamed"),
        dark=dark,
        ansi=ansi,
        variables={**own, **{f"x-{role}": colour for role, colour in roles.items()}, **_widgets(colors, roles)},
        background=colors["background"],
        surface=colors["surface"],
        panel=colors["panel"],
        foreground=colors["foreground"],
        primary=colors["primary"],
        accent=colors["accent"],
        warning=colors["warning"],
        error=colors["error"],
        success=colors["success"],
    )


def _colors(
    data: Mapping[str, Any], table: str, wanted: tuple[str, ...], blank: tuple[str, ...] = ()
) -> dict[str, str]:
    given = data.get(table)
    if not isinstance(given, dict):
        raise BadTheme(f"there is no [{table}]")
    if missing := [name for name in wanted if name not in given]:
        raise BadTheme(f"[{table}] lacks {', '.join(missing)}")
    return {name: _colour(table, name, given[name], name in blank) for name in wanted}


def _colour(table: str, name: str, value: object, may_be_blank: bool) -> str:
    if value == "" and may_be_blank:
        return ""
    try:
        Color.parse(str(value))
    except ColorParseError as error:
        raise BadTheme(f"{table}.{name}: {value!r} is no colour") from error
    return str(value)


def _widgets(colors: Mapping[str, str], roles: Mapping[str, str]) -> dict[str, str]:
    """The variables of Textual's own widgets, so that inputs, scroll bars and toasts follow the roles."""
    return {
        "scrollbar": roles["rule"],
        "scrollbar-hover": roles["dim"],
        "scrollbar-active": roles["accent"],
        "scrollbar-background": colors["background"],
        "scrollbar-background-hover": colors["background"],
        "scrollbar-background-active": colors["background"],
        "scrollbar-corner-color": colors["background"],
        "border": roles["accent"],
        "border-blurred": roles["rule"],
    }


def defaults() -> dict[str, str]:
    """What the roles are in a theme that has none of its own."""
    return {
        "x-text": "#c9ced6",
        "x-dim": "#808080",
        "x-bright": "#ffffff",
        "x-accent": "#6cb6d9",
        "x-warn": "#e0b060",
        "x-bad": "#ec7a75",
        "x-good": "#86bd8a",
        "x-rule": "#505050",
        "x-cursor": "#303030",
        "x-flash": "#2f4557",
    }
