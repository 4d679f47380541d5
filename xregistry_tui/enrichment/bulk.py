"""Whole files against a model and what is live: streamed, counted by field, in memory that does not grow."""

from __future__ import annotations

import asyncio
import datetime
import os
import time
from collections import Counter, deque
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from concurrent.futures import BrokenExecutor
from contextlib import aclosing
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from xregistry_tui.enrichment.adapters import Expected, Reader, reader
from xregistry_tui.enrichment.choices import choices
from xregistry_tui.enrichment.crew import Crew, recipe
from xregistry_tui.enrichment.tally import Reason, Tally, chunks, tally
from xregistry_tui.schema.json_pointer import escape
from xregistry_tui.schema.report import FieldFailures, Problem, SampleReport, Severity, failures_by_field

if TYPE_CHECKING:
    from xregistry_tui.core.models import RegisteredModel
    from xregistry_tui.enrichment.live import Live

CHUNK = 2 * 1024 * 1024
"""Bytes that are checked at a time."""

# so much is checked sooner here than others are called
_FEW = 4
_MOST_WORKERS = 4
_SHOWN = 200

Told = Callable[[int, int], None]
"""Hears how many records were checked so far, and how many of them are invalid."""


async def validate_lines(
    read: Callable[[int], bytes],
    registered: RegisteredModel,
    live: Live | None,
    *,
    now: datetime.datetime,
    told: Told = lambda _checked, _invalid: None,
    workers: int | None = None,
) -> SampleReport:
    """Check every line that `read` gives (as the `read` of a binary file) as a record in JSON.

    Large inputs are checked by `workers` processes (default: as many as there are cores, at most four). The report's
    `problems` are those of the first wrong records, its counts know no bound.
    """
    started = time.perf_counter()
    whole = Tally()
    async with aclosing(_tallies(chunks(read, CHUNK), registered, expected_of(registered, live), workers)) as found:
        async for part in found:
            whole.add(part)
            told(whole.checked, whole.invalid)
    problems = await asyncio.to_thread(_problems, whole, registered, live, now)
    return SampleReport(
        model=registered.path,
        version=registered.version,
        checked=whole.checked,
        invalid=whole.invalid,
        by_field=_by_field(whole.reasons),
        problems=problems,
        checked_at=now,
        duration=(time.perf_counter() - started) * 1000,
        warned=whole.warned,
        unseen=_by_field(whole.unseen),
    )


def expected_of(registered: RegisteredModel, live: Live | None) -> Expected:
    """The live values of the fields whose values are all known."""
    found = {held.name: choices("/" + escape(held.name), registered, live) for held in registered.shape.fields}
    return {name: frozenset(one.shares) for name, one in found.items() if one and one.complete and not one.closed}


async def _tallies(
    source: Iterator[bytes], registered: RegisteredModel, expected: Expected, workers: int | None
) -> AsyncGenerator[Tally, None]:
    """The counts of one part after the other, in their order."""
    parts = await asyncio.to_thread(lambda: list(islice(source, _FEW)))
    made = recipe(registered, expected) if len(parts) == _FEW else None
    size = min(_MOST_WORKERS, os.cpu_count() or 1) if workers is None else workers
    line = _Line(deque(parts), source)
    reads = await asyncio.to_thread(reader, registered.model_class, expected)
    if made is not None and size > 0:
        async with aclosing(_there(line, Crew(made, size), reads)) as found:
            async for part in found:
                yield part
    # all, or what is left where they could not go on
    while (lines := await line.next()) is not None:
        yield await asyncio.to_thread(tally, lines, reads)


@dataclass(slots=True)
class _Line:
    """What is still to be checked: the parts at hand, then those of the source."""

    at_hand: deque[bytes]
    source: Iterator[bytes]

    async def next(self) -> bytes | None:
        """The next part; `None` at the end."""
        return self.at_hand.popleft() if self.at_hand else await asyncio.to_thread(next, self.source, None)


async def _there(line: _Line, crew: Crew, reads: Reader) -> AsyncGenerator[Tally, None]:
    """Some parts ahead of what is counted, no more: what waits is held in memory. Until they are ready we begin."""
    asked: deque[tuple[bytes, asyncio.Future[Tally]]] = deque()
    ready = crew.ready()
    try:
        while not ready.done() and (lines := await line.next()) is not None:
            yield await asyncio.to_thread(tally, lines, reads)
        await ready
        while (lines := await line.next()) is not None or asked:
            if lines is not None:
                asked.append((lines, crew.check(lines)))
            if lines is None or len(asked) > 2 * crew.size:
                part = await asked[0][1]
                asked.popleft()
                yield part
    except BrokenExecutor:
        # their processes cannot be had, or were ended: what they did not do is done here
        line.at_hand.extendleft(lines for lines, _ in reversed(asked))
    finally:
        ready.cancel()
        for _, one in asked:
            one.cancel()
        crew.leave()


def _by_field(reasons: Mapping[Reason, int]) -> tuple[FieldFailures, ...]:
    """By path how many records fail there, with the most frequent reason."""
    by_path: dict[str, Counter[str]] = {}
    for (path, message), count in reasons.items():
        by_path.setdefault(path, Counter())[message] += count
    return failures_by_field(by_path)


def _problems(
    whole: Tally, registered: RegisteredModel, live: Live | None, now: datetime.datetime
) -> tuple[Problem, ...]:
    """What is wrong with the records that were kept, with what would do instead."""
    from xregistry_tui.enrichment.validation import validate_text

    found: list[Problem] = []
    for number, line in islice(whole.kept, _SHOWN):
        report = validate_text(_text(line), registered, live, now=now)
        grave = (problem for problem in report.problems if problem.severity is Severity.ERROR)
        found += (replace(problem, record=number, line=None) for problem in grave)
    return tuple(found[:_SHOWN])


def _text(line: bytes) -> Any:
    return line.decode("utf-8", "replace")
