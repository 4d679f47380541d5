"""Strict JSON text with the place of everything in it, so that a problem can point at its line.

Errors are for people: what is wrong and where, never a parser's state. Values are those of `json.loads`; what JSON
does not know (NaN, comments, trailing commas) is refused, duplicate names are noted, depth and size are bounded.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from json import JSONDecodeError, decoder
from typing import Any, NoReturn

from xregistry_tui.schema.json_pointer import escape

SIZE = 1_000_000
DEPTH = 100

_SPACE = re.compile(r"[ \t\n\r]*")
_BREAK = re.compile(r"\r\n|\n|\r")
_NUMBER = re.compile(r"(-?(?:0|[1-9][0-9]*))(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_WORD = re.compile(r"[^\s,:{}\[\]\"]+")
_CONSTANTS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None}
# the scanner of the standard library; typeshed does not list it
_SCAN: Callable[[str, int, bool], tuple[str, int]] = decoder.scanstring  # type: ignore[attr-defined]
_HINTS = {"True": "write true", "False": "write false", "None": "write null", "undefined": "write null"}


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text: offsets from 0 (`end` is exclusive), lines and columns from 1."""

    start: int
    end: int
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A JSON value and where it stands: spans of values and of member names by JSON Pointer (`""` is the whole)."""

    value: Any
    values: Mapping[str, Span]
    names: Mapping[str, Span]
    duplicates: tuple[tuple[str, Span], ...] = ()

    def line(self, pointer: str) -> int:
        """The line of a value; of what is absent, the line where its nearest container ends."""
        if span := self.names.get(pointer) or self.values.get(pointer):
            return span.line
        while pointer and pointer not in self.values:
            pointer = pointer.rpartition("/")[0]
        return self.values[pointer].end_line


class JsonTextError(ValueError):
    """The text is not JSON: `message` says why in plain words, `line` and `column` (from 1) where."""

    def __init__(self, message: str, offset: int, line: int, column: int) -> None:
        super().__init__(f"line {line}: {message}")
        self.message = message
        self.offset = offset
        self.line = line
        self.column = column


def to_pointer(segments: Iterable[str | int]) -> str:
    """The JSON Pointer of a path.

    >>> to_pointer(["address", "a/b", 0]), to_pointer([])
    ('/address/a~1b/0', '')
    """
    return "".join("/" + escape(str(segment)) for segment in segments)


def parse(text: str, *, size: int = SIZE, depth: int = DEPTH) -> Document:
    """Read strict JSON; raises `JsonTextError`. `size` is in characters, `depth` in nested containers."""
    reader = _Reader(text, depth)
    if len(text) > size:
        reader.fail(f"the text has {len(text):,} characters, more than {size:,}", 0)
    value, end = reader.value(reader.skip(0), "", 0)
    rest = reader.skip(end)
    if rest < len(text):
        reader.fail("there is more text after the end of the value", rest)
    if reader.duplicates:
        reader.prune(value)
    return Document(value=value, values=reader.values, names=reader.names, duplicates=tuple(reader.duplicates))


def _pointers(pointer: str, value: Any) -> Iterator[str]:
    yield pointer
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _pointers(f"{pointer}/{escape(name)}", member)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _pointers(f"{pointer}/{index}", item)


class _Reader:
    """One pass over one text."""

    def __init__(self, text: str, depth: int) -> None:
        self.text = text
        self.depth = depth
        self.starts = [0, *(found.end() for found in _BREAK.finditer(text))]
        self.values: dict[str, Span] = {}
        self.names: dict[str, Span] = {}
        self.duplicates: list[tuple[str, Span]] = []

    def place(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def span(self, start: int, end: int) -> Span:
        return Span(start, end, *self.place(start), *self.place(end))

    def fail(self, message: str, offset: int) -> NoReturn:
        raise JsonTextError(message, offset, *self.place(offset))

    def skip(self, at: int) -> int:
        found = _SPACE.match(self.text, at)
        return found.end() if found else at

    def prune(self, value: Any) -> None:
        """Drop the places of what was written again under the same name: the last one counts."""
        kept = set(_pointers("", value))
        self.values = {pointer: span for pointer, span in self.values.items() if pointer in kept}
        self.names = {pointer: span for pointer, span in self.names.items() if pointer in kept}

    def value(self, at: int, pointer: str, level: int) -> tuple[Any, int]:
        """The value that starts at an offset, and the offset after it."""
        value, end = self._read(at, pointer, level)
        self.values[pointer] = self.span(at, end)
        return value, end

    def _read(self, at: int, pointer: str, level: int) -> tuple[Any, int]:
        char = self.text[at : at + 1]
        if char and char in "{[":
            if level >= self.depth:
                self.fail(f"nested deeper than {self.depth} levels", at)
            return self._object(at, pointer, level) if char == "{" else self._array(at, pointer, level)
        if char == '"':
            return self._string(at)
        if found := _NUMBER.match(self.text, at):
            return self._number(found)
        return self._constant(at)

    def _string(self, at: int) -> tuple[str, int]:
        try:
            return _SCAN(self.text, at + 1, True)
        except JSONDecodeError as error:
            if error.msg.startswith("Unterminated"):
                self.fail('the text is not closed: " is missing', at)
            if error.msg.startswith("Invalid control character"):
                broken = self.text[error.pos : error.pos + 1] in "\r\n"
                message = 'the text is not closed: " is missing' if broken else "a control character must be escaped"
                self.fail(message, at if broken else error.pos)
            self.fail("a backslash here does not begin an escape", error.pos)

    def _number(self, found: re.Match[str]) -> tuple[int | float, int]:
        whole, fraction, exponent = found.groups()
        if word := _WORD.match(self.text, found.end()):
            self.fail(f"{found.group()}{word.group()[:20]} is not a number", found.start())
        try:
            value: int | float = int(whole) if fraction is exponent is None else float(found.group())
        except ValueError:
            self.fail("the number has too many digits", found.start())
        if value in (float("inf"), float("-inf")):
            self.fail("the number is too large", found.start())
        return value, found.end()

    def _constant(self, at: int) -> tuple[bool | None, int]:
        found = _WORD.match(self.text, at)
        word = found.group() if found else ""
        if word in _CONSTANTS:
            return _CONSTANTS[word], at + len(word)
        if not self.text[at:]:
            self.fail("a value is missing: the text ends here", at)
        if not word:
            self.fail("a value is missing", at)
        if word.startswith("'"):
            self.fail('text is written in double quotes "…"', at)
        if word.startswith(("//", "/*", "#")):
            self.fail("comments are not allowed in JSON", at)
        shown = word[:20]
        self.fail(f"{shown} is not JSON: {_HINTS.get(word, 'text is written in double quotes')}", at)

    def _object(self, at: int, pointer: str, level: int) -> tuple[dict[str, Any], int]:
        members: dict[str, Any] = {}
        at = self.skip(at + 1)
        if self.text[at : at + 1] == "}":
            return members, at + 1
        while True:
            at = self._member(at, pointer, level, members)
            at, closed = self._next(at, "}")
            if closed:
                return members, at

    def _member(self, at: int, pointer: str, level: int, members: dict[str, Any]) -> int:
        if self.text[at : at + 1] != '"':
            what = "the text ends inside an object: } is missing" if at >= len(self.text) else None
            self.fail(what or "a name in double quotes is expected", at)
        name, end = self._string(at)
        path = f"{pointer}/{escape(name)}"
        span = self.span(at, end)
        if name in members:
            self.duplicates.append((path, span))
        self.names[path] = span
        colon = self.skip(end)
        if self.text[colon : colon + 1] != ":":
            self.fail(f"a colon is missing after {self.text[at:end][:40]}", end)
        members[name], end = self.value(self.skip(colon + 1), path, level + 1)
        return end

    def _array(self, at: int, pointer: str, level: int) -> tuple[list[Any], int]:
        items: list[Any] = []
        at = self.skip(at + 1)
        if self.text[at : at + 1] == "]":
            return items, at + 1
        while True:
            item, at = self.value(at, f"{pointer}/{len(items)}", level + 1)
            items.append(item)
            at, closed = self._next(at, "]")
            if closed:
                return items, at

    def _next(self, end: int, closing: str) -> tuple[int, bool]:
        """After a member or item: past the comma to the next one, or past the closing bracket."""
        at = self.skip(end)
        char = self.text[at : at + 1]
        if char == closing:
            return at + 1, True
        if char == ",":
            following = self.skip(at + 1)
            if self.text[following : following + 1] == closing:
                self.fail(f"a comma before {closing} is not allowed", at)
            return following, False
        if not char:
            what = "an object" if closing == "}" else "a list"
            self.fail(f"the text ends inside {what}: {closing} is missing", end)
        wrong = char in "}]"
        self.fail(f"{closing} is expected here, not {char}" if wrong else "a comma is missing", at if wrong else end)
