"""What may be sent to a server: MongoDB has no read-only session, so every command is looked at before it leaves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

COMMANDS = frozenset(
    {
        "aggregate",
        "buildInfo",
        "count",
        "getMore",
        "hello",
        "killCursors",
        "killOp",
        "listCollections",
        "listIndexes",
        "ping",
        "serverStatus",
        "top",
    }
)
"""The commands that we have a use for; none of them changes data."""

STAGES = frozenset(
    {
        "$addFields",
        "$bucket",
        "$bucketAuto",
        "$changeStream",
        "$collStats",
        "$count",
        "$currentOp",
        "$facet",
        "$group",
        "$limit",
        "$lookup",
        "$match",
        "$project",
        "$replaceRoot",
        "$replaceWith",
        "$sample",
        "$set",
        "$setWindowFields",
        "$skip",
        "$sort",
        "$sortByCount",
        "$unset",
        "$unwind",
    }
)
"""The stages of a pipeline that we have a use for."""

REFUSED = frozenset(
    {"$out", "$merge", "$where", "$function", "$accumulator", "$_internalJsEmit", "$_internalJsReduce", "mapReduce"}
)
"""What writes or runs a program, wherever it stands."""


class Refused(ValueError):
    """A command that may not be sent; a mistake of ours, never of the person's."""


def checked(command: Mapping[str, Any]) -> Mapping[str, Any]:
    """The command, if nothing in it writes or runs a program; raises `Refused`."""
    name = next(iter(command), "")
    if name not in COMMANDS:
        raise Refused(f"the command {name!r} is none that only reads")
    for stage in _stages(command):
        if len(stage) != 1 or next(iter(stage)) not in STAGES:
            raise Refused(f"the stage {'/'.join(stage)!r} is none that only reads")
    for key in _keys(command):
        if key in REFUSED:
            raise Refused(f"{key!r} may not be sent")
    return command


def _stages(command: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The stages of the command's pipeline, and of those in it."""
    waiting = list(command.get("pipeline", ()))
    while waiting:
        stage = waiting.pop()
        yield stage
        for name, body in stage.items():
            if name == "$facet":
                waiting += [inner for pipeline in body.values() for inner in pipeline]
            elif name == "$lookup":
                waiting += body.get("pipeline", ())


def _keys(command: Mapping[str, Any]) -> Iterator[str]:
    """Every key at any depth; programs as values are told by the name of their type."""
    waiting: list[Any] = [command]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping):
            yield from map(str, value)
            waiting += value.values()
        elif isinstance(value, list | tuple | set | frozenset):
            waiting += value
        elif type(value).__name__ == "Code":
            yield "$function"
