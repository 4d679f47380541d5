"""Whether a schema may follow the ones before it, as a mode asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xregistry_tui.schema.change import Change, SchemaChange, Verdict, worst
from xregistry_tui.schema.diff import Diff, Json, compare
from xregistry_tui.schema.equality import same
from xregistry_tui.schema.versioning import FIRST, Mode, higher, next_version

__all__ = ["FIRST", "Change", "Judgement", "Mode", "higher", "judge", "next_version"]


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
