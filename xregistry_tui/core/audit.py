"""The trail: what was decided and done, each record sealed by the hash of the one that its writer left before.

These are values only; a store keeps them. Every process writes a chain of its own, so that several may write into one
trail. Whoever alters, drops, doubles or reorders a record breaks its chain from there on; what was cut off at the end
shows where a head of the chain was kept.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from xregistry_tui.core.audit_record import (
    FINGERPRINT_DIGITS,
    GENESIS,
    AuditRecord,
    Broken,
    Entry,
    append,
    compact,
    fingerprint,
    from_json,
    parse,
    seal,
)

__all__ = [
    "FINGERPRINT_DIGITS",
    "GENESIS",
    "AuditRecord",
    "Broken",
    "Entry",
    "Flaw",
    "Head",
    "Reason",
    "Verification",
    "append",
    "compact",
    "fingerprint",
    "from_json",
    "parse",
    "verify",
]


class Reason(StrEnum):
    """What is wrong with a trail."""

    ALTERED = "altered"
    MISSING = "missing between"
    OUT_OF_ORDER = "out of order"
    DUPLICATE = "duplicate"
    NOT_A_RECORD = "not a record"
    CUT = "cut at the end"


@dataclass(frozen=True, slots=True)
class Head:
    """How far a writer's chain is known to go, and the sequence that its first record in this trail has."""

    sequence: int
    hash: str
    first: int = 0


@dataclass(frozen=True, slots=True)
class Flaw:
    """The first record that is wrong: its index among all, its writer and sequence where they can be known."""

    index: int
    reason: Reason
    text: str
    writer: str | None = None
    sequence: int | None = None


class Verification:
    """Follows every chain record by record, in memory that grows with the writers and not with the records."""

    def __init__(self, heads: Mapping[str, Head] | None = None, hashes: Collection[str] = ()) -> None:
        self.taken = 0
        self.records = 0
        self.torn = 0
        self.last_torn: int | None = None
        self._heads = heads or {}
        self._awaited = set(hashes)
        self._firsts: dict[str, int] = {}
        self._tips: dict[str, AuditRecord] = {}

    @property
    def heads(self) -> Mapping[str, Head]:
        """How far each writer's chain goes in what was taken, in the order of their first records."""
        known = ((name, tip, self._firsts[name]) for name, tip in self._tips.items())
        return MappingProxyType({name: Head(tip.sequence, tip.hash, first) for name, tip, first in known})

    def take(self, item: object) -> Flaw | None:
        """Take the next one: a record, or a `Broken` line; what is wrong with it."""
        index = self.taken
        self.taken += 1
        if isinstance(item, Broken) and item.torn:
            self.torn += 1
            self.last_torn = index
            return None
        if not isinstance(item, AuditRecord):
            return Flaw(index, Reason.NOT_A_RECORD, "it is not a record")
        self.records += 1
        wrong = self._misfit(item)
        if wrong is not None:
            reason, text = wrong
            return Flaw(
                index, reason, f"record {item.sequence} of writer {item.writer} {text}", item.writer, item.sequence
            )
        self._awaited.discard(item.hash)
        self._firsts.setdefault(item.writer, item.sequence)
        self._tips[item.writer] = item
        return None

    def _misfit(self, record: AuditRecord) -> tuple[Reason, str] | None:
        if not _sealed(record):
            return Reason.ALTERED, "was altered: its seal does not fit"
        tip, head = self._tips.get(record.writer), self._heads.get(record.writer)
        wrong = self._misplaced_first(record, head) if tip is None else self._misplaced(record, tip)
        if wrong is None and head is not None and head.sequence == record.sequence and head.hash != record.hash:
            return Reason.ALTERED, "was altered: it is not the one whose hash was kept"
        return wrong

    @staticmethod
    def _misplaced_first(record: AuditRecord, head: Head | None) -> tuple[Reason, str] | None:
        if record.sequence == 0 and record.previous != GENESIS:
            return Reason.ALTERED, "was altered: nothing can come before it"
        if head is not None and record.sequence > head.first:
            return Reason.MISSING, f"follows nothing: record {head.first} and on are missing"
        return None

    def _misplaced(self, record: AuditRecord, tip: AuditRecord) -> tuple[Reason, str] | None:
        if record.sequence > tip.sequence + 1:
            return Reason.MISSING, f"follows record {tip.sequence}: what was between them is missing"
        if record.sequence < self._firsts[record.writer]:
            return Reason.OUT_OF_ORDER, "is out of order: it stands behind a later one"
        if record.sequence <= tip.sequence:
            return Reason.DUPLICATE, "is a duplicate: it was there before"
        if record.previous != tip.hash:
            return Reason.ALTERED, f"was altered, or record {tip.sequence} was: it does not continue that one"
        return None

    def first_flaw(self, items: Iterable[object]) -> Flaw | None:
        """Take one after the other up to the first flaw, what is missing at the end included; `None` without any."""
        stream = iter(items)
        for item in stream:
            if flaw := self.take(item):
                return self.explained(flaw, stream)
        return self.end()

    def end(self) -> Flaw | None:
        """What is missing when nothing more comes: what was known to be there, by its writer's head or its hash."""
        for writer, head in self._heads.items():
            tip = self._tips.get(writer)
            if tip is None or tip.sequence < head.sequence:
                lost = head.first if tip is None else tip.sequence + 1
                text = f"the trail was cut at the end: records {lost} to {head.sequence} of writer {writer} are missing"
                return Flaw(self.taken, Reason.CUT, text, writer, lost)
        for kept in sorted(self._awaited):
            return Flaw(self.taken, Reason.CUT, f"the trail was cut: the record with the hash {kept} is missing")
        return None

    def explained(self, flaw: Flaw, rest: Iterator[object]) -> Flaw:
        """A flaw with its reason as the rest tells it: what seems to be missing may stand further down."""
        if flaw.reason is not Reason.MISSING or flaw.writer is None or flaw.sequence is None:
            return flaw
        tip, head = self._tips.get(flaw.writer), self._heads.get(flaw.writer)
        first = tip.sequence + 1 if tip is not None else head.first if head is not None else 0
        missing = range(first, flaw.sequence)
        for item in rest:
            if isinstance(item, AuditRecord) and item.writer == flaw.writer and item.sequence in missing:
                text = (
                    f"record {flaw.sequence} of writer {flaw.writer} is out of order: it stands before an earlier one"
                )
                return replace(flaw, reason=Reason.OUT_OF_ORDER, text=text)
        return flaw


def verify(
    records: Iterable[object], heads: Mapping[str, Head] | None = None, hashes: Collection[str] = ()
) -> Flaw | None:
    """The first flaw of a trail, `None` where every record fits; a tail of a trail verifies by itself.

    With `heads` (by writer) what was cut off at the end, or at the beginning, is a flaw too; `hashes` are of records
    that must be there.
    """
    return Verification(heads, hashes).first_flaw(records)


def _sealed(record: AuditRecord) -> bool:
    try:
        return record.hash == seal(record)
    except (TypeError, ValueError, OverflowError):
        return False
