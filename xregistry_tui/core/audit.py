"""The trail: what was decided and done, each record sealed by the hash of the one before.

These are values only; a store keeps them. Whoever alters, drops or reorders a record breaks the chain from there on.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from xregistry_tui.schema.canonical import dumps

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """One link of the chain. `at` is aware UTC, `sequence` counts from 0, hashes are SHA-256 in hex."""

    at: datetime.datetime
    who: str
    verb: str
    subject: str
    text: str
    sequence: int
    previous: str
    hash: str

    def as_json(self) -> dict[str, Any]:
        """The record as JSON data, as stores keep it."""
        return {**asdict(self), "at": _moment(self.at)}


def from_json(data: Mapping[str, Any]) -> AuditRecord:
    """A record as it was kept; raises KeyError or ValueError where it is not one."""
    values = {name: data[name] for name in AuditRecord.__slots__}
    return AuditRecord(**{**values, "at": datetime.datetime.fromisoformat(data["at"])})


def append(
    chain_tip: AuditRecord | None, *, at: datetime.datetime, who: str, verb: str, subject: str, text: str
) -> AuditRecord:
    """The next record after the tip (`None`: the first one); `at` must be aware."""
    if at.tzinfo is None:
        raise ValueError("a record of the trail needs a moment with its time zone")
    body: dict[str, Any] = {
        "at": at.astimezone(datetime.UTC),
        "who": who,
        "verb": verb,
        "subject": subject,
        "text": text,
        "sequence": chain_tip.sequence + 1 if chain_tip else 0,
        "previous": chain_tip.hash if chain_tip else GENESIS,
    }
    return AuditRecord(**body, hash=_seal(body))


def verify(records: Iterable[AuditRecord]) -> int | None:
    """The index of the first record that does not fit, `None` when all do; a tail of a chain verifies by itself."""
    tip: AuditRecord | None = None
    for index, record in enumerate(records):
        if not _fits(tip, record):
            return index
        tip = record
    return None


def _fits(tip: AuditRecord | None, record: AuditRecord) -> bool:
    body = asdict(record)
    if body.pop("hash") != _seal(body):
        return False
    if tip is None:
        return record.sequence > 0 or record.previous == GENESIS
    return record.previous == tip.hash and record.sequence == tip.sequence + 1


def _seal(body: Mapping[str, Any]) -> str:
    canonical = dumps({name: body[name] for name in sorted(body)} | {"at": _moment(body["at"])})
    return hashlib.sha256(canonical.encode()).hexdigest()


def _moment(at: datetime.datetime) -> str:
    return at.astimezone(datetime.UTC).isoformat(timespec="microseconds")
