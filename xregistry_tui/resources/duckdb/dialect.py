"""What a CSV file was found to be: sniffed once, said, and then held to, so that every pass reads the same."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xregistry_tui.resources.base import ResourceBroken
from xregistry_tui.resources.documents.stream import DAMAGED, Stream
from xregistry_tui.resources.duckdb.connection import Asker, driver, literal
from xregistry_tui.resources.duckdb.sources import Source

LONGEST_LINE = 4 * 1024 * 1024
_BUFFER = 4 * LONGEST_LINE
_NAMES = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "bar", " ": "space"}
_LOOKED_AT = 1024 * 1024
_LONG = 64 * 1024
_BLOCK = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Dialect:
    """How to read a CSV file (`options` are SQL), and what is said of it; no columns mean that it is empty."""

    columns: tuple[tuple[str, str], ...]
    options: str
    said: tuple[str, ...]
    headed: bool = False


def sniffed(ask: Asker, source: Source, *, strict: bool = True) -> Dialect:
    """Find out delimiter, quotes, header and types from the first lines; raises what the driver does.

    What is not `strict` may end lines in a lone carriage return, and need not close what it quotes.
    """
    if all(_is_blank(path) for path in source.files):
        return Dialect((), "", ("the file is empty",))
    first = next(path for path in source.files if not _is_blank(path))
    encoding = _encoding(first)
    note = () if encoding == "utf-8" else (f"it is not UTF-8 and was read as {encoding}",)
    try:
        found = _sniff(ask.connection, first, encoding, strict=strict)
    except driver().InvalidInputException as error:
        if "when sniffing" in str(error):
            raise
        found = _without_long_lines(first, encoding, strict=strict)
    return _dialect(found, encoding, note, strict=strict)


def _without_long_lines(path: Path, encoding: str, *, strict: bool) -> dict[str, Any]:
    """By a copy of the first lines but those that are too long to be looked at."""
    with Stream(path) as stream, tempfile.NamedTemporaryFile(suffix=".csv") as copy, driver().connect() as apart:
        taken = 0
        while taken < _LOOKED_AT and (line := stream.bytes.readline(_LONG)):
            short = line.endswith(b"\n")
            while line and not line.endswith(b"\n"):
                line = stream.bytes.readline(_LONG)
            taken += copy.write(line) if short else 0
        copy.flush()
        return _sniff(apart, Path(copy.name), "utf-8" if stream.transcoded else encoding, strict=strict)


def _sniff(connection: Any, path: Path, encoding: str, *, strict: bool) -> dict[str, Any]:
    options = f"encoding = '{encoding}', ignore_errors = true, max_line_size = {LONGEST_LINE}, buffer_size = {_BUFFER}"
    cursor = connection.execute(f"FROM sniff_csv({literal(path)}, {options}, strict_mode = {str(strict).lower()})")
    row = cursor.fetchone() or ()
    return dict(zip((column[0] for column in cursor.description or ()), row, strict=False))


def _dialect(found: dict[str, Any], encoding: str, note: tuple[str, ...], *, strict: bool) -> Dialect:
    columns = tuple((column["name"], column["type"]) for column in found["Columns"])
    # a mark that the first lines do not show may come later: what is usual is taken
    quote = _mark(found["Quote"]) or '"'
    marks = {"delim": _mark(found["Delimiter"]) or ",", "quote": quote, "escape": _mark(found["Escape"]) or quote}
    header = bool(found["HasHeader"])
    types = ", ".join(f"{literal(name)}: {literal(type_)}" for name, type_ in columns)
    options = [f"{name} = {literal(mark)}" for name, mark in marks.items()]
    options += [f"header = {str(header).lower()}", f"skip = {int(found['SkipRows'])}", f"columns = {{{types}}}"]
    options += [
        f"encoding = '{encoding}'",
        f"max_line_size = {LONGEST_LINE}",
        f"buffer_size = {_BUFFER}",
        "auto_detect = false",
        f"strict_mode = {str(strict).lower()}",
    ]
    for name, title in (("dateformat", "DateFormat"), ("timestampformat", "TimestampFormat")):
        if found.get(title):
            options.append(f"{name} = {literal(found[title])}")
    between = _NAMES.get(marks["delim"], f"“{marks['delim']}”")
    if not strict:
        note = (
            *note,
            "some lines end in a lone carriage return or leave a quote open: what is beside those may be lost",
        )
    said = f"separated by {between}, {'with' if header else 'without'} a header"
    return Dialect(columns, ", ".join(options), (said, *note), header)


def _mark(found: str) -> str:
    return "" if found == "(empty)" else found


def _encoding(path: Path) -> str:
    """By the first megabyte: a file in which more is broken UTF-8 than is whole is in the encoding of old."""
    try:
        with Stream(path) as stream:
            if stream.transcoded:
                return stream.transcoded
            text = stream.bytes.read(_LOOKED_AT)
    except (*DAMAGED, ResourceBroken):
        return "utf-8"
    broken = text.decode("utf-8", "replace").count("\ufffd")
    whole = len(text.decode("utf-8", "ignore")) - sum(byte < 128 for byte in text)
    return "latin-1" if broken > max(1, whole) else "utf-8"


def _is_blank(path: Path) -> bool:
    try:
        with Stream(path) as stream:
            return not stream.bytes.read(4_096).strip()
    except (*DAMAGED, ResourceBroken):
        return False  # DuckDB may unpack what Python does not


def overlong(path: Path) -> int:
    """How many lines of a plain file fill a whole block: so long ones DuckDB passes over without a word."""
    found, inside = 0, False
    try:
        with Stream(path) as stream:
            for start in range(0, stream.size - _BLOCK + 1 if stream.plain else 0, _BLOCK):
                filled = _is_filled(stream, start)
                found += filled and not inside
                inside = filled
    except (*DAMAGED, ResourceBroken):
        return found
    return found


def _is_filled(stream: Stream, start: int) -> bool:
    """Whether no line ends in a block; most blocks tell so in their first bytes."""
    stream.seek(start)
    return all(b"\n" not in stream.bytes.read(_LONG) for _ in range(_BLOCK // _LONG))


def estimated(files: Sequence[Path], *, headed: bool) -> int:
    """About how many rows there are, by the lines in the first megabyte of each file."""
    total = 0.0
    for path in files:
        try:
            with Stream(path) as stream:
                read = stream.bytes.read(_LOOKED_AT)
                whole = len(read) < _LOOKED_AT
                share = 1.0 if whole else len(read) / stream.size if stream.plain else stream.share
                lines = read.count(b"\n") + (whole and bool(read) and not read.endswith(b"\n"))
                total += max(0.0, lines / share - headed)
        except (*DAMAGED, ResourceBroken):
            continue
    return round(total)
