"""Bytes into records, one by one: JSON Lines, values after each other, or the items of one array.

What cannot be read is passed over and counted in `Trouble`; where reading cannot go on, what was read is kept and the
reason said. Nothing larger than `LARGEST` is ever held.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from xregistry_tui.resources.base import ResourceBroken
from xregistry_tui.resources.documents.parsing import NEAR, Parser, clean, cut_off
from xregistry_tui.resources.documents.stream import DAMAGED, Stream
from xregistry_tui.resources.documents.text import Text
from xregistry_tui.resources.documents.trouble import LARGEST, TRUNCATED, Trouble, damage

_LINES = frozenset({".jsonl", ".ndjson", ".jsonlines"})
_NUMBER_END = 64
_BEGINNING = 1024 * 1024


class Layout(StrEnum):
    """How the records of a file follow each other."""

    LINES = "JSON Lines"
    ARRAY = "an array"
    VALUES = "values after each other"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its place from 0, its line from 1 where every record has its own (else 0), and its value."""

    index: int
    line: int
    value: Any


class Reading:
    """One pass over the records of a stream; `layout` is found out at the start.

    `check` is asked all the time whether to go on: it raises where not.
    """

    def __init__(self, stream: Stream, suffix: str = "", check: Callable[[], None] = lambda: None) -> None:
        self.stream = stream
        self._check = check
        self.trouble = Trouble()
        self.offset = 0
        self._parser = Parser(self.trouble)
        self._first = b""
        self._text: Text | None = None
        self.layout = self._found_layout(suffix)

    def records(self) -> Iterator[Record]:
        """All records, in order, as far as they can be read."""
        if self.layout is Layout.LINES:
            return self.lines()
        return iter(()) if self.layout is Layout.EMPTY else self._values()

    @property
    def share(self) -> float:
        """How much of the file the records so far make up, between 0 and 1."""
        size = self.stream.size
        if not self.stream.plain or not size:
            return self.stream.share
        done = self._text.read if self._text is not None else self.offset
        return min(1.0, done / size)

    def lines(self, *, index: int = 0, line: int = 0) -> Iterator[Record]:
        """The records of the lines from here on; the first one read is numbered `index`, on the line after `line`."""
        while True:
            self._check()
            raw = self._line()
            if not raw:
                return
            line += 1
            found = self._record(raw, line)
            if found is not None:
                yield Record(index, line, found[0])
                index += 1

    def _record(self, raw: bytes, line: int) -> tuple[Any] | None:
        """The value of one line; `None` where it has none."""
        if len(raw) > LARGEST:
            self.trouble.oversized += 1
            return None
        text = self._decoded(raw).strip()
        if not text:
            return None
        try:
            return (self._parser.parsed(text),)
        except RecursionError:
            self.trouble.deep += 1
        except ValueError:
            if not raw.endswith(b"\n"):
                self.trouble.ended = TRUNCATED
            else:
                self.trouble.first_broken = self.trouble.first_broken or line
                self.trouble.broken += 1
        return None

    def _line(self) -> bytes:
        """The next line with its end; of one that is too long its first part, the rest is passed over."""
        raw = first = self._readline()
        while len(raw) > LARGEST and not raw.endswith(b"\n"):
            self._check()
            raw = self._readline()
            self.offset += len(raw)
            if len(raw) <= LARGEST:
                break
        self.offset += len(first)
        return first

    def rest_of_line(self) -> bytes:
        """What is left of the line that reading is in, passed over."""
        self._first = b""
        return self._readline()

    def _readline(self) -> bytes:
        begun, self._first = self._first, b""
        if begun.endswith(b"\n"):
            return begun
        try:
            return begun + self.stream.bytes.readline(LARGEST + 1 - len(begun))
        except DAMAGED as error:
            self.trouble.ended = damage(error)
            return begun

    def _found_layout(self, suffix: str) -> Layout:
        """By the first line that has something on it."""
        raw = self._begin()
        while raw and not raw.strip():
            self._check()
            self.offset += len(raw)
            raw = self._begin()
        self._first = raw
        if not raw:
            return Layout.EMPTY
        if suffix in _LINES:
            return Layout.LINES
        text = raw.decode("utf-8", "replace").strip()
        if text.startswith("["):
            return Layout.ARRAY
        return Layout.LINES if len(raw) <= _BEGINNING and self._is_one_value(text) else Layout.VALUES

    def _begin(self) -> bytes:
        """The beginning of the next line."""
        try:
            return self.stream.bytes.readline(_BEGINNING + 1)
        except DAMAGED as error:
            self.trouble.ended = damage(error)
            return b""

    def _is_one_value(self, text: str) -> bool:
        """Whether a line is a record of its own, or a broken one; not where it only begins one, or has several."""
        try:
            self._parser.parsed(text)
        except json.JSONDecodeError as error:
            if error.msg == "Expecting value" and error.pos == 0:
                raise ResourceBroken(f"{self.stream.path.name} is not JSON", "name a file of JSON documents") from error
            return not cut_off(error, len(text)) and error.msg != "Extra data"
        except (ValueError, RecursionError):
            return True
        finally:
            self.trouble.duplicates = 0
        return True

    def _values(self) -> Iterator[Record]:
        self._text = text = Text(self._chunk, self._count_replaced)
        text.more()
        if self.layout is Layout.ARRAY:
            text.skip_space()
            text.pos += 1
        index = 0
        try:
            while (found := self._next(text)) is not None:
                self._check()
                if found:
                    yield Record(index, 0, found[0])
                    index += 1
        except json.JSONDecodeError as error:
            at = text.line(error.pos)
            self.trouble.ended = (
                f"reading ended at line {at:,}: {error.msg[:1].lower() + error.msg[1:]}; what comes before is kept"
            )
        if text.eof and not self.trouble.ended and self.layout is Layout.ARRAY and not text.closed:
            self.trouble.ended = TRUNCATED

    def _next(self, text: Text) -> tuple[Any, ...] | None:
        """The next value; an empty tuple for one that is passed over, `None` at the end."""
        while not text.skip_space() and not text.eof:
            text.more()
        if text.at_end:
            return None
        if self.layout is Layout.ARRAY and text.buffer[text.pos] == "]":
            text.close()
            if text.skip_all_space():
                self.trouble.ended = "there is more after the end of the array, which is not read"
            return None
        return self._value(text)

    def _value(self, text: Text) -> tuple[Any, ...] | None:
        while True:
            try:
                value, end = self._parser.scanned(text)
            except RecursionError:
                self.trouble.deep += 1
                text.pass_over()
                return ()
            except json.JSONDecodeError as error:
                if not cut_off(error, len(text.buffer.rstrip()), 0 if text.eof else NEAR):
                    raise
                if text.eof:
                    self.trouble.ended = self.trouble.ended or TRUNCATED
                    return None
            else:
                if text.eof or end < len(text.buffer) - _NUMBER_END or not isinstance(value, int | float):
                    value = clean(value, text.buffer, text.pos, end)
                    text.pos = end
                    return (value,)
            if len(text.buffer) - text.pos > LARGEST:
                self.trouble.oversized += 1
                text.pass_over()
                return ()
            text.more()

    def _chunk(self, size: int) -> bytes:
        self._check()
        if self._first:
            raw, self._first = self._first, b""
            return raw
        try:
            return self.stream.bytes.read(size)
        except DAMAGED as error:
            self.trouble.ended = damage(error)
            return b""

    def _decoded(self, raw: bytes) -> str:
        try:
            return raw.decode()
        except UnicodeDecodeError:
            text = raw.decode("utf-8", "replace")
            self._count_replaced(text.count("\ufffd") - raw.count(b"\xef\xbf\xbd"))
            return text

    def _count_replaced(self, count: int) -> None:
        self.trouble.replaced += count
