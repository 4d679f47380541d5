"""A file of records as lines of JSON, one a record: JSON Lines as they are, all else written anew.

Arrays and values after each other, Extended JSON, and CSV with a header, each packed or not. Fields of CSV are texts;
an empty one is null.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from xregistry_tui.resources.base import ResourceBroken
from xregistry_tui.resources.documents import standard_input
from xregistry_tui.resources.documents.reading import Layout, Reading
from xregistry_tui.resources.documents.stream import DAMAGED, Stream
from xregistry_tui.schema.canonical import dumps

_SNIFFED = 64 * 1024
_EXTENDED = b'"$'
_DELIMITERS = ",;\t|"
_TABULAR = frozenset({".csv", ".tsv"})


@dataclass(slots=True)
class Lines:
    """Lines of JSON to be read as the bytes of a file; `notes` say, at the end, what of the file could not be read."""

    read: Callable[[int], bytes]
    notes: Callable[[], tuple[str, ...]] = field(default=lambda: ())


@contextmanager
def lines_of(target: str) -> Iterator[Lines]:
    """The records of a file, or of standard input (`-`); raises `ResourceError`."""
    if target == "-":
        source = standard_input.descriptor()
        if source is None:
            raise ResourceBroken("nothing is sent to standard input", "send something: cat FILE | xreg-tui validate …")
        with os.fdopen(os.dup(source), "rb") as piped:
            yield _piped(piped)
        return
    path = Path(target).expanduser()
    with Stream(path) as stream:
        yield _of_stream(stream, path)


def _piped(piped: IO[bytes]) -> Lines:
    """What is sent to us comes once and has no size: it is told apart by its first bytes alone."""
    first = piped.peek(_SNIFFED)[:_SNIFFED]  # type: ignore[attr-defined]
    if _is_lines(first):
        return Lines(piped.read)
    if first.lstrip()[:1] not in (b"{", b"["):
        return _rows(piped, first)
    with io.BytesIO(piped.read()) as whole:
        records = whole.getvalue()
    return _whole(records)


def _whole(records: bytes) -> Lines:
    import tempfile

    # reading goes back and forth
    with tempfile.NamedTemporaryFile(prefix="xreg-tui-") as spool:
        spool.write(records)
        spool.flush()
        stream = Stream(Path(spool.name))
    return _written(Reading(stream))


def _of_stream(stream: Stream, path: Path) -> Lines:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    first = _peeked(stream)
    if b"\0" in first:
        raise ResourceBroken(f"{path.name} is no text", "name a file of JSON Lines, JSON, Extended JSON or CSV")
    if any(suffix in _TABULAR for suffix in suffixes) or first.lstrip()[:1] not in (b"{", b"[", b""):
        return _rows(stream.bytes, first)
    if _is_lines(first):
        return Lines(_unpacked(stream))
    return _written(Reading(stream, suffixes[-1] if suffixes else ""))


def _peeked(stream: Stream) -> bytes:
    try:
        return bytes(stream.bytes.peek(_SNIFFED)[:_SNIFFED])  # type: ignore[attr-defined]
    except DAMAGED as error:
        raise ResourceBroken(f"{stream.path.name} is damaged: {error}", "restore it from a copy") from error


def _unpacked(stream: Stream) -> Callable[[int], bytes]:
    def read(size: int) -> bytes:
        try:
            return stream.bytes.read(size)
        except DAMAGED as error:
            raise ResourceBroken(f"{stream.path.name} is damaged: {error}", "restore it from a copy") from error

    return read


def _is_lines(first: bytes) -> bool:
    """Whether each line is a record of plain JSON: the first one is whole, or all there is."""
    line, ended, _ = first.lstrip().partition(b"\n")
    line = line.strip()
    return line.startswith(b"{") and (line.endswith(b"}") or not ended) and _EXTENDED not in first


def _written(reading: Reading) -> Lines:
    """Records written anew, as many at a time as are asked for."""
    if reading.layout is Layout.EMPTY:
        return Lines(lambda _: b"")
    records = (dumps(record.value).encode() + b"\n" for record in reading.records())
    return Lines(_gathered(records), reading.trouble.words)


def _rows(source: IO[bytes], first: bytes) -> Lines:
    text = io.TextIOWrapper(source, "utf-8", "replace", newline="")
    rows = csv.DictReader(text, delimiter=_delimiter(first), restkey="", restval=None)
    records = (
        dumps({name: value if value != "" else None for name, value in row.items() if name}).encode() + b"\n"
        for row in rows
    )
    return Lines(_gathered(records))


def _delimiter(first: bytes) -> str:
    header = first.split(b"\n", 1)[0].decode("utf-8", "replace")
    return max(_DELIMITERS, key=header.count)


def _gathered(parts: Iterator[bytes]) -> Callable[[int], bytes]:
    def read(size: int) -> bytes:
        held, taken = [], 0
        for part in parts:
            held.append(part)
            taken += len(part)
            if taken >= size:
                break
        return b"".join(held)

    return read
