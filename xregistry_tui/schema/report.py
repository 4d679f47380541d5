"""What is wrong with a record: all problems at once, as plain values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import datetime


class Severity(StrEnum):
    """How much a problem matters: an error makes the record invalid, a warning and a note do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A value that would do: `value` as JSON data, `share` of live values that have it (0–1) where known."""

    value: Any
    share: float | None = None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One problem. `path` is a JSON Pointer (`""` is the whole record), `line` counts from 1 in the text checked."""

    path: str
    code: str
    severity: Severity
    message: str
    suggestion: Suggestion | None = None
    line: int | None = None
    record: str | int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationReport:
    """One record against a model and its live data; problems in reading order.

    `value` is the record as the model read it, `None` when it did not parse. `live_as_of` is when the live values
    were looked at, `None` when none were consulted. `duration` is in milliseconds.
    """

    model: str
    version: str
    problems: tuple[Problem, ...]
    checked_at: datetime.datetime
    duration: float
    live_as_of: datetime.datetime | None = None
    value: dict[str, Any] | None = None

    @property
    def valid(self) -> bool:
        """No error among the problems."""
        return not any(problem.severity is Severity.ERROR for problem in self.problems)

    def count(self, severity: Severity) -> int:
        """How many problems have that severity."""
        return sum(problem.severity is severity for problem in self.problems)


@dataclass(frozen=True, slots=True)
class FieldFailures:
    """How often one path failed in many records, with the most frequent reason."""

    path: str
    failures: int
    reason: str


def failures_by_field(reasons: Mapping[str, Counter[str]]) -> tuple[FieldFailures, ...]:
    """What failed most first, of how often each reason was given by path."""
    found = [FieldFailures(path, counts.total(), counts.most_common(1)[0][0]) for path, counts in reasons.items()]
    return tuple(sorted(found, key=lambda failures: (-failures.failures, failures.path)))


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleReport:
    """Many records against a model: rates and where they fail. `problems` is bounded, the counts are not.

    `warned` records have values that were never seen live; `unseen` says of which fields, and how often.
    """

    model: str
    version: str
    checked: int
    invalid: int
    by_field: tuple[FieldFailures, ...]
    problems: tuple[Problem, ...]
    checked_at: datetime.datetime
    duration: float
    excluded: int = 0
    warned: int = 0
    unseen: tuple[FieldFailures, ...] = ()

    @property
    def passed(self) -> int:
        """Records without an error."""
        return self.checked - self.invalid
