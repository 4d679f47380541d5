"""`xreg-tui audit`: the trail that lasts, as text, for programs, or proven whole."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xregistry_tui.actions.trail import TrailReport
from xregistry_tui.actions.visible import visible
from xregistry_tui.cli.commands import put, say
from xregistry_tui.cli.opening import open_bare
from xregistry_tui.cli.words import FAILED, FINE, UNREACHABLE
from xregistry_tui.config.places import state_folder
from xregistry_tui.core.audit import AuditRecord, compact, parse
from xregistry_tui.store.file import FileStore
from xregistry_tui.store.journal import follow as followed
from xregistry_tui.store.trail import JOURNAL

if TYPE_CHECKING:
    from xregistry_tui.actions.base import Result

HEADS_SHOWN = 20
_LOOK_EVERY = 0.2  # seconds: a file tells nobody that it grew
_WIDTHS = (25, 8, 12, 20)
_WIDEST = 40


async def show(settings: Path | None, flags: Mapping[str, Any], last: int, *, as_json: bool) -> int:
    """Print the last records."""
    result = await _perform(settings, flags, "trail", last=last)
    if result.value:
        put("\n".join(_lines(result.value, _fitting(result.value), as_json=as_json)))
    elif last and not result.said:
        say("nothing was recorded yet")
    if result.said:
        say(f"{result.said}; xreg-tui audit --verify names the first")
    return FINE


async def check(settings: Path | None, flags: Mapping[str, Any], hashes: Sequence[str], *, as_json: bool) -> int:
    """Follow every chain, and say how far each goes or which record is the first that is wrong."""
    report: TrailReport = (await _perform(settings, flags, "verify_trail", hashes=tuple(hashes))).value
    if as_json:
        put(compact(_document(report)))
    elif report.flaw is not None:
        put(visible(f"{_place()}:{report.flaw.index + 1}: {report.flaw.text}"))
    elif not report.records:
        say("nothing was recorded yet")
    else:
        put("\n".join(map(visible, _verdict(report))))
    if report.note:
        say(report.note)
    return FINE if report.flaw is None else FAILED


async def may_read(settings: Path | None, flags: Mapping[str, Any]) -> int:
    """Whether this role may read the trail; raises `Refused`."""
    await _perform(settings, flags, "trail", last=0)
    return FINE


def follow(last: int, *, as_json: bool) -> int:
    """Print the last records, and then each as it comes, until the reader leaves or interrupts."""
    try:
        for line in followed(_place(), last, lambda: time.sleep(_LOOK_EVERY)):
            record = parse(line)
            if isinstance(record, AuditRecord):
                put("\n".join(_lines([record], _WIDTHS, as_json=as_json)))
            else:
                say("a line that is no record was passed over; xreg-tui audit --verify tells more")
    except PermissionError as error:
        return say(f"{error.filename}: the audit trail cannot be read: {error.strerror}", UNREACHABLE)
    return FINE


def _place() -> Path:
    return FileStore(state_folder()).path(JOURNAL)


async def _perform(settings: Path | None, flags: Mapping[str, Any], verb: str, **arguments: Any) -> Result:
    opened = await asyncio.to_thread(open_bare, settings, flags)
    try:
        return await opened.session.perform(verb, journal=JOURNAL, **arguments)
    finally:
        await opened.session.close()


def _cells(record: AuditRecord) -> tuple[str, ...]:
    moment = record.at.astimezone().isoformat(sep=" ", timespec="seconds")
    return moment, visible(record.who), visible(record.verb), visible(record.subject), visible(record.text)


def _fitting(records: Iterable[AuditRecord]) -> tuple[int, ...]:
    """The widths of the columns before the text; a word that is longer than all measure pushes its line alone."""
    columns = list(zip(*map(_cells, records), strict=True))[:-1]
    return tuple(
        max(len(cell) for cell in column if len(cell) <= _WIDEST or column is columns[0]) for column in columns
    )


def _lines(records: Iterable[AuditRecord], widths: Sequence[int], *, as_json: bool) -> list[str]:
    if as_json:
        return [compact(record.as_json()) for record in records]
    rows = (_cells(record) for record in records)
    return [
        "  ".join([*(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)), row[-1]]) for row in rows
    ]


def _verdict(report: TrailReport) -> list[str]:
    writers = "1 writer" if len(report.heads) == 1 else f"{len(report.heads):,} writers"
    records = "1 record" if report.records == 1 else f"{report.records:,} records"
    lines = [f"{records} of {writers}, every one fits"]
    if report.last_torn is not None:
        torn = "1 torn line" if report.torn == 1 else f"{report.torn:,} torn lines"
        lines.append(f"{torn}, the last one {report.last_torn + 1}: a process was ended while it wrote")
    newest = list(report.heads.items())[-HEADS_SHOWN:]
    lines.append("heads; --head HASH tells later whether all that its writer recorded until then is still there")
    lines += [f"  {head.hash}  writer {writer}, records {head.first} to {head.sequence}" for writer, head in newest]
    if len(report.heads) > len(newest):
        lines.append(f"  and {len(report.heads) - len(newest):,} of earlier writers, which --json prints")
    return lines


def _document(report: TrailReport) -> dict[str, Any]:
    heads = [{"writer": writer, **asdict(head)} for writer, head in report.heads.items()]
    flaw = None
    if report.flaw is not None:
        flaw = {"line": report.flaw.index + 1, **asdict(report.flaw)}
        del flaw["index"]
    return {"valid": flaw is None, "records": report.records, "torn": report.torn, "heads": heads, "flaw": flaw}
