"""Read the trail that lasts, and prove that it is whole."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from xregistry_tui.actions.base import Action, ActionError, Result
from xregistry_tui.core.audit import AuditRecord, Flaw, Head, Verification, parse
from xregistry_tui.store.trail import JOURNAL

if TYPE_CHECKING:
    from xregistry_tui.workspace import Workspace


class TrailUnreadable(ActionError):
    """The trail is there and cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailReport:
    """What a proof found: how much there is, how far each writer's chain goes, and the first record that is wrong.

    `torn` lines were begun by a process that was ended; the index of a flaw counts every line from 0, and so does
    that of the last torn line.
    """

    records: int
    heads: Mapping[str, Head]
    torn: int = 0
    last_torn: int | None = None
    flaw: Flaw | None = None
    note: str = ""


async def trail(workspace: Workspace, journal: str = JOURNAL, last: int = 50) -> Result:
    """The last records that were kept, of all writers; the value is a tuple of `core.audit.AuditRecord`."""
    try:
        lines = await asyncio.to_thread(lambda: list(workspace.store.lines(journal, last)))
    except OSError as error:
        raise _unreadable(error) from error
    records = tuple(record for record in map(parse, lines) if isinstance(record, AuditRecord))
    passed_over = len(lines) - len(records)
    return Result(records, f"{passed_over} of {len(lines)} lines are no records" if passed_over else "")


async def verify_trail(workspace: Workspace, journal: str = JOURNAL, hashes: Collection[str] = ()) -> Result:
    """Follow every chain from its beginning; `hashes` are of records that must be there. The value: `TrailReport`."""
    stop = threading.Event()
    try:
        report = await asyncio.to_thread(_verified, workspace, journal, hashes, stop)
    except OSError as error:
        raise _unreadable(error) from error
    finally:
        stop.set()  # a proof that nobody waits for any more ends at its next line
    return Result(report, report.flaw.text if report.flaw else f"{report.records:,} records, every one fits")


def _verified(workspace: Workspace, journal: str, hashes: Collection[str], stop: threading.Event) -> TrailReport:
    heads, note = _heads(workspace, journal)  # before the lines, which may only go further
    check = Verification(heads, hashes)
    lines = takewhile(lambda _: not stop.is_set(), workspace.store.lines(journal))
    flaw = check.first_flaw(map(parse, lines))
    return TrailReport(
        records=check.records,
        heads=check.heads,
        torn=check.torn,
        last_torn=check.last_torn,
        flaw=flaw,
        note=note,
    )


def _heads(workspace: Workspace, journal: str) -> tuple[Mapping[str, Head], str]:
    try:
        return workspace.store.heads(journal), ""
    except (OSError, ValueError) as error:
        return {}, f"what was cut off at the end cannot be told: {error}"


def _unreadable(error: OSError) -> TrailUnreadable:
    place = f"{error.filename}: " if error.filename else ""
    return TrailUnreadable(
        f"{place}the audit trail cannot be read: {error.strerror or error}; make it readable for you"
    )


ACTIONS = (
    Action(verb="trail", run=trail, permission="audit", subject="journal"),
    Action(verb="verify_trail", run=verify_trail, permission="audit", subject="journal"),
)
