"""What the trail is made of: entries, sealed one to the next into records, and the one line that a record is kept as.

A line is ASCII JSON with its fields in one order and its seal last, so that a record has exactly one line, and a
trail can be printed on any terminal.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from xregistry_tui.schema.canonical import jsonable

GENESIS = "0" * 64
FINGERPRINT_DIGITS = 32
"""Of the 64 hexadecimal digits of an HMAC-SHA-256: 128 bits, more than anyone can find a second value for."""

_WORDS = ("writer", "who", "verb", "subject", "text", "previous", "hash")
_FIELDS = ("writer", "sequence", "at", "who", "verb", "subject", "text", "detail", "previous", "hash")
_COMPACT = json.JSONEncoder(separators=(",", ":"), allow_nan=False)
_BEGINNING = '{"writer":"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What was decided or done. `at` is aware; `detail` is small JSON such as `{"models": 12, "ms": 40}`."""

    at: datetime.datetime
    who: str
    verb: str
    subject: str
    text: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord(Entry):
    """One link of its writer's chain. `at` is UTC, `sequence` counts from 0, hashes are SHA-256 in hex."""

    writer: str
    sequence: int
    previous: str
    hash: str

    def as_json(self) -> dict[str, Any]:
        """The record as JSON data, as stores keep it."""
        return {**_body(self), "hash": self.hash}


@dataclass(frozen=True, slots=True)
class Broken:
    """A line that is no record: a `torn` one was begun by a writer that was ended before it was whole."""

    torn: bool = False


def append(chain_tip: AuditRecord | None, entry: Entry, *, writer: str) -> AuditRecord:
    """The next record of a writer after its tip (`None`: its first one)."""
    if entry.at.tzinfo is None:
        raise ValueError("a record of the trail needs a moment with its time zone")
    if chain_tip is not None and chain_tip.writer != writer:
        raise ValueError(f"the chain of writer {chain_tip.writer} is continued by that writer alone")
    unsealed = AuditRecord(
        at=entry.at.astimezone(datetime.UTC),
        who=jsonable(entry.who),
        verb=jsonable(entry.verb),
        subject=jsonable(entry.subject),
        text=jsonable(entry.text),
        detail=jsonable(entry.detail),
        writer=writer,
        sequence=chain_tip.sequence + 1 if chain_tip else 0,
        previous=chain_tip.hash if chain_tip else GENESIS,
        hash="",
    )
    fields = {name: getattr(unsealed, name) for name in _FIELDS}
    return AuditRecord(**{**fields, "hash": seal(unsealed)})


def seal(record: AuditRecord) -> str:
    """What the hash of a record must be; raises TypeError or ValueError where it holds what JSON has not."""
    return hashlib.sha256(compact(_body(record)).encode("ascii")).hexdigest()


def compact(value: Any) -> str:
    """JSON on one line, in ASCII; two values that differ never give one text."""
    return _COMPACT.encode(value)


def from_json(data: Any) -> AuditRecord:
    """A record as it was kept; raises KeyError, TypeError or ValueError where it is not one."""
    record = AuditRecord(**{**data, "at": datetime.datetime.fromisoformat(data["at"])})
    if not all(isinstance(getattr(record, name), str) for name in _WORDS):
        raise ValueError("a word of the record is no text")
    if type(record.sequence) is not int or record.sequence < 0 or not isinstance(record.detail, Mapping):
        raise ValueError("the sequence is no count, or the detail no object")
    if record.at.tzinfo is None:
        raise ValueError("the moment has no time zone")
    return record


def parse(line: str) -> AuditRecord | Broken:
    """The record of a line without its end; `Broken` where it is not exactly the line of a record."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        return Broken(torn=bool(line) and line[: len(_BEGINNING)] == _BEGINNING[: len(line)])
    try:
        record = from_json(data)
        return record if compact(record.as_json()) == line else Broken()
    except (KeyError, TypeError, ValueError, OverflowError):
        return Broken()


def fingerprint(key: bytes, value: Any) -> str:
    """What a record may carry instead of a value: `hmac:` and 128 bits of its HMAC-SHA-256, in hex.

    Equal values give equal fingerprints under one key; without the key nobody can try values out.
    """
    canonical = json.dumps(jsonable(value), sort_keys=True, separators=(",", ":"))
    return "hmac:" + hmac.new(key, canonical.encode("ascii"), "sha256").hexdigest()[:FINGERPRINT_DIGITS]


def _body(record: AuditRecord) -> dict[str, Any]:
    return {
        "writer": record.writer,
        "sequence": record.sequence,
        "at": record.at.astimezone(datetime.UTC).isoformat(timespec="microseconds"),
        "who": record.who,
        "verb": record.verb,
        "subject": record.subject,
        "text": record.text,
        "detail": dict(record.detail),
        "previous": record.previous,
    }
