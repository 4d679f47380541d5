"""Two versions beside each other without a screen: as programs read them, and as plain text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from xregistry_tui.actions.tables import columns
from xregistry_tui.actions.visible import visible
from xregistry_tui.profiling import wording
from xregistry_tui.schema.canonical import jsonable
from xregistry_tui.schema.change import Change, ChangeType
from xregistry_tui.schema.proof import Outcome, written

if TYPE_CHECKING:
    from xregistry_tui.actions.views import Comparison
    from xregistry_tui.schema.diff import SchemaChange
    from xregistry_tui.schema.proof import Finding, Proof

MARKS = {Outcome.PROVEN: "✓", Outcome.REFUTED: "✗", Outcome.PARTLY: "?"}
_KEYS = 5
_MESSAGE = 90


def comparison_document(older: str, newer: str, both: Comparison, proofs: Sequence[Proof] = ()) -> dict[str, Any]:
    """What `diff --json` prints."""
    document: dict[str, Any] = {
        "from": older,
        "to": newer,
        "mode": both.mode,
        "verdict": both.verdict,
        "changes": [change.as_json() for change in both.changes],
    }
    if proofs:
        document["proofs"] = [proof.as_json() for proof in proofs]
    made: dict[str, Any] = jsonable(document)
    return made


def comparison_text(older: str, newer: str, both: Comparison, proofs: Sequence[Proof] = ()) -> str:
    """A headline, a line for each change, and what live records say."""
    lines = [f"{visible(older)} → {visible(newer)}   {both.mode}   {both.verdict}", *_changes(both)]
    lines += [f"  perhaps renamed   {visible(old)} → {visible(new)}" for old, new in both.renames]
    return "\n".join([*lines, *(line for proof in proofs for line in ("", *proof_lines(proof)))])


def _changes(both: Comparison) -> list[str]:
    if not both.changes:
        return ["  nothing differs"]
    rows = [
        (f"{_sign(one)} {one.path or 'the record'}", visible(wording.cut(one.message, _MESSAGE)), one.verdict.value)
        for one in both.changes
    ]
    return columns(rows)


def _sign(change: SchemaChange) -> str:
    if change.magnitude is Change.DOCUMENTATION:
        return "·"
    return {ChangeType.FIELD_ADDED: "+", ChangeType.FIELD_REMOVED: "-"}.get(ChangeType(change.type), "~")


def proof_lines(proof: Proof) -> Iterator[str]:
    """The verdict, and a line for each thing that was asked."""
    yield f"{visible(proof.resource)}::{visible(proof.collection)}   {proof.outcome.value}   {visible(proof.line)}"
    rows = [(f"{MARKS[one.outcome]} {one.sentence}", _said(one, proof.rows), _keys(one)) for one in proof.tested]
    yield from columns(rows, _MESSAGE) if rows else ["  nothing is asked that was not asked before"]
    yield from (f"  {note}" for note in proof.notes)


def _said(one: Finding, rows: int) -> str:
    least = "at least " if one.at_least else ""
    judge = "counted by the engine" if one.way == "engine" else "read by the model"
    return one.note or f"{least}{one.failed:,} of {min(one.checked, rows):,} fail, {judge}"


def _keys(one: Finding) -> str:
    more = ", …" if one.failed > _KEYS else ""
    keys = ", ".join(visible(wording.cut(written(key), 24)) for key in one.keys[:_KEYS])
    return f"{'key' if one.failed == 1 else 'keys'} {keys}{more}" if keys else ""


def proven(proofs: Iterable[Proof], verdict: str) -> bool:
    """Whether the step may be made: all records prove it, or the schemas do and no record is against it."""
    outcomes = {proof.outcome for proof in proofs}
    if Outcome.REFUTED in outcomes:
        return False
    return outcomes == {Outcome.PROVEN} or verdict == "compatible"
