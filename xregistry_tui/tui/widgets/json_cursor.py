"""Where a cursor stands in JSON text that may be half typed: the pointer of the value it is on."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from xregistry_tui.schema.shape import FieldShape, Shape, pointer

TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"?|[{}\[\],:]|[^\s{}\[\],:"]+')
LIMIT = 200_000


@dataclass(slots=True)
class _Container:
    """An object or array that is open at some point of the text: where it is, and which of its members is next."""

    path: tuple[str, ...]
    array: bool
    member: str = ""
    keyed: bool = False
    count: int = 0

    def here(self) -> tuple[str, ...]:
        if self.array:
            return (*self.path, str(self.count))
        return (*self.path, self.member) if self.keyed else self.path


@dataclass(slots=True)
class _Scan:
    """A walk over tokens; `paths` says for every token of the cursor's line which value it belongs to."""

    stack: list[_Container] = field(default_factory=list)

    def here(self) -> tuple[str, ...]:
        return self.stack[-1].here() if self.stack else ()

    def feed(self, lexeme: str) -> tuple[str, ...]:
        """The path of the value that this token belongs to."""
        if lexeme in "{[":
            path = self.here()
            self.stack.append(_Container(path, lexeme == "["))
            return path
        if lexeme in "}]":
            return self.stack.pop().path if self.stack else ()
        if lexeme == ",":
            return self._next()
        if lexeme != ":" and self.stack and not self.stack[-1].array and not self.stack[-1].keyed:
            self.stack[-1].member, self.stack[-1].keyed = _unquoted(lexeme), True
        return self.here()

    def _next(self) -> tuple[str, ...]:
        path = self.here()
        if self.stack:
            self.stack[-1].count += 1
            self.stack[-1].keyed = False
        return path


def _unquoted(lexeme: str) -> str:
    try:
        return str(json.loads(lexeme))
    except ValueError:
        return lexeme.strip('"')


def path_at(text: str, line: int, column: int) -> tuple[str, ...]:
    """The segments of the innermost value at a place (both count from 0); empty for the record itself.

    On a line without the cursor on a token, the token before it counts, else the first of the line. Text beyond
    200,000 characters is not scanned.

    >>> path_at('{"a": {"b": 1}}', 0, 12)
    ('a', 'b')
    """
    start, end = _line_bounds(text, line)
    if end > LIMIT:
        return ()
    scan = _Scan()
    found: tuple[str, ...] | None = None
    for match in TOKEN.finditer(text, 0, end):
        path = scan.feed(match.group())
        if match.start() >= start and (found is None or match.start() - start <= column):
            found = path
    return scan.here() if found is None else found


def _line_bounds(text: str, line: int) -> tuple[int, int]:
    start = 0
    for _ in range(line):
        start = text.find("\n", start) + 1
        if start == 0:
            return len(text), len(text)
    end = text.find("\n", start)
    return start, len(text) if end < 0 else end


def field_at(shape: Shape, path: tuple[str, ...]) -> tuple[str, FieldShape] | None:
    """The deepest field of a shape along a path, with its path as figures name it; array items are `/*`."""
    found: FieldShape | None = None
    names: tuple[str, ...] = ()
    for segment in path:
        if found is not None and found.items is not None:
            step: FieldShape | None = found.items
            name = "*"
        else:
            level = shape.fields if found is None else found.fields
            step = next((candidate for candidate in level if candidate.name == segment), None)
            name = segment
        if step is None:
            break
        found, names = step, (*names, name)
    return None if found is None else (pointer(*names), found)
