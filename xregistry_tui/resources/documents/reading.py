"""Bytes into records, one by one: JSON Lines, values after each other, or the items of one array.

What cannot be read is passed over and counted in `Trouble`; where reading cannot go on, what was read is kept and the
reason said. Nothing larger than `LARGEST` is ever held.
"""

from __future__ import annotations

import decimal
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from xregistry_tui.resources.base import ResourceBroken
from xregistry_tui.resources.documents import ejson
from xregistry_tui.resources.documents.stream import DAMAGED, Stream
from xregistry_tui.resources.documents.text import Text

LARGEST = 32 * 1024 * 1024
"""Bytes of the largest record that is read."""

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_LINES = frozenset({".jsonl", ".ndjson", ".jsonlines"})
_NUMBER_END = 64
_NEAR = 16
_BEGINNING = 1024 * 1024
_TRUNCATED = "it ends in the middle of a record: it is truncated, or still being written"


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


@dataclass(slots=True)
class Trouble:
    """What was wrong with what was read; `ended` says why reading could not go on."""

    broken: int = 0
    first_broken: int = 0
    oversized: int = 0
    deep: int = 0
    replaced: int = 0
    duplicates: int = 0
    ended: str = ""

    def words(self) -> tuple[str, ...]:
        """In plain words; empty where nothing was wrong."""
        counted = (
            (self.broken, f"lines are no JSON (the first is line {self.first_broken:,})"),
            (self.oversized, f"records are larger than {LARGEST // 1024 // 1024} MB and were passed over"),
            (self.deep, "records are nested too deeply to be read"),
            (self.replaced, "places are not UTF-8 and were replaced"),
            (self.duplicates, "objects have a name twice; the last one counts"),
        )
        said = tuple(f"{count:,} {what}" for count, what in counted if count)
        return (*said, self.ended) if self.ended else said


class Reading:
    """One pass over the records of a stream; `layout` is found out at the start.

    `check` is asked all the time whether to go on: it raises where not.
    """

    def __init__(self, stream: Stream, suffix: str = "", check: Callable[[], None] = lambda: None) -> None:
        self.stream = stream
        self._check = check
        self.trouble = Trouble()
        self.offset = 0
        self._decoder = json.JSONDecoder(object_pairs_hook=self._object, strict=False)
        self._slow = json.JSONDecoder(object_pairs_hook=self._object, strict=False, parse_int=_whole)
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
            return (self._parsed(text),)
        except RecursionError:
            self.trouble.deep += 1
        except ValueError:
            if not raw.endswith(b"\n"):
                self.trouble.ended = _TRUNCATED
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
            self.trouble.ended = _damage(error)
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
            self.trouble.ended = _damage(error)
            return b""

    def _is_one_value(self, text: str) -> bool:
        """Whether a line is a record of its own, or a broken one; not where it only begins one, or has several."""
        try:
            self._decoder.decode(text)
        except json.JSONDecodeError as error:
            if error.msg == "Expecting value" and error.pos == 0:
                raise ResourceBroken(f"{self.stream.path.name} is not JSON", "name a file of JSON documents") from error
            return not _cut_off(error, len(text)) and error.msg != "Extra data"
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
            self.trouble.ended = f"reading ended at line {at:,}: {_plain(error.msg)}; what comes before is kept"
        if text.eof and not self.trouble.ended and self.layout is Layout.ARRAY and not text.closed:
            self.trouble.ended = _TRUNCATED

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
                value, end = self._scanned(text)
            except RecursionError:
                self.trouble.deep += 1
                text.pass_over()
                return ()
            except json.JSONDecodeError as error:
                if not _cut_off(error, len(text.buffer.rstrip()), 0 if text.eof else _NEAR):
                    raise
                if text.eof:
                    self.trouble.ended = self.trouble.ended or _TRUNCATED
                    return None
            else:
                if text.eof or end < len(text.buffer) - _NUMBER_END or not isinstance(value, int | float):
                    value = self._clean(value, text.buffer, text.pos, end)
                    text.pos = end
                    return (value,)
            if len(text.buffer) - text.pos > LARGEST:
                self.trouble.oversized += 1
                text.pass_over()
                return ()
            text.more()

    def _scanned(self, text: Text) -> tuple[Any, int]:
        try:
            return self._decoder.raw_decode(text.buffer, text.pos)
        except json.JSONDecodeError:
            raise
        except ValueError:
            return self._slow.raw_decode(text.buffer, text.pos)

    def _parsed(self, text: str) -> Any:
        try:
            value = self._decoder.decode(text)
        except json.JSONDecodeError:
            raise
        except ValueError:
            value = self._slow.decode(text)
        return self._clean(value, text, 0, len(text))

    @staticmethod
    def _clean(value: Any, text: str, start: int, end: int) -> Any:
        """Without lone surrogates, which no text can carry."""
        return _whole_text(value) if _SURROGATE.search(text, start, end) else value

    def _object(self, pairs: ejson.Pairs) -> Any:
        if pairs and pairs[0][0][:1] == "$":
            return ejson.read(pairs)
        made = dict(pairs)
        if len(made) < len(pairs):
            self.trouble.duplicates += 1
        return made

    def _chunk(self, size: int) -> bytes:
        self._check()
        if self._first:
            raw, self._first = self._first, b""
            return raw
        try:
            return self.stream.bytes.read(size)
        except DAMAGED as error:
            self.trouble.ended = _damage(error)
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


def _cut_off(error: json.JSONDecodeError, end: int, near: int = _NEAR) -> bool:
    """Whether more text might mend it."""
    return error.msg.startswith("Unterminated string") or error.pos >= end - near


def _damage(error: BaseException) -> str:
    if isinstance(error, EOFError):
        return "its packing ends too early: it is truncated, or still being written"
    return f"its packing is damaged ({error}); what comes before is kept"


def _plain(message: str) -> str:
    return message[:1].lower() + message[1:]


def _whole(digits: str) -> int | decimal.Decimal:
    """A whole number of any length; Python turns very long ones into integers only slowly."""
    return int(digits) if len(digits) < 4_000 else decimal.Decimal(digits)


def _whole_text(value: Any) -> Any:
    if isinstance(value, str):
        text = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return value if text == value else text
    if isinstance(value, dict):
        return {_whole_text(name): _whole_text(item) for name, item in value.items()}
    return [_whole_text(item) for item in value] if isinstance(value, list) else value
