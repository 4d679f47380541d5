"""What a change makes of a version, and whether a schema may follow the ones before it.

>>> next_version("1.2.3", Change.COMPATIBLE)
'1.3.0'
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from xregistry_tui.schema.change import Change, SchemaChange, Verdict, worst
from xregistry_tui.schema.diff import Diff, Json, compare
from xregistry_tui.schema.equality import same

__all__ = ["FIRST", "Change", "Judgement", "Mode", "higher", "judge", "next_version"]

FIRST = "1.0.0"

_PART = r"(0|[1-9]\d*)"
_WORD = r"(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)"
_SEMANTIC = re.compile(rf"{_PART}\.{_PART}\.{_PART}(?:-({_WORD}(?:\.{_WORD})*))?(?:\+[0-9A-Za-z.-]+)?", re.ASCII)

_Precedence = tuple[tuple[int, ...], bool, tuple[tuple[bool, int, str], ...]]


class Mode(StrEnum):
    """Whose data must be valid where: the old in the new, the new in the old, both; for the latest version or all."""

    NONE = "none"
    BACKWARD = "backward"
    FORWARD = "forward"
    FULL = "full"
    BACKWARD_TRANSITIVE = "backward_transitive"
    FORWARD_TRANSITIVE = "forward_transitive"
    FULL_TRANSITIVE = "full_transitive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Whether a schema may follow the ones before it; `diffs` has each earlier version judged against, newest first."""

    mode: Mode
    strict: bool
    verdict: Verdict
    diffs: tuple[tuple[str, Diff], ...] = ()

    @property
    def changes(self) -> tuple[SchemaChange, ...]:
        """The changes since the newest earlier version, told old → new."""
        return self.diffs[0][1].changes if self.diffs else ()


def judge(
    newer: Json, earlier: Sequence[tuple[str, Json]], mode: Mode = Mode.BACKWARD, *, strict: bool = False
) -> Judgement:
    """Judge a schema against the earlier (version, schema), newest first: the newest alone, or all if transitive."""
    mode = Mode(mode)
    judged = earlier if mode.endswith("_transitive") else earlier[:1]
    diffs = tuple((version, _diff(older, newer, mode, strict)) for version, older in judged)
    verdict = Verdict.COMPATIBLE if mode is Mode.NONE else worst(diff.verdict for _, diff in diffs)
    return Judgement(mode=mode, strict=strict, verdict=verdict, diffs=diffs)


def _diff(older: Json, newer: Json, mode: Mode, strict: bool) -> Diff:
    if mode in (Mode.FULL, Mode.FULL_TRANSITIVE):
        backward, forward = (compare(older, newer, strict=strict, forward=turned) for turned in (False, True))
        return Diff(changes=tuple(_both(backward, forward)))
    return compare(older, newer, strict=strict, forward=mode in (Mode.FORWARD, Mode.FORWARD_TRANSITIVE))


def _both(backward: Diff, forward: Diff) -> Iterator[SchemaChange]:
    """Each change once with the worse of its two verdicts; what only the other direction tells comes last."""
    left: dict[tuple[str, str], list[SchemaChange]] = {}
    for change in forward.changes:
        left.setdefault((change.path, change.type), []).append(change)
    for change in backward.changes:
        twins = left.get((change.path, change.type), [])
        twin = next((one for one in twins if same(one.old, change.old) and same(one.new, change.new)), None)
        left[change.path, change.type] = [one for one in twins if one is not twin]
        worse = twin is not None and worst([change.verdict, twin.verdict]) is not change.verdict
        yield twin if twin is not None and worse else change
    yield from (change for changes in left.values() for change in changes)


def next_version(version: str, change: Change) -> str:
    """The semantic version that follows: breaking → major, compatible → minor, documentation → patch."""
    if change is Change.NONE:
        return version
    major, minor, patch = _precedence(version)[0]
    if change is Change.BREAKING:
        return f"{major + 1}.0.0"
    return f"{major}.{minor + 1}.0" if change is Change.COMPATIBLE else f"{major}.{minor}.{patch + 1}"


def higher(version: str, than: str) -> bool:
    """Whether a semantic version comes after another, pre-releases before their release; raises `ValueError`."""
    return _precedence(version) > _precedence(than)


def _precedence(version: str) -> _Precedence:
    """What orders versions as SemVer does: release, then no pre-release, then its words, numbers before text."""
    read = _SEMANTIC.fullmatch(version)
    if read is None:
        raise ValueError(f"{version!r} is no semantic version; write it as 1.4.0, or 2.0.0-rc.1 before a release")
    words = read[4].split(".") if read[4] is not None else []
    ranked = tuple((not word.isdecimal(), int(word) if word.isdecimal() else 0, word) for word in words)
    return (int(read[1]), int(read[2]), int(read[3])), not words, ranked
