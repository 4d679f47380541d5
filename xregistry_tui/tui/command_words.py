"""A line of words as a verb with its arguments: `grant analyst execute`."""

from __future__ import annotations

import datetime
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from xregistry_tui.tui.commands import TABLE, Command


class NotUnderstood(ValueError):
    """The line is no command; the text says what is wrong and gives an example."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done: a command, and the arguments of its verb besides the item."""

    command: Command
    arguments: dict[str, Any]


def understood(text: str, commands: Sequence[Command] = TABLE) -> Order:
    """The order that a line gives; raises `NotUnderstood`.

    >>> understood("grant analyst read list").arguments
    {'role': 'analyst', 'permissions': ('read', 'list')}
    """
    try:
        words = shlex.split(text)
    except ValueError:
        raise NotUnderstood("a quotation mark is not closed") from None
    if not words:
        raise NotUnderstood("type a command, for example: grant analyst execute")
    command = _command(words, commands)
    if not command.usage:
        return Order(command, {})
    try:
        return Order(command, _READ[command.word](words[1:]))
    except NotUnderstood as error:
        raise NotUnderstood(f"{error}; for example: {command.example}") from None


def _command(words: Sequence[str], commands: Sequence[Command]) -> Command:
    first, line = words[0].casefold(), " ".join(words).casefold()
    for command in commands:
        if (command.usage and command.word == first) or (not command.usage and command.word.rstrip("…") == line):
            return command
    like = [command for command in commands if command.word.startswith(line)]
    if len(like) == 1:
        return like[0]
    if any(command.word == first for command in TABLE):
        raise NotUnderstood(f"“{first}” makes no sense here: choose what it is about in the tree (1) first")
    near = ", ".join(command.word for command in like[:4])
    raise NotUnderstood(f"there is no command “{first}”" + (f"; there are {near}" if near else ""))


def _role(words: Sequence[str]) -> dict[str, Any]:
    if len(words) < 2:
        raise NotUnderstood("a role and what it may do are wanted")
    return {"role": words[0], "permissions": tuple(word.casefold().strip(",") for word in words[1:])}


def _tags(words: Sequence[str]) -> dict[str, Any]:
    if not words:
        raise NotUnderstood("at least one tag is wanted")
    return {"tags": tuple(word.removeprefix("#") for word in words)}


def _deprecation(words: Sequence[str]) -> dict[str, Any]:
    """`[by DATE] [for ALTERNATIVE]`, in any order."""
    out: dict[str, Any] = {}
    left = list(words)
    while left:
        word = left.pop(0).casefold()
        if word not in {"by", "for"} or not left:
            raise NotUnderstood(f"“{word}” is not understood")
        value = left.pop(0)
        out["removal" if word == "by" else "alternative"] = _day(value) if word == "by" else value
    return out


def _day(text: str) -> datetime.datetime:
    try:
        found = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise NotUnderstood(f"“{text}” is no date like 2027-01-31") from None
    return found if found.tzinfo is not None else found.replace(tzinfo=datetime.UTC)


def _version(words: Sequence[str]) -> dict[str, Any]:
    if len(words) != 1:
        raise NotUnderstood("one version is wanted")
    return {"version": words[0].removeprefix("v")}


def _path(words: Sequence[str]) -> dict[str, Any]:
    if len(words) > 1:
        raise NotUnderstood("one path is wanted")
    return {"item": words[0]} if words else {}


def _nothing(words: Sequence[str]) -> dict[str, Any]:
    if words:
        raise NotUnderstood("it takes nothing more")
    return {}


_READ: dict[str, Callable[[Sequence[str]], dict[str, Any]]] = {
    "grant": _role,
    "revoke": _role,
    "tag": _tags,
    "untag": _tags,
    "deprecate": _deprecation,
    "undeprecate": _nothing,
    "unregister": _nothing,
    "restore": _path,
    "rollback": _version,
}
