"""What differs between two ways to be valid for values of the same kind: values, bounds, what is within."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from xregistry_tui.schema.admission import admitted
from xregistry_tui.schema.arrays import arrays
from xregistry_tui.schema.bounds import bounds
from xregistry_tui.schema.change import Changes, ChangeType, Verdict, shown, told
from xregistry_tui.schema.equality import alike, key, same
from xregistry_tui.schema.kinds import Way
from xregistry_tui.schema.notes import noted
from xregistry_tui.schema.records import records

if TYPE_CHECKING:
    from xregistry_tui.schema.subsumption import Walk

_REFERENCES = frozenset({"$ref", "$dynamicRef", "$recursiveRef"})
_MARKS = {
    "pattern": ChangeType.PATTERN_CHANGED,
    "format": ChangeType.FORMAT_CHANGED,
    "contentEncoding": ChangeType.FORMAT_CHANGED,
    "contentMediaType": ChangeType.FORMAT_CHANGED,
    "contentSchema": ChangeType.FORMAT_CHANGED,
}


def ways(walk: Walk, old: Way, new: Way) -> Changes:
    """All that differs; where the values written by are a closed set, each of them is tried instead."""
    walk.left -= 1
    found = [*noted(old.notes, new.notes), *_types(walk, old, new), *_bounds(walk, old, new), *_marks(walk, old, new)]
    if old.kind == "array":
        found += [*_unique(walk, old, new), *arrays(walk, old, new)]
    elif old.kind == "object":
        found += records(walk, old, new)
    found += [*_steps(walk, old, new), *_rest(walk, old, new)]
    written, read = (new, old) if walk.forward else (old, new)
    fits = written.values is not None and all(admitted(walk.reader, read, one, written) for one in written.values)
    if fits:
        found = [replace(change, verdict=Verdict.COMPATIBLE) for change in found]
    return [*found, *_values(walk, old, new, fits)]


def _values(walk: Walk, old: Way, new: Way, fits: bool) -> Changes:
    """What a closed set of values has lost and gained; a set that is dropped has gained all others."""
    if old.values is None and new.values is None:
        return []
    before, after = (None if way.values is None else list(way.values) for way in (old, new))
    if before is None or after is None:
        what = ChangeType.ENUM_EXTENDED if after is None else ChangeType.ENUM_NARROWED
        said = "may have any value now" if after is None else f"must be one of {len(after)} values now"
        return [told(what, said, old=before, new=after, ok=fits)]
    gone, come = _without(before, after), _without(after, before)
    found: Changes = []
    if gone:
        said = f"may no longer be {_listed(gone)}"
        found.append(told(ChangeType.ENUM_NARROWED, said, old=before, new=after, ok=walk.forward))
    if come:
        said = f"may be {_listed(come)} too"
        found.append(told(ChangeType.ENUM_EXTENDED, said, old=before, new=after, ok=not walk.forward))
    return found


def _without(values: list[Any], others: list[Any]) -> list[Any]:
    held = set(map(key, others))
    return [value for value in values if key(value) not in held]


def _listed(values: list[Any]) -> str:
    named = ", ".join(map(shown, values[:3]))
    return named if len(values) <= 3 else f"{named} and {len(values) - 3} more"


def _types(walk: Walk, old: Way, new: Way) -> Changes:
    if old.type == new.type:
        return []
    what = ChangeType.TYPE_NARROWED if new.whole else ChangeType.TYPE_WIDENED
    said = f"was {old.type} and is now {new.type}"
    return [told(what, said, old=[old.type], new=[new.type], ok=new.whole == walk.forward)]


def _bounds(walk: Walk, old: Way, new: Way) -> Changes:
    whole = (new if walk.forward else old).whole
    found: Changes = []
    pairs = zip(bounds(old.kind, old.words, whole=whole), bounds(new.kind, new.words, whole=whole), strict=True)
    for before, after in pairs:
        if before.rank != after.rank:
            tighter = after.rank > before.rank
            what = ChangeType.BOUND_TIGHTENED if tighter else ChangeType.BOUND_WIDENED
            said = f"was {before} and is now {after}"
            told_of = told(what, said, old=before.as_json(), new=after.as_json(), ok=tighter == walk.forward)
            found.append(told_of)
    return found


def _unique(walk: Walk, old: Way, new: Way) -> Changes:
    before, after = bool(old.words.get("uniqueItems")), bool(new.words.get("uniqueItems"))
    if before == after:
        return []
    what = ChangeType.BOUND_TIGHTENED if after else ChangeType.BOUND_WIDENED
    said = "may hold no item twice now" if after else "may hold an item twice now"
    return [told(what, said, old=before, new=after, ok=after == walk.forward)]


def _steps(walk: Walk, old: Way, new: Way) -> Changes:
    """A step (`multipleOf`) of which the other is a multiple is the wider one; every integer is a multiple of 1."""
    before, after = (_step(way) for way in (old, new))
    if before == after:
        return []
    narrower, wider = _multiple(after, before), _multiple(before, after)
    what = ChangeType.BOUND_TIGHTENED if narrower else ChangeType.BOUND_WIDENED if wider else ChangeType.BOUND_CHANGED
    said = (
        f"must be a multiple of {shown(after)} now"
        if after is not None
        else f"need be no multiple of {shown(before)} any more"
    )
    return [told(what, said, old=before, new=after, ok=narrower if walk.forward else wider)]


def _step(way: Way) -> int | float | None:
    step: int | float | None = way.words.get("multipleOf")
    return None if isinstance(step, int) and step == 1 else step


def _multiple(of: int | float | None, step: int | float | None) -> bool:
    """Whether every multiple of the one is one of the other for certain."""
    if step is None:
        return True
    return isinstance(of, int) and isinstance(step, int) and of % step == 0


def _marks(walk: Walk, old: Way, new: Way) -> Changes:
    """Pattern, format and encoding: dropped they accept more; anything else cannot be told."""
    found: Changes = []
    for word, what in _MARKS.items():
        before, after = old.words.get(word), new.words.get(word)
        if not same(before, after):
            dropped = (before if walk.forward else after) is None
            said = f"has the {word} {shown(after)} now" if after is not None else f"has no {word} any more"
            found.append(told(what, said, old=before, new=after, ok=dropped))
    return found


def _rest(walk: Walk, old: Way, new: Way) -> Changes:
    """What is compared as it stands; a reference that leads nowhere cannot be judged."""
    found: Changes = []
    for word in dict.fromkeys((*old.rest, *new.rest)):
        before, after = old.rest.get(word), new.rest.get(word)
        if not alike({word: before}, {word: after}, walk.older.resolve, walk.newer.resolve):
            ok = Verdict.UNDECIDED if word in _REFERENCES else Verdict.INCOMPATIBLE
            said = f"has another {word}, and what that refuses cannot be told"
            found.append(told(ChangeType.CONSTRAINT_CHANGED, said, old=before, new=after, ok=ok))
    return found
