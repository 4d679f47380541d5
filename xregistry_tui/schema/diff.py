"""What has become of a JSON Schema, and whether data survives it.

>>> older = {"type": "object", "properties": {"n": {"type": "integer"}}}
>>> newer = {"type": "object", "properties": {"n": {"type": "integer", "minimum": 0}}}
>>> [(change.path, str(change.type), str(change.verdict)) for change in compare(older, newer).changes]
[('/n', 'bound_tightened', 'incompatible')]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from xregistry_tui.schema.alternatives import Document
from xregistry_tui.schema.change import Change, ChangeType, SchemaChange, Verdict, sentence, told, worst
from xregistry_tui.schema.equality import alike, same
from xregistry_tui.schema.renames import Rename, renames_among
from xregistry_tui.schema.subsumption import Walk

__all__ = ["Change", "ChangeType", "Diff", "Json", "Rename", "SchemaChange", "Verdict", "compare"]

Json: TypeAlias = Mapping[str, Any]

_WORDS = frozenset({ChangeType.DOCUMENTATION_EDITED, ChangeType.DEFAULT_CHANGED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """All changes from one schema to another, fields in the newer order, what was removed where it stood."""

    changes: tuple[SchemaChange, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Whether data survives all of the changes, in the direction that was asked for."""
        return worst(change.verdict for change in self.changes)

    @property
    def change(self) -> Change:
        """How much the changes matter; what is undecided is taken to break."""
        return max((change.magnitude for change in self.changes), default=Change.NONE)

    @property
    def renames(self) -> tuple[Rename, ...]:
        """Removed and added fields that may be the same under another name: proposals, best first, never assumed."""
        return renames_among(self.changes)


def compare(older: Json, newer: Json, *, strict: bool = False, forward: bool = False) -> Diff:
    """The changes from the older JSON Schema to the newer one, each with whether data survives it.

    Backward, data of the older schema must be valid in the newer one; `forward`, the other way round. The lenient
    reading takes it that records hold declared fields only, `strict` that an open record may hold anything. Never
    raises, whatever the schemas are: what cannot be followed is undecided.
    """
    if same(older, newer):
        return Diff()
    before, after = Document(older), Document(newer)
    found = Walk(before, after, strict=strict, forward=forward).places(older, newer)
    if alike(older, newer, before.resolve, after.resolve):
        edited = told(ChangeType.DOCUMENTATION_EDITED, "is described otherwise")
        found = [change for change in found if change.type in _WORDS] or [edited]
    return Diff(changes=tuple(map(sentence, _once(found))))


def _once(changes: list[SchemaChange]) -> list[SchemaChange]:
    """The changes, with what is undecided for the same reason told once."""
    seen: set[str] = set()
    kept = []
    for change in changes:
        if change.type != ChangeType.UNDECIDED or change.message not in seen:
            kept.append(change)
        if change.type == ChangeType.UNDECIDED:
            seen.add(change.message)
    return kept
