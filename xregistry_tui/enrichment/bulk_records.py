"""A live collection against a model: its records in pages, in the order of their keys, as far as a budget goes."""

from __future__ import annotations

import asyncio
import datetime
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from xregistry_tui.enrichment.adapters import Reader, reader
from xregistry_tui.enrichment.passing import next_query
from xregistry_tui.profiling.plan import Budget
from xregistry_tui.resources.base import Clipped, Page
from xregistry_tui.schema.report import Problem, SampleReport, failures_by_field

if TYPE_CHECKING:
    from xregistry_tui.core.models import RegisteredModel
    from xregistry_tui.resources.base import XResource

WHOLE = Budget(seconds=300.0, rows=1_000_000, bytes=2 * 1024 * 1024 * 1024)
"""What checking a whole collection may take."""

_KEPT = 200


@dataclass(slots=True)
class _Found:
    """Counts so far; `reasons` by path."""

    checked: int = 0
    invalid: int = 0
    excluded: int = 0
    reasons: dict[str, Counter[str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def add(self, report: SampleReport) -> None:
        """Count in the records that were refused, with what is wrong with them."""
        self.invalid += report.invalid
        self.problems += report.problems[: _KEPT - len(self.problems)]
        for one in report.by_field:
            self.reasons.setdefault(one.path, Counter())[one.reason] += one.failures


async def validate_collection(
    resource: XResource,
    collection: str,
    registered: RegisteredModel,
    *,
    now: datetime.datetime,
    told: Callable[[int, int], None] = lambda _checked, _invalid: None,
    budget: Budget = WHOLE,
) -> tuple[SampleReport, bool]:
    """(report, whether all records were checked); raises `ResourceError`. A value too large to fetch is excluded."""
    started = time.perf_counter()
    until = time.monotonic() + budget.seconds
    reads = await asyncio.to_thread(reader, registered.model_class, {})
    found, seen, more = _Found(), 0, True
    while more and seen < budget.rows and time.monotonic() < until:
        page = await resource.records(next_query(collection, seen, budget, until))
        await asyncio.to_thread(_check, page, reads, registered, found)
        seen += len(page.rows)
        more = page.more and bool(page.rows)
        told(found.checked, found.invalid)
    report = SampleReport(
        model=registered.path,
        version=registered.version,
        checked=found.checked,
        invalid=found.invalid,
        by_field=failures_by_field(found.reasons),
        problems=tuple(found.problems),
        checked_at=now,
        duration=(time.perf_counter() - started) * 1000,
        excluded=found.excluded,
    )
    return report, not more


def _check(page: Page, reads: Reader, registered: RegisteredModel, found: _Found) -> None:
    """Only those that are refused are looked at closely."""
    from xregistry_tui.enrichment.validation import validate_records

    refused = []
    for index in range(len(page.rows)):
        record = page.record(index)
        if any(isinstance(value, Clipped) for value in record.values()):
            found.excluded += 1
            continue
        found.checked += 1
        try:
            reads.read(record)
        except Exception:  # noqa: BLE001 - whatever the model's own code raises: it is said below
            refused.append(index)
    if refused:
        chosen = replace(
            page,
            rows=tuple(page.rows[index] for index in refused),
            keys=tuple(page.keys[index] for index in refused) if page.keys else (),
            absent=tuple(page.absent[index] for index in refused) if page.absent else (),
        )
        found.add(validate_records(chosen, registered))
