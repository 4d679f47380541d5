"""Many lines of JSON against a model, counted: which are wrong, where and why. Plain values, for any process."""

from __future__ import annotations

import codecs
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from xregistry_tui.enrichment.problems import complaints
from xregistry_tui.schema.json_text import to_pointer

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from xregistry_tui.enrichment.adapters import Reader

KEPT = 200
"""So many wrong lines are kept as they are; the counts know no bound."""

LONGEST = 32 * 1024 * 1024
"""Bytes of the longest line that is read."""

_REASONS = 1_000

Reason = tuple[str, str]
"""(JSON Pointer, what is wrong there)."""

_Where = tuple[int, bytes]


@dataclass(slots=True)
class Tally:
    """Counts of records: `invalid` have errors, `warned` values that were never seen live. `kept` are (number, line).

    Blank lines are no records; numbers count from 0. `reasons` and `unseen` count records by what is wrong.
    """

    checked: int = 0
    invalid: int = 0
    warned: int = 0
    reasons: Counter[Reason] = field(default_factory=Counter)
    unseen: Counter[Reason] = field(default_factory=Counter)
    kept: list[_Where] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Count in what was counted after this, whose numbers begin anew."""
        other_kept = [(self.checked + number, line) for number, line in other.kept]
        self.checked += other.checked
        self.invalid += other.invalid
        self.warned += other.warned
        self.reasons += other.reasons
        self.unseen += other.unseen
        self.kept += other_kept[: max(0, KEPT - len(self.kept))]


def tally(lines: bytes, reader: Reader, *, keep: int = KEPT) -> Tally:
    """Count lines, by their numbers among these; `keep` of the wrong ones are kept."""
    from pydantic import ValidationError

    read, found, blank, number = reader.read_json, Tally(), 0, -1
    # all that is asked of a line that is fine is that it is: most of them are
    for number, line in enumerate(lines.split(b"\n")):
        try:
            read(line)
        except ValidationError as error:
            if not line or line.isspace():
                blank += 1
            elif len(line) > LONGEST:
                _blame(found, (number - blank, b""), {("", f"longer than {LONGEST // 1024 // 1024} MB")}, keep)
            else:
                _wrong(found, (number - blank, line), error.errors(include_url=False), reader, keep)
        except Exception as error:  # noqa: BLE001 - a model's own code failed: that is said as a problem of the record
            said = f"the model's own check failed: {type(error).__name__}: {error}"
            _blame(found, (number - blank, line), {("", said)}, keep)
    found.checked = number + 1 - blank
    return found


def _wrong(found: Tally, where: _Where, errors: list[ErrorDetails], reader: Reader, keep: int) -> None:
    unseen = {(to_pointer(one["loc"]), str(one["input"])) for one in errors if _is_unseen(one, reader.compiled)}
    grave = [one for one in errors if not _is_unseen(one, reader.compiled)]
    if grave:
        _blame(found, where, {(one.pointer, one.message) for one in complaints(grave, _record(where[1]))}, keep)
    if unseen:
        found.warned += 1
        found.unseen.update(reason for reason in unseen if reason in found.unseen or len(found.unseen) < _REASONS)


def _is_unseen(error: ErrorDetails, compiled: Mapping[str, type]) -> bool:
    """Whether the model itself has nothing against a value: it is only none of those seen."""
    if error["type"] != "literal_error" or len(error["loc"]) != 1:
        return False
    kind = compiled.get(str(error["loc"][0]))
    return kind is not None and type(error["input"]) is kind


def _blame(found: Tally, where: _Where, reasons: Iterable[Reason], keep: int) -> None:
    found.invalid += 1
    found.reasons.update(reason for reason in reasons if reason in found.reasons or len(found.reasons) < _REASONS)
    if len(found.kept) < keep:
        found.kept.append(where)


def _record(line: bytes) -> Mapping[str, Any]:
    """A line as data, as far as it is any: what is wrong with it is looked up there."""
    from pydantic_core import from_json

    try:
        value = from_json(line)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def chunks(read: Callable[[int], bytes], size: int) -> Iterator[bytes]:
    """Whole lines of a binary stream, about so many bytes at a time; the last one need not have an end.

    Of a line beyond `LONGEST` there is no more than tells that it is.
    """
    held, parts, mark = 0, list[bytes](), codecs.BOM_UTF8
    while data := read(size):
        data, mark = data.removeprefix(mark), b""
        if held > LONGEST and (end := data.find(b"\n")) >= 0:
            # what is left out must not make a record of what is left
            parts.append(b"\0")
            data = data[end:]
        cut = data.rfind(b"\n")
        if cut < 0:
            if held <= LONGEST:
                parts.append(data)
                held += len(data)
            continue
        yield b"".join((*parts, data[:cut]))
        parts = [data[cut + 1 :]]
        held = len(parts[0])
    if held:
        yield b"".join([*parts, b"\0"] if held > LONGEST else parts)
