"""What live records say of a new version: each thing that it asks and the one before did not, with those that fail."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from xregistry_tui.schema.canonical import jsonable
from xregistry_tui.schema.shape import segments

if TYPE_CHECKING:
    import datetime

    from xregistry_tui.schema.shape import Scalar

Keys = tuple[tuple["Scalar", ...], ...]

_NAMED = 3


class Outcome(StrEnum):
    """What the records looked at say; `PARTLY`: none failed, but not all could be looked at."""

    PROVEN = "proven"
    REFUTED = "refuted"
    PARTLY = "partly"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One demand of the new version over the records.

    `path` is a JSON Pointer in record terms (`""`: the record), `words` what must be so. `checked` records were judged
    of those there are; `failed` of them fail, `at_least` where that is a lower bound. `keys` locate some of them, and
    `values` are what those hold there, in the same order. `way` says who judged: the engine, or the model's own code.
    """

    path: str
    words: str
    checked: int
    failed: int
    outcome: Outcome
    at_least: bool = False
    keys: Keys = ()
    values: tuple[Any, ...] = ()
    way: str = "engine"
    note: str = ""

    @property
    def sentence(self) -> str:
        """The demand with its subject.

        >>> Finding(path="/total", words="must be > 0", checked=0, failed=0, outcome=Outcome.PARTLY).sentence
        'total must be > 0'
        """
        return f"{'.'.join(segments(self.path)) if self.path else 'the record'} {self.words}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A new version of a model before live records.

    `rows` are there, `checked` of them were judged by everything asked, `failed` fail something (`at_least`: a lower
    bound); `before` more were seen to be invalid for what the older version asked too. `keys` locate failing records.
    `notes` say in plain words what could not be looked at.
    """

    model: str
    older: str
    newer: str
    resource: str
    collection: str
    rows: int
    checked: int
    failed: int
    outcome: Outcome
    as_of: datetime.datetime
    at_least: bool = False
    before: int = 0
    tested: tuple[Finding, ...] = ()
    keys: Keys = ()
    queries: tuple[str, ...] = ()
    milliseconds: float = 0.0
    notes: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """How many fail, of how many; it holds nothing of the records, so that a trail may keep it."""
        most = "at least " if self.at_least else ""
        if self.outcome is Outcome.PARTLY or (self.failed and self.checked < self.rows):
            return f"{most}{self.failed:,} of {self.checked:,} looked at fail, of {self.rows:,} records"
        return f"{most}{self.failed:,} of {self.rows:,} fail"

    @property
    def line(self) -> str:
        """The verdict in one line: how many fail, which, and why.

        >>> import datetime
        >>> at = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
        >>> Proof(model="m", older="1", newer="2", resource="r", collection="c", rows=41_203, checked=41_203, failed=0,
        ...       outcome=Outcome.PROVEN, as_of=at).line
        '0 of 41,203 fail'
        """
        if not self.failed:
            return self.said
        keys = ", ".join(written(key) for key in self.keys[:_NAMED])
        more = ", …" if keys and self.failed > len(self.keys[:_NAMED]) else ""
        named = f": {'key' if self.failed == 1 else 'keys'} {keys}{more}" if keys else ""
        return f"{self.said}{named}: {self.reason}"

    @property
    def reason(self) -> str:
        """What most of the failing records fail."""
        failing = sorted((one for one in self.tested if one.failed), key=lambda one: -one.failed)
        if not failing:
            return ""
        return failing[0].sentence + (f", and {len(failing) - 1} more" if len(failing) > 1 else "")

    def as_json(self) -> dict[str, Any]:
        """What programs read."""
        made: dict[str, Any] = jsonable(
            {
                "verdict": self.outcome.value,
                "resource": self.resource,
                "collection": self.collection,
                "as_of": self.as_of,
                "rows": self.rows,
                "checked": self.checked,
                "failed": self.failed,
                "at_least": self.at_least,
                "invalid_before": self.before,
                "keys": [list(key) for key in self.keys],
                "tested": [_tested(one) for one in self.tested],
                "notes": list(self.notes),
                "how": {"queries": list(self.queries), "milliseconds": round(self.milliseconds, 3)},
            }
        )
        return made


def _tested(one: Finding) -> dict[str, Any]:
    return {
        "path": one.path,
        "message": one.sentence,
        "verdict": one.outcome.value,
        "checked": one.checked,
        "failed": one.failed,
        "at_least": one.at_least,
        "way": one.way,
        "keys": [list(key) for key in one.keys],
        "values": list(one.values),
        "note": one.note,
    }


def written(key: tuple[Scalar, ...]) -> str:
    """A locator as people write it.

    >>> written((12,)), written(("a", 1))
    ('12', '(a, 1)')
    """
    parts = [str(part) for part in key]
    return parts[0] if len(parts) == 1 else f"({', '.join(parts)})"
