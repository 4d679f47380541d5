"""What a CSV file was found to be: sniffed once, said, and then held to, so that every pass reads the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xregistry_tui.resources.documents.stream import DAMAGED, Stream
from xregistry_tui.resources.duckdb.connection import Asker, literal
from xregistry_tui.resources.duckdb.sources import Source

LONGEST_LINE = 4 * 1024 * 1024
_BUFFER = 4 * LONGEST_LINE
_NAMES = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "bar", " ": "space"}
_LOOKED_AT = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Dialect:
    """How to read a CSV file (`options` are SQL), and what is said of it; no columns mean that it is empty."""

    columns: tuple[tuple[str, str], ...]
    options: str
    said: tuple[str, ...]
    headed: bool = False


def sniffed(ask: Asker, source: Source) -> Dialect:
    """Find out delimiter, quotes, header and types from the first lines; raises what the driver does."""
    if all(_is_blank(path) for path in source.files):
        return Dialect((), "", ("the file is empty",))
    first = next(path for path in source.files if not _is_blank(path))
    encoding = _encoding(first)
    note = () if encoding == "utf-8" else (f"it is not UTF-8 and was read as {encoding}",)
    return _dialect(_sniff(ask, first, encoding), encoding, note)


def _sniff(ask: Asker, path: Path, encoding: str) -> dict[str, Any]:
    options = f"encoding = '{encoding}', ignore_errors = true, max_line_size = {LONGEST_LINE}, buffer_size = {_BUFFER}"
    cursor = ask.connection.execute(f"FROM sniff_csv({literal(path)}, {options})")
    row = cursor.fetchone() or ()
    return dict(zip((column[0] for column in cursor.description or ()), row, strict=False))


def _dialect(found: dict[str, Any], encoding: str, note: tuple[str, ...]) -> Dialect:
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
    ]
    for name, title in (("dateformat", "DateFormat"), ("timestampformat", "TimestampFormat")):
        if found.get(title):
            options.append(f"{name} = {literal(found[title])}")
    between = _NAMES.get(marks["delim"], f"“{marks['delim']}”")
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
    except DAMAGED:
        return "utf-8"
    broken = text.decode("utf-8", "replace").count("\ufffd")
    whole = len(text.decode("utf-8", "ignore")) - sum(byte < 128 for byte in text)
    return "latin-1" if broken > max(1, whole) else "utf-8"


def _is_blank(path: Path) -> bool:
    try:
        with Stream(path) as stream:
            return not stream.bytes.read(4_096).strip()
    except DAMAGED:
        return False


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
        except DAMAGED:
            continue
    return round(total)
