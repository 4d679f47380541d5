"""Two schemas walked side by side: what differs at each place, and whether the one accepts what the other does.

A recursive schema is followed to a fixpoint: a pair of places that is being compared already is taken to agree, which
is sound because records are finite. What was concluded from that is forgotten where the pair turns out to disagree.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from xregistry_tui.schema.admission import admits
from xregistry_tui.schema.alternatives import Document
from xregistry_tui.schema.change import Changes, ChangeType, SchemaChange, Verdict, agree, told, worst
from xregistry_tui.schema.equality import Undecidable, refers, same
from xregistry_tui.schema.notes import noted
from xregistry_tui.schema.unions import kinds, options

DEEPEST = 48
PAIRS = 10_000

_Pair = tuple[int, int]


@dataclass(slots=True)
class Walk:
    """One comparison: `forward` asks whether the older schema accepts what the newer one does.

    Data was *written* by one schema and is *read* by the other: by the older and the newer, or the other way round.
    Changes are told old → new either way, with paths that begin where they are told.
    """

    older: Document
    newer: Document
    strict: bool = False
    forward: bool = False
    left: int = PAIRS
    depth: int = 0
    _open: set[_Pair] = field(default_factory=set)
    _leant_on: set[_Pair] = field(default_factory=set)
    _settled: dict[_Pair, Changes] = field(default_factory=dict)
    _agreed: list[_Pair] = field(default_factory=list)

    @property
    def reader(self) -> Document:
        """The document that must accept the data."""
        return self.older if self.forward else self.newer

    def subsumed(self, written: Any, read: Any) -> Verdict:
        """Whether a place of the reader's accepts all that one of the writer's does."""
        older, newer = (read, written) if self.forward else (written, read)
        return worst(change.verdict for change in self.places(older, newer))

    def stands_in(self, schema: Any) -> bool:
        """Whether a field of the reader's has a default that itself is valid, so that data may lack the field."""
        notes = self.reader.notes(schema)
        return "default" in notes and admits(self.reader, schema, notes["default"])

    def places(self, older: Any, newer: Any) -> Changes:
        """What differs between a place of the older and a place of the newer schema."""
        edited = noted(self.older.notes(older), self.newer.notes(newer))
        return [*edited, *self.behind(self.older.target(older), self.newer.target(newer))]

    def behind(self, older: Any, newer: Any) -> Changes:
        """What differs where references lead; each pair of places is compared once."""
        pair = (id(older), id(newer))
        if same(older, newer) and not refers(older):
            return []
        if pair in self._open:
            self._leant_on.add(pair)
            return []
        known = self._settled.get(pair)
        self.left -= 1 if known is None else len(known)
        if known is not None and self.left >= 0:
            return known
        if self.left < 0:
            return [_undecided(f"could not be compared: the schemas have more than {PAIRS} places between them")]
        if self.depth >= DEEPEST:
            return [_undecided(f"nests more than {DEEPEST} levels deep, too deep to compare")]
        return self._settle(pair, older, newer)

    def _settle(self, pair: _Pair, older: Any, newer: Any) -> Changes:
        mark = len(self._agreed)
        self._open.add(pair)
        self.depth += 1
        found = self._compared(older, newer)
        self.depth -= 1
        self._open.discard(pair)
        if agree(found):
            self._agreed.append(pair)
        elif pair in self._leant_on:
            for agreed in self._agreed[mark:]:
                self._settled.pop(agreed, None)
            del self._agreed[mark:]
        self._leant_on.discard(pair)
        self._settled[pair] = found
        return found

    def _compared(self, older: Any, newer: Any) -> Changes:
        try:
            old, new = self.older.node(older), self.newer.node(newer)
            return [*kinds(self, old, new), *options(self, old, new)]
        except Undecidable as reason:
            return [_undecided(str(reason))]


def _undecided(said: str) -> SchemaChange:
    return told(ChangeType.UNDECIDED, said, ok=Verdict.UNDECIDED)
